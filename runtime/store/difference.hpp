#pragma once

#include <optional>
#include <string>

#include "runtime/store/hdf5.hpp"

namespace fovea {

/// The first difference of two artifacts.
struct Difference {
  std::string dataset;  ///< the dataset's name; "attributes" if all datasets are equal
  std::optional<double>
      largest;  ///< largest absolute difference of two numbers in it; nothing if shapes or types differ
};

/// Compares the datasets of two files in the order of their names. Returns nothing if all are equal.
std::optional<Difference> first_difference(const H5Reader& before, const H5Reader& now);

}  // namespace fovea
