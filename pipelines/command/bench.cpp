#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "pipelines/bench/bench_job.hpp"
#include "pipelines/bench/onnxruntime.hpp"
#include "pipelines/command/bench_report.hpp"
#include "pipelines/command/options.hpp"
#include "pipelines/command/print.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/child_process.hpp"
#include "pipelines/run/image_sides.hpp"
#include "pipelines/run/model_file.hpp"
#include "pipelines/run/usage.hpp"
#include "runtime/store/temporary_folder.hpp"
#include "runtime/warnings.hpp"
#include "stages/model/blas.hpp"
#include "stages/model/export_onnx.hpp"
#include "stages/model/memory.hpp"
#include "stages/model/model_file.hpp"
#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The arguments of `fovea bench`.
struct BenchCommand {
  std::vector<std::string> models;
  std::vector<std::int64_t> batch_sizes{1, 8, 32, 128};
  double seconds = 1;
  std::string data, image_size;
  std::string python = "python3";
  std::string device = "auto";
  std::size_t threads = 0;
  bool json = false;
  fs::path job;  ///< of a process that another `fovea bench` started
};

/// Leaves out the batches that the machine has no memory for.
std::vector<std::int64_t> sizes_that_fit(const std::vector<std::int64_t>& sizes, const Model& model,
                                         const fs::path& file, Precision precision) {
  const auto free = free_memory_of(the_cpu());
  std::vector<std::int64_t> fitting;
  for (const auto size : sizes) {
    const auto bytes = inference_memory(model.specification, precision, size);
    if (!free || bytes <= *free) {
      fitting.push_back(size);
    } else {
      warn_on_stderr(file.string() + ": batches of " + std::to_string(size) + " in " + name_of(precision) +
                     " are left out, as they would take " + bytes_text(bytes) + ", and " + bytes_text(*free) +
                     " are free");
    }
  }
  return fitting;
}

/// Measures one model in all variants.
class ModelBench {
 public:
  ModelBench(const BenchCommand& command, const ComputeDevice& device, const std::stop_token& stop,
             const std::string& named)
      : command_(command),
        device_(device),
        stop_(stop),
        file_(model_file(named)),
        model_(read(file_, command.image_size)),
        images_(images(command.data)),
        report_(file_, model_, images_, command.json),
        folder_("fovea-bench-") {
    write_pixels(folder_.path(), images_.pixels);
  }

  void run() {
    report_.begin(device_);
    const auto plain = measured(job(Precision::fp32, {}, false)).logits;
    for (const auto precision : {Precision::fp32, Precision::bf16}) {
      const auto some = measured(job(precision, sizes(precision), true));
      tell({.name = name_of(precision), .device = device_.name, .file_size = fs::file_size(file_)}, some,
           plain, device_.is_cuda() ? std::optional<Precision>() : precision);
    }
    const auto onnx = folder_ / "model.onnx";
    write_onnx(model_, onnx);
    auto with_onnx = job(Precision::fp32, sizes(Precision::fp32), true);
    with_onnx.device = "cpu";
    if (const auto found = measure_onnx(with_onnx, folder_.path(), command_.python, stop_)) {
      tell({.name = "onnx", .device = "cpu", .file_size = fs::file_size(onnx)}, *found, plain, {});
    } else {
      report_.tell_missing(command_.python + " has no onnxruntime; name a Python that has it with --python");
    }
    report_.end();
  }

 private:
  static Model read(const fs::path& file, const std::string& image_size) {
    auto model = read_model_file(file);
    if (image_size.empty()) return model;
    const auto [height, width] = image_sides(image_size);
    return at("--image-size", [&] { return with_image_size(std::move(model), height, width); });
  }
  BenchImages images(const std::string& data) const {
    if (data.empty()) return drawn_images(model_);
    const auto threads = static_cast<std::size_t>(compute_threads());
    return at("--data", [&] { return images_of_files(model_, data, threads); });
  }

  std::vector<std::int64_t> sizes(Precision precision) const {
    if (device_.is_cuda()) return command_.batch_sizes;
    return sizes_that_fit(command_.batch_sizes, model_, file_, precision);
  }
  BenchJob job(Precision precision, std::vector<std::int64_t> batch_sizes, bool folded) const {
    return {.model = file_.string(),
            .size = input_size(model_.specification),
            .precision = name_of(precision),
            .folded = folded,
            .batch_sizes = std::move(batch_sizes),
            .seconds = command_.seconds,
            .device = device_.name,
            .threads = compute_threads()};
  }
  Measured measured(const BenchJob& job) const {
    return *measure_apart(job, folder_.path(), {this_program(), "bench", file_.string(), "--job"},
                          file_.string(), stop_);
  }

  /// Tells of a variant, with the memory that is predicted for a precision.
  void tell(BenchVariant variant, const Measured& measured, const std::vector<float>& plain,
            std::optional<Precision> precision) {
    for (const auto& passes : measured.passes) {
      variant.speeds.push_back(speed_of(passes));
      variant.predicted.emplace_back();
      if (precision)
        variant.predicted.back() = inference_memory(model_.specification, *precision, passes.batch_size);
    }
    const auto classes = static_cast<std::size_t>(model_.specification.classes);
    variant.difference = difference_of(measured.logits, plain, classes);
    report_.tell(variant);
  }

  const BenchCommand& command_;
  const ComputeDevice& device_;
  const std::stop_token& stop_;
  const fs::path file_;
  const Model model_;
  const BenchImages images_;
  BenchReport report_;
  const TemporaryFolder folder_;
};

int bench(BenchCommand command, Signals& signals) {
  if (!command.job.empty()) {
    measure_here(command.job);
    return 0;
  }
  if (!command.image_size.empty()) at_flag("--image-size", [&] { image_sides(command.image_size); });
  std::sort(command.batch_sizes.begin(), command.batch_sizes.end());
  const auto twice = std::unique(command.batch_sizes.begin(), command.batch_sizes.end());
  command.batch_sizes.erase(twice, command.batch_sizes.end());
  const auto device = device_of(command.device);
  if (command.threads > 0) setenv("FOVEA_COMPUTE_THREADS", std::to_string(command.threads).c_str(), 1);
  if (const auto slow = blas_warning(blas_here()); !slow.empty()) warn_on_stderr(slow);
  const auto stop = signals.token();
  try {
    for (const auto& model : command.models) {
      if (!command.json && &model != &command.models.front()) print("\n");
      ModelBench(command, device, stop, model).run();
    }
  } catch (const Stopped&) {
    std::fprintf(stderr, "interrupted; what is printed is measured, and nothing is left behind\n");
    return 130;
  }
  return 0;
}

/// A CLI11 validator for seconds.
CLI::Validator seconds() {
  return {[](std::string& text) {
            double number = 0;
            const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
            const bool whole = failed == std::errc{} && end == text.data() + text.size();
            if (whole && number > 0 && number <= 3600) return std::string();
            return quote(text) + " is not allowed; give seconds, above 0 and at most 3600";
          },
          "", "seconds"};
}

}  // namespace

void add_bench(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand(
      "bench", "measure how fast and how large models are, in fp32, bf16 and as ONNX: fovea bench MODEL");
  const auto command = std::make_shared<BenchCommand>();
  verb->add_option("MODEL", command->models, "model files, or run directories, or latest")->required();
  verb->add_option("--batch-sizes", command->batch_sizes, "images a pass [1,8,32,128]")
      ->type_name("N,N")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(whole(1, 65536));
  verb->add_option("--seconds", command->seconds, "how long each batch size is measured [1]")
      ->type_name("S")
      ->check(seconds());
  verb->add_option("--data", command->data, "images whose outputs are compared [64 drawn ones]")
      ->type_name("PATH");
  verb->add_option("--image-size", command->image_size, "in pixels, as 96 or 96x128 [that of the model]")
      ->type_name("SIZE");
  verb->add_option("--python", command->python, "a Python that has onnxruntime [python3]")
      ->type_name("PROGRAM");
  verb->add_option("--device", command->device, "auto, cpu, cuda or cuda:N; auto = a GPU where there is one")
      ->type_name("DEVICE");
  verb->add_option("--threads", command->threads, "that compute (default: one for each core)")
      ->type_name("N")
      ->check(whole(1, 1024));
  verb->add_flag("--json", command->json, "one JSON object a line for each model and what it computes in");
  verb->add_option("--job", command->job)->group("");
  verb->callback(
      [command, &chosen] { chosen = [command](Signals& signals) { return bench(*command, signals); }; });
}

}  // namespace fovea
