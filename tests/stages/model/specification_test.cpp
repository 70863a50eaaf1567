#include "stages/model/specification.hpp"

#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

namespace {

Specification of(std::vector<Layer> layers, std::int64_t classes = 10) {
  return {"test", 8, 6, 3, classes, std::move(layers)};
}

const Layer flatten{"flatten", Flatten{}, {}};

}  // namespace

TEST_CASE("a convolution: shape, weights and multiply-adds follow from its input") {
  const auto conv = Conv{.channels = 4, .kernel = 3, .stride = 2, .padding = 1, .groups = 1, .bias = true};
  const auto info = infer(of({{"conv", conv, {}}, flatten, {"fc", Linear{10}, {}}}));
  CHECK(info.layers[0].output == Extent{4, 4, 3});
  CHECK(info.layers[0].parameters == 4 * 3 * 3 * 3 + 4);
  CHECK(info.layers[0].multiply_adds == 4 * 4 * 3 * 3 * 3 * 3);
  CHECK(info.layers[0].weights[0].name == "conv.weight");
  CHECK(info.layers[0].weights[0].shape == Extent{4, 3, 3, 3});
  CHECK(info.parameters == 112 + 10 * 48 + 10);
}

TEST_CASE("groups: each channel sees only the channels of its own group") {
  const auto conv = Conv{.channels = 6, .kernel = 1, .stride = 1, .padding = 0, .groups = 3, .bias = false};
  const auto info = infer(of({{"conv", conv, {}}, flatten}, 6 * 8 * 6));
  CHECK(info.layers[0].weights[0].shape == Extent{6, 1, 1, 1});
}

TEST_CASE("pooling: windows that do not fit whole are left out") {
  const auto info = infer(of({{"pool", MaxPool{3, 2, 1}, {}}, {"mean", AveragePool{2, 2}, {}}, flatten}, 6));
  CHECK(info.layers[0].output == Extent{3, 4, 3});
  CHECK(info.layers[1].output == Extent{3, 2, 1});
}

TEST_CASE("batch normalisation: two weights are trained, three buffers are kept") {
  const auto info = infer(of({{"bn", BatchNorm{}, {}}, {"mean", GlobalAveragePool{}, {}}, flatten}, 3));
  CHECK(info.layers[0].parameters == 6);
  CHECK(info.weights().size() == 5);
  CHECK(info.weights()[4].name == "bn.num_batches_tracked");
  CHECK(info.weights()[4].shape.empty());
}

TEST_CASE("layers may be listed in any order: each is computed after all that it takes from") {
  const auto info = infer(of({{"sum", Add{}, {"a", "b"}},
                              {"out", Flatten{}, {"sum"}},
                              {"b", Relu{}, {"a"}},
                              {"a", Relu{}, {"input"}}},
                             144));
  CHECK(info.order == std::vector<std::size_t>{3, 2, 0, 1});
  CHECK(info.output == 1);
}

TEST_CASE("a layer without inputs takes from the one before, and the first from the image") {
  const auto info = infer(of({{"a", Relu{}, {}}, {"b", Flatten{}, {}}}, 144));
  CHECK(info.layers[0].inputs == std::vector<std::size_t>{LayerInfo::image});
  CHECK(info.layers[1].inputs == std::vector<std::size_t>{0});
}

TEST_CASE("what is wrong in a network is told with the layer's name") {
  CHECK(error_of([] { infer(of({})); }) == "layers: there are none; a network has at least one");
  CHECK(error_of([] {
          infer(of({{"a", Relu{}, {"imput"}}}));
        }) == "layer \"a\": unknown input \"imput\"; did you mean \"input\"?");
  CHECK(error_of([] {
          infer(of({{"a", Relu{}, {"b"}}, {"b", Relu{}, {"a"}}}));
        }) == "layers: \"a\" -> \"b\" -> \"a\" is a cycle; a layer must not need its own result");
  CHECK(error_of([] {
          infer(of({{"a", Relu{}, {}}, {"a", Relu{}, {}}}));
        }) == "layer \"a\": the name is taken; give each layer its own");
  CHECK(error_of([] {
          infer(of({{"a", Add{}, {"input"}}}));
        }) == "layer \"a\": has 1 inputs; it must have at least 2");
  CHECK(error_of([] {
          infer(of({{"a", Relu{}, {}}, {"b", Relu{}, {"input"}}}));
        }) == "layers: \"a\" and \"b\" are used by no other layer; only the last may be");
}

TEST_CASE("shapes that do not fit are told with the layer's name and what would be right") {
  CHECK(error_of([] {
          infer(of({{"fc", Linear{10}, {}}}));
        }) ==
        "layer \"fc\": takes flat values, but gets 3 x 8 x 6; put a \"flatten\", \"mean\" or \"tokens\" "
        "before it");
  CHECK(error_of([] {
          infer(of({flatten, {"conv", Conv{}, {}}}));
        }) == "layer \"conv\": takes images, but gets 144; put it before \"flatten\"");
  CHECK(error_of([] {
          infer(of({{"pool", MaxPool{}, {}}, {"sum", Add{}, {"pool", "input"}}}));
        }) == "layer \"sum\": adds 3 x 4 x 3 and 3 x 8 x 6; all must have one shape");
  CHECK(error_of([] {
          infer(of({{"conv", Conv{.channels = 4, .kernel = 9}, {}}}));
        }) ==
        "layer \"conv\": a window of 9 does not fit into 8 pixels; give larger images or a smaller network");
  CHECK(error_of([] {
          infer(of({{"conv", Conv{.channels = 4, .groups = 2}, {}}}));
        }) == "layer \"conv\": 2 groups do not divide 3 and 4 channels");
  CHECK(error_of([] { infer(of({flatten}, 10)); }) ==
        "layer \"flatten\": gives 144, but there are 10 classes; the last layer gives one value a class");
}

TEST_CASE("a specification survives JSON, and each layer is one flat object") {
  const auto specification = of({{"conv1", Conv{.channels = 4, .padding = 1, .bias = false}, {"input"}},
                                 {"bn1", BatchNorm{}, {}},
                                 {"drop", Dropout{0.25}, {}},
                                 flatten},
                                192);
  const auto json = write_params(specification);
  CHECK(
      json["layers"][0].dump() ==
      R"({"name":"conv1","layer":"conv","channels":4,"kernel":3,"stride":1,"padding":1,"groups":1,"bias":false,"dilation":1,"init":"uniform_in",)"
      R"("inputs":["input"]})");
  const auto read = read_params<Specification>(json, "model");
  CHECK(write_params(read) == json);
  CHECK(infer(read).parameters == infer(specification).parameters);
}

TEST_CASE("a layer in JSON: what is unknown or missing is told with its place") {
  const auto read = [](const char* text) { read_params<Specification>(parse_json(text), "model"); };
  CHECK(error_of([&] { read(R"({"layers": [{"name": "a", "layer": "conf"}]})"); }).substr(0, 58) ==
        "model.layers[0]: unknown layer \"conf\"; did you mean \"conv\"");
  CHECK(error_of([&] { read(R"({"layers": [{"layer": "relu"}]})"); }) ==
        "model.layers[0]: \"name\" is missing");
  CHECK(error_of([&] { read(R"({"layers": [{"name": "a", "layer": "conv", "kernel": 0}]})"); }) ==
        "model.layers[0].kernel: 0 is not allowed; it must be from 1 to 64");
}
