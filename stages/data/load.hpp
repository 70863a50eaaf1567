#pragma once

#include "graph/stage.hpp"
#include "stages/data/synthetic.hpp"

namespace fovea {

/// Reads labelled images into memory, as whole as their source has them. There are as many classes as
/// `class_names`, or as many as the largest label asks for; then each must have a sample.
struct Load {
  static constexpr std::string_view name = "load";
  static constexpr std::string_view doc = "reads labelled images from a folder, or draws synthetic ones";
  static constexpr int version = 1;

  template <template <class> class As>
  struct In {
    static auto ports() { return std::tuple{}; }
  };
  template <template <class> class As>
  struct Out {
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
    static auto fields() {
      return std::tuple{
          source("path", &Params::path, "the folder that holds the data"),
          field("format", &Params::format,
                "idx: the MNIST family, plain or gzip; synthetic: coloured shapes; auto: by what the folder "
                "holds",
                one_of({"auto", "idx", "synthetic"})),
          field("class_names", &Params::class_names,
                "what the labels 0, 1, ... are called; [] = their numbers, or the shapes of synthetic data"),
          field("synthetic", &Params::synthetic, "what is drawn where the format is synthetic")};
    }
    void check(const std::string& place) const;
  };

  /// The files that will be read; throws `Error` where the folder or one of them is not there.
  static std::vector<std::filesystem::path> sources(const Params& params);
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
