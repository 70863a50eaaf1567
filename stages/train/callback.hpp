#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "stages/figures/figures.hpp"
#include "stages/train/history.hpp"

namespace fovea {

class Network;

/// The view of training that a callback gets, with the requests that it can make.
class TrainingMoment {
 public:
  TrainingMoment(const History& so_far, Network& trained, std::int64_t finished_epochs)
      : history(so_far), network(trained), epochs(finished_epochs) {}

  const History& history;  ///< all steps so far and all finished epochs
  Network& network;        ///< in its current state
  const std::int64_t epochs;

  /// Requests the end of training after this epoch; in `on_step`, after this step's epoch is validated.
  void stop() { asks_to_stop_ = true; }
  /// Logs a number of the running or just finished epoch, as a column of the training log.
  void log(const std::string& name, double value) { logged_[name] = value; }
  /// Adds a file to the run directory's `visualizations`, in place of an earlier file of that name; `save` of
  /// `stages/figures/picture.hpp` makes a file from a drawing.
  void show(Figures::File file) { shown_.push_back(std::move(file)); }

  bool asks_to_stop() const { return asks_to_stop_; }
  const std::map<std::string, double>& logged() const { return logged_; }
  const std::vector<Figures::File>& shown() const { return shown_; }

 private:
  bool asks_to_stop_ = false;
  std::map<std::string, double> logged_;
  std::vector<Figures::File> shown_;
};

/// User code that is called during training. `state` has to hold everything that the callback remembers, so
/// that resumed training ends in the same bytes.
class Callback {
 public:
  virtual ~Callback() = default;
  virtual void on_step(TrainingMoment&) {}
  virtual void on_epoch(TrainingMoment&) {}
  virtual void on_end(TrainingMoment&) {}
  virtual std::vector<double> state() const { return {}; }
  virtual void restore(std::span<const double>) {}
};

}  // namespace fovea
