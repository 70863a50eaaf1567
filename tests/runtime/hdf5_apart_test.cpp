#include "runtime/store/hdf5_apart.hpp"

#include <sys/wait.h>

#include <cerrno>

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/runtime/file_bytes.hpp"

namespace fovea {
namespace {

using Texts = std::vector<std::string>;

void write_mixed(const std::filesystem::path& path) {
  H5Writer file(path);
  file.attribute("/", "format", std::string("fovea.Example"));
  file.write<std::uint8_t>("images", {7, 8, 9, 10, 11, 12}, {2, 3});
  file.write<float>("none", std::span<const float>(), {0, 3});
  file.write("names", Texts{"T-shirt", "", "Größe ✓", "\xff"});
  file.write<double>("weights/layer", {1.5, -2});
  file.attribute("weights/layer", "index", std::int64_t{-3});
  file.attribute("weights", "scale", 2.0);
  file.close();
}

}  // namespace

TEST_CASE("hdf5: what is found in a file apart is what is found in it here") {
  const Folder folder;
  write_mixed(folder / "a.h5");
  const H5Reader here(folder / "a.h5"), apart(folder / "a.h5", FileOrigin::elsewhere);
  CHECK(apart.datasets() == here.datasets());
  for (const auto& name : here.datasets()) {
    CHECK(apart.type(name) == here.type(name));
    CHECK(apart.shape(name) == here.shape(name));
  }
  CHECK(apart.numbers<std::uint8_t>("images") == here.numbers<std::uint8_t>("images"));
  CHECK(apart.numbers("weights/layer") == std::vector<double>{1.5, -2});
  CHECK(apart.texts("names") == here.texts("names"));
  CHECK(apart.text_attribute("/", "format") == "fovea.Example");
  CHECK(apart.whole_attribute("weights/layer", "index") == -3);
  CHECK(apart.number_attribute("weights", "scale") == 2);
}

TEST_CASE("hdf5: a file is refused apart in the words in which it is refused here, and leaves no process") {
  const Folder folder;
  put(folder / "a.h5", "no HDF5");
  const auto path = (folder / "a.h5").string();
  const auto error = error_of([&] { H5Reader(path, FileOrigin::elsewhere); });
  CHECK(error == error_of([&] { H5Reader reader(path); }));
  CHECK(error.starts_with(path + ": "));
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

}  // namespace fovea
