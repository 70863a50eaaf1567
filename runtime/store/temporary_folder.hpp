#pragma once

#include <filesystem>
#include <string_view>

namespace fovea {

/// Makes a folder of this process's own among the system's temporary files, with `prefix` and its owner in
/// the name, and removes those of that prefix that dead processes of this user left there. Throws `Error`
/// where it can't be made.
std::filesystem::path make_temporary_folder(std::string_view prefix);

}  // namespace fovea
