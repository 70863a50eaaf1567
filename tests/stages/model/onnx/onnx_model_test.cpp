#include "stages/model/onnx/onnx_model.hpp"

#include <set>

#include "stages/model/architectures/architectures.hpp"
#include "stages/model/weights/preprocessing_json.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/file_bytes.hpp"
#include "tests/stages/model/onnx/every_layer.hpp"

using namespace fovea;
using fovea::testing::every_layer;

namespace {

/// A model whose weights are all zero.
Model empty_model(Specification specification) {
  Model model;
  for (const auto& weight : infer(specification).weights()) {
    model.weights.push_back({weight.name, Shape(weight.shape.begin(), weight.shape.end()),
                             std::vector<float>(static_cast<std::size_t>(weight.count()))});
  }
  for (std::int64_t i = 0; i < specification.classes; ++i)
    model.class_names.push_back("class " + std::to_string(i));
  const auto channels = static_cast<std::size_t>(specification.channels);
  model.preprocessing.size = input_size(specification);
  model.preprocessing.fill.assign(channels, 0);
  model.preprocessing.mean.assign(channels, 0.5);
  model.preprocessing.std.assign(channels, 0.25);
  model.specification = std::move(specification);
  return model;
}

std::vector<std::int64_t> lengths(const onnx::ValueInfoProto& value) {
  std::vector<std::int64_t> all;
  for (const auto& length : value.type().tensor_type().shape().dim())
    all.push_back(length.has_dim_param() ? -1 : length.dim_value());
  return all;
}

std::string told(const onnx::ModelProto& file, const std::string& key) {
  for (const auto& entry : file.metadata_props()) {
    if (entry.key() == key) return entry.value();
  }
  return {};
}

}  // namespace

TEST_CASE("onnx: every architecture passes onnx's checker, and its shapes are those of the specification") {
  for (const auto& one : architectures()) {
    INFO(one.name);
    auto file =
        onnx_model(empty_model(build_specification(one.name, one.image_side, one.image_side, 3, 10)), {});
    CHECK_NOTHROW(check(file));
  }
}

TEST_CASE("onnx: a network with every kind of layer passes onnx's checker") {
  const auto specification = every_layer();
  std::set<std::size_t> kinds;
  for (const auto& layer : specification.layers) kinds.insert(layer.kind.index());
  REQUIRE(kinds.size() == std::variant_size_v<LayerKind> - 1);  // all but modules of one's own
  auto file = onnx_model(empty_model(specification), {});
  CHECK_NOTHROW(check(file));
}

TEST_CASE("onnx: a module of one's own, whose layers are not known, is refused") {
  const OwnModule module{.module = "mine", .features = 10, .state = {{"fc.weight", {10, 12}}}};
  const auto model = empty_model({"mine", 2, 2, 3, 10, {{"module", module, {}}}});
  CHECK(
      error_of([&] { onnx_model(model, {}); }) ==
      "an ONNX file is made of layers, and nothing is known of what the module \"mine\" computes; export to "
      "safetensors");
}

TEST_CASE("onnx: a shape that is not the declared one is an error that has onnx's words") {
  auto file = onnx_model(empty_model(every_layer()), {});
  for (auto& value : *file.mutable_graph()->mutable_value_info())
    value.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(1)->set_dim_value(77);
  const auto text = error_of([&] { check(file); });
  CHECK_THAT(text, Catch::StartsWith("onnx does not accept it (") &&
                       Catch::EndsWith("); report it with the layers") && Catch::Contains("77"));
}

TEST_CASE("onnx: the input is bytes N x H x W x C with N free, or as asked for") {
  const auto model = empty_model(every_layer());
  auto input = onnx_model(model, {}).graph().input(0);
  CHECK(input.name() == "pixels");
  CHECK(input.type().tensor_type().elem_type() == onnx::TensorProto::UINT8);
  CHECK(lengths(input) == std::vector<std::int64_t>{-1, 17, 14, 3});
  input = onnx_model(model, {.as_float = true, .channels_last = false}).graph().input(0);
  CHECK(input.type().tensor_type().elem_type() == onnx::TensorProto::FLOAT);
  CHECK(lengths(input) == std::vector<std::int64_t>{-1, 3, 17, 14});
}

TEST_CASE("onnx: every form of the input passes onnx's checker") {
  for (const bool as_float : {false, true}) {
    for (const bool channels_last : {false, true}) {
      auto file = onnx_model(empty_model(every_layer()), {as_float, channels_last});
      CHECK_NOTHROW(check(file));
    }
  }
}

TEST_CASE("onnx: the metadata has the preprocessing and the class names as JSON") {
  auto model = empty_model(every_layer());
  model.preprocessing.fit = Fit::short_side;
  const auto file = onnx_model(model, {});
  CHECK(told(file, "class_names") == R"(["class 0","class 1","class 2","class 3","class 4"])");
  const auto how = parse_json(told(file, "preprocessing"));
  CHECK(how == preprocessing_json(model.preprocessing));
  CHECK(how.at("fit") == "short_side");
  CHECK(how.at("mean") == std::vector<double>(3, 0.5));
}

TEST_CASE("onnx: names that a layer shares with a weight or an output stay apart") {
  auto specification = every_layer();
  for (auto& layer : specification.layers) {
    if (layer.name == "cls") layer.name = "logits";
    if (layer.name == "pos") layer.name = "pixels";
  }
  auto file = onnx_model(empty_model(specification), {});
  CHECK_NOTHROW(check(file));
}

TEST_CASE("onnx: weights keep their names, and the file holds what the graph was made of") {
  const Folder folder;
  write_onnx(empty_model(build_specification("resnet8", 32, 32, 3, 10)), folder / "small.onnx");
  onnx::ModelProto file;
  REQUIRE(file.ParseFromString(bytes_of(folder / "small.onnx")));
  std::set<std::string> names;
  for (const auto& weight : file.graph().initializer()) names.insert(weight.name());
  for (const auto* name : {"conv1.weight", "bn1.running_var", "layer2.0.downsample.0.weight", "fc.bias"})
    CHECK(names.count(name) == 1);
  CHECK(file.opset_import(0).version() == 17);
  CHECK(file.producer_name() == "fovea");
}

TEST_CASE("onnx: a network of more than 2 GiB is an error before anything is written") {
  auto model = empty_model(build_specification("mlp", 8, 8, 3, 10));
  const std::span large(model.weights[0].values.data(), std::size_t{1} << 29);  // is never read
  model.weights[0].values = Array<float>(large, model.weights[0].values.owner());
  const Folder folder;
  CHECK(error_of([&] { write_onnx(model, folder / "large.onnx"); }) ==
        (folder / "large.onnx").string() +
            ": the weights take 2049 MiB, but an ONNX file holds at most 2 GiB; export to safetensors");
  CHECK_FALSE(std::filesystem::exists(folder / "large.onnx"));
}
