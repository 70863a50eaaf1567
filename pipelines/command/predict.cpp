#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <thread>
#include <utility>

#include "pipelines/command/options.hpp"
#include "pipelines/command/print.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/console.hpp"
#include "pipelines/run/image_arguments.hpp"
#include "pipelines/run/model_file.hpp"
#include "pipelines/run/predicted_rows.hpp"
#include "pipelines/run/run_pipeline.hpp"
#include "render/text.hpp"
#include "runtime/library.hpp"
#include "runtime/store/files.hpp"
#include "runtime/stream.hpp"
#include "runtime/text_file.hpp"
#include "stages/evaluate/predict_files.hpp"
#include "stages/model/blas.hpp"
#include "stages/model/model_file.hpp"
#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The arguments of `fovea predict`.
struct PredictCommand {
  std::string model;
  std::vector<std::string> images;
  std::size_t top_k = 3;
  std::size_t batch_size = 256;
  fs::path save_dir;
  std::string precision = "fp32";
  std::string device = "auto";
  std::size_t threads = 0;
  bool json = false;
};

/// Returns the width of the terminal on stdout, or 0 where it is none.
std::size_t columns_of_output() {
  winsize size{};
  const bool known = ::isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return known ? size.ws_col : 0;
}

std::size_t longest_of(const std::vector<fs::path>& files) {
  std::size_t longest = 5;  // the title of the column
  for (const auto& file : files) longest = std::max(longest, render::columns_of(file.string()));
  return longest;
}

/// Prints what is said of each file as soon as it is known, and keeps what is written at the end.
class Teller {
 public:
  Teller(const PredictCommand& command, const Model& model, ImageArguments images)
      : command_(command),
        classes_(model.class_names.size()),
        top_k_(std::min(command.top_k, classes_)),
        images_(std::move(images)),
        named_(images_.files.size() + images_.errors.size()),
        rows_(model.class_names, top_k_, longest_of(images_.files), columns_of_output()) {
    if (!command.save_dir.empty()) csv_ = rows_.csv_header();
  }

  /// Throws `Stopped` where nobody reads the output any more.
  void see(const PredictedFiles& batch) {
    std::size_t row = 0;
    for (const auto& error : batch.errors) {
      const auto index = done_++;
      if (error.empty()) {
        tell(images_.files[index].string(), index, batch.logits.subspan(classes_ * row++, classes_));
      } else {
        images_.errors.push_back(error);
        if (command_.json) tell_json({{"image", images_.files[index].string()}, {"error", error}});
      }
    }
    if (std::fflush(stdout) != 0) throw Stopped{};
  }

  const std::vector<fs::path>& files() const { return images_.files; }
  std::size_t done() const { return done_; }

  /// Writes the table, and throws where files could not be read, with all their errors on stderr.
  void finish() const {
    if (!command_.save_dir.empty()) save();
    const auto& errors = images_.errors;
    if (errors.empty()) return;
    if (errors.size() == 1) throw Error(errors.front());
    for (const auto& error : errors) std::fprintf(stderr, "%s\n", error.c_str());
    throw Error(std::to_string(errors.size()) + " of " + std::to_string(named_) +
                " could not be read; mend or leave out what is named above");
  }

 private:
  void tell(const std::string& name, std::size_t index, std::span<const float> logits) {
    const auto said = most_probable(logits, top_k_);
    if (command_.json) {
      tell_json(rows_.json_line(name, said));
    } else {
      if (!std::exchange(has_header_, true)) print("{}\n", rows_.table_header());
      print("{}\n", rows_.table_line(name, said));
    }
    if (!command_.save_dir.empty()) csv_ += rows_.csv_line(name, index, said);
  }
  static void tell_json(const Json& line) {
    print("{}\n", line.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  void save() const {
    make_folder(command_.save_dir);
    const auto file = command_.save_dir / "predictions.csv";
    write_whole_file(file, csv_);
    if (!command_.json) print("predictions in {}\n", file.string());
  }

  const PredictCommand& command_;
  const std::size_t classes_;
  const std::size_t top_k_;
  ImageArguments images_;
  const std::size_t named_;
  const PredictedRows rows_;
  bool has_header_ = false;
  std::string csv_;
  std::size_t done_ = 0;
};

/// Loads the function that computes, and sets LibTorch's environment up first.
auto* load_predict_files(Libraries& libraries) {
  auto* found = libraries.function<decltype(fovea_predict_files)>("fovea_torch", "fovea_predict_files");
  if (const auto slow = blas_warning(blas_here()); !slow.empty()) warn_on_stderr(slow);
  return found;
}

int predict(const PredictCommand& command, Signals& signals) {
  const auto device = device_of(command.device);
  const auto precision = precision_of(command.precision, device);
  const auto model = read_model_file(model_file(command.model));
  Teller teller(command, model, image_arguments(command.images, stdin));
  const bool rows_scroll_by = ::isatty(STDOUT_FILENO) == 1;
  Console console(command.json ? Voice::json : rows_scroll_by ? Voice::quiet : Voice::normal);
  Context context;
  context.stage = "predict";
  context.threads = command.threads > 0 ? command.threads : std::thread::hardware_concurrency();
  context.device = device.name;
  context.stop = signals.token();
  context.report = &console;
  const StreamThreads allowed(context.threads);
  Libraries libraries([](const std::string&) { prepare_numerics(); });
  if (teller.files().empty()) teller.finish();
  try {
    load_predict_files(libraries)(model, teller.files(), command.batch_size, precision, context,
                                  [&](const PredictedFiles& batch) {
                                    teller.see(batch);
                                    context.progress(teller.done(), teller.files().size(), "images");
                                  });
  } catch (const Stopped&) {
    if (!context.stop.stop_requested()) return 0;  // the caller tells of the output
    std::fprintf(stderr, "interrupted; %zu of %zu images are done\n", teller.done(), teller.files().size());
    return 130;
  }
  teller.finish();
  return 0;
}

}  // namespace

void add_predict(CLI::App& app, Action& chosen) {
  auto* verb =
      app.add_subcommand("predict", "tell what a trained model sees in images: fovea predict RUN FOLDER");
  const auto command = std::make_shared<PredictCommand>();
  verb->add_option("MODEL", command->model, "a model file, or a run directory, or latest")->required();
  verb->add_option("IMAGE", command->images, "image files and folders of them; - = names on standard input")
      ->required();
  verb->add_option("--top-k", command->top_k, "how many classes are told of each image [3]")
      ->type_name("K")
      ->check(whole(1, 1000));
  verb->add_option("--batch-size", command->batch_size, "images a forward pass [256]")
      ->type_name("N")
      ->check(whole(1, 65536));
  verb->add_option("--save-dir", command->save_dir, "a folder that gets predictions.csv")->type_name("DIR");
  verb->add_flag("--json", command->json, "one JSON object a line for each image on stdout");
  add_precision_option(*verb, command->precision, "fp32");
  verb->add_option("--device", command->device, "auto, cpu, cuda or cuda:N; auto = a GPU where there is one")
      ->type_name("DEVICE");
  verb->add_option("--threads", command->threads, "for reading images (default: one for each core)")
      ->type_name("N")
      ->check(whole(1, 1024));
  verb->callback(
      [command, &chosen] { chosen = [command](Signals& signals) { return predict(*command, signals); }; });
}

}  // namespace fovea
