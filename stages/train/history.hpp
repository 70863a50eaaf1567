#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/port.hpp"

namespace fovea {

/// How training went: every step and every epoch. Everything here is the same whenever the same training is
/// repeated.
struct History {
  static constexpr std::string_view kind = "History";
  static const Codec& codec();

  struct Curves {
    std::vector<double> loss;      ///< by epoch, mean over samples
    std::vector<double> accuracy;  ///< by epoch
    std::vector<double> top_5;     ///< by epoch; empty where five classes are all or nearly all
  };
  std::vector<double> step_loss;  ///< mean over the batch
  std::vector<double> step_learning_rate;
  std::vector<double>
      step_gradient_norm;  ///< global, before clipping; inf or NaN where a step in fp16 was skipped
  std::map<std::string, std::vector<double>>
      logged;  ///< by epoch, what callbacks log; NaN where they did not
  Curves train;
  Curves validation;
  std::int64_t steps_per_epoch = 0;
  std::int64_t planned_epochs = 0;
  std::int64_t best_epoch = 0;  ///< from 1
  bool stopped_early = false;
  std::string monitor;   ///< the metric that chose the best epoch, as "val_accuracy"
  std::string loss;      ///< what was made small, with its unit where it has one: "cross-entropy, nats"
  std::string schedule;  ///< "cosine_decay", ...
  std::int64_t warmup_steps = 0;
  double peak_learning_rate = 0;
  std::optional<double> floor_learning_rate;  ///< what the schedule comes down to, where it has an end
  std::string precision;                      ///< what was computed in: "fp32", "bf16" or "fp16"

  std::size_t epochs() const { return train.loss.size(); }
};

/// What training cost, as measured: the one artifact that another run of the same training does not repeat.
struct Timing {
  static constexpr std::string_view kind = "Timing";
  static constexpr bool measured = true;
  static const Codec& codec();

  std::vector<double> step_samples_per_second;
  std::vector<double> epoch_seconds;
  std::vector<double> epoch_wait_seconds;      ///< of `epoch_seconds`, spent waiting for batches
  std::vector<double> epoch_forward_seconds;   ///< likewise, of training: network and loss
  std::vector<double> epoch_backward_seconds;  ///< likewise: gradients
  std::vector<double> epoch_update_seconds;    ///< likewise: limits, optimizer, average
  std::vector<double> epoch_decode_seconds;    ///< of all threads that made batches
  std::vector<double> epoch_augment_seconds;   ///< of all threads that made batches
};

/// Where the time of an epoch went, in seconds.
struct Phases {
  double waiting = 0;     ///< for batches
  double forward = 0;     ///< network and loss
  double backward = 0;    ///< gradients
  double update = 0;      ///< limits, optimizer, average
  double all = 0;         ///< of these and everything else in the epoch
  double decoding = 0;    ///< of all threads that make batches
  double augmenting = 0;  ///< likewise
};

class H5Writer;
class H5Reader;

/// Puts both into one file, or takes them from it: how the state of unfinished training keeps them.
void write_history(const History& history, const Timing& timing, H5Writer& file);
std::pair<History, Timing> read_history(const H5Reader& file);

/// One line an epoch as CSV, without times: equal trainings give equal text. The learning rate is that of the
/// epoch's last step.
std::string to_csv(const History& history);

}  // namespace fovea
