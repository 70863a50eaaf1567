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

/// What a callback sees of training, and what it may ask for.
class TrainingMoment {
 public:
  TrainingMoment(const History& so_far, Network& trained, std::int64_t finished_epochs)
      : history(so_far), network(trained), epochs(finished_epochs) {}

  const History& history;  ///< of all steps so far, and all epochs that are finished
  Network& network;        ///< as it is now
  const std::int64_t epochs;

  /// Asks to end training after this epoch; in `on_step`, after this step's epoch is validated.
  void stop() { asks_to_stop_ = true; }
  /// Sets a number of the epoch that is running or just finished, as a column of the training log.
  void log(const std::string& name, double value) { logged_[name] = value; }
  /// Gives a file for the run directory's `visualizations`, in place of an earlier one of that name; `save`
  /// of `stages/figures/picture.hpp` makes one from a drawing.
  void show(Figures::File file) { shown_.push_back(std::move(file)); }

  bool asks_to_stop() const { return asks_to_stop_; }
  const std::map<std::string, double>& logged() const { return logged_; }
  const std::vector<Figures::File>& shown() const { return shown_; }

 private:
  bool asks_to_stop_ = false;
  std::map<std::string, double> logged_;
  std::vector<Figures::File> shown_;
};

/// Code of one's own that is called while a network is trained. So that resumed training ends in the same
/// bytes, what it remembers has to be in its `state`.
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
