#include "runtime/store/hdf5_trial.hpp"

#include <csignal>

#include "runtime/store/hdf5.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"

using namespace fovea;

TEST_CASE("hdf5 trial: a child that ends, by an exception too, is well") {
  CHECK(fate_in_child([] {}).empty());
  CHECK(fate_in_child([] { throw Error("anything"); }).empty());
}

TEST_CASE("hdf5 trial: a child that crashes, or never ends, is told and harms nobody else") {
  CHECK(fate_in_child([] { std::raise(SIGSEGV); }) == "crashes");
  CHECK(fate_in_child([] {
          volatile bool ever = true;
          while (ever) {
          }
        }) == "takes too long");
}

TEST_CASE("hdf5 trial: a good file passes, one that is not there is left to its reader") {
  const Folder folder;
  H5Writer file(folder / "f.h5");
  file.write("a", std::vector<float>{1, 2, 3});
  file.close();
  CHECK_NOTHROW(expect_harmless_hdf5(folder / "f.h5"));
  CHECK_NOTHROW(expect_harmless_hdf5(folder / "none.h5"));
}
