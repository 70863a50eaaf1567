#pragma once

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace fovea {

/// The image files that a person names.
struct ImageArguments {
  std::vector<std::filesystem::path> files;  ///< in the order of the arguments; some may not be there
  std::vector<std::string> errors;           ///< of arguments that stand for no file at all
};

/// Returns the files for arguments: each stands for a file, a folder with all images below it, or, as "-",
/// for what `names` says: files and folders, one a line, or with a zero byte behind each. Folders are walked
/// in the order in which `load` reads them, so that batches, and with them the last digits, are those of an
/// evaluation. Throws `Error` where there is no file and no error.
ImageArguments image_arguments(const std::vector<std::string>& arguments, std::FILE* names);

}  // namespace fovea
