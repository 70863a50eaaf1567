#include "stages/model/defined_layers.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

namespace {

std::vector<DefinedLayer> layers_of(const std::string& text) {
  return Conversion<std::vector<DefinedLayer>>::read(parse_json(text), "layers");
}

Specification network(const std::string& text) {
  return defined_specification(layers_of(text), 16, 24, 3, 5);
}

/// The names of layers with what they give.
std::vector<std::string> shapes(const Specification& specification) {
  const auto info = infer(specification);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < info.layers.size(); ++i)
    lines.push_back(specification.layers[i].name + ": " + extent_text(info.layers[i].output));
  return lines;
}

}  // namespace

TEST_CASE("layers: they are named by kind and number, and follow each other") {
  CHECK(shapes(network(
            R"([{"layer": "conv", "channels": 8, "kernel": [3, 5], "padding": [1, 2]}, {"layer": "gelu"},
    {"layer": "conv", "channels": 4, "kernel": 2, "stride": 2}, {"layer": "mean"},
    {"layer": "linear", "features": "classes"}])")) ==
        std::vector<std::string>{"conv1: 8 x 16 x 24", "gelu1: 8 x 16 x 24", "conv2: 4 x 8 x 12", "mean1: 4",
                                 "linear1: 5"});
}

TEST_CASE("layers: a repeated block has its stride once") {
  const auto made = network(R"([{"block": "residual", "channels": 8, "stride": 2, "repeat": 3},
    {"layer": "mean"}, {"layer": "linear", "features": "classes"}])");
  std::vector<std::string> ends;
  for (const auto& line : shapes(made)) {
    if (line.find("relu_out") != std::string::npos) ends.push_back(line);
  }
  CHECK(ends == std::vector<std::string>{"residual1.0.relu_out: 8 x 8 x 12",
                                         "residual1.1.relu_out: 8 x 8 x 12",
                                         "residual1.2.relu_out: 8 x 8 x 12"});
}

TEST_CASE("layers: every block makes a network") {
  for (const std::string block :
       {R"("residual", "channels": 12)", R"("bottleneck", "channels": 16, "stride": 2)",
        R"("inverted_residual", "channels": 9, "squeezed": 4, "stochastic_depth": 0.1)",
        R"("squeeze_excitation", "squeezed": 2)", R"("convnext", "stochastic_depth": 0.2)",
        R"("patch_embedding", "channels": 12, "patch": 8}, {"block": "transformer", "heads": 2)"}) {
    INFO(block);
    const auto made = network(R"([{"block": )" + block + R"(}, {"layer": "mean"},
      {"layer": "linear", "features": "classes"}])");
    CHECK(infer(made).parameters > 0);
  }
}

TEST_CASE("layers: inputs name layers, or blocks by their last layer") {
  const auto made = network(R"([{"layer": "conv", "channels": 4, "kernel": 1, "name": "stem"},
    {"block": "residual", "channels": 4, "name": "deep"},
    {"layer": "concat", "inputs": ["stem", "deep"]}, {"layer": "mean"}, {"layer": "linear", "features": "classes"}])");
  const auto lines = shapes(made);
  CHECK(std::count(lines.begin(), lines.end(), "concat1: 8 x 16 x 24") == 1);
}

TEST_CASE("layers: what is wrong names the layer, with both shapes") {
  const std::string end = R"(, {"layer": "mean"}, {"layer": "linear", "features": "classes"}])";
  const auto wrong = [&](const std::string& text) { return error_of([&] { network("[" + text + end); }); };
  CHECK(
      wrong(
          R"({"layer": "conv", "channels": 4, "stride": 2}, {"layer": "add", "inputs": ["conv1", "input"]})") ==
      "layers: layer \"add1\": adds 4 x 7 x 11 and 3 x 16 x 24; all must have one shape");
  CHECK(wrong(R"({"layer": "conv", "inputs": ["stm"], "name": "stem"})") ==
        "layers: layer \"stem\": unknown input \"stm\"; the only one is \"input\"");
  CHECK(
      wrong(R"({"block": "transformer"})") ==
      "layers: block \"transformer1\": layer \"transformer1.attn.qkv\": takes flat values, but gets 3 x 16 x "
      "24; put a \"flatten\", \"mean\" or \"tokens\" before it");
  CHECK(wrong(R"({"block": "residul"})") ==
        "layers[0]: unknown block \"residul\"; did you mean \"residual\"?");
  CHECK(wrong(R"({"layer": "conv", "channels": 4, "repeat": 0})") ==
        "layers[0].repeat: 0 is not allowed; it must be from 1 to 1000");
  CHECK(
      error_of([] { network(R"([{"layer": "flatten"}, {"layer": "linear", "features": 4}])"); }) ==
      "layers: layer \"linear1\": gives 4, but there are 5 classes; the last layer gives one value a class");
}

TEST_CASE("layers: they are written as they were read") {
  const std::string text = R"([{"block": "residual", "channels": 8, "stride": 1, "name": "a", "repeat": 2},
    {"layer": "linear", "features": "classes", "bias": true, "pixelwise": false, "init": "uniform_in"}])";
  CHECK(Conversion<std::vector<DefinedLayer>>::write(layers_of(text), Keep::all) == parse_json(text));
}
