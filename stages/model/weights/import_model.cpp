#include "stages/model/weights/import_model.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "runtime/store/artifact.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/temporary_folder.hpp"
#include "runtime/text_file.hpp"
#include "stages/model/architectures/architectures.hpp"
#include "stages/model/weights/preprocessing_json.hpp"
#include "stages/model/weights/weight_match.hpp"

namespace fovea {
namespace {

/// The statistics of ImageNet, by colour.
const std::vector<double> imagenet_mean{0.485, 0.456, 0.406}, imagenet_std{0.229, 0.224, 0.225};

std::vector<NamedArray> zeros(const Specification& specification) {
  std::vector<NamedArray> all;
  for (const auto& weight : infer(specification).weights()) {
    all.push_back({weight.name, Shape(weight.shape.begin(), weight.shape.end()),
                   std::vector<float>(static_cast<std::size_t>(weight.count()))});
  }
  return all;
}

/// Returns the channels of images that the first layer of the file takes: 1, or else 3.
std::int64_t channels_of(const WeightFile& file, const Specification& network) {
  for (const auto& layer : infer(network).layers) {
    if (layer.weights.empty() || layer.inputs.empty() || layer.inputs.front() != LayerInfo::image) continue;
    const auto& name = layer.weights.front().name;
    for (const auto& array : file.arrays) {
      if (array.name.ends_with(name) && array.shape.size() == 4 && array.shape[1] == 1) return 1;
    }
  }
  return 3;
}

Specification specification_of(const WeightFile& file, const ImportSettings& settings) {
  if (settings.architecture.empty()) {
    if (file.specification) return *file.specification;
    throw Error(file.path + ": does not tell its architecture; name it with --model");
  }
  std::vector<std::int64_t> size{224, 224};
  if (file.preprocessing) {
    size = {static_cast<std::int64_t>(file.preprocessing->size.height),
            static_cast<std::int64_t>(file.preprocessing->size.width)};
  }
  size = settings.image_size.value_or(size);
  const auto build = [&](std::int64_t channels, std::int64_t classes) {
    return build_specification(settings.architecture, size.at(0), size.at(1), channels, classes);
  };
  constexpr std::int64_t some_classes = 2;
  const auto channels = channels_of(file, build(3, some_classes));
  const auto probe = build(channels, some_classes);
  const auto match = match_weights(probe, zeros(probe), file);
  return build(channels, match.replaced.empty() ? some_classes : match.classes);
}

std::vector<double> per_channel(std::vector<double> values, std::size_t channels) {
  if (channels == 3) return values;
  return {(values[0] + values[1] + values[2]) / 3};
}

/// Returns the preprocessing of torchvision's classifiers.
Preprocessing of_torchvision(const ImageSize& size) {
  Preprocessing how{.size = size,
                    .fit = Fit::short_side,
                    .crop_pct = 0.875,
                    .filter = {},
                    .fill = {},
                    .mean = per_channel(imagenet_mean, size.channels),
                    .std = per_channel(imagenet_std, size.channels)};
  for (const auto mean : how.mean) how.fill.push_back(static_cast<std::uint8_t>(std::lround(mean * 255)));
  return how;
}

Preprocessing preprocessing_of(const WeightFile& file, const ImportSettings& settings,
                               const ImageSize& size) {
  auto how = file.preprocessing && file.preprocessing->size.channels == size.channels ? *file.preprocessing
                                                                                      : of_torchvision(size);
  how.size = size;
  auto json = preprocessing_json(how);
  if (settings.fit) json["fit"] = *settings.fit;
  if (settings.fit && *settings.fit != "short_side") json["crop_pct"] = 1.0;
  if (settings.crop_pct) json["crop_pct"] = *settings.crop_pct;
  if (settings.interpolation) json["interpolation"] = *settings.interpolation;
  if (settings.mean) json["mean"] = *settings.mean;
  if (settings.std) json["std"] = *settings.std;
  return read_preprocessing(json, "preprocessing");
}

std::vector<std::string> class_names_of(const WeightFile& file, const ImportSettings& settings,
                                        std::int64_t classes) {
  const auto count = static_cast<std::size_t>(classes);
  if (settings.class_names.size() == count) return settings.class_names;
  if (!settings.class_names.empty()) {
    throw Error(file.path + ": tells " + std::to_string(count) + " classes apart, but there are " +
                std::to_string(settings.class_names.size()) + " class names; give one for each");
  }
  if (file.class_names.size() == count) return file.class_names;
  std::vector<std::string> numbers;
  for (std::size_t k = 0; k < count; ++k) numbers.push_back(std::to_string(k));
  return numbers;
}

}  // namespace

Model import_model(const WeightFile& file, const ImportSettings& settings) {
  Model model;
  model.specification = specification_of(file, settings);
  auto match = match_weights(model.specification, zeros(model.specification), file);
  std::erase_if(match.added, [](const std::string& name) { return name.ends_with("num_batches_tracked"); });
  if (!match.added.empty()) {
    throw Error(file.path + ": lacks " + quote(match.added.front()) +
                (match.added.size() > 1 ? " and " + std::to_string(match.added.size() - 1) + " more" : "") +
                " of " + model.specification.name + "; give a file of the whole network");
  }
  if (!match.replaced.empty()) {
    throw Error(file.path + ": tells " + std::to_string(match.classes) + " classes apart, but its network " +
                std::to_string(model.specification.classes) + "; fetch the file again");
  }
  model.weights = std::move(match.weights);
  model.class_names = class_names_of(file, settings, model.specification.classes);
  model.preprocessing = preprocessing_of(file, settings, input_size(model.specification));
  return model;
}

void write_model(const std::filesystem::path& path, const Model& model) {
  const auto folder = make_temporary_folder("fovea-model-");
  const auto draft = folder / "model.h5";
  const std::shared_ptr<void> removed(nullptr, [&](void*) {
    std::error_code left_for_the_next_process;
    std::filesystem::remove_all(folder, left_for_the_next_process);
  });
  write_artifact(Model::codec(), &model, draft);
  write_whole_file(path, MappedFile(draft).bytes());
}

}  // namespace fovea
