#pragma once

#include <map>
#include <mutex>

#include "pipelines/tracking/event_file.hpp"
#include "pipelines/tracking/run_facts.hpp"
#include "runtime/report.hpp"
#include "runtime/run_directory.hpp"

namespace fovea {

/// Writes `tensorboard_logs/` into a run directory from what tracked ports tell: <train node>/train and
/// <train node>/validation with scalars (tags as Keras has them, epochs and steps from 1), <train
/// node>/<evaluate node> with what was measured of its model, in <train node>/ itself the settings that
/// differ from the defaults (shown as HPARAMS), and figures/ with every PNG. Equal results give equal bytes.
/// Gives what was written and where it came from, or nothing where an object is lost.
std::optional<std::vector<Exported>> write_tensorboard(const Graph& graph, std::span<const Record> records,
                                                       Store& store, const std::filesystem::path& directory);

/// Writes event files while training runs, so that `tensorboard --logdir FOLDER` shows it as it happens:
/// FOLDER/<pipeline>/<train node>-<key>/train and /validation, and /weights where histograms are told. What
/// is told is handed on to another report.
class LiveTensorBoard : public Report {
 public:
  /// Throws `Error` where the folder can't be made.
  LiveTensorBoard(Report& next, const std::filesystem::path& folder, const std::string& pipeline);
  void event(const Event& event) override;
  void progress(const std::string& stage, std::size_t done, std::size_t total,
                const std::string& words) override;

  /// In the end: the figures, the settings, what was measured, the trainings whose result was in the store,
  /// and histograms of the best weights where there are none yet.
  void finish(const Graph& graph, std::span<const Record> records, Store& store);

 private:
  struct Logs {
    std::string folder;  ///< of the training, below the pipeline's
    std::optional<EventFile> train, validation, weights;
  };
  /// Writes what an event says, and gives what went wrong with that, or "".
  std::string error_of_writing(const Event& event);
  Logs& open(const Event& event);
  void add_step(const Event& event);
  void add_epoch(const Event& event);
  void add_weights(const Event& event);

  Report& next_;
  std::filesystem::path folder_;
  std::mutex mutex_;
  bool ended_ = false;                ///< whether something went wrong
  std::map<std::string, Logs> logs_;  ///< by the name of the node
};

}  // namespace fovea
