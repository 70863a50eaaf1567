#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/port.hpp"

namespace fovea {

/// The course of training: every step and every epoch. Repeated training gives an equal history.
struct History {
  static constexpr std::string_view kind = "History";
  static const Codec& codec();

  struct Curves {
    std::vector<double> loss;      ///< by epoch, mean over samples
    std::vector<double> accuracy;  ///< by epoch
    std::vector<double> top_5;     ///< by epoch; empty for five classes or fewer
  };
  std::vector<double> step_loss;  ///< mean over the batch
  std::vector<double> step_learning_rate;
  std::vector<double> step_gradient_norm;  ///< global, before clipping; inf or NaN for a skipped step in fp16
  std::map<std::string, std::vector<double>> logged;  ///< values that callbacks log, by epoch; NaN where none
  Curves train;
  Curves validation;
  std::int64_t steps_per_epoch = 0;
  std::int64_t planned_epochs = 0;
  std::int64_t best_epoch = 0;  ///< from 1
  bool stopped_early = false;
  std::string monitor;   ///< the metric that chose the best epoch, as "val_accuracy"
  std::string loss;      ///< the loss function, with its unit where it has one: "cross-entropy, nats"
  std::string schedule;  ///< "cosine_decay", ...
  std::int64_t warmup_steps = 0;
  double peak_learning_rate = 0;
  std::optional<double> floor_learning_rate;  ///< the lowest rate of the schedule, where it has an end
  std::string precision;                      ///< of the computation: "fp32", "tf32", "bf16" or "fp16"
  std::int64_t chosen_batch_size = 0;         ///< where "batch_size" is "auto"; 0 where it is given

  std::size_t epochs() const { return train.loss.size(); }
};

/// The inputs of a stage that takes a history alone.
template <template <class> class As> struct HistoryIn {
  As<History> history;
  static auto ports() { return std::tuple{field("history", &HistoryIn::history, "how training went")}; }
};

/// The measured time of training: the one artifact that a repeated training does not reproduce.
struct Timing {
  static constexpr std::string_view kind = "Timing";
  static constexpr bool measured = true;
  static const Codec& codec();

  std::vector<double> step_samples_per_second;
  std::vector<double> epoch_seconds;
  std::vector<double> epoch_wait_seconds;      ///< of `epoch_seconds`, spent waiting for batches
  std::vector<double> epoch_forward_seconds;   ///< of `epoch_seconds`, in network and loss
  std::vector<double> epoch_backward_seconds;  ///< of `epoch_seconds`, in gradients
  std::vector<double>
      epoch_update_seconds;  ///< of `epoch_seconds`, in clipping, optimizer and weight average
  std::vector<double> epoch_decode_seconds;   ///< summed over all threads of the batch stream
  std::vector<double> epoch_augment_seconds;  ///< summed over all threads of the batch stream
};

/// The time of an epoch by phase, in seconds.
struct Phases {
  double waiting = 0;     ///< for batches
  double forward = 0;     ///< network and loss
  double backward = 0;    ///< gradients
  double update = 0;      ///< clipping, optimizer, weight average
  double all = 0;         ///< the whole epoch
  double decoding = 0;    ///< summed over all threads of the batch stream
  double augmenting = 0;  ///< summed over all threads of the batch stream
};

class H5Writer;
class H5Reader;

/// Writes both into one file, and reads them from it, as part of a checkpoint.
void write_history(const History& history, const Timing& timing, H5Writer& file);
std::pair<History, Timing> read_history(const H5Reader& file);

/// Returns a CSV with one line per epoch and without times, so that equal trainings give equal text. The
/// learning rate is that of the epoch's last step.
std::string to_csv(const History& history);

}  // namespace fovea
