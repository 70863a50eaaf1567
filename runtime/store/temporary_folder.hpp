#pragma once

#include <filesystem>
#include <string_view>

namespace fovea {

/// Creates a folder of this process in the system's temporary folder, with `prefix` and the owner in its
/// name, and removes such folders of dead processes of this user. Throws `Error` if it cannot be created.
std::filesystem::path make_temporary_folder(std::string_view prefix);

}  // namespace fovea
