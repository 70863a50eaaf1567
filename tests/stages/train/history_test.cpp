#include "stages/train/history.hpp"

#include <cmath>
#include <fstream>
#include <sstream>

#include "runtime/store/artifact.hpp"
#include "stages/train/gradient_history.hpp"
#include "stages/train/rate_range.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/file_bytes.hpp"

using namespace fovea;

namespace {

History two_epochs() {
  History history;
  history.step_loss = {2, 1, 0.5, 0.25};
  history.step_learning_rate = {1e-8, 1e-3, 5e-4, 1e-7};
  history.step_gradient_norm = {4, 3, 2, 1};
  history.train = {{1.5, 0.375}, {0.1, 0.9}, {0.5, 1}};
  history.validation = {{1.25, 0.5}, {0.2, 0.8}, {0.75, 1}};
  history.steps_per_epoch = 2;
  history.planned_epochs = 5;
  history.best_epoch = 2;
  history.stopped_early = true;
  history.monitor = "val_accuracy";
  history.loss = "focal loss with gamma 2";
  history.schedule = "cosine_decay";
  history.warmup_steps = 1;
  history.peak_learning_rate = 1e-3;
  history.floor_learning_rate = 1e-7;
  history.precision = "fp32";
  return history;
}

template <class T> T read_back(const T& value) {
  const Folder folder;
  H5Writer writer(folder / "value.h5");
  T::codec().write(&value, writer);
  writer.close();
  return *std::static_pointer_cast<const T>(T::codec().read(H5Reader(folder / "value.h5"), {}));
}

}  // namespace

TEST_CASE("history: the log has a line for each epoch with the learning rate of its last step") {
  CHECK(to_csv(two_epochs()) ==
        "epoch,loss,accuracy,top_5,val_loss,val_accuracy,val_top_5,learning_rate\n"
        "1,1.5,0.1,0.5,1.25,0.2,0.75,0.001\n"
        "2,0.375,0.9,1,0.5,0.8,1,1e-07\n");
}

TEST_CASE("history: the log leaves a cell empty where there is no number") {
  auto history = two_epochs();
  history.validation.loss[0] = NAN;
  CHECK_THAT(to_csv(history), Catch::Contains("1,1.5,0.1,0.5,,0.2,0.75,0.001\n"));
}

TEST_CASE("history: what is stored is what is read") {
  const auto history = two_epochs();
  const auto read = read_back(history);
  CHECK(to_csv(read) == to_csv(history));
  CHECK(read.step_loss == history.step_loss);
  CHECK(read.step_gradient_norm == history.step_gradient_norm);
  CHECK(read.planned_epochs == 5);
  CHECK(read.best_epoch == 2);
  CHECK(read.stopped_early);
  CHECK(read.monitor == "val_accuracy");
  CHECK(read.loss == "focal loss with gamma 2");
  CHECK(read.schedule == "cosine_decay");
  CHECK(read.warmup_steps == 1);
  CHECK(read.peak_learning_rate == 1e-3);
  CHECK(read.floor_learning_rate == 1e-7);
  CHECK(read.precision == "fp32");
}

TEST_CASE("history: a schedule without a floor is stored without one") {
  auto history = two_epochs();
  history.floor_learning_rate.reset();
  CHECK_FALSE(read_back(history).floor_learning_rate.has_value());
}

TEST_CASE("history: exporting writes the log") {
  const Folder folder;
  const auto history = two_epochs();
  History::codec().export_to(&history, "", folder / "training_log.csv");
  CHECK(bytes_of(folder / "training_log.csv") == to_csv(history));
}

TEST_CASE("timing: what is stored is what is read") {
  const auto read = read_back(Timing{{100, 200.5}, {3.5}, {0.25}, {1}, {1.75}, {0.125}, {1.5}, {0.75}});
  CHECK(read.step_samples_per_second == std::vector{100, 200.5});
  CHECK(read.epoch_seconds == std::vector{3.5});
  CHECK(read.epoch_wait_seconds == std::vector{0.25});
  CHECK(read.epoch_forward_seconds == std::vector{1.0});
  CHECK(read.epoch_backward_seconds == std::vector{1.75});
  CHECK(read.epoch_update_seconds == std::vector{0.125});
  CHECK(read.epoch_decode_seconds == std::vector{1.5});
  CHECK(read.epoch_augment_seconds == std::vector{0.75});
}

TEST_CASE("history: stored lists that do not fit each other are refused") {
  const auto refused = [](const auto& value) { return error_of([&] { read_back(value); }); };
  auto history = two_epochs();
  history.step_gradient_norm.pop_back();
  CHECK(refused(history) == "History: its lists of steps differ in length; make it again");
  history = two_epochs();
  history.validation.loss.pop_back();
  CHECK(refused(history) == "History: its lists of epochs differ in length; make it again");
  history = two_epochs();
  history.logged = {{"norm", {1}}};
  CHECK(refused(history) == "History: what was logged has other epochs; make it again");
  history = two_epochs();
  history.best_epoch = 3;
  CHECK(refused(history) == "History: a count is not possible; make it again");
  CHECK(refused(Timing{.epoch_seconds = {1, 2}, .epoch_wait_seconds = {1}}) ==
        "Timing: its lists of epochs differ in length; make it again");
  CHECK(refused(RateRange{{1, 2}, {1}, false}) ==
        "RateRange: its rates and losses differ in number; make it again");
}

TEST_CASE("history: stored norms that are not those of the parameters are refused") {
  const Folder folder;
  H5Writer writer(folder / "value.h5");
  writer.write("gradients/names", std::vector<std::string>{"a", "b"});
  for (const char* name : {"gradients/mean", "gradients/largest"})
    writer.write(name, std::vector<double>{1, 2, 3});
  writer.close();
  CHECK(error_of([&] { GradientHistory::codec().read(H5Reader(folder / "value.h5"), {}); }) ==
        "GradientHistory: its norms are not those of its parameters; make it again");
}

TEST_CASE("history: the log has no columns for hits among five where these are not counted") {
  auto history = two_epochs();
  history.train.top_5 = history.validation.top_5 = {};
  CHECK(to_csv(history) ==
        "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate\n"
        "1,1.5,0.1,1.25,0.2,0.001\n"
        "2,0.375,0.9,0.5,0.8,1e-07\n");
}
