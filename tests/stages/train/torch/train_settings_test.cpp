#include <map>

#include "stages/train/train.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/train/torch/toy.hpp"

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
  const auto schedule = [](const std::string& rest) { return R"({"schedule": {)" + rest + "}}"; };
  const auto optimizer = [](const std::string& rest) { return R"({"optimizer": {)" + rest + "}}"; };
  static const std::string restarts = schedule(R"("type": "cosine_decay_restarts")");
  static const std::string exponential = schedule(R"("type": "exponential_decay")");
  static const std::string plateau =
      R"({"schedule": {"type": "reduce_on_plateau", "plateau_patience": 1, "plateau_min_delta": 9}, "epochs": 4})";
  static const std::string rmsprop = optimizer(R"("type": "rmsprop")");
  static const std::map<std::string, Change> all{
      {"epochs", {R"({"epochs": 2})"}},
      {"batch_size", {R"({"batch_size": 20})"}},
      {"drop_last", {R"({"drop_last": true})"}},
      {"learning_rate", {R"({"learning_rate": 0.02})"}},
      {"schedule.type", {schedule(R"("type": "constant")")}},
      {"schedule.warmup_steps", {schedule(R"("warmup_steps": 5)")}},
      {"schedule.warmup_start_lr",
       {schedule(R"("warmup_start_lr": 0.001)"), schedule(R"("warmup_steps": 5)")}},
      {"schedule.decay_steps", {schedule(R"("decay_steps": 5)")}},
      {"schedule.decay_rate", {schedule(R"("decay_rate": 0.5)"), exponential}},
      {"schedule.staircase",
       {schedule(R"("staircase": true)"), schedule(R"("type": "exponential_decay", "decay_steps": 3)")}},
      {"schedule.alpha", {schedule(R"("alpha": 0.5)")}},
      {"schedule.power", {schedule(R"("power": 2)"), schedule(R"("type": "polynomial_decay")")}},
      {"schedule.t_mul", {schedule(R"("t_mul": 1.2)"), restarts}},
      {"schedule.m_mul", {schedule(R"("m_mul": 0.5)"), restarts}},
      {"schedule.cycles", {schedule(R"("cycles": 2)"), restarts}},
      {"schedule.plateau_patience", {schedule(R"("plateau_patience": 2)"), plateau}},
      {"schedule.plateau_min_delta", {schedule(R"("plateau_min_delta": 0)"), plateau}},
      {"optimizer.type", {sgd}},
      {"optimizer.weight_decay", {optimizer(R"("weight_decay": 0.1)")}},
      {"optimizer.decay_norm_and_bias", {optimizer(R"("decay_norm_and_bias": true)")}},
      {"optimizer.beta_1", {optimizer(R"("beta_1": 0.8)")}},
      {"optimizer.beta_2", {optimizer(R"("beta_2": 0.9)")}},
      {"optimizer.epsilon", {optimizer(R"("epsilon": 0.001)")}},
      {"optimizer.momentum", {optimizer(R"("momentum": 0.5)"), sgd}},
      {"optimizer.nesterov", {optimizer(R"("nesterov": false)"), sgd}},
      {"optimizer.rho", {optimizer(R"("rho": 0.5)"), rmsprop}},
      {"optimizer.centered", {optimizer(R"("centered": true)"), rmsprop}},
      {"optimizer.amsgrad", {optimizer(R"("amsgrad": true)")}},
      {"optimizer.layer_decay", {optimizer(R"("layer_decay": 0.5)")}},
      {"optimizer.parameter_groups", {optimizer(R"("parameter_groups": [{"names": "fc.*", "rate": 0}])")}},
      {"clip.value", {R"({"clip": {"value": 0.001}})", sgd}},
      {"clip.local_norm", {R"({"clip": {"local_norm": 0.01}})", sgd}},
      {"clip.global_norm", {R"({"clip": {"global_norm": 0.01}})", sgd}},
      {"loss.type", {R"({"loss": {"type": "bce"}})"}},
      {"loss.label_smoothing", {R"({"loss": {"label_smoothing": 0.1}})"}},
      {"loss.class_weights", {R"({"loss": {"class_weights": [1, 2, 3]}})"}},
      {"loss.gamma", {R"({"loss": {"gamma": 1}})", R"({"loss": {"type": "focal"}})"}},
      {"freeze.layers", {R"({"freeze": {"layers": ["body"]}})"}},
      {"freeze.epochs", {R"({"freeze": {"epochs": 1}})", R"({"freeze": {"layers": ["body"]}})"}},
      {"freeze.rate_after",
       {R"({"freeze": {"rate_after": 0.5}})", R"({"freeze": {"layers": ["body"], "epochs": 1}})"}},
      {"precision", {R"({"precision": "bf16"})"}},
      {"ema_decay", {R"({"ema_decay": 0.9})"}},
      {"accumulate_steps", {R"({"accumulate_steps": 2})"}},
      {"early_stopping.patience",
       {R"({"early_stopping": {"patience": 1}})", R"({"early_stopping": {"min_delta": 9}})"}},
      {"early_stopping.min_delta",
       {R"({"early_stopping": {"min_delta": 9}})", R"({"early_stopping": {"patience": 1}})"}},
      {"monitor.metric", {R"({"monitor": {"metric": "train_loss"}})"}},
      {"track_gradients", {R"({"track_gradients": true})"}},
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
  all.push_back(out.gradients->mean);
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
    // A mode may only confirm the metric's own direction; callbacks are told of in extensions_test.cpp, and
    // what is not deterministic, which is no different on a CPU, in torch_setup_test.cpp.
    if (name == "monitor.mode" || name == "callbacks" || name == "deterministic") continue;
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
  CHECK(error(R"({"precision": "fp16"})") ==
        "precision: \"fp16\" needs a GPU, and this runs on the CPU; set \"bf16\" or \"fp32\"");
  CHECK(error(R"({"optimiser": {}})") ==
        "train: unknown parameter \"optimiser\"; did you mean \"optimizer\"?");
}
