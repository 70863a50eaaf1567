#pragma once

#include <string>

// One door to Catch2, whose header and matchers have other names in version 2 than in version 3; tests use
// those of 2.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#include <utility>
using Catch::Approx;
namespace Catch {
using Matchers::EndsWith;
using Matchers::StartsWith;
inline auto Contains(std::string text) {
  return Matchers::ContainsSubstring(std::move(text));
}
}  // namespace Catch
#else
#include <catch2/catch.hpp>
#endif

/// Says why nothing can be tested here; for the end of a test, which would fail without an assertion.
inline void skipped(const std::string& why) {
  WARN("skipped: " << why);
  SUCCEED();
}
