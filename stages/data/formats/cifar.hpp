#pragma once

#include <filesystem>
#include <optional>

#include "stages/data/dataset.hpp"

namespace fovea {

/// The files of CIFAR-10 or CIFAR-100 in binary form; the test part and the class names may be missing.
struct CifarFiles {
  bool hundred = false;  ///< CIFAR-100, whose fine labels are used
  std::vector<std::filesystem::path> train;
  std::optional<std::filesystem::path> test, names;
};

/// Returns whether the folder, or its folder "cifar-10-batches-bin" or "cifar-100-binary", holds CIFAR.
bool holds_cifar(const std::filesystem::path& folder);

/// Finds the files; throws `Error` that names the missing one.
CifarFiles find_cifar(const std::filesystem::path& folder);

/// Reads images of 32 x 32 RGB pixels, labels and parts, the training part first, and the class names where
/// there are some. The lengths of all files are checked before memory is allocated.
Dataset read_cifar(const CifarFiles& files);

}  // namespace fovea
