#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fovea {

/// The library of matrix products that LibTorch loads.
struct Blas {
  std::string name{};         ///< "openblas-openmp 0.3.21"; "" where LibTorch brings its own
  bool is_reference = false;  ///< the one of netlib, which is several times slower than others
};

/// The first libblas.so.3 in these folders, found by its file, which is not loaded.
Blas blas_in(const std::vector<std::filesystem::path>& folders);

/// The one that LibTorch loads here.
const Blas& blas_here();

/// What is to be said of it before anything is computed, or "".
std::string blas_warning(const Blas& blas);

}  // namespace fovea
