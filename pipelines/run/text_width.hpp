#pragma once

#include <string>
#include <string_view>

namespace fovea {

/// Returns the terminal width of a text in columns: two for a wide character (Chinese, Japanese, Korean,
/// emoji), none for a combining mark. Bytes that are not UTF-8 take one each.
std::size_t columns_of(std::string_view text);

/// Returns the text padded with spaces to at least `columns`.
std::string padded(std::string_view text, std::size_t columns);

/// Returns as many whole clauses of a text as fit, or else words followed by "...".
std::string first_words(std::string_view text, std::size_t room);

}  // namespace fovea
