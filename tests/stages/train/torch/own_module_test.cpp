#include "stages/model/torch/own_module.hpp"

#include <ATen/core/grad_mode.h>

#include "stages/evaluate/torch/scoring.hpp"
#include "stages/model/build_model.hpp"
#include "stages/model/load_model.hpp"
#include "stages/model/memory.hpp"
#include "stages/model/model_file.hpp"
#include "stages/model/weights/import_model.hpp"
#include "stages/model/weights/weight_match.hpp"
#include "stages/train/torch/learner.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/file_bytes.hpp"
#include "tests/stages/model/torch/walled_device.hpp"
#include "tests/stages/train/torch/own_nets.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

/// The network of the toy trainings without dropout.
Model of_layers() {
  auto network = toy::specification();
  std::erase_if(network.layers, [](const Layer& layer) { return layer.name == "drop"; });
  return toy::model(network, toy::images(60));
}

Train::Out<Value> trained(const Model& model, const std::string& settings = "{}") {
  auto json = parse_json(R"({"epochs": 3, "batch_size": 16, "learning_rate": 0.01, "precision": "fp32"})");
  json.update(parse_json(settings), true);
  toy::Heard heard;
  auto context = toy::context(heard);
  const auto params = read_params<Train::Params>(json, "train");
  Train::check_input(model, params);
  return Train::run(
      {.model = model, .batches = toy::batches(toy::images(60)), .validation = toy::images(30, 2)}, params,
      context);
}

Value<Model> built(const std::string& settings, std::uint64_t seed = 1) {
  own::add_networks();
  toy::Heard heard;
  auto context = toy::context(heard);
  context.seed = seed;
  const auto params = read_params<BuildModel::Params>(parse_json(settings), "model");
  params.check("model");
  return BuildModel::run({.data = toy::images(60)}, params, context).model;
}

std::string training_error(const Model& model, const std::string& settings) {
  return error_of([&] { trained(model, settings); });
}

const NamedArray& weight_of(const Model& model, const std::string& name) {
  return *std::ranges::find_if(model.weights, [&](const NamedArray& one) { return one.name == name; });
}

std::vector<float> values_of(const Model& model, const std::string& name) {
  const auto values = weight_of(model, name).values.span();
  return {values.begin(), values.end()};
}

/// The losses of some steps on a device.
std::vector<double> losses_on(const Model& model, const ComputeDevice& device) {
  const auto data = toy::images(64);
  const auto learner = Learner::make(
      {.model = model, .batches = toy::batches(data), .validation = data},
      {.batch_size = 16, .optimizer = {.type = "sgd"}, .precision = "fp32", .log_every = 1}, 3, device);
  TrainState state;
  learner->begin(state);
  state.history.steps_per_epoch = 4;
  auto stream = BatchStream::training(toy::batches(data), 0, 16, 1);
  for (int step = 0; step < 4; ++step) learner->step(stream, step, 0.01, state);
  learner->settle(state);
  return state.history.step_loss;
}

}  // namespace

TEST_CASE("own module: it trains to the losses and the weights of the same network as layers") {
  const auto layers = of_layers();
  const auto sgd = R"({"optimizer": {"type": "sgd"}})";
  const auto wanted = trained(layers, sgd), given = trained(own::as_module(layers, "toy_module"), sgd);
  REQUIRE(given.history->step_loss.size() == wanted.history->step_loss.size());
  for (std::size_t i = 0; i < wanted.history->step_loss.size(); ++i)
    CHECK(given.history->step_loss[i] == Approx(wanted.history->step_loss[i]).epsilon(1e-4));
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(given.history->validation.loss[i] == Approx(wanted.history->validation.loss[i]).epsilon(1e-4));
    CHECK(given.history->validation.accuracy[i] == wanted.history->validation.accuracy[i]);
  }
  for (const auto& weight : wanted.last->weights) {
    INFO(weight.name);
    const auto mine = values_of(*given.last, weight.name);
    for (std::size_t i = 0; i < mine.size(); ++i) CHECK(mine[i] == Approx(weight.values[i]).margin(2e-4));
  }
}

TEST_CASE("own module: its running statistics and counters are part of the model") {
  const auto out = trained(own::begun("restless"));
  CHECK(values_of(*out.last, "seen") == std::vector<float>{12});
  CHECK(values_of(*out.last, "mean") != std::vector<float>(16, 0.0F));
  CHECK(values_of(*out.best, "seen")[0] == static_cast<float>(4 * out.history->best_epoch));
}

TEST_CASE("own module: the seed decides the first weights and the dropout") {
  CHECK(toy::same_bytes(own::begun("restless"), own::begun("restless")));
  CHECK_FALSE(toy::same_bytes(own::begun("restless"), own::begun("restless", Json::object(), 2)));
  const auto model = own::begun("restless");
  CHECK(toy::same_bytes(*trained(model).last, *trained(model).last));
}

TEST_CASE("own module: build_model takes it by its name, with its settings completed") {
  const auto model = built(R"({"architecture": "two_layers"})");
  const auto& layer = *own_module_of(model->specification);
  CHECK(layer.settings == Json({{"width", 16}}));
  CHECK(model->specification.name == "two_layers");
  CHECK(infer(model->specification).parameters == 16 * 9 + 16 + 16 * 3 + 3);
  CHECK(weight_of(*model, "conv.weight").shape == Shape{16, 1, 3, 3});
  const auto narrow = built(R"({"architecture": "two_layers", "settings": {"width": 4}})");
  CHECK(weight_of(*narrow, "head.weight").shape == Shape{3, 4});
}

TEST_CASE("own module: build_model refuses settings that it has not") {
  const auto refused = [](const std::string& settings) { return error_of([&] { built(settings); }); };
  CHECK(refused(R"({"architecture": "two_layers", "settings": {"with": 4}})") ==
        "model.settings: unknown parameter \"with\"; did you mean \"width\"?");
  CHECK(refused(R"({"architecture": "two_layers", "settings": {"width": 0}})") ==
        "model.settings.width: 0 is not allowed; it must be from 1 to 1024");
  CHECK(refused(R"({"architecture": "mlp", "settings": {"width": 4}})") ==
        "model.settings: \"mlp\" has none; leave them out");
  CHECK(refused(R"({"layers": [{"layer": "module", "module": "two_layers"}]})") ==
        "model.layers[0]: a module of one's own is a whole network; name it as \"architecture\"");
}

TEST_CASE("own module: a module that is none of a classifier is refused when it is built") {
  const auto refused = [](const Json& settings) { return error_of([&] { own::begun("wide", settings); }); };
  CHECK(refused({{"values", 5}}) ==
        "module \"wide\": gives 2 x 5 for 2 images and 3 classes; \"forward\" gives one number a class");
  CHECK(refused({{"values", 3}, {"twice", true}}) ==
        "module \"wide\": \"again\" is a tensor that has another name as well; register it once");
  CHECK(refused({{"values", 3}, {"wide", true}}) ==
        "module \"wide\": \"wide\" has another type than fp32; make parameters of fp32");
  CHECK(refused({{"values", 3}, {"large", true}}) ==
        "module \"wide\": \"large\" has numbers that fp32 does not hold, but weights are kept so; make it "
        "smaller, or no buffer");
}

TEST_CASE("own module: a name that is taken is refused") {
  own::add_networks();
  const auto add = [](const std::string& name) {
    return error_of([&] { OwnModules::all().add({name, "", {}, {}, {}}); });
  };
  CHECK(add("two_layers") == "architecture \"two_layers\": there is one already; choose another name");
  CHECK(add("vit_tiny") == "architecture \"vit_tiny\": there is one already; choose another name");
}

TEST_CASE("own module: its model file is read back, and says the same of every image") {
  const Folder folder;
  const auto model = trained(own::begun("restless")).last;
  write_model(folder / "model.h5", *model);
  const auto read = read_model_file(folder / "model.h5");
  CHECK(toy::same_bytes(read, *model));
  toy::Heard heard;
  auto context = toy::context(heard);
  const auto said = [&](const Model& one) {
    const auto out = Predict::run({.model = one, .data = toy::images(30, 2)}, {}, context);
    const auto logits = out.predictions->logits.span();
    return std::vector<float>(logits.begin(), logits.end());
  };
  CHECK(said(*model) == said(read));
}

TEST_CASE("own module: a program that lacks it says which one, and how to bring it along") {
  const Folder folder;
  auto model = own::begun("two_layers");
  std::get<OwnModule>(model.specification.layers[0].kind).module = "absent";
  write_model(folder / "model.h5", model);
  toy::Heard heard;
  auto context = toy::context(heard);
  const std::string wanted =
      "the network is the module \"absent\" with {\"width\":16}, which this program lacks; name the plugin "
      "that "
      "has it with --plugin, or call add_module<...>(\"absent\", ...) in a program of your own";
  CHECK(error_of([&] { LoadModel::run({}, {folder / "model.h5"}, context); }) ==
        (folder / "model.h5").string() + ": " + wanted);
  CHECK(error_of([&] { Network network(model); }) == wanted);
  CHECK(read_weight_file(folder / "model.h5").arrays.size() == 4);
}

TEST_CASE("own module: a module that has become another is refused") {
  auto model = own::begun("two_layers");
  std::get<OwnModule>(model.specification.layers[0].kind).settings["width"] = 4;
  CHECK(
      error_of([&] { Network network(model); }) ==
      "module \"two_layers\": it has \"conv.weight\" of 4 x 1 x 3 x 3 where the model has \"conv.weight\" of "
      "16 x 1 x 3 x 3; use the program that the model was made with");
}

TEST_CASE("own module: what would need its layers is refused") {
  const auto model = own::begun("restless");
  CHECK(
      training_error(model, R"({"batch_size": "auto"})") ==
      "batch_size: \"auto\" goes by the memory that the layers take, and nothing is known of what the module "
      "\"restless\" computes; give a number");
  CHECK(training_error(model, R"({"gradient_checkpointing": true})") ==
        "gradient_checkpointing: some layers are computed again, and nothing is known of what the module "
        "\"restless\" computes; set it to false");
  CHECK(training_error(model, R"({"freeze": {"layers": ["body"]}})") ==
        "freeze.layers: \"body\" is all layers but the last, and the network is one; name its parameters, as "
        "in "
        "\"conv1.*\"");
  CHECK(error_of([&] { training_memory(model.specification, {}, 1); }) ==
        "the memory of training is predicted from the layers, and nothing is known of what the module "
        "\"restless\" computes; give \"batch_size\" a number that fits");
  CHECK(error_of([&] {
          auto network = model.specification;
          network.layers.push_back({"relu", Relu{}, {}});
          infer(network);
        }) == "layer \"module\": a module of one's own is a whole network; it must be the only layer");
}

TEST_CASE("own module: weights of a file are taken by name, and no head of another size is guessed") {
  const auto model = own::begun("two_layers"), other = own::begun("two_layers", Json::object(), 2);
  const auto match =
      match_weights(model.specification, model.weights, {"other.h5", other.weights, {}, {}, {}});
  CHECK(match.taken.size() == 4);
  CHECK(match.weights[0].values.span()[0] == other.weights[0].values.span()[0]);
  const auto narrow = own::begun("two_layers", {{"width", 4}});
  CHECK(error_of([&] {
          match_weights(model.specification, model.weights, {"narrow.h5", narrow.weights, {}, {}, {}});
        }) ==
        "narrow.h5: \"conv.weight\" is 4 x 1 x 3 x 3, but in two_layers it is 16 x 1 x 3 x 3; give weights "
        "of the same architecture");
}

TEST_CASE("own module: parameters that are frozen stay, with the statistics of their normalisation") {
  const auto before = own::as_module(of_layers(), "toy_module");
  const auto after = trained(before, R"({"freeze": {"layers": ["conv2", "bn2"]}})").last;
  for (const auto& name : {"conv2.weight", "bn2.weight", "bn2.running_mean", "bn2.num_batches_tracked"})
    CHECK(values_of(*after, name) == values_of(before, name));
  CHECK(values_of(*after, "conv1.weight") != values_of(before, "conv1.weight"));
}

TEST_CASE("own module: on a device of its own it learns as on the host, or says that it can't be there") {
  const auto model = own::as_module(of_layers(), "toy_module");
  const auto host = losses_on(model, {.name = "cpu"}), apart = losses_on(model, {.name = "cpu:0"});
  REQUIRE(apart.size() == host.size());
  for (std::size_t i = 0; i < host.size(); ++i) CHECK(apart[i] == Approx(host[i]).epsilon(1e-5));
  CHECK(error_of([&] { losses_on(model, {.name = walled::device().str()}); }) ==
        "module \"toy_module\": can't be on the device " + quote(walled::device().str()) +
            "; set the device to \"cpu\"");
}

TEST_CASE("own module: in bf16 LibTorch casts what it computes, and the weights stay in fp32") {
  const auto model = own::as_module(of_layers(), "toy_module");
  const auto exact = trained(model), rough = trained(model, R"({"precision": "bf16"})");
  const auto &a = exact.history->step_loss, &b = rough.history->step_loss;
  CHECK(a != b);
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(b[i] == Approx(a[i]).epsilon(0.1));
}

TEST_CASE("own module: the README's example is what these tests compile") {
  const auto readme = bytes_of(FOVEA_SOURCE_DIR "/README.md");
  const auto source = bytes_of(FOVEA_SOURCE_DIR "/tests/stages/train/torch/own_nets.cpp");
  const auto begin = readme.find("struct TwoLayers"),
             end = readme.find("};\n", readme.find("head;", begin)) + 3;
  REQUIRE(begin != std::string::npos);
  CHECK(source.find(readme.substr(begin, end - begin)) != std::string::npos);
  const std::string add = "add_module<TwoLayers>(\"two_layers\", \"a convolution and its mean\");";
  CHECK(readme.find(add) != std::string::npos);
  CHECK(source.find(add) != std::string::npos);
}
