#pragma once

#include <optional>

#include "graph/registry.hpp"

namespace fovea {

/// A word of the command line that is not allowed, whatever lies on the disk: the program ends with 2, where
/// for other errors it ends with 1.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// Runs `body`, whose errors are those of what was typed.
template <class Body>
decltype(auto) as_usage(Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

/// The same for what was typed behind a flag, with which errors begin.
template <class Body>
decltype(auto) at_flag(std::string_view flag, Body&& body) {
  return as_usage([&]() -> decltype(auto) { return at(flag, std::forward<Body>(body)); });
}

/// Checks what no command takes: empty words, and flags with an empty value ("--store="). Throws
/// `UsageError`.
void expect_no_empty_words(std::span<const std::string> words);

/// Checks that the words of the command line are UTF-8, as everything is that is written of them, and so are
/// the working directory and FOVEA_STORE. Throws `UsageError` or `Error` with the place.
void expect_utf8(std::span<const std::string> words);
void expect_utf8_here();

/// The flag of Fovea that a word of another tool means, as "--learning-rate" for "--lr"; else the nearest of
/// `flags`; "" where none is near.
std::string flag_meant(const std::string& typed, const std::vector<std::string>& flags);

/// An error of reading `definition`, told of the setting that gave the value where one did: `--set
/// train.epochs: 0 is not allowed; ...` instead of `stages.train.params.epochs: ...`. Nothing where the value
/// is from elsewhere.
std::optional<UsageError> told_of_setting(const Error& error, const Json& definition,
                                          const std::vector<std::string>& settings, const Registry& registry);

}  // namespace fovea
