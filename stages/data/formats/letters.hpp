#pragma once

#include <string>
#include <string_view>

namespace fovea {

/// Returns whether the text is UTF-8, as names in results must be.
bool is_utf8(std::string_view text);

/// Returns the name of a class for comparison: trimmed, and with letters and their accents as single
/// characters (Unicode's form NFC), so that names that look alike are equal.
std::string normal_name(std::string_view name);

/// Returns the normal name without regard to case, to find names that differ in case only.
std::string folded_name(std::string_view name);

}  // namespace fovea
