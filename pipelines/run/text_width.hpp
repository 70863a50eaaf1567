#pragma once

#include <string>
#include <string_view>

namespace fovea {

/// How many columns of a terminal a text takes: two for a wide character (Chinese, Japanese, Korean, emoji),
/// none for a mark that combines with the one before. Bytes that are not UTF-8 take one each.
std::size_t columns_of(std::string_view text);

/// The text with spaces behind it, to take at least `columns`.
std::string padded(std::string_view text, std::size_t columns);

/// As many whole clauses of a text as there is room for, or else words with "..." behind them.
std::string first_words(std::string_view text, std::size_t room);

}  // namespace fovea
