#include "stages/model/weights/weight_file.hpp"

#include "runtime/store/artifact.hpp"
#include "runtime/store/files.hpp"
#include "runtime/text_file.hpp"
#include "stages/train/rate_range.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/stages/model/weights/small_model.hpp"

namespace fovea {
namespace {

using namespace testing;

/// What a file of this name tells, without the folder's path in errors.
std::string refused(const std::string& bytes) {
  const Folder folder;
  write_file(folder / "w", bytes);
  const auto error = error_of([&] { read_weight_file(folder / "w"); });
  const auto begin = (folder / "w").string() + ": ";
  return error.starts_with(begin) ? error.substr(begin.size()) : error;
}

}  // namespace

TEST_CASE(
    "weight file: a model comes back whole from .safetensors as from .h5, whatever the files are called") {
  const Folder folder;
  const auto model = small_model();
  write_safetensors(folder / "one", model);
  write_artifact(Model::codec(), &model, folder / "two");
  for (const auto* name : {"one", "two"}) {
    const auto file = read_weight_file(folder / name);
    CHECK(same_weights(file.arrays, model.weights));
    CHECK(write_params(file.specification.value()) == write_params(model.specification));
    CHECK(file.class_names == model.class_names);
    CHECK(file.preprocessing == model.preprocessing);
  }
}

TEST_CASE("weight file: what another program wrote has weights and nothing else") {
  const Folder folder;
  write_file(folder / "w", safetensors_bytes(R"({"__metadata__":{"class_names":"1"},)"
                                             R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                                             "\x05"));
  const auto file = read_weight_file(folder / "w");
  CHECK(file.arrays.size() == 1);
  CHECK_FALSE(file.specification);
  CHECK(file.class_names.empty());
  CHECK_FALSE(file.preprocessing);
}

TEST_CASE("weight file: a pickled file is refused, with what to do instead") {
  CHECK(refused("PK\x03\x04 and more") ==
        "pickled, as by torch.save, and reading that runs the code in it; save its state_dict with "
        "safetensors.torch.save_file");
}

TEST_CASE("weight file: an empty file, and one of anything else, is refused") {
  CHECK(refused("") == "empty; give a .safetensors file or a model .h5 of Fovea");
  CHECK(refused("path,label\n1.png,cat\n") ==
        "neither .safetensors nor HDF5; give a .safetensors file or a model .h5 of Fovea");
}

TEST_CASE("weight file: another artifact is refused by its format") {
  const Folder folder;
  const RateRange range{};
  write_artifact(RateRange::codec(), &range, folder / "range.h5");
  CHECK(error_of([&] { read_weight_file(folder / "range.h5"); }) ==
        (folder / "range.h5").string() +
            ": format \"fovea.RateRange\" instead of \"fovea.Model\"; give the best_model.h5 of "
            "a run directory");
}

TEST_CASE("weight file: a model whose bytes changed since it was written is refused") {
  const Folder folder;
  const auto model = small_model();
  write_artifact(Model::codec(), &model, folder / "m.h5");
  std::string bytes(MappedFile(folder / "m.h5").bytes());
  const float last = model.weights.back().values[1];
  const auto at = bytes.find(std::string(reinterpret_cast<const char*>(&last), 4));
  REQUIRE(at != std::string::npos);
  bytes[at] ^= 1;
  CHECK(refused(bytes) ==
        "its content is refused (Model: its content is not what was written; make it again); get the file "
        "again");
}

TEST_CASE("weight file: a file that is not there is an error of its path") {
  CHECK(error_of([] { read_weight_file("/nowhere/w.safetensors"); }) ==
        "/nowhere/w.safetensors: no such file; check the path");
}

}  // namespace fovea
