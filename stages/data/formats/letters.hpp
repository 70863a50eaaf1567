#pragma once

#include <string>
#include <string_view>

namespace fovea {

/// The name of a class as it is compared: without spaces around it, and with letters and their accents as
/// single characters (Unicode's form NFC), so that names that look alike are one.
std::string normal_name(std::string_view name);

/// The same without regard to case, for telling names apart that differ in nothing else.
std::string folded_name(std::string_view name);

}  // namespace fovea
