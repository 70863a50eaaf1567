#include "stages/model/weights/weight_file.hpp"

#include "stages/data/formats/input_file.hpp"
#include "stages/model/model_file.hpp"
#include "stages/model/weights/preprocessing_json.hpp"
#include "stages/model/weights/safetensors.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view hdf5 = "\x89HDF\r\n\x1a\n";

std::string beginning_of(const fs::path& path) {
  const InputFile file(path);
  std::string begin(std::min<std::size_t>(file.size(), 9), '\0');
  file.read(0, {reinterpret_cast<std::uint8_t*>(begin.data()), begin.size()});
  return begin;
}

/// Throws for a file that is neither of the two, by what it begins with.
void expect_safetensors(const fs::path& path, std::string_view begin) {
  const std::string right = "give a .safetensors file or a model .h5 of Fovea";
  if (begin.starts_with("PK\x03\x04") || begin.starts_with("\x80")) {
    throw Error(path.string() +
                ": pickled, as by torch.save, and reading that runs the code in it; save its state_dict with "
                "safetensors.torch.save_file");
  }
  if (begin.empty()) throw Error(path.string() + ": empty; " + right);
  if (begin.size() == 9 && begin[8] != '{')
    throw Error(path.string() + ": neither .safetensors nor HDF5; " + right);
}

/// Runs `body`, whose errors then begin with the path and are all `Error`.
template <class Body> auto at_path(const fs::path& path, const Body& body) {
  try {
    return body();
  } catch (const Error& error) {
    if (std::string_view(error.what()).starts_with(path.string() + ": ")) throw;
    throw error.at(path.string());
  } catch (const Json::exception&) {
    throw Error(path.string() + ": its JSON is not as Fovea writes it; fetch the file again");
  }
}

WeightFile read_hdf5(const fs::path& path) {
  auto model = read_model_file(path);
  return {path.string(), std::move(model.weights), std::move(model.specification),
          std::move(model.class_names), std::move(model.preprocessing)};
}

/// Reads what a text of the metadata tells, as JSON; nothing where it is not there.
template <class Read> void with_metadata(const Safetensors& file, const std::string& key, const Read& read) {
  const auto found = file.metadata.find(key);
  if (found != file.metadata.end()) at("metadata " + quote(key), [&] { read(parse_json(found->second)); });
}

WeightFile read_safetensors_file(const fs::path& path) {
  auto content = read_safetensors(path);
  WeightFile file{path.string(), std::move(content.arrays), {}, {}, {}};
  if (!content.metadata.contains("fovea")) return file;
  with_metadata(content, "specification", [&](const Json& json) {
    file.specification = read_params<Specification>(json, "specification");
  });
  with_metadata(content, "class_names", [&](const Json& json) {
    file.class_names = Conversion<std::vector<std::string>>::read(json, "class_names");
  });
  with_metadata(content, "preprocessing",
                [&](const Json& json) { file.preprocessing = read_preprocessing(json, "preprocessing"); });
  return file;
}

}  // namespace

WeightFile read_weight_file(const fs::path& path) {
  const auto begin = beginning_of(path);
  return at_path(path, [&] {
    if (begin.starts_with(hdf5.substr(0, 8))) return read_hdf5(path);
    expect_safetensors(path, begin);
    return read_safetensors_file(path);
  });
}

void write_safetensors(const fs::path& path, const Model& model) {
  write_safetensors(path, {model.weights,
                           {{"fovea", "1"},
                            {"specification", write_params(model.specification).dump()},
                            {"class_names", Json(model.class_names).dump()},
                            {"preprocessing", preprocessing_json(model.preprocessing).dump()}}});
}

}  // namespace fovea
