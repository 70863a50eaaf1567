#pragma once

#include <string>
#include <string_view>

namespace fovea {

/// Returns the text padded with spaces to at least so many columns of a terminal.
std::string padded(std::string_view text, std::size_t columns);

/// Returns the longest prefix of at most so many columns; grapheme clusters are not split.
std::string first_columns(std::string_view text, std::size_t columns);

/// Returns as many whole clauses of a text as fit, or else words followed by "...".
std::string first_words(std::string_view text, std::size_t room);

}  // namespace fovea
