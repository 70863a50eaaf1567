#include <set>

#include "stages/train/frozen_weights.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

/// The names of the weights and buffers in which a trained model differs from the one that training began
/// with.
std::set<std::string> moved(const toy::Training& training, const Model& trained) {
  const auto before = toy::model(training.network, training.data);
  std::set<std::string> names;
  for (std::size_t i = 0; i < before.weights.size(); ++i) {
    const auto &old = before.weights[i].values, &now = trained.weights[i].values;
    if (!std::equal(old.begin(), old.end(), now.begin())) names.insert(before.weights[i].name);
  }
  return names;
}

std::set<std::string> moved_by(const std::string& settings) {
  toy::Training training;
  return moved(training, *training.run(settings).last);
}

const std::set<std::string> all{"conv1.weight",
                                "conv1.bias",
                                "conv2.weight",
                                "conv2.bias",
                                "bn2.weight",
                                "bn2.bias",
                                "fc.weight",
                                "fc.bias",
                                "bn2.running_var",
                                "bn2.running_mean",
                                "bn2.num_batches_tracked"};
const std::set<std::string> head{"fc.weight", "fc.bias"};

}  // namespace

TEST_CASE("freeze: with the body frozen only the head moves, and neither weights decay nor statistics move") {
  for (const auto* optimizer :
       {"adamw", "adam", "sgd", "rmsprop", "adadelta", "adagrad", "lion", "lamb", "muon"}) {
    INFO(optimizer);
    CHECK(
        moved_by(
            R"({"epochs": 1, "freeze": {"layers": ["body"]}, "optimizer": {"weight_decay": 0.1, "type": ")" +
            std::string(optimizer) + "\"}}") == head);
  }
}

TEST_CASE("freeze: after its epochs everything moves, at the rate that it says") {
  const std::string settings =
      R"({"epochs": 2, "schedule": {"type": "constant", "warmup_steps": 0},
          "freeze": {"layers": ["body"], "epochs": 1, "rate_after": 0.5}})";
  toy::Training training;
  const auto out = training.run(settings);
  CHECK(moved(training, *out.last) == all);
  CHECK(out.history->step_learning_rate ==
        std::vector<double>{0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.005, 0.005});
  const auto told = training.heard.named("freeze");
  REQUIRE(told.size() == 2);
  CHECK(told[0].line == "from epoch 1 on, 6 of 8 parameters are frozen");
  CHECK(told[1].line == "from epoch 2 on, all parameters learn");
}

TEST_CASE("freeze: null and 0 epochs mean always") {
  CHECK(moved_by(R"({"freeze": {"layers": ["body"], "epochs": null}})") == head);
  CHECK(moved_by(R"({"freeze": {"layers": ["body"], "epochs": 0}})") == head);
}

TEST_CASE("freeze: a frozen normalisation keeps its statistics, and what is before it learns") {
  auto rest = all;
  for (const auto* name :
       {"bn2.weight", "bn2.bias", "bn2.running_mean", "bn2.running_var", "bn2.num_batches_tracked"})
    rest.erase(name);
  CHECK(moved_by(R"({"freeze": {"layers": ["bn2"]}})") == rest);
  CHECK(moved_by(R"({"freeze": {"layers": ["bn2"]}, "precision": "bf16"})") == rest);
}

TEST_CASE("freeze: a normalisation of which one parameter learns moves its statistics") {
  auto rest = all;
  rest.erase("bn2.weight");
  CHECK(moved_by(R"({"freeze": {"layers": ["bn2.weight"]}})") == rest);
}

TEST_CASE("freeze: patterns are of parameters, layers, or anything between") {
  CHECK_FALSE(moved_by(R"({"freeze": {"layers": ["*.bias"]}})").contains("fc.bias"));
  CHECK_FALSE(moved_by(R"({"freeze": {"layers": ["conv?"]}})").contains("conv2.weight"));
  CHECK(moved_by(R"({"freeze": {"layers": ["conv1"]}})").contains("conv2.weight"));
}

TEST_CASE("freeze: frozen parameters have no gradient, and count in no norm") {
  toy::Training training;
  const auto out = training.run(R"({"freeze": {"layers": ["body"]}, "track_gradients": true})");
  const auto& gradients = *out.gradients;
  for (std::size_t i = 0; i < gradients.names.size(); ++i)
    CHECK((gradients.mean[0 * gradients.names.size() + i] == 0) == !head.contains(gradients.names[i]));
}

TEST_CASE("freeze: recomputing in the backward pass changes no byte") {
  for (const auto* layers : {R"(["conv1"])", R"(["conv1", "bn2"])", R"(["body"])", R"(["bn2"])"}) {
    toy::Training plain, again;
    const std::string settings = R"({"freeze": {"layers": )" + std::string(layers) + R"(, "epochs": 2})";
    CHECK(toy::same_bytes(*plain.run(settings + "}").last,
                          *again.run(settings + R"(, "gradient_checkpointing": true})").last));
  }
}

TEST_CASE("freeze: a pattern that fits nothing is refused with the nearest name") {
  CHECK(error_of([] { moved_by(R"({"freeze": {"layers": ["conv1", "bn_2"]}})"); }) ==
        "freeze.layers[1]: \"bn_2\" fits no layer and no parameter; did you mean \"bn2\"?");
  CHECK(error_of([] { moved_by(R"({"freeze": {"layers": ["features.0.block"]}})"); }) ==
        "freeze.layers[0]: \"features.0.block\" fits no layer and no parameter; `fovea models NAME` lists "
        "the layers");
}

TEST_CASE("freeze: where nothing is left to learn, that is refused") {
  CHECK(error_of([] { moved_by(R"({"freeze": {"layers": ["*"]}})"); }) ==
        "freeze.layers: nothing is left that learns; leave a layer out, as \"body\" does the last");
}

TEST_CASE("freeze: settings that have no use are refused") {
  CHECK(error_of([] { moved_by(R"({"freeze": {"epochs": 1}})"); }) ==
        "train.freeze.epochs: has no use without \"layers\"; say what does not learn, or leave it out");
  CHECK(error_of([] { moved_by(R"({"freeze": {"layers": ["body"], "rate_after": 0.5}})"); }) ==
        "train.freeze.rate_after: has no use without \"layers\" and \"epochs\"; give both, or leave it out");
}

TEST_CASE("train: images are normalised as the model says, also where the recipe says otherwise") {
  toy::Heard heard;
  auto context = toy::context(heard);
  const auto data = toy::images(60);
  auto model = toy::model(toy::specification(), data);
  model.preprocessing.mean = {0.25};
  model.preprocessing.std = {0.125};
  auto recipe = toy::batches(data), same = recipe;
  same.preprocessing = model.preprocessing;
  const auto train = [&](const AugmentationRecipe& batches) {
    return *Train::run({.model = model, .batches = batches, .validation = data},
                       {.epochs = 1, .precision = "fp32"}, context)
                .last;
  };
  const auto trained = train(recipe);
  CHECK(trained.preprocessing == model.preprocessing);
  CHECK(toy::same_bytes(trained, train(same)));
}
