#include "stages/model/torch_library.hpp"

#include <cstdlib>
#include <fstream>

#include "tests/catch.hpp"
#include "tests/folder.hpp"

using namespace fovea;

TEST_CASE("LibTorch's libraries: the first folder that has one counts, and none may have it") {
  const Folder folder;
  const auto first = folder / "first", second = folder / "second";
  std::filesystem::create_directories(first);
  std::filesystem::create_directories(second);
  const std::vector<std::filesystem::path> folders{first / "gone", first, second};
  CHECK(library_in(folders, "libtorch_cuda.so").empty());
  std::ofstream(second / "libtorch_cuda.so") << "x";
  CHECK(library_in(folders, "libtorch_cuda.so") == second / "libtorch_cuda.so");
  std::ofstream(first / "libtorch_cuda.so") << "x";
  CHECK(library_in(folders, "libtorch_cuda.so") == first / "libtorch_cuda.so");
}

TEST_CASE("LibTorch's libraries: the loader's own variable comes before the folder of the build") {
  const char* before = std::getenv("LD_LIBRARY_PATH");
  const std::string kept = before != nullptr ? before : "";
  setenv("LD_LIBRARY_PATH", "/one:/two", 1);
  const auto folders = torch_folders();
  REQUIRE(folders.size() == 3);
  CHECK(folders[0] == "/one");
  CHECK(folders[1] == "/two");
  unsetenv("LD_LIBRARY_PATH");
  CHECK(torch_folders() == std::vector<std::filesystem::path>{folders[2]});
  if (before != nullptr) setenv("LD_LIBRARY_PATH", kept.c_str(), 1);
}
