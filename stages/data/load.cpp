#include "stages/data/load.hpp"

#include <algorithm>

#include "runtime/context.hpp"
#include "stages/data/formats/class_names.hpp"
#include "stages/data/formats/formats.hpp"
#include "stages/data/formats/input_file.hpp"
#include "stages/data/formats/letters.hpp"
#include "stages/data/preprocessing.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Returns the name of a setting for image files that differs from its default, or "".
std::string image_setting(const Load::Params& params) {
  if (params.on_broken != "error") return "on_broken";
  if (params.channels.value) return "channels";
  return params.image_size.value ? "image_size" : "";
}

FoundData find(const Load::Params& params) {
  auto found = find_data(params.path, params.format);
  const auto unused = image_setting(params);
  if (found.format->list != nullptr || unused.empty()) return found;
  throw Error(found.path.string() + ": " + quote(unused) + " is set, but " + quote(found.format->name) +
              " has no image files; leave it out");
}

ImageOptions options_of(const Load::Params& params) {
  ImageOptions options{.classes_meant = !params.class_names.empty(),
                       .skip_broken = params.on_broken == "skip",
                       .channels = {},
                       .seen = {}};
  if (params.channels.value) options.channels = static_cast<std::size_t>(*params.channels.value);
  if (const auto& size = params.image_size.value) {
    options.seen = ImageSize{static_cast<std::size_t>(size->at(0)), static_cast<std::size_t>(size->at(1)), 0};
  }
  return options;
}

void check_image_settings(const Load::Params& params, const std::string& place) {
  if (params.channels == 2) throw Error(place + ".channels: 2 is not allowed; it must be 1 or 3");
  check_image_size(params.image_size, place);
  const auto unused = image_setting(params);
  if (params.format == "synthetic" && !unused.empty())
    throw Error(place + "." + unused + ": not used by \"format\": \"synthetic\"; leave it out");
}

Dataset draw(const Load::Params& params, const Context& context) {
  auto data = make_synthetic(params.synthetic);
  name_classes(data, params.class_names, "synthetic");
  check_classes(data, !params.class_names.empty(), "synthetic", context);
  return data;
}

Dataset read(const Load::Params& params, const Context& context) {
  const auto found = find(params);
  const auto& [path, format, guessed] = found;
  auto data = reading(found, [&] { return found.format->read(found.path, options_of(params), context); });
  if (format->names_classes) order_classes(data, params.class_names, path.string());
  // Class names that come from the format without its samples are the intended classes.
  const bool named = !params.class_names.empty() || (!format->names_classes && !data.class_names.empty());
  name_classes(data, params.class_names, path.string());
  check_classes(data, named, path.string(), context);
  return data;
}

}  // namespace

void Load::Params::check(const std::string& place) const {
  const bool drawn = format == "synthetic";
  if (path.empty() && !drawn) {
    throw Error(place + ".path: missing; give the folder that holds the data, or \"format\": \"synthetic\"");
  }
  if (!path.empty() && drawn) {
    throw Error(place + ".path: " + quote(path.string()) +
                " is not used by \"format\": \"synthetic\"; leave it out");
  }
  if (drawn) synthetic.check(place + ".synthetic");
  check_image_settings(*this, place);
  for (const auto& one : class_names) {
    if (normal_name(one).empty() || !is_name(one))
      throw Error(place + ".class_names: " + quote(one) +
                  " is no name; it must have letters and no zero byte");
  }
  auto names = class_names;
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    throw Error(place + ".class_names: " + quote(*twice) + " is there twice; each name must differ");
}

std::vector<fs::path> Load::sources(const Params& params) {
  if (params.format == "synthetic") return {};
  const auto found = find(params);
  return reading(found, [&] { return found.format->sources(found.path); });
}

Load::Out<Value> Load::run(const In<Value>&, const Params& params, Context& context) {
  auto data = params.format == "synthetic" ? draw(params, context) : read(params, context);
  measure_statistics(data, context.threads);
  context.progress(data.size(), data.size(), "images");
  return {.data = std::move(data)};
}

}  // namespace fovea
