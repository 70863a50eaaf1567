#pragma once

#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fovea {

/// Something a person can mend, as one line: `place: fact; what would be right`. What only the authors can
/// mend is an `assert`.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

  /// The same error seen from one layer further out: `place: message`.
  [[nodiscard]] Error at(std::string_view place) const;
};

/// Runs `body` and adds `place` to any `Error` that leaves it.
template <class Body>
decltype(auto) at(std::string_view place, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const Error& error) {
    throw error.at(place);
  }
}

/// The text as a JSON string, quotes included: how names and values appear in errors.
std::string quote(std::string_view text);

/// The candidate that a misspelt or shortened name most likely meant, or "" where none is near.
std::string nearest(std::string_view name, std::span<const std::string> candidates);

/// How an error about an unknown name ends: `; did you mean "epochs"?`, or the whole list where none is near.
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

/// The items with `separator` between each two.
std::string join(std::span<const std::string> items, std::string_view separator);

}  // namespace fovea
