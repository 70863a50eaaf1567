#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stages/model/weights/weight_file.hpp"

namespace fovea {

/// What a weight file may not tell of its network; a member that is not set is as the file says, or as
/// stated.
struct ImportSettings {
  std::string architecture;
  std::optional<std::vector<std::int64_t>> image_size;  ///< height and width; 224 x 224
  std::vector<std::string> class_names;                 ///< 0, 1, ...
  std::optional<std::string> fit;                       ///< short_side
  std::optional<double> crop_pct;                       ///< 0.875 of short_side, as in torchvision
  std::optional<std::string> interpolation;             ///< bilinear
  std::optional<std::vector<double>> mean, std;         ///< those of ImageNet
};

/// Makes a model of a weight file alone; classes and channels are those of its weights. Throws `Error` where
/// the file is not of the architecture, or lacks a weight of it.
Model import_model(const WeightFile& file, const ImportSettings& settings);

/// Writes a model as .h5, atomically.
void write_model(const std::filesystem::path& path, const Model& model);

}  // namespace fovea
