#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "stages/train/callback.hpp"
#include "stages/train/schedule_curves.hpp"
#include "stages/train/train_params.hpp"

namespace fovea {

struct Dataset;
class Loss;
class Optimizer;

/// Registry of schedules, losses, optimizers and callbacks that a program or a plugin adds; settings name
/// them like the built-in ones. A name stands for one behaviour: different training needs a different name.
/// Add them before pipelines that use them are read; each `add_...` throws `Error` where the name is taken.
class Extensions {
 public:
  using MakeCurve = std::function<ShapedCurve(const ScheduleParams& params, CurveRoom room)>;
  using MakeLoss = std::function<std::unique_ptr<Loss>(const LossParams& params, const Dataset& data)>;
  using MakeOptimizer = std::function<std::unique_ptr<Optimizer>(const OptimizerParams& params)>;
  using MakeCallback = std::function<std::unique_ptr<Callback>()>;

  struct OwnSchedule {
    MakeCurve make;
    RunLength length;
  };
  struct OwnCallback {
    MakeCallback make;
    RunLength length;
  };

  /// Returns the registry of this program.
  static Extensions& of_training();

  /// Adds a schedule. `RunLength::ignored` is for a schedule with equal rates in runs of any length, so that
  /// a longer run resumes from a shorter one.
  void add_schedule(const std::string& name, MakeCurve make, RunLength length = RunLength::decides);
  void add_loss(const std::string& name, MakeLoss make);
  void add_optimizer(const std::string& name, MakeOptimizer make);
  /// Adds a callback. `RunLength::ignored` is for a callback that does the same in runs of any length: its
  /// `History::planned_epochs` is 0, and a longer run resumes from a shorter one.
  void add_callback(const std::string& name, MakeCallback make, RunLength length = RunLength::decides);

  /// Returns the schedule of that name, or null; the next three likewise.
  const OwnSchedule* schedule(const std::string& name) const;
  const MakeLoss* loss(const std::string& name) const;
  const MakeOptimizer* optimizer(const std::string& name) const;
  const OwnCallback* callback(const std::string& name) const;

  /// Returns the digests of the plugins that added these extensions; each is given as kind and name, as "loss
  /// hinge".
  Json code_of(const std::vector<std::string>& what) const;

  /// Names that settings accept: the built-in ones in `ready` and those that were added.
  OneOf schedule_types(std::vector<std::string> ready) const;
  OneOf loss_types(std::vector<std::string> ready) const;
  OneOf optimizer_types(std::vector<std::string> ready) const;
  std::vector<std::string> callback_names() const;

 private:
  template <class Make> using Named = std::vector<std::pair<std::string, std::unique_ptr<const Make>>>;

  std::map<std::string, Json> plugin_digests_;  ///< digests of plugins, by extension
  Named<OwnSchedule> schedules_;
  Named<MakeLoss> losses_;
  Named<MakeOptimizer> optimizers_;
  Named<OwnCallback> callbacks_;
};

/// Rule of a parameter that lists registered callbacks by name.
struct KnownCallbacks {
  std::string broken_by(const std::vector<std::string>& names) const;
  std::string text() const;
};

}  // namespace fovea
