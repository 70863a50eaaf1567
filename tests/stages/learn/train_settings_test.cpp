#include <map>

#include "stages/learn/train.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/learn/toy.hpp"

using namespace fovea;

namespace {

/// A change of one setting, and what it must be set beside to matter.
struct Change {
  std::string setting;
  std::string beside = "{}";
};

/// One change for each setting of training, by its name.
const std::map<std::string, Change>& changes() {
  static const std::string sgd = R"({"optimizer": {"type": "sgd"}})";
  static const std::map<std::string, Change> all{
      {"epochs", {R"({"epochs": 2})"}},
      {"batch_size", {R"({"batch_size": 20})"}},
      {"drop_last", {R"({"drop_last": true})"}},
      {"learning_rate", {R"({"learning_rate": 0.02})"}},
      {"schedule.type", {R"({"schedule": {"type": "constant"}})"}},
      {"schedule.warmup_steps", {R"({"schedule": {"warmup_steps": 5}})"}},
      {"schedule.warmup_start_lr",
       {R"({"schedule": {"warmup_start_lr": 0.001}})", R"({"schedule": {"warmup_steps": 5}})"}},
      {"schedule.decay_steps", {R"({"schedule": {"decay_steps": 5}})"}},
      {"schedule.alpha", {R"({"schedule": {"alpha": 0.5}})"}},
      {"optimizer.type", {sgd}},
      {"optimizer.weight_decay", {R"({"optimizer": {"weight_decay": 0.1}})"}},
      {"optimizer.decay_norm_and_bias", {R"({"optimizer": {"decay_norm_and_bias": true}})"}},
      {"optimizer.beta_1", {R"({"optimizer": {"beta_1": 0.8}})"}},
      {"optimizer.beta_2", {R"({"optimizer": {"beta_2": 0.9}})"}},
      {"optimizer.epsilon", {R"({"optimizer": {"epsilon": 0.001}})"}},
      {"optimizer.momentum", {R"({"optimizer": {"momentum": 0.5}})", sgd}},
      {"optimizer.nesterov", {R"({"optimizer": {"nesterov": false}})", sgd}},
      {"clip.global_norm", {R"({"clip": {"global_norm": 0.01}})", sgd}},
      {"loss.label_smoothing", {R"({"loss": {"label_smoothing": 0.1}})"}},
      {"precision", {R"({"precision": "bf16"})"}},
      {"early_stopping.patience",
       {R"({"early_stopping": {"patience": 1}})", R"({"early_stopping": {"min_delta": 9}})"}},
      {"early_stopping.min_delta",
       {R"({"early_stopping": {"min_delta": 9}})", R"({"early_stopping": {"patience": 1}})"}},
      {"monitor.metric", {R"({"monitor": {"metric": "train_loss"}})"}},
  };
  return all;
}

std::string merged(const std::string& a, const std::string& b) {
  auto json = parse_json(a);
  json.update(parse_json(b), true);
  return json.dump();
}

/// Everything that training gave, but its times.
std::string fingerprint(const std::string& settings) {
  const auto out = toy::Training{}.run(settings);
  Json all;
  for (const auto& weight : out.last->weights)
    all.push_back(std::vector<float>(weight.values.begin(), weight.values.end()));
  all.push_back(out.history->step_loss);
  all.push_back(out.history->best_epoch);
  all.push_back(out.history->monitor);
  return all.dump();
}

void names_of(const std::vector<FieldInfo>& fields, const std::string& before,
              std::vector<std::string>& names) {
  for (const auto& field : fields) {
    if (field.role == Role::tuning) continue;
    if (field.members.empty()) names.push_back(before + field.name);
    names_of(field.members, before + field.name + ".", names);
  }
}

}  // namespace

TEST_CASE("train: every setting but the tuning ones changes what comes out") {
  std::vector<std::string> names;
  names_of(describe_fields<Train::Params>(), "", names);
  for (const auto& name : names) {
    if (name == "monitor.mode") continue;  // it may only confirm the metric's own direction
    INFO(name);
    const auto found = changes().find(name);
    REQUIRE(found != changes().end());
    const auto& [setting, beside] = found->second;
    CHECK(fingerprint(beside) != fingerprint(merged(beside, setting)));
  }
}

TEST_CASE("train: no limit on the gradients is another thing than a low one") {
  const std::string sgd = R"({"optimizer": {"type": "sgd"}, "clip": {"global_norm": )";
  CHECK(fingerprint(sgd + "null}}") != fingerprint(sgd + "0.01}}"));
}

TEST_CASE("train: null patience never stops") {
  const auto out = toy::Training{}.run(R"({"early_stopping": {"patience": null, "min_delta": 9}})");
  CHECK_FALSE(out.history->stopped_early);
  CHECK(out.history->epochs() == 3);
}

TEST_CASE("train: gradients are clipped to the limit, and history has their norm before that") {
  const auto out = toy::Training{}.run(
      R"({"epochs": 1, "batch_size": 60, "clip": {"global_norm": 0.1}, "learning_rate": 1, "optimizer":
          {"type": "sgd", "weight_decay": 0}, "schedule": {"type": "constant"}})");
  const auto before = toy::model(toy::specification(), toy::images(60));
  double moved = 0;
  const auto weights = infer(before.specification).weights();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i].role == WeightRole::buffer) continue;
    for (std::size_t j = 0; j < before.weights[i].values.size(); ++j) {
      moved += std::pow(out.last->weights[i].values[j] - before.weights[i].values[j], 2);
    }
  }
  CHECK(out.history->step_gradient_norm[0] > 0.1);
  CHECK(std::sqrt(moved) == Approx(0.1 * 1.9).epsilon(1e-3));  // Nesterov's first step is 1 + momentum
}

TEST_CASE("train: settings that contradict each other are refused") {
  const auto error = [](const char* settings) { return error_of([&] { toy::Training{}.run(settings); }); };
  CHECK(error(R"({"monitor": {"metric": "val_loss", "mode": "max"}})") ==
        "train.monitor.mode: \"max\" contradicts \"val_loss\", of which less is better; set it to \"min\" or "
        "\"auto\"");
  CHECK(error(R"({"monitor": {"mode": "min"}})") ==
        "train.monitor.mode: \"min\" contradicts \"val_accuracy\", of which more is better; set it to "
        "\"max\" or \"auto\"");
  CHECK(
      error(R"({"optimizer": {"momentum": 0.5}})") ==
      "train.optimizer.momentum: an optimizer of type \"adamw\" has no use for 0.5; leave \"momentum\" out");
  CHECK(error(R"({"optimiser": {}})") ==
        "train: unknown parameter \"optimiser\"; did you mean \"optimizer\"?");
}
