#include "runtime/store/tells.hpp"

#include <cstdio>

namespace fovea {

std::string in_words(const NamedNumbers& numbers) {
  std::string words;
  for (const auto& [name, value] : numbers) {
    char text[32];
    std::snprintf(text, sizeof text, " %.4f", value);
    words += (words.empty() ? "" : "  ") + name + text;
  }
  return words;
}

SummaryLines summary_lines(const Tells& tells, const void* value) {
  if (tells.summary) return tells.summary(value);
  SummaryLines told;
  const auto numbers = tells.numbers ? tells.numbers(value) : NamedNumbers{};
  for (const auto& [name, number] : numbers) told.numbers[name] = number;
  if (!numbers.empty()) told.lines.push_back(in_words(numbers));
  return told;
}

}  // namespace fovea
