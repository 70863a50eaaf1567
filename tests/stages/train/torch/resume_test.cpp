#include <chrono>
#include <cmath>
#include <functional>
#include <thread>

#include "runtime/store/artifact.hpp"
#include "runtime/store/checkpoints.hpp"
#include "runtime/store/store.hpp"
#include "stages/train/torch/train_state.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/stages/train/torch/own_nets.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

/// Training that keeps its progress in a store of its own.
struct Resumable {
  Folder folder;
  std::vector<std::string> warnings;  ///< of the store
  Store store{folder.path(), [this](const std::string& line) { warnings.push_back(line); }};
  Dataset data = toy::images(60), validation = toy::images(30, 2);
  Model model = toy::model(toy::specification(), data);

  /// Trains with settings in JSON; stops after so many progress reports, each of which is a step.
  Train::Out<Value> run(const std::string& settings, std::size_t stop_after = 0) {
    auto json = parse_json(R"({"epochs": 4, "batch_size": 16, "learning_rate": 0.01, "precision": "fp32",
                               "schedule": {"type": "constant", "warmup_steps": 3}})");
    json.update(parse_json(settings), true);
    const auto params = read_params<Train::Params>(json, "train");
    struct StopAfter : toy::Heard {
      std::stop_source source;
      std::size_t after = 0;
      void progress(const std::string&, std::size_t, std::size_t, const std::string&) override {
        if (++progressed == after) source.request_stop();
      }
    } heard;
    heard.after = stop_after;
    auto context = toy::context(heard);
    Checkpoints checkpoints(store, "train", "key", params.epochs, Json::object());
    context.checkpoints = &checkpoints;
    context.stop = heard.source.get_token();
    const auto out = Train::run({.model = model, .batches = toy::batches(data), .validation = validation},
                                params, context);
    CHECK(warnings.size() == warnings_expected);
    told.clear();
    for (const auto& event : heard.events) {
      if (event.name != "resumed") continue;
      told = event.line;
      told_data = event.data;
    }
    return out;
  }
  std::string told;  ///< what the last whole run said of where it went on from
  Json told_data;
  std::size_t warnings_expected = 0;
};

void check_same(const Train::Out<Value>& a, const Train::Out<Value>& b) {
  CHECK(toy::same_bytes(*a.last, *b.last));
  CHECK(toy::same_bytes(*a.best, *b.best));
  CHECK(a.history->step_loss == b.history->step_loss);
  CHECK(a.history->train.loss == b.history->train.loss);
  CHECK(a.history->validation.loss == b.history->validation.loss);
  CHECK(a.history->best_epoch == b.history->best_epoch);
  CHECK(a.history->planned_epochs == b.history->planned_epochs);
  CHECK(a.history->stopped_early == b.history->stopped_early);
}

std::string bound(const char* schedule) {
  return read_params<ScheduleParams>(parse_json(schedule), "schedule").bound_to_length();
}

}  // namespace

TEST_CASE(
    "train: stopped while layers are frozen, when they thaw, and a step later, it ends in the same bytes") {
  const auto settings = [](int epochs) {
    return R"({"freeze": {"layers": ["body"], "epochs": 2, "rate_after": 0.5}, "ema_decay": 0.9, "epochs": )" +
           std::to_string(epochs) + "}";
  };
  Resumable stopped, straight;
  CHECK_THROWS_AS(stopped.run(settings(4), 1), Stopped);
  stopped.run(settings(2));
  CHECK_THROWS_AS(stopped.run(settings(4), 1), Stopped);
  const auto out = stopped.run(settings(4)), wanted = straight.run(settings(4));
  CHECK(stopped.told.starts_with("goes on from epoch 3 of 4, step "));
  check_same(out, wanted);
  CHECK(out.history->step_learning_rate == wanted.history->step_learning_rate);
}

TEST_CASE(
    "train: stopped twice, in the middle of an epoch and after its last step, it ends in the same bytes") {
  Resumable stopped, straight;
  CHECK_THROWS_AS(stopped.run("{}", 1), Stopped);
  CHECK_THROWS_AS(stopped.run("{}", 1), Stopped);
  const auto out = stopped.run("{}");
  CHECK(stopped.told.starts_with("goes on from epoch "));
  check_same(out, straight.run("{}"));
  CHECK(straight.told.empty());
}

TEST_CASE("train: a module of one's own with dropout, statistics and a counter goes on to the same bytes") {
  for (const std::string settings : {R"({})", R"({"ema_decay": 0.9, "precision": "bf16"})"}) {
    Resumable stopped, straight;
    stopped.model = straight.model = own::begun("restless");
    CHECK_THROWS_AS(stopped.run(settings, 1), Stopped);
    CHECK_THROWS_AS(stopped.run(settings, 2), Stopped);
    check_same(stopped.run(settings), straight.run(settings));
  }
}

TEST_CASE("train: averages, plateaus, sums of gradients and every optimizer go on to the same bytes") {
  for (const std::string optimizer : {"adamw", "rmsprop", "muon", "adadelta"}) {
    Resumable stopped, straight;
    const auto settings = R"({"ema_decay": 0.9, "accumulate_steps": 2, "track_gradients": true,
        "schedule": {"type": "reduce_on_plateau", "plateau_patience": 1, "plateau_min_delta": 0.5},
        "optimizer": {"type": ")" +
                          optimizer + R"("}})";
    CHECK_THROWS_AS(stopped.run(settings, 1), Stopped);
    CHECK_THROWS_AS(stopped.run(settings, 1), Stopped);
    CHECK_THROWS_AS(stopped.run(settings, 2), Stopped);
    const auto out = stopped.run(settings), wanted = straight.run(settings);
    check_same(out, wanted);
    CHECK(out.history->step_learning_rate == wanted.history->step_learning_rate);
    CHECK(out.gradients->mean == wanted.gradients->mean);
    CHECK(out.gradients->largest == wanted.gradients->largest);
  }
}

TEST_CASE("train: what callbacks logged, remember and have shown goes on as well") {
  struct Counter : Callback {
    double steps = 0;
    void on_step(TrainingMoment& moment) override {
      moment.log("steps", ++steps);
      moment.show({"count.txt", std::vector<std::uint8_t>(static_cast<std::size_t>(steps), 'x')});
    }
    std::vector<double> state() const override { return {steps}; }
    void restore(std::span<const double> state) override { steps = state[0]; }
  };
  if (Extensions::of_training().callback("counter") == nullptr)
    Extensions::of_training().add_callback("counter", [] { return std::make_unique<Counter>(); });
  Resumable stopped;
  const std::string settings = R"({"callbacks": ["counter"]})";
  CHECK_THROWS_AS(stopped.run(settings, 1), Stopped);
  CHECK_THROWS_AS(stopped.run(settings, 1), Stopped);
  const auto out = stopped.run(settings);
  CHECK(out.history->logged.at("steps") == std::vector<double>{4, 8, 12, 16});
  REQUIRE(out.figures->files.size() == 1);
  CHECK(out.figures->files[0].bytes.size() == 16);
}

TEST_CASE("train: progress in steps comes from every_minutes, in epochs from every_epochs") {
  Resumable often, seldom;
  often.run(R"({"epochs": 1, "checkpoint": {"every_minutes": 1e-9, "keep": 100}})");
  seldom.run(R"({"epochs": 4, "checkpoint": {"every_epochs": 3, "keep": 100}})");
  const auto count = [](const Resumable& one) {
    const auto folder = one.folder / "progress/train/key";
    return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
  };
  CHECK(count(often) == 5);   // four steps and the end of the epoch
  CHECK(count(seldom) == 2);  // the third epoch and the end
}

TEST_CASE("train: more epochs go on from fewer and equal the straight run") {
  Resumable raised, straight;
  raised.run(R"({"epochs": 2})");
  const auto out = raised.run(R"({"epochs": 5})");
  CHECK(raised.told.starts_with("goes on from epoch 3 of 5: "));
  check_same(out, straight.run(R"({"epochs": 5})"));
}

TEST_CASE("train: early stopping at the last epoch of a shorter run stops the longer one there") {
  const std::string patience = R"(, "early_stopping": {"patience": 1, "min_delta": 9}})";
  Resumable raised, straight;
  CHECK_FALSE(raised.run(R"({"epochs": 2)" + patience).history->stopped_early);
  const auto out = raised.run(R"({"epochs": 5)" + patience);
  CHECK(out.history->stopped_early);
  CHECK(out.history->epochs() == 2);
  check_same(out, straight.run(R"({"epochs": 5)" + patience));
}

TEST_CASE("train: a schedule that depends on the length of the run says so, and what to set against it") {
  CHECK(bound(R"({"warmup_steps": 5})") ==
        "\"cosine_decay\" comes down over the whole run; give \"schedule.decay_steps\" to go on instead");
  CHECK(bound(R"({"type": "constant"})") ==
        "an automatic warmup is a share of the run; give \"schedule.warmup_steps\" to go on instead");
  CHECK(bound(R"({"warmup_steps": 5, "decay_steps": 100})").empty());
  CHECK(bound(R"({"type": "constant", "warmup_steps": 0})").empty());
}

TEST_CASE("train state: the scale of the loss is kept, and a state without one is read as before") {
  const Folder folder;
  TrainState state;
  for (const auto& scale : {std::optional<LossScale>(), std::optional(LossScale{512, 1999})}) {
    state.loss_scale = scale;
    const auto path = folder / "state.h5";
    std::filesystem::remove(path);
    write_artifact(TrainState::codec(), &state, path);
    const auto read = TrainState::codec().read(H5Reader(path), {});
    const auto& kept = static_cast<const TrainState*>(read.get())->loss_scale;
    REQUIRE(kept.has_value() == scale.has_value());
    if (!scale) continue;
    CHECK(kept->scale == 512);
    CHECK(kept->good_steps == 1999);
  }
}

namespace {

/// A callback that logs at the end, remembers that it was called, and takes its time with each step.
struct Ending : Callback {
  double ends = 0;
  void on_step(TrainingMoment&) override { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }
  void on_epoch(TrainingMoment& moment) override {
    moment.log("planned", static_cast<double>(moment.history.planned_epochs));
  }
  void on_end(TrainingMoment& moment) override {
    moment.log("ends", ++ends);
    moment.stop();
  }
  std::vector<double> state() const override { return {ends}; }
  void restore(std::span<const double> state) override { ends = state[0]; }
};

void add_endings() {
  auto& all = Extensions::of_training();
  if (all.callback("ending") != nullptr) return;
  all.add_callback("ending", [] { return std::make_unique<Ending>(); });
  all.add_callback(
      "free_ending", [] { return std::make_unique<Ending>(); }, RunLength::ignored);
}

std::string bound_of_callbacks(const std::string& names) {
  const auto settings =
      R"({"schedule": {"type": "constant", "warmup_steps": 0}, "callbacks": )" + names + "}";
  return Train::horizon(read_params<Train::Params>(parse_json(settings), "train")).bound;
}

}  // namespace

TEST_CASE("train: what a callback logs at the end is of the last epoch, and no part of a longer run") {
  add_endings();
  Resumable raised, straight;
  const std::string callbacks = R"("callbacks": ["free_ending"]})";
  const auto shorter = raised.run(R"({"epochs": 2, )" + callbacks);
  const auto& ends = shorter.history->logged.at("ends");
  REQUIRE(ends.size() == 2);
  CHECK(std::isnan(ends[0]));
  CHECK(ends[1] == 1);
  const auto longer = raised.run(R"({"epochs": 4, )" + callbacks);
  CHECK(to_csv(*longer.history) == to_csv(*straight.run(R"({"epochs": 4, )" + callbacks).history));
  CHECK(longer.history->logged.at("ends").back() == 1);
}

TEST_CASE("train: a callback is thought to depend on the length of the run until it says otherwise") {
  add_endings();
  CHECK(bound_of_callbacks(R"(["free_ending"])").empty());
  CHECK(bound_of_callbacks(R"(["free_ending", "ending"])") ==
        "callback \"ending\" may depend on how long the run is");
}

TEST_CASE("train: only a callback that may depend on the length of the run is told of it") {
  add_endings();
  Resumable one, other;
  const auto told = one.run(R"({"epochs": 1, "callbacks": ["ending"]})");
  CHECK(told.history->logged.at("planned") == std::vector<double>{1});
  CHECK(told.history->planned_epochs == 1);
  const auto untold = other.run(R"({"epochs": 1, "callbacks": ["free_ending"]})");
  CHECK(untold.history->logged.at("planned") == std::vector<double>{0});
  CHECK(untold.history->planned_epochs == 1);
}

TEST_CASE("train: an epoch that was stopped in its middle has the time of both parts") {
  add_endings();
  Resumable stopped;
  const std::string settings = R"({"epochs": 1, "callbacks": ["ending"]})";
  CHECK_THROWS_AS(stopped.run(settings, 1), Stopped);
  const auto timing = stopped.run(settings).timing;
  CHECK(timing->epoch_seconds[0] >= 4 * 0.02);
  CHECK(timing->epoch_seconds[0] >= timing->epoch_forward_seconds[0] + timing->epoch_backward_seconds[0] +
                                        timing->epoch_update_seconds[0] + timing->epoch_wait_seconds[0]);
}

TEST_CASE("train: where it goes on from is counted as its epochs and steps are") {
  Resumable stopped;
  CHECK_THROWS_AS(stopped.run("{}", 1), Stopped);
  stopped.run("{}");
  CHECK(stopped.told.starts_with("goes on from epoch 1 of 4, step 1: "));
  CHECK(stopped.told_data == Json({{"epoch", 1}, {"epochs", 4}, {"step", 1}, {"steps", 16}}));
}

TEST_CASE("train: saved progress of another network is set aside with a warning, and training begins anew") {
  Resumable one, anew;
  CHECK_THROWS_AS(one.run("{}", 1), Stopped);
  one.warnings_expected = 1;
  const auto averaged = one.run(R"({"ema_decay": 0.9})");
  CHECK(one.told.empty());
  CHECK(one.warnings[0].find(": damaged, its content is refused (saved progress is of another network or of "
                             "other settings") != std::string::npos);
  check_same(averaged, anew.run(R"({"ema_decay": 0.9})"));
}

TEST_CASE("train state: counters, sums and memories that do not fit each other are refused") {
  const auto refused = [](const std::function<void(TrainState&)>& change) {
    const Folder folder;
    TrainState state;
    change(state);
    write_artifact(TrainState::codec(), &state, folder / "state.h5");
    return error_of([&] { TrainState::codec().read(H5Reader(folder / "state.h5"), {}); });
  };
  CHECK(refused([](TrainState& state) { state.tally.samples = -1; }) ==
        "TrainState: a counter is below 0; make it again");
  CHECK(refused([](TrainState& state) { state.epoch = 2; }) ==
        "TrainState: its epochs are not those of its history; make it again");
  CHECK(refused([](TrainState& state) {
          state.optimizer.moments = {{1, 2}};
        }) == "TrainState: the optimizer is of other weights; make it again");
  CHECK(refused([](TrainState& state) {
          state.loss_scale = LossScale{-1, 0};
        }) == "TrainState: its scale is none; make it again");
  CHECK(refused([](TrainState& state) {
          state.figures = {{"..", std::vector<std::uint8_t>{1}}};
        }) == "\"..\" is no file name; give one of at most 255 bytes without \"/\"");
}
