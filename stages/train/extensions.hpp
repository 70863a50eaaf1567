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

/// Parts of training that a program or a plugin brings along. Settings then take their names beside the ready
/// ones, so a name stands for one behaviour: what would train in another way needs another name. To be added
/// before pipelines that use them are read; each throws `Error` where the name is taken.
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

  /// Those of this program.
  static Extensions& of_training();

  /// Adds a schedule. One that gives equal rates in runs of any length says `RunLength::ignored`, so that
  /// more epochs go on from fewer.
  void add_schedule(const std::string& name, MakeCurve make, RunLength length = RunLength::decides);
  void add_loss(const std::string& name, MakeLoss make);
  void add_optimizer(const std::string& name, MakeOptimizer make);
  /// Adds a callback. One that does the same in runs of any length says `RunLength::ignored`: it finds 0 for
  /// `History::planned_epochs`, and more epochs go on from fewer.
  void add_callback(const std::string& name, MakeCallback make, RunLength length = RunLength::decides);

  /// The one of that name, or null.
  const OwnSchedule* schedule(const std::string& name) const;
  const MakeLoss* loss(const std::string& name) const;
  const MakeOptimizer* optimizer(const std::string& name) const;
  const OwnCallback* callback(const std::string& name) const;

  /// The digests of the plugins that added these, each called by what it is and its name, as "loss hinge".
  Json code_of(const std::vector<std::string>& what) const;

  /// Names that settings take: those that are ready and those that were added.
  OneOf schedule_types(std::vector<std::string> ready) const;
  OneOf loss_types(std::vector<std::string> ready) const;
  OneOf optimizer_types(std::vector<std::string> ready) const;
  std::vector<std::string> callback_names() const;

 private:
  template <class Make>
  using Named = std::vector<std::pair<std::string, std::unique_ptr<const Make>>>;

  std::map<std::string, Json> code_;  ///< digests of plugins by what they added
  Named<OwnSchedule> schedules_;
  Named<MakeLoss> losses_;
  Named<MakeOptimizer> optimizers_;
  Named<OwnCallback> callbacks_;
};

/// A list of callbacks that were added.
struct KnownCallbacks {
  std::string broken_by(const std::vector<std::string>& names) const;
  std::string text() const;
};

}  // namespace fovea
