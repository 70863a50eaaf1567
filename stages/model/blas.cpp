#include "stages/model/blas.hpp"

#include "stages/model/torch_library.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Returns the part of a name between two texts, or "" where the first is missing.
std::string between(const std::string& name, const std::string& begin, const std::string& end) {
  const auto from = name.find(begin);
  if (from == std::string::npos) return "";
  const auto to = name.find(end, from + begin.size());
  return name.substr(from + begin.size(), to == std::string::npos ? to : to - from - begin.size());
}

/// Returns the version in the file name: OpenBLAS has it in the library beside this one, as
/// libopenblasp-r0.3.21.so; others in their own, as libblas.so.3.11.0.
std::string version_of(const fs::path& file) {
  std::error_code none;
  const auto openblas = fs::canonical(file.parent_path() / "libopenblas.so.0", none);
  if (!none) return between(openblas.filename().string(), "-r", ".so");
  return between(file.filename().string(), ".so.", "/");
}

Blas blas_of(const fs::path& file) {
  const auto folder = file.parent_path().filename().string();
  const bool is_reference = folder == "blas";
  const auto version = version_of(file);
  return {(is_reference ? "reference" : folder) + (version.empty() ? "" : " " + version), is_reference};
}

}  // namespace

Blas blas_in(const std::vector<fs::path>& folders) {
  for (const auto& folder : folders) {
    std::error_code not_there;
    const auto file = fs::canonical(folder / "libblas.so.3", not_there);
    if (!not_there) return blas_of(file);
  }
  return {};
}

const Blas& blas_here() {
  static const auto blas = blas_in(torch_folders());
  return blas;
}

std::string blas_warning(const Blas& blas) {
  if (!blas.is_reference) return "";
  return "LibTorch multiplies matrices with the reference BLAS, several times slower than others; install "
         "the package libopenblas0-openmp";
}

}  // namespace fovea
