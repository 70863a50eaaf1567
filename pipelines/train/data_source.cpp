#include "pipelines/train/data_source.hpp"

#include <algorithm>
#include <filesystem>

#include "graph/setting.hpp"
#include "pipelines/run/image_sides.hpp"
#include "pipelines/train/flags.hpp"
#include "runtime/null_report.hpp"
#include "stages/data/formats/formats.hpp"
#include "stages/data/formats/idx.hpp"
#include "stages/data/load.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t looked_at = 100;

std::vector<std::string> names_of_data() {
  std::vector<std::string> names;
  for (const auto& each : named_data()) names.push_back(each.name);
  return names;
}

const NamedData* find_named(const Json& load_params) {
  for (const auto& each : named_data()) {
    const char* key = each.package.empty() ? "format" : "path";
    if (load_params.value(key, Json()) == each.load.at(key)) return &each;
  }
  return nullptr;
}

/// Returns the size that `load` gives image files by default: their own if all are small and of one size.
ImageSize size_of_files(ImageList list) {
  if (list.images.size() > looked_at) list.images.resize(looked_at);
  NullReport report;
  Context context;
  context.report = &report;
  auto sizes = inspect_images(list, context).sizes;
  std::erase_if(sizes, [](const auto& one) { return one.height == 0; });
  ImageSize seen{224, 224, 1};
  const bool alike = !sizes.empty() && std::all_of(sizes.begin(), sizes.end(), [&](const auto& one) {
    return one.height == sizes[0].height && one.width == sizes[0].width;
  });
  if (alike && sizes[0].height <= 64 && sizes[0].width <= 64) seen = sizes[0];
  for (const auto& one : sizes) seen.channels = std::max(seen.channels, one.channels);
  return seen;
}

ImageSize size_of_pixels(const FoundData& found) {
  if (found.format->name == "cifar") return {32, 32, 3};
  if (found.format->name == "idx") {
    const auto shape = IdxFile(find_idx(found.path).train_images, IdxFile::Holds::images).shape();
    return {shape.at(1), shape.at(2), shape.size() > 3 ? shape[3] : 1};
  }
  NullReport report;
  Context context;
  context.report = &report;
  const auto data = found.format->read(found.path, {}, context);
  return {data.height, data.width, data.channels};
}

ImageSize size_of_load(const Json& given) {
  const auto params = read_params<Load::Params>(given, "load");
  if (params.format == "synthetic") {
    const auto& drawn = params.synthetic;
    return {static_cast<std::size_t>(drawn.height), static_cast<std::size_t>(drawn.width),
            static_cast<std::size_t>(drawn.channels)};
  }
  const auto found = find_data(params.path, params.format);
  auto size =
      found.format->list != nullptr ? size_of_files(found.format->list(found.path)) : size_of_pixels(found);
  if (const auto& seen = params.image_size.value; seen && seen->size() == 2) {
    size.height = static_cast<std::size_t>(seen->at(0));
    size.width = static_cast<std::size_t>(seen->at(1));
  }
  if (params.channels.value) size.channels = static_cast<std::size_t>(*params.channels.value);
  return size;
}

Json& params_of(Json& definition, const std::string& name) {
  auto& params = definition["stages"][name]["params"];
  if (params.is_null()) params = Json::object();
  return params;
}

std::optional<std::string> find_stage(const Json& definition, const std::string& kind) {
  for (const auto& [name, stage] : definition.at("stages").items()) {
    if (stage.value("stage", Json()) == kind) return name;
  }
  return {};
}

/// Inserts a `resize` after a `load`; readers of the `load` then read the `resize`.
void insert_resize(Json& definition, const std::string& load, const Json& params) {
  for (auto& [name, stage] : definition["stages"].items()) {
    if (!stage.contains("inputs")) continue;
    for (auto& wire : stage["inputs"]) {
      if (wire == load + ".data") wire = "resize.data";
    }
  }
  definition["stages"]["resize"] = {
      {"stage", "resize"}, {"inputs", {{"data", load + ".data"}}}, {"params", params}};
}

}  // namespace

const std::vector<NamedData>& named_data() {
  static const std::vector<NamedData> all{
      {"fashion_mnist",
       "60,000 + 10,000 gray pictures of clothes, 28 x 28, in 10 classes",
       {{"path", "/usr/share/datasets/fashion-mnist"},
        {"class_names",
         {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
          "Ankle boot"}}},
       "dataset-fashion-mnist"},
      {"synthetic", "coloured shapes that need no file", {{"format", "synthetic"}}, ""}};
  return all;
}

Json load_params_of(const std::string& name_or_path) {
  for (const auto& each : named_data()) {
    if (each.name != name_or_path) continue;
    if (each.package.empty() || fs::exists(each.load.at("path").get<std::string>())) return each.load;
    throw Error(name_or_path + ": " + each.load.at("path").get<std::string>() +
                " is not there; install the package " + quote(each.package));
  }
  const bool is_path = fs::exists(name_or_path) || name_or_path.find('/') != std::string::npos;
  if (!is_path) {
    throw Error("unknown data set " + quote(name_or_path) + suggestion(name_or_path, names_of_data()) +
                (nearest(name_or_path, names_of_data()).empty() ? ", or the path of data of your own" : ""));
  }
  const auto found = find_data(name_or_path, "auto");
  return {{"path", fs::absolute(found.path).lexically_normal().string()}};
}

ImageSize image_size_of(const Json& definition) {
  const auto& stages = definition.at("stages");
  auto size = size_of_load(stages.at(only_stage(definition, "load")).value("params", Json::object()));
  if (const auto resize = find_stage(definition, "resize")) {
    const auto params = stages.at(*resize).value("params", Json::object());
    size.height = params.value("height", std::size_t{64});
    size.width = params.value("width", std::size_t{64});
  }
  return size;
}

bool may_be_mirrored(const Json& load_params, const ImageSize& size) {
  return size.channels == 3 || find_named(load_params) != nullptr;
}

void set_image_size(Json& definition, const std::string& text) {
  const auto [height, width] = image_sides(text);
  const Json size = {{"height", height}, {"width", width}};
  const auto load = only_stage(definition, "load");
  for (const auto* place : {".image_size", ".synthetic.height", ".synthetic.width"})
    expect_not_in_each(definition, load + place);
  auto& params = params_of(definition, load);
  if (const auto resize = find_stage(definition, "resize")) {
    for (const auto* place : {".height", ".width"}) expect_not_in_each(definition, *resize + place);
    params_of(definition, *resize).update(size);
  } else if (params.value("format", Json()) == "synthetic") {
    if (!params.contains("synthetic")) params["synthetic"] = Json::object();
    params["synthetic"].update(size);
  } else if (find_data(params.value("path", ""), params.value("format", "auto")).format->list != nullptr) {
    params["image_size"] = {height, width};
  } else {
    insert_resize(definition, load, size);
  }
}

void set_fit(Json& definition, const std::string& fit, const Registry& registry) {
  if (const auto resize = find_stage(definition, "resize"))
    return set_value(definition, *resize + ".fit", fit, registry);
  for (const auto* kind : {"augment", "build_model"})
    set_value(definition, only_stage(definition, kind) + ".fit", fit, registry);
}

}  // namespace fovea
