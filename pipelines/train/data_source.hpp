#pragma once

#include "graph/registry.hpp"
#include "stages/data/ops/warp.hpp"

namespace fovea {

/// A data set that is known by name.
struct NamedData {
  std::string name;
  std::string doc;
  Json load;            ///< the parameters of its `load`
  std::string package;  ///< the package that installs its files, or "" if it needs none
};
const std::vector<NamedData>& named_data();

/// Returns the parameters of a `load` for a named data set, or for the data at a path. Throws `Error` with
/// the nearest name if it is neither, or with what is missing.
Json load_params_of(const std::string& name_or_path);

/// Returns the size of the images after `load` (and `resize`) in a definition; of image files, the first
/// hundred are read.
ImageSize image_size_of(const Json& definition);

/// Whether a mirrored image is assumed to keep its class: not for gray images of unknown origin, which may be
/// letters or digits.
bool may_be_mirrored(const Json& load_params, const ImageSize& size);

/// Sets the size of all images to `text` pixels, as "64", "64x96" or "[64, 96]": by parameters of `load` if
/// the images are files or drawn, else by a `resize` after it. Throws `Error` that says what is right.
void set_image_size(Json& definition, const std::string& text);

/// Sets how all images are brought to their size: in `resize` where there is one, else in what trains and in
/// the model.
void set_fit(Json& definition, const std::string& fit, const Registry& registry);

}  // namespace fovea
