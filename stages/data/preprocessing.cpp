#include "stages/data/preprocessing.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/store/artifact.hpp"
#include "stages/data/dataset.hpp"

namespace fovea {
namespace {

constexpr std::array<const char*, 4> fits{"crop", "short_side", "letterbox", "stretch"};
constexpr std::array<const char*, 3> interpolations{"nearest", "bilinear", "bicubic"};

template <class Enum, std::size_t count>
std::string name_of(const std::array<const char*, count>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

template <class Enum, std::size_t count>
std::optional<Enum> named(const std::array<const char*, count>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return {};
  return static_cast<Enum>(found - names.begin());
}

Region whole(const ImageSize& taken) {
  return {0, 0, static_cast<double>(taken.width), static_cast<double>(taken.height)};
}

Box whole_box(const ImageSize& size) {
  return {0, 0, size.width, size.height};
}

/// Half of what is left over, to the even number where that lies between two, as Python rounds.
std::size_t half_of(std::size_t rest) {
  return static_cast<std::size_t>(std::nearbyint(static_cast<double>(rest) / 2));
}

/// A side that grows as the other does from `from` to `to`. Between whole pixels it is cut off where the
/// target is a square, as in torchvision's `Resize`, and else rounded, as in timm's `ResizeKeepRatio`.
std::size_t grown(std::size_t side, std::size_t from, std::size_t to, bool square) {
  if (square) return side * to / from;
  const double ratio = static_cast<double>(from) / static_cast<double>(to);
  return static_cast<std::size_t>(std::nearbyint(static_cast<double>(side) / ratio));
}

/// What torchvision's `CenterCrop` keeps of a side once it has `scaled` pixels: begin and length, in pixels
/// of the `taken` ones.
std::pair<double, double> middle(std::size_t taken, std::size_t scaled, std::size_t kept) {
  const double step = static_cast<double>(taken) / static_cast<double>(scaled);
  return {static_cast<double>(half_of(scaled - kept)) * step, static_cast<double>(kept) * step};
}

Region short_side_part(const Preprocessing& how, const ImageSize& taken) {
  const auto scaled = [&](std::size_t side) {
    return static_cast<std::size_t>(std::floor(static_cast<double>(side) / how.crop_pct));
  };
  ImageSize cover{scaled(how.size.height), scaled(how.size.width), 0};
  const bool square = cover.height == cover.width;
  if (taken.height * cover.width <= taken.width * cover.height) {
    cover.width = std::max(cover.width, grown(taken.width, taken.height, cover.height, square));
  } else {
    cover.height = std::max(cover.height, grown(taken.height, taken.width, cover.width, square));
  }
  const auto [x, width] = middle(taken.width, cover.width, how.size.width);
  const auto [y, height] = middle(taken.height, cover.height, how.size.height);
  return {x, y, width, height};
}

/// Where Pillow's `ImageOps.pad` puts an image.
Box letterbox(const ImageSize& size, const ImageSize& taken) {
  const auto shrunk = [](std::size_t side, std::size_t from, std::size_t to) {
    const double exact = static_cast<double>(side) / static_cast<double>(from) * static_cast<double>(to);
    return std::max<std::size_t>(1, static_cast<std::size_t>(std::nearbyint(exact)));
  };
  Box box = whole_box(size);
  if (taken.width * size.height > taken.height * size.width) {
    box.height = std::min(size.height, shrunk(taken.height, taken.width, size.width));
  } else {
    box.width = std::min(size.width, shrunk(taken.width, taken.height, size.height));
  }
  box.x = half_of(size.width - box.width);
  box.y = half_of(size.height - box.height);
  return box;
}

std::vector<double> numbers(const H5Reader& file, const std::string& name) {
  const auto values = file.read<double>(name);
  return {values.begin(), values.end()};
}

void check(const Preprocessing& how, std::string_view kind) {
  const auto per_channel = [&](const std::vector<double>& values) {
    return values.size() == how.size.channels &&
           std::all_of(values.begin(), values.end(), [](double one) { return std::isfinite(one); });
  };
  constexpr std::size_t longest = 65536;
  const auto& [height, width, channels] = how.size;
  expect_stored(kind, height > 0 && width > 0 && height <= longest && width <= longest,
                "its images have no size that could be");
  expect_stored(kind, channels == 1 || channels == 3, "its images are neither gray nor RGB");
  expect_stored(kind, per_channel(how.mean) && per_channel(how.std),
                "its statistics are not numbers for each channel");
  expect_stored(kind, how.fill.size() == channels, "its fill is not a colour");
  expect_stored(kind, how.crop_pct >= 0.1 && how.crop_pct <= 1, "its crop_pct is not from 0.1 to 1");
  expect_stored(kind, std::isfinite(how.scale) && how.scale > 0, "its scale is not above 0");
}

/// The colour that stands for the mean of the data, 0 to 255.
std::vector<std::uint8_t> mean_colour(const std::vector<double>& mean) {
  std::vector<std::uint8_t> colour;
  for (const auto value : mean)
    colour.push_back(static_cast<std::uint8_t>(std::clamp(std::lround(value * 255), 0L, 255L)));
  return colour;
}

}  // namespace

OneOf fit_names() {
  return {{fits.begin(), fits.end()}};
}

OneOf interpolation_names() {
  return {{interpolations.begin(), interpolations.end()}};
}

Region central_part(const ImageSize& taken, double aspect_min, double aspect_max) {
  const auto height = static_cast<double>(taken.height), width = static_cast<double>(taken.width);
  const double aspect = std::clamp(width / height, aspect_min, aspect_max);
  const double broad = std::clamp(std::round(height * aspect), 1.0, width);
  const double tall = std::clamp(std::round(width / aspect), 1.0, height);
  return {std::floor((width - broad) / 2), std::floor((height - tall) / 2), broad, tall};
}

Placement placement(const Preprocessing& how, const ImageSize& taken) {
  const double aspect = static_cast<double>(how.size.width) / static_cast<double>(how.size.height);
  switch (how.fit) {
    case Fit::crop:
      return {central_part(taken, aspect, aspect), whole_box(how.size)};
    case Fit::short_side:
      return {short_side_part(how, taken), whole_box(how.size)};
    case Fit::letterbox:
      return {whole(taken), letterbox(how.size, taken)};
    case Fit::stretch:
      return {whole(taken), whole_box(how.size)};
  }
  std::abort();
}

Preprocessing own_preprocessing(const Dataset& data) {
  return FitSettings{}.of(data, {});
}

std::string in_words(const Preprocessing& how) {
  auto words = "\"fit\": " + quote(name_of(fits, how.fit));
  if (how.fit == Fit::short_side) words += ", \"crop_pct\": " + shown(Json(how.crop_pct));
  words += ", \"interpolation\": " + quote(name_of(interpolations, how.filter.interpolation));
  if (!how.filter.antialias) words += ", \"antialias\": false";
  if (how.fit == Fit::letterbox) {
    words += std::all_of(how.fill.begin(), how.fill.end(), [](auto value) { return value == 0; })
                 ? ", \"fill\": \"black\""
                 : ", \"fill\": \"mean\" (" + shown(Json(how.fill)) + ")";
  }
  return words;
}

void write_preprocessing(const Preprocessing& how, H5Writer& file) {
  const std::string group = "preprocessing";
  file.write(group + "/mean", how.mean);
  file.write(group + "/std", how.std);
  file.write(group + "/fill", how.fill);
  file.attribute(group, "height", static_cast<std::int64_t>(how.size.height));
  file.attribute(group, "width", static_cast<std::int64_t>(how.size.width));
  file.attribute(group, "channels", static_cast<std::int64_t>(how.size.channels));
  file.attribute(group, "fit", name_of(fits, how.fit));
  file.attribute(group, "crop_pct", how.crop_pct);
  file.attribute(group, "interpolation", name_of(interpolations, how.filter.interpolation));
  file.attribute(group, "antialias", std::int64_t{how.filter.antialias});
  file.attribute(group, "scale", how.scale);
}

Preprocessing read_preprocessing(const H5Reader& file, std::string_view kind, const ImageSize& size) {
  const std::string group = "preprocessing";
  Preprocessing how{.size = size, .filter = {}, .fill = {}, .mean = {}, .std = {}};
  if (!file.has(group + "/mean")) {
    how.mean = numbers(file, "mean");
    how.std = numbers(file, file.has("std") ? "std" : "deviation");
    how.fill = mean_colour(how.mean);
    check(how, kind);
    return how;
  }
  how.mean = numbers(file, group + "/mean");
  how.std = numbers(file, group + "/std");
  const auto fill = file.read<std::uint8_t>(group + "/fill");
  how.fill = {fill.begin(), fill.end()};
  const auto side = [&](const char* name) {
    return static_cast<std::size_t>(file.whole_attribute(group, name));
  };
  how.size = {side("height"), side("width"), side("channels")};
  const auto fit = named<Fit>(fits, file.text_attribute(group, "fit"));
  const auto interpolation =
      named<Interpolation>(interpolations, file.text_attribute(group, "interpolation"));
  expect_stored(kind, fit && interpolation, "its fit or interpolation has no known name");
  how.fit = *fit;
  how.filter = {*interpolation, file.whole_attribute(group, "antialias") != 0};
  how.crop_pct = file.number_attribute(group, "crop_pct");
  how.scale = file.number_attribute(group, "scale");
  check(how, kind);
  return how;
}

void check_image_size(const Auto<std::vector<std::int64_t>>& size, const std::string& place) {
  if (!size.value || size.value->size() == 2) return;
  throw Error(place + ".image_size: " + shown(Json(*size.value)) + "; it must be [height, width]");
}

void FitSettings::check(const std::string& place) const {
  const auto expect_used = [&](bool used, const std::string& name, const std::string& by) {
    if (used) return;
    throw Error(place + "." + name + ": not used by \"fit\": " + quote(fit) +
                "; leave it out, or set \"fit\" to " + quote(by));
  };
  expect_used(crop_pct == 1 || fit == "short_side", "crop_pct", "short_side");
  expect_used(fill == "mean" || fit == "letterbox", "fill", "letterbox");
}

Preprocessing FitSettings::of(const Dataset& data,
                              const std::optional<std::vector<std::int64_t>>& height_width) const {
  Preprocessing how{.size = {data.height, data.width, data.channels},
                    .fit = named<Fit>(fits, fit).value(),
                    .crop_pct = crop_pct,
                    .filter = {named<Interpolation>(interpolations, interpolation).value(), antialias},
                    .fill = std::vector<std::uint8_t>(data.channels),
                    .mean = data.mean,
                    .std = data.std};
  if (height_width) {
    how.size.height = static_cast<std::size_t>(height_width->at(0));
    how.size.width = static_cast<std::size_t>(height_width->at(1));
  }
  if (fill == "mean") how.fill = mean_colour(data.mean);
  if (!data.resized || data.resized->size != how.size) return how;
  const auto& made = *data.resized;
  if (*this != FitSettings{} && in_words(how) != in_words(made)) {
    throw Error("images have that size already, made with " + in_words(made) + ", and are not seen with " +
                in_words(how) + " once more; leave that out, or set it in \"resize\"");
  }
  how.fit = made.fit;
  how.crop_pct = made.crop_pct;
  how.filter = made.filter;
  how.fill = made.fill;
  return how;
}

}  // namespace fovea
