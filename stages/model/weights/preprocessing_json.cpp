#include "stages/model/weights/preprocessing_json.hpp"

#include <algorithm>

namespace fovea {
namespace {

/// The members of the JSON.
struct Members {
  std::int64_t height = 1;
  std::int64_t width = 1;
  std::int64_t channels = 3;
  std::string fit = "crop";
  double crop_pct = 1;
  std::string interpolation = "bilinear";
  bool antialias = true;
  std::vector<std::int64_t> fill;
  double scale = 1.0 / 255;
  std::vector<double> mean;
  std::vector<double> std;
  static auto fields() {
    using M = Members;
    return std::tuple{
        field("height", &M::height, "pixels", between(1, 65536)),
        field("width", &M::width, "pixels", between(1, 65536)),
        field("channels", &M::channels, "1 or 3", between(1, 3)),
        field("fit", &M::fit, "how images come to the size", fit_names()),
        field("crop_pct", &M::crop_pct, "of short_side", Range{0.1, 1}),
        field("interpolation", &M::interpolation, "between pixels", interpolation_names()),
        field("antialias", &M::antialias, "whether every pixel counts where images become smaller"),
        field("fill", &M::fill, "per channel: what letterbox shows beside an image", between(0, 255)),
        field("scale", &M::scale, "a byte times this is a value", above(0)),
        field("mean", &M::mean, "per channel, subtracted from values"),
        field("std", &M::std, "per channel, divided by", at_least(0))};
  }
};

template <class Enum> Enum number_of(const OneOf& names, const std::string& name) {
  return static_cast<Enum>(std::ranges::find(names.names, name) - names.names.begin());
}

template <class Enum> std::string name_of(const OneOf& names, Enum value) {
  return names.names.at(static_cast<std::size_t>(value));
}

}  // namespace

Json preprocessing_json(const Preprocessing& how) {
  return write_params(Members{.height = static_cast<std::int64_t>(how.size.height),
                              .width = static_cast<std::int64_t>(how.size.width),
                              .channels = static_cast<std::int64_t>(how.size.channels),
                              .fit = name_of(fit_names(), how.fit),
                              .crop_pct = how.crop_pct,
                              .interpolation = name_of(interpolation_names(), how.filter.interpolation),
                              .antialias = how.filter.antialias,
                              .fill = {how.fill.begin(), how.fill.end()},
                              .scale = how.scale,
                              .mean = how.mean,
                              .std = how.std});
}

Preprocessing read_preprocessing(const Json& json, const std::string& place) {
  const auto members = read_params<Members>(json, place);
  const auto channels = static_cast<std::size_t>(members.channels);
  for (const auto& [name, count] :
       {std::pair{"fill", members.fill.size()}, {"mean", members.mean.size()}, {"std", members.std.size()}}) {
    if (count == channels) continue;
    throw Error(place + "." + name + ": has " + std::to_string(count) +
                " numbers; it must have one for each of the " + std::to_string(channels) + " channels");
  }
  if (channels == 2) throw Error(place + ".channels: 2 is not allowed; it must be 1 or 3");
  Preprocessing how{
      .size = {static_cast<std::size_t>(members.height), static_cast<std::size_t>(members.width), channels},
      .fit = number_of<Fit>(fit_names(), members.fit),
      .crop_pct = members.crop_pct,
      .filter = {number_of<Interpolation>(interpolation_names(), members.interpolation), members.antialias},
      .fill = {},
      .scale = members.scale,
      .mean = members.mean,
      .std = members.std};
  for (const auto value : members.fill) how.fill.push_back(static_cast<std::uint8_t>(value));
  return how;
}

}  // namespace fovea
