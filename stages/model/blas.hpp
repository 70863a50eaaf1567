#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fovea {

/// The BLAS library that LibTorch loads.
struct Blas {
  std::string name{};         ///< "openblas-openmp 0.3.21"; "" where LibTorch has its own
  bool is_reference = false;  ///< netlib's reference BLAS, which is several times slower than others
};

/// Returns the first libblas.so.3 in these folders by its file name, without loading it.
Blas blas_in(const std::vector<std::filesystem::path>& folders);

/// Returns the BLAS that LibTorch loads on this machine.
const Blas& blas_here();

/// Returns a warning for users, or "".
std::string blas_warning(const Blas& blas);

}  // namespace fovea
