#include "stages/train/best_tracker.hpp"

#include <limits>

#include "tests/catch.hpp"

using namespace fovea;

TEST_CASE("best tracker: more is better of an accuracy, less of a loss") {
  const BestTracker accuracy({.metric = "val_top_5"}), loss({.metric = "train_loss"});
  CHECK(accuracy.beats(0.6, 0.5, 0));
  CHECK_FALSE(accuracy.beats(0.5, 0.5, 0));
  CHECK_FALSE(accuracy.beats(0.6, 0.5, 0.2));
  CHECK(loss.beats(0.4, 0.5, 0));
  CHECK_FALSE(loss.beats(0.6, 0.5, 0));
}

TEST_CASE("best tracker: everything is better than nothing, and any number better than NaN") {
  const BestTracker best_tracker({.metric = "val_loss"});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(best_tracker.beats(9, {}, 1));
  CHECK(best_tracker.beats(9, nan, 1));
  CHECK_FALSE(best_tracker.beats(nan, nan, 0));
  CHECK_FALSE(best_tracker.beats(nan, 9, 0));
}

TEST_CASE("best tracker: waits from the last epoch that was better by the margin") {
  const BestTracker best_tracker({.metric = "val_accuracy"});
  Patience wait;
  for (const double value : {0.5, 0.55, 0.58, 0.61}) best_tracker.count(wait, value, 0.1);
  CHECK(wait.best == 0.61);
  CHECK(wait.epochs == 0);
  best_tracker.count(wait, 0.6, 0.1);
  CHECK(wait.epochs == 1);
}

TEST_CASE("best tracker: the metric is one of loss, accuracy and top 5 of either part") {
  History history;
  history.train = {{1}, {2}, {3}};
  history.validation = {{4}, {5}, {6}};
  CHECK(BestTracker({.metric = "train_loss"}).value(history) == 1);
  CHECK(BestTracker({.metric = "train_accuracy"}).value(history) == 2);
  CHECK(BestTracker({.metric = "train_top_5"}).value(history) == 3);
  CHECK(BestTracker({.metric = "val_loss"}).value(history) == 4);
  CHECK(BestTracker({.metric = "val_accuracy"}).value(history) == 5);
  CHECK(BestTracker({.metric = "val_top_5"}).value(history) == 6);
}
