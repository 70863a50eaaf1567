#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <utility>

namespace fovea {

/// Prints values in a form such as "{:<20}  {:>12}\n", in which columns count wide characters twice. What
/// can't be written is told when the command ends.
template <class... Values> void print(fmt::format_string<Values...> form, Values&&... values) {
  const auto text = fmt::format(form, std::forward<Values>(values)...);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace fovea
