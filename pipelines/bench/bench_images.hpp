#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "stages/model/model.hpp"

namespace fovea {

/// Images that a network is measured with, and what they are.
struct BenchImages {
  std::vector<std::uint8_t> pixels;  ///< N x H x W x C, of the network's size
  std::size_t count = 0;
  std::string source;  ///< "drawn", or the folder or file of the images
};

/// Returns 64 images of coloured squares, the same at every call.
BenchImages drawn_images(const Model& model);

/// Returns at most 256 of the images that a path stands for, from all parts of a folder, as the model sees
/// them. Throws `Error` where there is none, or for a file that is no image.
BenchImages images_of_files(const Model& model, const std::string& path, std::size_t threads);

}  // namespace fovea
