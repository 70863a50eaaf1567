#pragma once

#include <optional>

#include "graph/registry.hpp"

namespace fovea {

/// An error of an argument that is never allowed, whatever is on the disk: the exit code is 2, for other
/// errors 1.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// Runs `body` and rethrows its errors as `UsageError`.
template <class Body> decltype(auto) as_usage(Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

/// Runs `body` and rethrows its errors as `UsageError` that begins with the flag.
template <class Body> decltype(auto) at_flag(std::string_view flag, Body&& body) {
  return as_usage([&]() -> decltype(auto) { return at(flag, std::forward<Body>(body)); });
}

/// Throws `UsageError` for empty arguments, and for flags with an empty value ("--store=").
void expect_no_empty_words(std::span<const std::string> words);

/// Throws `UsageError` or `Error` with the place if the arguments, the working directory or FOVEA_STORE are
/// not UTF-8, because everything written from them must be.
void expect_utf8(std::span<const std::string> words);
void expect_utf8_here();

/// Returns the flag of Fovea for an argument of another tool, as "--learning-rate" for "--lr"; else the
/// nearest of `flags`; "" if none is near.
std::string flag_meant(const std::string& typed, const std::vector<std::string>& flags);

/// Translates an error about `definition` into one about the setting that gave the value: `--set
/// train.epochs: 0 is not allowed; ...` instead of `stages.train.params.epochs: ...`. Nothing if no setting
/// gave the value.
std::optional<UsageError> told_of_setting(const Error& error, const Json& definition,
                                          const std::vector<std::string>& settings, const Registry& registry);

}  // namespace fovea
