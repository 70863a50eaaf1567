#pragma once

#include <concepts>

namespace fovea {

/// How many parts of size `part` cover `whole`; neither may be below 0, nor `part` 0.
template <std::integral T> constexpr T ceil_div(T whole, T part) {
  return (whole + part - 1) / part;
}

/// The next multiple of `part` from `whole` on.
template <std::integral T> constexpr T rounded_up(T whole, T part) {
  return ceil_div(whole, part) * part;
}

}  // namespace fovea
