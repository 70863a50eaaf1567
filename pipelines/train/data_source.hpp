#pragma once

#include "graph/json.hpp"
#include "stages/data/ops/warp.hpp"

namespace fovea {

/// A data set that has a name of its own.
struct NamedData {
  std::string name;
  std::string doc;
  Json load;            ///< the parameters of its `load`
  std::string package;  ///< what brings its files, or "" where it needs none
};
const std::vector<NamedData>& named_data();

/// The parameters of the `load` that reads a named data set, or the data that a path holds. Throws `Error`
/// with the nearest name where it is neither, or with what is missing.
Json load_params_of(const std::string& name_or_path);

/// The size in which images are seen by what comes behind `load` (and `resize`) in a definition; of image
/// files, the first hundred are looked at.
ImageSize image_size_of(const Json& definition);

/// Whether an image in a mirror still shows its class as far as is known: not for gray images from
/// everywhere, which may be letters or digits.
bool may_be_mirrored(const Json& load_params, const ImageSize& size);

/// Makes all images `text` pixels large, as "64", "64x96" or "[64, 96]": as `load` sees them where they are
/// files or drawn, else with a `resize` behind it. Throws `Error` that says what is right.
void set_image_size(Json& definition, const std::string& text);

}  // namespace fovea
