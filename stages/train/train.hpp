#pragma once

#include "graph/stage.hpp"
#include "stages/data/augmentation_recipe.hpp"
#include "stages/model/model.hpp"
#include "stages/train/extensions.hpp"
#include "stages/train/gradient_history.hpp"
#include "stages/train/history.hpp"
#include "stages/train/schedule.hpp"
#include "stages/train/train_params.hpp"

namespace fovea {

/// Trains a copy of a model on batches that are made during training. A step is: forward, loss, backward,
/// clip, optimizer, schedule, average. After each epoch every validation image is scored. The same seed gives
/// the same bytes for any number of threads that make batches. Images are normalised as the model says.
struct Train {
  static constexpr std::string_view name = "train";
  static constexpr std::string_view doc = "trains a model";
  static constexpr int version = 12;
  static constexpr bool random = true;
  static constexpr std::string_view library = "fovea_torch";

  /// The images of a step where `batch_size` is "auto" and batches are not added up.
  static constexpr std::int64_t automatic_batch = 64;

  template <template <class> class As> struct In {
    As<Model> model;
    As<AugmentationRecipe> batches;
    As<Dataset> validation;
    static auto ports() {
      return std::tuple_cat(training_ports<In>(), std::tuple{needed("validation", &In::validation,
                                                                    "images that tell how training goes")});
    }
  };

  template <template <class> class As> struct Out {
    As<Model> best;
    As<Model> last;
    As<History> history;
    As<Timing> timing;
    As<GradientHistory> gradients;
    As<Figures> figures;
    static constexpr auto ports() {
      return std::tuple{tracked("best", &Out::best, "the network after its best epoch", "best_model.h5"),
                        exported("last", &Out::last, "the network after its last epoch", "final_model.h5"),
                        tracked("history", &Out::history, "every step and every epoch", "training_log.csv"),
                        tracked("timing", &Out::timing, "how long steps and epochs took"),
                        field("gradients", &Out::gradients, "norms by parameter, where they are tracked"),
                        tracked("figures", &Out::figures, "what callbacks show", "visualizations")};
    }
  };

  struct Params {
    std::int64_t epochs = 100;
    Auto<std::int64_t> batch_size = 64;
    bool drop_last = false;
    double learning_rate = 1e-3;
    ScheduleParams schedule{};
    OptimizerParams optimizer{};
    ClipParams clip{};
    LossParams loss{};
    FreezeParams freeze{};
    std::string precision = "auto";
    bool deterministic = true;
    double ema_decay = 0;
    std::int64_t accumulate_steps = 1;
    bool gradient_checkpointing = false;
    std::int64_t log_every = 50;
    bool step_graph = true;
    EarlyStoppingParams early_stopping{};
    MonitorParams monitor{};
    CheckpointParams checkpoint{};
    VisualizeParams visualize{};
    bool track_gradients = false;
    std::vector<std::string> callbacks{};

    static auto fields() {
      using P = Params;
      return std::tuple{
          field("epochs", &P::epochs, "passes over the training images", between(1, 1000000)),
          field(
              "batch_size", &P::batch_size,
              "images a step; auto = the largest power of two up to 64 whose training fits into memory, with "
              "as many more accumulate_steps as make 64; with batch normalisation, which sees each batch by "
              "itself, other memory then gives other weights",
              between(1, 65536)),
          field("drop_last", &P::drop_last,
                "leaves out the last step of an epoch where it has fewer images than batch_size x "
                "accumulate_steps"),
          field("learning_rate", &P::learning_rate, "the highest rate", above(0)),
          field("schedule", &P::schedule, "how the rate changes from step to step"),
          field("optimizer", &P::optimizer, "how weights follow their gradients"),
          field("clip", &P::clip, "limits on gradients"),
          field("loss", &P::loss, "what is made small"),
          field("freeze", &P::freeze, "what does not learn, and for how long"),
          field("precision", &P::precision,
                "numbers that layers compute in; auto = bf16 where the CPU or GPU multiplies it by itself, "
                "else fp32; tf32 (fp32 with factors of 10 bits) and fp16 (scales the loss) need a GPU",
                one_of({"auto", "fp32", "tf32", "bf16", "fp16"})),
          field("deterministic", &P::deterministic,
                "the same seed gives the same bytes; false is faster on a GPU, and no different on a CPU"),
          field("ema_decay", &P::ema_decay,
                "above 0, an average of the weights is kept, validated and given in place of them: the share "
                "of "
                "it that a step leaves, less in the first steps",
                from_to_below(0, 1)),
          field("accumulate_steps", &P::accumulate_steps,
                "batches whose gradients are added up to those of one large batch before each step; the last "
                "step of an epoch takes those that are left",
                between(1, 65536)),
          tuning("gradient_checkpointing", &P::gradient_checkpointing,
                 "computes the forward pass a second time in place of keeping all of it: less memory, more "
                 "time"),
          tuning("log_every", &P::log_every,
                 "on a GPU: steps whose losses and scores are read together; more = fewer waits",
                 between(1, 100000)),
          tuning("step_graph", &P::step_graph,
                 "on a GPU: records a step once and then starts it as one, with the same bytes; takes memory "
                 "of its own"),
          field("early_stopping", &P::early_stopping, "when training ends early"),
          field("monitor", &P::monitor, "what tells the best epoch"),
          field("checkpoint", &P::checkpoint, "how often progress is saved; never changes the result"),
          field("visualize", &P::visualize, "what is shown while training; never changes the result"),
          field("track_gradients", &P::track_gradients,
                "keeps the norm of each parameter's gradient by epoch"),
          field("callbacks", &P::callbacks, "code of one's own that is called while training, by name",
                KnownCallbacks{})};
    }
    /// Refuses settings that contradict each other. Throws `Error` that begins with `place`.
    void check(const std::string& place) const;
    /// Returns the images a pass; `automatic_batch` for "auto" that is not resolved.
    std::int64_t images_a_pass() const { return batch_size.or_else(automatic_batch); }
    /// Returns the number of steps per epoch for that many images. Throws `Error` where there is no whole
    /// step.
    std::int64_t steps_of_epoch(std::size_t images) const;
  };

  /// Returns the digests of the plugins of the schedule, the loss, the optimizer and the callbacks.
  static Json code_named(const Params& params) {
    std::vector<std::string> all{"schedule " + params.schedule.type, "loss " + params.loss.type,
                                 "optimizer " + params.optimizer.type};
    for (const auto& name : params.callbacks) all.push_back("callback " + name);
    return Extensions::of_training().code_of(all);
  }
  /// Returns how runs of different lengths relate: training resumes from a shorter run where neither schedule
  /// nor callbacks depend on the length.
  static Horizon horizon(const Params& params);
  static void check_input(const AugmentationRecipe& batches, const Params& params);
  static void check_input(const Model& model, const Params& params);
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
