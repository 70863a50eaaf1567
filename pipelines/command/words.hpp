#pragma once

#include <span>
#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace fovea {

/// Checks the arguments that CLI11 misreads: a flag without its value takes the next flag for it, a switch
/// takes any value, and a flag given twice is reported as lacking a value. Throws `UsageError` with the flag.
void expect_flags_in_order(const CLI::App& app, std::span<const std::string> words);

/// Returns the error about a command line as one line.
std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

}  // namespace fovea
