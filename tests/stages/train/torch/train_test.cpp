#include "stages/train/train.hpp"

#include <cmath>

#include "stages/model/numerics.hpp"
#include "stages/train/histogram.hpp"
#include "stages/train/torch/trainer.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;
using toy::Training;

TEST_CASE("train: learns what is there to learn") {
  const auto out = Training{.data = toy::images(300)}.run(R"({"epochs": 8})");
  CHECK(out.history->validation.accuracy.back() > 0.9);
  CHECK(out.history->train.loss.back() < 0.5 * out.history->train.loss.front());
}

TEST_CASE("train: the same seed gives the same bytes with 1, 2 and 4 threads that make batches") {
  const auto one = Training{}.run();
  for (const std::size_t threads : {2, 4}) {
    const auto other = Training{.threads = threads}.run();
    CHECK(toy::same_bytes(*one.last, *other.last));
    CHECK(toy::same_bytes(*one.best, *other.best));
    CHECK(one.history->step_loss == other.history->step_loss);
    CHECK(one.history->validation.loss == other.history->validation.loss);
  }
}

TEST_CASE("train: another seed drops other values, and so gives other weights") {
  CHECK_FALSE(toy::same_bytes(*Training{}.run().last, *Training{.seed = 4}.run().last));
}

TEST_CASE("train: does not touch the model that it begins with") {
  Training training;
  const auto before = toy::model(training.network, training.data);
  const Value<Model> model(before);
  auto context = toy::context(training.heard);
  Train::run({.model = model, .batches = toy::batches(training.data), .validation = training.validation},
             {.epochs = 1, .precision = "fp32"}, context);
  CHECK(toy::same_bytes(before, *model));
}

TEST_CASE("train: the last batch is trained on although it is smaller, unless it is to be dropped") {
  const std::string rest = R"("epochs": 1, "schedule": {"type": "constant", "warmup_steps": 0}})";
  const auto all = Training{}.run("{" + rest);
  CHECK(all.history->steps_per_epoch == 4);
  CHECK(all.history->step_loss.size() == 4);
  const auto dropped = Training{}.run(R"({"drop_last": true, )" + rest);
  CHECK(dropped.history->step_loss.size() == 3);
  CHECK(dropped.history->step_loss[2] == all.history->step_loss[2]);
  CHECK_FALSE(toy::same_bytes(*all.last, *dropped.last));
}

TEST_CASE("train: with drop_last a step of fewer batches is left out as well") {
  const std::string rest = R"("epochs": 2, "batch_size": 10, "accumulate_steps": 4, "schedule": )"
                           R"({"type": "constant", "warmup_steps": 0}})";
  const auto all = Training{}.run("{" + rest), dropped = Training{}.run(R"({"drop_last": true, )" + rest);
  CHECK(all.history->step_loss.size() == 4);
  CHECK(dropped.history->steps_per_epoch == 1);
  CHECK(dropped.history->step_loss.size() == 2);
  CHECK(dropped.history->step_loss[0] == all.history->step_loss[0]);
}

TEST_CASE("train: where all steps would be dropped, what to give instead is told") {
  const auto refusal = [](const std::string& settings) {
    return error_of([&] { Training{}.run(settings); });
  };
  CHECK(
      refusal(R"({"drop_last": true, "batch_size": 61})") ==
      "batch_size: a batch of 61 is more than all 60 images; give at most 60, or set \"drop_last\" to false");
  CHECK(refusal(R"({"drop_last": true, "batch_size": 16, "accumulate_steps": 4})") ==
        "batch_size: 4 batches of 16 are more than all 60 images; give at most 15, or set \"drop_last\" to "
        "false");
}

TEST_CASE("train: a validation loss that is not finite stops it as one of training does") {
  const auto refusal = error_of([] {
    Training{}.run(
        R"({"epochs": 1, "batch_size": 60, "learning_rate": 1e30, "clip": {"global_norm": null}})");
  });
  CHECK(refusal ==
        "validation loss is nan after epoch 1; lower \"learning_rate\" (now 1e+30) or set "
        "\"clip.global_norm\"");
}

TEST_CASE("train: what it computes in and where is told before the first step") {
  Training training;
  training.run();
  const auto told = training.heard.named("training");
  REQUIRE(told.size() == 1);
  const auto threads = std::to_string(compute_threads()) + (compute_threads() == 1 ? " thread" : " threads");
  CHECK(told[0].line == "trains in fp32 on the CPU with " + threads + ": 3 epochs of 4 steps");
  CHECK(told[0].data["precision"] == "fp32");
  CHECK(told[0].data["device"] == "cpu");
}

TEST_CASE("train: among five is told where there are more classes") {
  const auto few = Training{}.run(R"({"epochs": 1})").history;
  CHECK(few->train.top_5.empty());
  CHECK(to_csv(*few).starts_with("epoch,loss,accuracy,val_loss,val_accuracy,learning_rate\n"));
  Training six{
      .data = toy::images(60, 1, 6), .validation = toy::images(30, 2, 6), .network = toy::specification(6)};
  const auto many = six.run(R"({"epochs": 1, "monitor": {"metric": "val_top_5"}})").history;
  CHECK(many->validation.top_5.size() == 1);
  CHECK(six.heard.named("epoch")[0].data.contains("val_top_5"));
}

TEST_CASE("train: an epoch is not judged by what is always 1") {
  CHECK(error_of([] { Training{}.run(R"({"monitor": {"metric": "val_top_5"}})"); }) ==
        "monitor.metric: \"val_top_5\" is 1 whatever is learned of 3 classes; set \"val_accuracy\"");
}

TEST_CASE("train: history has every step and every epoch") {
  const auto out = Training{}.run();
  const auto& history = *out.history;
  CHECK(history.epochs() == 3);
  CHECK(history.step_loss.size() == 12);
  CHECK(history.step_gradient_norm.size() == 12);
  CHECK(history.step_learning_rate[0] == 0.01);
  CHECK(history.precision == "fp32");
  CHECK(history.monitor == "val_accuracy");
  CHECK(out.timing->step_samples_per_second.size() == 12);
  CHECK(out.timing->epoch_seconds.size() == 3);
}

TEST_CASE("train: the mean loss of an epoch counts every image once") {
  const auto history = Training{}.run(R"({"epochs": 1})").history;
  const auto& loss = history->step_loss;
  CHECK(history->train.loss[0] == Approx((16 * (loss[0] + loss[1] + loss[2]) + 12 * loss[3]) / 60));
}

TEST_CASE("train: best is the best epoch by the monitor, last is the last epoch") {
  const auto out =
      Training{}.run(R"({"epochs": 6, "learning_rate": 0.3, "monitor": {"metric": "val_loss"}})");
  const auto& losses = out.history->validation.loss;
  const auto best = std::min_element(losses.begin(), losses.end()) - losses.begin() + 1;
  CHECK(out.history->best_epoch == best);
  CHECK(toy::same_bytes(*out.best, *out.last) == (best == 6));
}

TEST_CASE("train: the best weights are those that the best epoch ended with") {
  const std::string settings =
      R"({"schedule": {"type": "constant", "warmup_steps": 0}, "learning_rate": 0.3,)"
      R"( "monitor": {"metric": "val_loss"}, "epochs": )";
  const auto whole = Training{}.run(settings + "6}");
  const auto part = Training{}.run(settings + std::to_string(whole.history->best_epoch) + "}");
  CHECK(toy::same_bytes(*whole.best, *part.last));
}

TEST_CASE("train: stops early when nothing gets better, and says so") {
  const auto out = Training{}.run(
      R"({"epochs": 20, "learning_rate": 1e-30, "early_stopping": {"patience": 2}, "schedule": {"warmup_start_lr": 0}})");
  CHECK(out.history->stopped_early);
  CHECK(out.history->epochs() == 3 + 0);
  CHECK(out.history->best_epoch == 1);
}

TEST_CASE("train: tells a line each epoch, and progress in between") {
  Training training;
  training.run();
  const auto epochs = training.heard.named("epoch");
  REQUIRE(epochs.size() == 3);
  const auto& event = epochs[2];
  CHECK(event.line.starts_with("epoch 3/3  loss "));
  CHECK(event.line.ends_with(" img/s"));
  CHECK(event.data["epochs"] == 3);
  CHECK(training.heard.progressed >= 3);
}

TEST_CASE("train: tells programs of steps, counted over all epochs, each with the loss of its batch") {
  Training training;
  const auto out = training.run();
  const auto steps = training.heard.named("step");
  REQUIRE(steps.size() >= 3);
  CHECK(steps.front().data["step"] == 1);
  CHECK(steps.back().data["step"] == out.history->step_loss.size());
  CHECK(steps.back().data["step"] == steps.back().data["steps"]);
  for (const auto& step : steps) {
    CHECK(step.line.empty());
    const auto i = step.data["step"].get<std::size_t>() - 1;
    CHECK(step.data["loss"] == out.history->step_loss[i]);
    CHECK(step.data["learning_rate"] == out.history->step_learning_rate[i]);
    CHECK(step.data["gradient_norm"] == out.history->step_gradient_norm[i]);
  }
}

TEST_CASE("train: tells programs how each weight is spread after each epoch, where that is asked for") {
  Training quiet, asked;
  const auto plain = quiet.run();
  const auto out = asked.run(R"({"visualize": {"weight_histograms": true}})");
  CHECK(quiet.heard.named("weights").empty());
  const auto told = asked.heard.named("weights");
  REQUIRE(told.size() == 3);
  CHECK(told[2].is_for_programs());
  CHECK(told[2].data["epoch"] == 3);
  CHECK(told[2].data["histograms"].size() == out.last->weights.size());
  for (const auto& weight : out.last->weights)
    CHECK(told[2].data["histograms"][weight.name] == to_json(histogram_of(weight.values.span())));
  CHECK(told[0].data["histograms"] != told[2].data["histograms"]);
  CHECK(toy::same_bytes(*plain.last, *out.last));
}

TEST_CASE("train: tells in the end what the time was spent on, the longest part first") {
  Training training;
  training.run();
  const auto& event = training.heard.events.back();
  CHECK(event.name == "bottleneck");
  const auto longest = event.data["bottleneck"].get<std::string>();
  CHECK(event.line.starts_with("time: " +
                               (longest == "waiting" ? "waiting for data"
                                : longest == "rest"  ? "validation and the rest"
                                                     : longest) +
                               " "));
  double parts = 0;
  for (const char* part : {"waiting", "forward", "backward", "optimizer", "rest"}) {
    CHECK(event.data[part] <= event.data[longest]);
    parts += event.data[part].get<double>();
  }
  CHECK(parts == Approx(event.data["seconds"].get<double>()));
}

TEST_CASE("train: leaves when it is asked to stop") {
  Training training;
  std::stop_source source;
  source.request_stop();
  auto context = toy::context(training.heard);
  context.stop = source.get_token();
  const auto model = toy::model(training.network, training.data);
  CHECK_THROWS_AS(
      Train::run({.model = model, .batches = toy::batches(training.data), .validation = training.validation},
                 {.epochs = 1}, context),
      Stopped);
}

TEST_CASE("train: goes on from a state in the middle to the same bytes") {
  const auto data = toy::images(60), validation = toy::images(30, 2);
  const Train::In<Value> in{.model = toy::model(toy::specification(), data),
                            .batches = toy::batches(data),
                            .validation = validation};
  const Train::Params params{.epochs = 4, .batch_size = 16, .learning_rate = 0.01, .precision = "fp32"};
  struct StopAfter : toy::Heard {
    std::stop_source source;
    void event(const Event&) override { source.request_stop(); }
  } heard;
  auto context = toy::context(heard);
  context.stop = heard.source.get_token();
  Trainer first(in, params, context);
  CHECK_THROWS_AS(first.run(), Stopped);
  toy::Heard calm;
  const auto calm_context = toy::context(calm);
  Trainer second(in, params, calm_context), whole(in, params, calm_context);
  second.restore(first.state());
  second.run();
  whole.run();
  CHECK(toy::same_bytes(*second.result().last, *whole.result().last));
  CHECK(second.result().history->step_loss == whole.result().history->step_loss);
}

TEST_CASE("train: in bf16 it learns as well") {
  const auto out = Training{.data = toy::images(300)}.run(R"({"epochs": 8, "precision": "bf16"})");
  CHECK(out.history->precision == "bf16");
  CHECK(out.history->validation.accuracy.back() > 0.9);
}

TEST_CASE("train: auto precision is bf16 where the CPU has it") {
  const auto out = Training{}.run(R"({"epochs": 1, "precision": "auto"})");
  CHECK(out.history->precision == (cpu_has_bf16() ? "bf16" : "fp32"));
}

TEST_CASE("train: batches are normalised as the model says, whatever the recipe's statistics are") {
  const auto trained = [](double mean_of_model, double mean_of_recipe) {
    Training training;
    auto batches = toy::batches(training.data);
    batches.preprocessing.mean = {mean_of_recipe};
    auto model = toy::model(training.network, training.data);
    model.preprocessing.mean = {mean_of_model};
    auto context = toy::context(training.heard);
    return *Train::run({.model = model, .batches = batches, .validation = training.validation}, {.epochs = 1},
                       context)
                .best;
  };
  const auto one = trained(0.25, 0.25);
  CHECK(one.preprocessing.mean == std::vector<double>{0.25});
  CHECK(toy::same_bytes(one, trained(0.25, 0.5)));
  CHECK_FALSE(toy::same_bytes(one, trained(0.5, 0.5)));
}

TEST_CASE("train: batches that are seen in another way than the model's are refused") {
  const auto refused = [](const auto& change) {
    Training training;
    auto batches = toy::batches(training.data);
    change(batches.preprocessing);
    auto context = toy::context(training.heard);
    return error_of([&] {
      Train::run({.model = toy::model(training.network, training.data),
                  .batches = batches,
                  .validation = training.validation},
                 {.epochs = 1}, context);
    });
  };
  CHECK(refused([](Preprocessing& how) { how.size.width = 9; }) ==
        "\"batches\": images are 8 x 9 x 1, but the model takes 8 x 8 x 1; build the model for this data, or "
        "give \"augment\" the same \"image_size\"");
  CHECK(refused([](Preprocessing& how) { how.size.channels = 3; }) ==
        "\"batches\": images are 8 x 8 x 3, but the model takes 8 x 8 x 1; build the model for this data, or "
        "give \"load\" the same \"channels\"");
  CHECK(refused([](Preprocessing& how) { how.fit = Fit::letterbox, how.fill = {0}; }) ==
        "\"batches\": images of another size are seen with \"fit\": \"letterbox\", \"interpolation\": "
        "\"bilinear\", \"fill\": \"black\", but by the model with \"fit\": \"crop\", "
        "\"interpolation\": \"bilinear\"; give \"augment\" what the model has");
}

TEST_CASE("train: validation images of another size are seen as those of the batches") {
  Training training;
  auto larger = toy::images(12);
  larger.pixels = std::vector<std::uint8_t>(12 * 16 * 20, 90);
  larger.height = 16;
  larger.width = 20;
  training.validation = larger;
  CHECK(training.run().history->validation.loss.size() > 0);
}

TEST_CASE("train: a loss that is not finite is told with what to do") {
  const auto error =
      error_of([] { Training{}.run(R"({"learning_rate": 1e30, "clip": {"global_norm": null}})"); });
  CHECK(error.starts_with("loss is "));
  CHECK(error.find(" at epoch 1, step ") != std::string::npos);
  CHECK(error.substr(error.find(';')) == "; lower \"learning_rate\" (now 1e+30) or set \"clip.global_norm\"");
}

TEST_CASE("train: data that does not fit is refused") {
  CHECK(error_of([] { Training{.validation = toy::images(0)}.run(); }) ==
        "\"validation\": has no images; give \"split\" a \"validation\" above 0");
  CHECK(error_of([] { Training{.validation = toy::images(8, 1, 2)}.run(); }) ==
        "\"validation\": has 2 classes, but the model tells 3 apart; build the model for this data");
  CHECK(
      error_of([] { Training{}.run(R"({"batch_size": 64, "drop_last": true})"); }) ==
      "batch_size: a batch of 64 is more than all 60 images; give at most 60, or set \"drop_last\" to false");
}

TEST_CASE("train: a warmup longer than the run is refused") {
  CHECK(error_of([] { Training{}.run(R"({"schedule": {"warmup_steps": 13}})"); }) ==
        "schedule.warmup_steps: a warmup of 13 steps is longer than the whole run of 12; give at most 12, or "
        "\"auto\"");
}
