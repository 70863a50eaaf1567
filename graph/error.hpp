#pragma once

#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fovea {

/// An error that a person can mend, as one line: `place: fact; what would be right`. Errors that only the
/// authors can mend are `assert`s.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

  /// Returns the error with an outer place before its message: `place: message`.
  [[nodiscard]] Error at(std::string_view place) const;
};

/// Runs `body` and adds `place` to any `Error` that leaves it.
template <class Body> decltype(auto) at(std::string_view place, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const Error& error) {
    throw error.at(place);
  }
}

/// Returns the text as a JSON string, quotes included, as errors show names and values.
std::string quote(std::string_view text);

/// Returns the candidate that a misspelt or shortened name most likely meant, or "" if none is near.
std::string nearest(std::string_view name, std::span<const std::string> candidates);

/// Returns the end of an error about an unknown name: `; did you mean "epochs"?`, or the whole list if none
/// is near.
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

/// Joins the items with `separator` between each two.
std::string join(std::span<const std::string> items, std::string_view separator);

}  // namespace fovea
