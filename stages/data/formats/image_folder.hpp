#pragma once

#include "stages/data/formats/image_list.hpp"

namespace fovea {

/// Returns whether the folder holds class folders of images, or parts with class folders.
bool holds_image_folder(const std::filesystem::path& folder);

/// Lists a folder of class folders, classes and images sorted by name. Where it has a folder `train` (or
/// `training`) that holds class folders itself, that is the training part, and `val`, `valid` or
/// `validation`, `test` or `testing` beside it are the others; the classes are those of all parts. Images may
/// lie deeper below their class folder. Hidden files and `__MACOSX` are skipped; other files that are no
/// images give a warning. Throws `Error` where there is no image.
ImageList list_image_folder(const std::filesystem::path& folder);

/// Returns what decides the data: the folder, its class folders and its images. Folders end in a slash.
std::vector<std::filesystem::path> image_folder_sources(const std::filesystem::path& folder);

}  // namespace fovea
