#pragma once

#include "graph/stage.hpp"
#include "stages/data/formats/formats.hpp"
#include "stages/data/synthetic.hpp"

namespace fovea {

/// Reads labelled images into memory. There are as many classes as `class_names`, or as many as the largest
/// label asks for; then each must have a sample.
struct Load {
  static constexpr std::string_view name = "load";
  static constexpr std::string_view doc = "reads labelled images from files, or draws synthetic ones";
  static constexpr int version = 5;

  template <template <class> class As> using In = NoPorts<As>;
  template <template <class> class As> struct Out {
    As<Dataset> data;
    static auto ports() {
      return std::tuple{field("data", &Out::data, "all images with labels, and the part each came from")};
    }
  };
  struct Params {
    std::filesystem::path path;
    std::string format = "auto";
    std::vector<std::string> class_names;
    Synthetic synthetic;
    std::string on_broken = "error";
    Auto<std::int64_t> channels;
    Auto<std::vector<std::int64_t>> image_size;
    static auto fields() {
      return std::tuple{
          source(
              "path", &Params::path,
              "the folder that holds the data, or a .npz file, or a .csv or .tsv file with columns path (or "
              "filename, file, image), label (or class) and, if need be, part (or split)"),
          field(
              "format", &Params::format,
              "how the data is kept, as `fovea datasets` tells; synthetic: coloured shapes; auto: by what is "
              "there",
              OneOf{format_names()}),
          field("class_names", &Params::class_names,
                "what the labels 0, 1, ... are called, and the order of classes that have names; [] = the "
                "names "
                "that the data gives, or their numbers"),
          field("synthetic", &Params::synthetic, "what is drawn where the format is synthetic"),
          field(
              "on_broken", &Params::on_broken,
              "what is done about image files that are broken: an error, or they are left out with a warning",
              one_of({"error", "skip"})),
          field("channels", &Params::channels,
                "1 (gray) or 3 (RGB), as which image files are seen; auto: 3 where any of them has colour",
                between(1, 3)),
          field("image_size", &Params::image_size,
                "[height, width] in which image files are seen; auto: their own where all have the same, at "
                "most "
                "64 x 64, else 224 x 224",
                between(1, 4096))};
    }
    void check(const std::string& place) const;
  };

  /// Returns the files that will be read, and the folders whose names are classes; throws `Error` where one
  /// is missing.
  static std::vector<std::filesystem::path> sources(const Params& params);
  static Json made_with() { return decoded_with(); }
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
