#pragma once

#include "graph/params.hpp"
#include "runtime/store/hdf5.hpp"
#include "stages/data/images/resample.hpp"

namespace fovea {

struct Dataset;

/// How an image is brought to the size that a network takes.
enum class Fit : std::uint8_t {
  crop,        ///< the largest part in the middle that has the proportions of that size, in whole pixels
  short_side,  ///< scaled to cover that size over `crop_pct`, and the middle cut out, as torchvision and timm
               ///< do
  letterbox,   ///< all of the image, as large as there is room, amid the fill colour
  stretch      ///< all of the image, whatever becomes of its proportions
};

/// What turns an image into the input of a network, as data: everything that the same picture needs to become
/// the same numbers again. `placement`, `Viewer` and `PixelPass` carry it out.
struct Preprocessing {
  ImageSize size;  ///< of what the network takes
  Fit fit = Fit::crop;
  double crop_pct = 1;  ///< of `short_side`: the size over that to which an image is scaled
  Filter filter;
  std::vector<std::uint8_t> fill;  ///< per channel, 0 to 255: what `letterbox` shows beside the image
  double scale = 1.0 / 255;        ///< a byte times this is a value
  std::vector<double> mean;        ///< per channel, subtracted from values
  std::vector<double> std;         ///< per channel, divided by; 0 counts as 1

  bool operator==(const Preprocessing&) const = default;
};

/// Where an image is shown: `part` of it, in pixels as it was taken, fills `box` of what the network takes.
struct Placement {
  Region part;
  Box box;
};

/// The largest part in the middle of an image whose width over height lies between these, in whole pixels.
Region central_part(const ImageSize& taken, double aspect_min, double aspect_max);

/// Where an image of the size in which it was taken is shown, where nothing is varied.
Placement placement(const Preprocessing& how, const ImageSize& taken);

/// How the images of a data set are seen by themselves: in its own size and with its own statistics.
Preprocessing own_preprocessing(const Dataset& data);

/// How a preprocessing brings images to its size, in the words of its settings, such as `"fit": "crop",
/// "interpolation": "bilinear"`; equal ones have equal words.
std::string in_words(const Preprocessing& how);

/// Writes a preprocessing as the group `preprocessing` of a file: attributes `height`, `width`, `channels`,
/// `fit`, `crop_pct`, `interpolation` (names as users type them), `antialias` (0 or 1) and `scale`; datasets
/// `mean`, `std` (float64) and `fill` (uint8), each one value a channel.
void write_preprocessing(const Preprocessing& how, H5Writer& file);
/// Reads it back. A file from before there was such a group has `mean` and `std` (or `deviation`) at its top,
/// and then images were seen in `size` as `Fit::crop` says. Throws `Error` that begins with `kind` where it
/// is none that could be carried out.
Preprocessing read_preprocessing(const H5Reader& file, std::string_view kind, const ImageSize& size);

/// What a user may say of how images are brought to a size.
struct FitSettings {
  std::string fit = "crop";
  double crop_pct = 1;
  std::string interpolation = "bilinear";
  bool antialias = true;
  std::string fill = "mean";

  bool operator==(const FitSettings&) const = default;
  /// Throws `Error` that begins with `place` where one is set that `fit` does not use.
  void check(const std::string& place) const;
  /// The preprocessing of a data set that is seen in another size (or in its own). Images that `resize` has
  /// brought to that size were seen as it says; throws `Error` where these settings say another thing.
  Preprocessing of(const Dataset& data, const std::optional<std::vector<std::int64_t>>& height_width) const;
};

OneOf fit_names();
OneOf interpolation_names();

/// The fields of `Params` for `FitSettings`, whose members it has.
template <class Params> auto fit_fields() {
  return std::tuple{
      field(
          "fit", &Params::fit,
          "how images of another size are brought to it: crop: the largest part in the middle that has its "
          "proportions; short_side: scaled to cover size / crop_pct, and the middle cut out, as torchvision "
          "and timm do; letterbox: all of the image, with the fill colour beside it; stretch: all of the "
          "image",
          fit_names()),
      field("crop_pct", &Params::crop_pct, "of short_side: the share of the scaled image that is kept a side",
            Range{0.1, 1}),
      field("interpolation", &Params::interpolation, "of the values between pixels", interpolation_names()),
      field("antialias", &Params::antialias,
            "whether every pixel counts where images become smaller; without, detail turns into patterns"),
      field("fill", &Params::fill, "what letterbox shows beside an image: the data's mean colour, or black",
            one_of({"mean", "black"}))};
}

/// The field of `Params` for the size of what a network takes.
template <class Params> auto image_size_field() {
  return field("image_size", &Params::image_size,
               "[height, width] of what the network takes; auto: that of the data", between(1, 4096));
}

/// Throws `Error` that begins with `place` where an image size is not height and width.
void check_image_size(const Auto<std::vector<std::int64_t>>& size, const std::string& place);

/// What `Params` say of `FitSettings`.
template <class Params> FitSettings fit_settings(const Params& params) {
  return {params.fit, params.crop_pct, params.interpolation, params.antialias, params.fill};
}

}  // namespace fovea
