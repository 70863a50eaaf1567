#include "stages/model/model.hpp"

#include "runtime/store/artifact.hpp"
#include "runtime/store/files.hpp"
#include "stages/model/weights/preprocessing_json.hpp"

namespace fovea {
namespace {

// The file of a Model:
//   /specification         one text: the layers as JSON, see specification.hpp
//   /weight_names          texts, in the order of the layers
//   /weights/<name>        float, one dataset for each name, shaped as in a PyTorch state_dict
//   /class_names           texts, K
//   /preprocessing/        what turns an image into the input of the network: see write_preprocessing. Until
//                          version 2 there were only /mean and /std (double, one for each channel; std was
//                          called deviation in version 1), and images were shown as `Fit::crop` says
//   @xxh3                  text: XXH3-128 of all of this, see `digest_of`; a file of version 2 may lack it

constexpr const char* digest_name = "xxh3";

/// Returns the digest by which a model tells that its file was damaged on its way: HDF5 itself does not
/// notice.
std::string digest_of(const std::string& specification, const Model& model) {
  Xxh3 digest;
  const auto add = [&](const std::string& text) {
    digest.add(text);
    digest.add(std::string_view("", 1));
  };
  add(specification);
  for (const auto& weight : model.weights) {
    add(weight.name);
    add(Json(weight.shape).dump());
    const auto bytes = std::as_bytes(weight.values.span());
    digest.add({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  for (const auto& name : model.class_names) add(name);
  add(preprocessing_json(model.preprocessing).dump());
  return digest.hex();
}

void write(const Model& model, H5Writer& file) {
  const auto specification = write_params(model.specification).dump();
  file.write("specification", std::vector<std::string>{specification});
  std::vector<std::string> names;
  for (const auto& weight : model.weights) {
    names.push_back(weight.name);
    file.write("weights/" + weight.name, weight.values, weight.shape);
  }
  file.write("weight_names", names);
  file.write("class_names", model.class_names);
  write_preprocessing(model.preprocessing, file);
  file.attribute("/", digest_name, digest_of(specification, model));
}

Model read(const H5Reader& file, const Resolve&) {
  Model model;
  const auto texts = file.texts("specification");
  if (texts.size() != 1) throw Error("specification: expected 1 text, got " + std::to_string(texts.size()));
  model.specification = read_params<Specification>(parse_own_json(texts[0]), "specification");
  for (const auto& name : file.texts("weight_names")) {
    const auto place = "weights/" + name;
    model.weights.push_back({name, file.shape(place), file.read<float>(place)});
  }
  model.class_names = file.texts("class_names");
  model.preprocessing = read_preprocessing(file, Model::kind, input_size(model.specification));
  expect_weights(model.specification, model.weights);
  expect_stored(Model::kind,
                static_cast<std::int64_t>(model.class_names.size()) == model.specification.classes,
                "its class names are not as many as its classes");
  expect_stored(Model::kind, model.preprocessing.size == input_size(model.specification),
                "its preprocessing gives images of another size than its layers take");
  if (file.has_attribute("/", digest_name)) {
    expect_stored(Model::kind, file.text_attribute("/", digest_name) == digest_of(texts[0], model),
                  "its content is not what was written");
  }
  return model;
}

void export_to(const Model&, const std::filesystem::path& object, const std::filesystem::path& target) {
  copy_to_new(object, target);
}

std::vector<WeightValues> weights_of(const Model& model) {
  std::vector<WeightValues> all;
  for (const auto& weight : model.weights) all.push_back({weight.name, weight.values.span()});
  return all;
}

}  // namespace

ImageSize input_size(const Specification& specification) {
  return {static_cast<std::size_t>(specification.height), static_cast<std::size_t>(specification.width),
          static_cast<std::size_t>(specification.channels)};
}

void expect_weights(const Specification& specification, const std::vector<NamedArray>& weights) {
  const auto wanted = infer(specification).weights();
  if (wanted.size() != weights.size()) {
    throw Error("weights: there are " + std::to_string(weights.size()) + ", but the layers have " +
                std::to_string(wanted.size()));
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Extent shape(weights[i].shape.begin(), weights[i].shape.end());
    if (weights[i].name == wanted[i].name && shape == wanted[i].shape &&
        weights[i].values.size() == static_cast<std::size_t>(wanted[i].count())) {
      continue;
    }
    throw Error("weights: " + quote(weights[i].name) + " is " + extent_text(shape) +
                ", but the layers have " + quote(wanted[i].name) + " of " + extent_text(wanted[i].shape));
  }
}

const Codec& Model::codec() {
  static const Codec codec =
      telling(make_codec<Model>(2, write, read, export_to), {.weights = told_by<Model>(weights_of)});
  return codec;
}

}  // namespace fovea
