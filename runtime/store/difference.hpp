#pragma once

#include <optional>
#include <string>

#include "runtime/store/hdf5.hpp"

namespace fovea {

/// Where two artifacts differ first.
struct Difference {
  std::string dataset;  ///< its name; "attributes" where all datasets are equal
  std::optional<double>
      largest;  ///< largest absolute difference of two numbers in it; nothing where shapes or types differ
};

/// Compares the datasets of two files by name, in the order of their names. Gives nothing where all are
/// equal.
std::optional<Difference> first_difference(const H5Reader& before, const H5Reader& now);

}  // namespace fovea
