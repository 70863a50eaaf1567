#include "stages/model/build_model.hpp"

#include <algorithm>
#include <cerrno>

#include "runtime/context.hpp"
#include "runtime/store/files.hpp"
#include "stages/model/weights/weight_match.hpp"

namespace fovea {
namespace {

std::vector<NamedArray> initialised(const NetworkInfo& info, std::uint64_t seed) {
  std::vector<NamedArray> arrays;
  for (const auto& weight : info.weights()) {
    arrays.push_back({weight.name, Shape(weight.shape.begin(), weight.shape.end()),
                      drawn(weight.first, weight.name, weight.count(), seed)});
  }
  return arrays;
}

/// Makes the network, with its first weights, for the size of the model's images.
void begin(Model& model, const BuildModel::Params& params, std::size_t count, std::uint64_t seed) {
  const auto& size = model.preprocessing.size;
  const auto height = static_cast<std::int64_t>(size.height), width = static_cast<std::int64_t>(size.width),
             channels = static_cast<std::int64_t>(size.channels), classes = static_cast<std::int64_t>(count);
  if (const auto* own = OwnModules::all().find(params.architecture)) {
    model.specification = {own->name, height, width, channels, classes, {}};
    model.weights = own->begin(model.specification, own->settled(params.settings, "settings"), seed);
    return;
  }
  model.specification = params.layers.empty()
                            ? build_specification(params.architecture, height, width, channels, classes)
                            : defined_specification(params.layers, height, width, channels, classes);
  model.weights = initialised(infer(model.specification), seed);
}

/// Whether the user says how images are brought to the size of the network.
bool says_fit(const BuildModel::Params& params) {
  return fit_settings(params) != FitSettings{};
}

bool is_black(const std::vector<std::uint8_t>& colour) {
  return std::ranges::all_of(colour, [](auto value) { return value == 0; });
}

/// Returns the preprocessing for a data set. Where neither the user nor a `resize` says how images are
/// brought to their size, it is as in the model of the file; where that takes images of the same channels,
/// its statistics are kept too.
Preprocessing preprocessing_for(const Dataset& data, const BuildModel::Params& params,
                                const std::optional<WeightFile>& file) {
  auto how = fit_settings(params).of(data, params.image_size.value);
  if (!file || !file->preprocessing || says_fit(params) || data.resized) return how;
  const auto& theirs = *file->preprocessing;
  how.fit = theirs.fit;
  how.crop_pct = theirs.crop_pct;
  how.filter = theirs.filter;
  if (is_black(theirs.fill)) how.fill.assign(how.fill.size(), 0);
  if (theirs.size.channels != how.size.channels) return how;
  how.scale = theirs.scale;
  how.mean = theirs.mean;
  how.std = theirs.std;
  return how;
}

void take_weights(Model& model, const WeightFile& file, const Context& context) {
  auto match = match_weights(model.specification, std::move(model.weights), file);
  context.event("pretrained", in_words(match, file), json_of(match));
  for (const auto& warning : warnings_of(match, file)) context.warn(warning);
  model.weights = std::move(match.weights);
}

}  // namespace

void BuildModel::Params::check(const std::string& place) const {
  if (!layers.empty() && architecture != Params{}.architecture)
    throw Error(place + ".architecture: there are \"layers\" as well; give one of both");
  const auto* own = OwnModules::all().find(architecture);
  if (own != nullptr) own->settled(settings, place + ".settings");
  if (own == nullptr && !settings.empty())
    throw Error(place + ".settings: " + quote(architecture) + " has none; leave them out");
  check_image_size(image_size, place);
  fit_settings(*this).check(place);
}

std::vector<std::filesystem::path> BuildModel::sources(const Params& params) {
  if (params.pretrained.empty()) return {};
  if (!std::filesystem::exists(params.pretrained)) throw file_error(params.pretrained, ENOENT);
  return {params.pretrained};
}

BuildModel::Out<Value> BuildModel::run(const In<Value>& in, const Params& params, Context& context) {
  const auto& data = *in.data;
  std::optional<WeightFile> file;
  if (!params.pretrained.empty()) file = read_weight_file(params.pretrained);
  Model model;
  model.preprocessing = preprocessing_for(data, params, file);
  begin(model, params, data.classes(), context.seed);
  model.class_names = data.class_names;
  if (file) take_weights(model, *file, context);
  return {.model = std::move(model)};
}

}  // namespace fovea
