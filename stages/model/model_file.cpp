#include "stages/model/model_file.hpp"

#include <algorithm>

#include "runtime/store/artifact.hpp"
#include "runtime/store/files.hpp"
#include "stages/data/formats/input_file.hpp"

namespace fovea {
namespace {

constexpr std::string_view hdf5_start = "\x89HDF\r\n\x1a\n";

/// Refuses what is no HDF5 file at all, before HDF5 is asked.
void expect_hdf5(const std::filesystem::path& path) {
  const InputFile file(path);
  std::string start(std::min(file.size(), hdf5_start.size()), ' ');
  file.read(0, {reinterpret_cast<std::uint8_t*>(start.data()), start.size()});
  if (start != hdf5_start)
    throw Error(path.string() + ": not HDF5, as models are; give the best_model.h5 of a run directory");
}

/// Gives the weights memory of their own, so that the file may change afterwards.
void take_weights(Model& model) {
  for (auto& weight : model.weights) {
    std::vector<float> values(weight.values.begin(), weight.values.end());
    weight.values = std::move(values);
  }
}

/// Checks what the codec leaves to the digest of stored files.
void expect_names(const Model& model) {
  auto names = model.class_names;
  for (const auto& name : names) {
    if (!is_name(name)) throw Error("a class has a name that is not UTF-8");
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) throw Error("two of its classes are called " + quote(*twice));
}

}  // namespace

Model read_model_file(const std::filesystem::path& path) {
  expect_hdf5(path);
  const H5Reader file(path, FileOrigin::elsewhere);
  const auto& codec = Model::codec();
  if (const auto why = unreadable(codec, file); !why.empty())
    throw Error(path.string() + ": " + why + "; give the best_model.h5 of a run directory");
  Model model;
  const auto refusal = refusal_of([&] {
    for (const auto& text : file.texts("specification")) parse_json(text);  // the codec trusts its depth
    model = *std::static_pointer_cast<const Model>(codec.read(file, {}));
    expect_names(model);
  });
  if (!refusal.empty()) throw Error(path.string() + ": " + refusal + "; get the file again");
  take_weights(model);
  return model;
}

}  // namespace fovea
