#include "stages/model/blas.hpp"

#include <fstream>

#include "stages/model/cuda_versions.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"

using namespace fovea;

namespace {

namespace fs = std::filesystem;

/// Lays the files of a package below a folder, and a link to its libblas.so.3 beside them, as Debian does.
fs::path package(const Folder& folder, const std::string& name, const std::string& file) {
  fs::create_directories(folder / name);
  std::ofstream(folder / name / file) << "a library";
  const auto soname = folder / name / "libblas.so.3";
  if (!fs::exists(soname)) fs::create_symlink(file, soname);
  const auto links = folder / "links";
  fs::create_directories(links);
  fs::remove(links / "libblas.so.3");
  fs::create_symlink(soname, links / "libblas.so.3");
  return links;
}

}  // namespace

TEST_CASE("blas: OpenBLAS is told with how its threads come and the version of the library beside it") {
  const Folder folder;
  const auto links = package(folder, "openblas-openmp", "libblas.so.3");
  std::ofstream(folder / "openblas-openmp/libopenblasp-r0.3.21.so") << "a library";
  fs::create_symlink("libopenblasp-r0.3.21.so", folder / "openblas-openmp/libopenblas.so.0");
  const auto blas = blas_in({folder / "nothing", links});
  CHECK(blas.name == "openblas-openmp 0.3.21");
  CHECK(blas_warning(blas).empty());
}

TEST_CASE("blas: of the reference BLAS a warning names the package that is faster") {
  const Folder folder;
  const auto blas = blas_in({package(folder, "blas", "libblas.so.3.11.0")});
  CHECK(blas.name == "reference 3.11.0");
  CHECK(blas_warning(blas) ==
        "LibTorch multiplies matrices with the reference BLAS, several times slower than others; install the "
        "package libopenblas0-openmp");
}

TEST_CASE("blas: a LibTorch that brings its own names none") {
  const Folder folder;
  CHECK(blas_in({folder.path()}).name.empty());
}

TEST_CASE("cuda: the versions of the runtime and of cuDNN are those of the libraries beside LibTorch") {
  const Folder folder;
  const fs::path library = FOVEA_BINARY_DIR "/libfake_cuda_driver.so";
  fs::create_directories(folder / "torch/lib");
  fs::create_directories(folder / "nvidia/cudnn/lib");
  fs::create_symlink(library, folder / "torch/lib/libcudart.so.12");
  fs::create_symlink(library, folder / "nvidia/cudnn/lib/libcudnn.so.9");
  CHECK(cuda_versions(folder / "torch/lib") == Json{{"cudart", "12.8"}, {"cudnn", "9.10.2"}});
}
