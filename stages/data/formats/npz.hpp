#pragma once

#include <filesystem>

#include "runtime/context.hpp"
#include "stages/data/dataset.hpp"

namespace fovea {

/// Returns whether this is a .npz file, or a folder that holds one.
bool holds_npz(const std::filesystem::path& path);

/// Returns the .npz file that `path` is or holds; throws `Error` where a folder holds none or several.
std::filesystem::path find_npz(const std::filesystem::path& path);

/// Reads the arrays of a .npz file (NumPy's `savez` and `savez_compressed`): `x_train`, `y_train`, `x_val`,
/// `y_val`, `x_test`, `y_test`; or `train_images`, `train_labels`, ...; or `images`, `labels`; or `x`, `y`.
/// Images are uint8, N x H x W or with 1 or 3 channels: N x H x W x C where the last extent is 1 or 3, else N
/// x C x H x W. Labels are integers, N or N x 1. Other arrays give a warning. All announced sizes are checked
/// against the file's length before memory is allocated.
Dataset read_npz(const std::filesystem::path& file, const Context& context);

}  // namespace fovea
