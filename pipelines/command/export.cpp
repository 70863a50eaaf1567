#include <CLI/CLI.hpp>
#include <cstdio>

#include "pipelines/command/options.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/export_onnx.hpp"
#include "pipelines/run/model_file.hpp"
#include "pipelines/run/run_export.hpp"
#include "pipelines/run/run_pipeline.hpp"
#include "pipelines/run/standard_output.hpp"
#include "pipelines/run/usage.hpp"
#include "runtime/running_folder.hpp"
#include "runtime/store/lease.hpp"
#include "runtime/warnings.hpp"
#include "stages/model/model_file.hpp"
#include "stages/model/weights/weight_file.hpp"

namespace fovea {
namespace {

/// The arguments of `fovea export`.
struct ExportCommand {
  RunCommand run;
  std::string format;  ///< of a model; "" for the run directory of a pipeline
  std::filesystem::path output;
  OnnxInput onnx_input;
};

void write_for_pytorch(const ExportCommand& command, const std::filesystem::path& file, const Model& model) {
  write_safetensors(command.output, model);
  std::printf(
      "%zu weights of %s are in %s\n\n  fovea train --dataset PATH --model %s --fine-tune %s\n"
      "  python3 -c 'import safetensors.torch; print(safetensors.torch.load_file(\"%s\").keys())'\n",
      model.weights.size(), file.c_str(), command.output.c_str(), model.specification.name.c_str(),
      command.output.c_str(), command.output.c_str());
}

void write_onnx(const ExportCommand& command, const Model& model) {
  export_onnx(model, command.output, command.onnx_input);
  std::printf("%s and what it must give in %s\n", command.output.c_str(),
              (command.output.parent_path() / "export_check.npz").c_str());
}

int export_model(const ExportCommand& command) {
  if (command.format != "safetensors" && command.format != "onnx")
    throw UsageError("--to: " + quote(command.format) + " is not allowed; it must be safetensors or onnx");
  if (command.output.empty())
    throw UsageError("-o: missing; name the file to write, as -o model." + command.format);
  const auto file = model_file(command.run.pipeline.string());
  const auto model = read_model_file(file);
  command.format == "onnx" ? write_onnx(command, model) : write_for_pytorch(command, file, model);
  return 0;
}

int export_pipeline(const RunCommand& command) {
  const auto prepared = prepare(command);
  const auto& graph = prepared->graph;
  const auto name = command.name.empty() ? graph.name() : command.name;
  expect_run_name(name);
  records_of(graph, prepared->planned());  // fails before a store is made where there is none
  Store store(store_folder(command.store), warn_on_stderr);
  const auto lease = Lease::of_run(store.writes() / "leases");
  // What is found damaged is set aside, and the second time the plan names its stage.
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto records = records_of(graph, prepared->planned());
    const auto log = "made from " + store.root().string() + "; no stage ran\n";
    const auto directory = export_run(graph, records, store, command.output_dir, {name, log});
    if (!directory) continue;
    remember_as_whole("the run directory is whole, in " + directory->string());
    std::printf("results in %s\n", directory->c_str());
    return 0;
  }
  throw Error(store.root().string() + ": objects are lost while they are read; look at the disk");
}

void add_onnx_options(CLI::App& app, OnnxInput& input) {
  app.add_option_function<std::string>(
         "--onnx-input", [&input](const std::string& type) { input.as_float = type == "float32"; },
         "how the ONNX file takes values from 0 to 255: uint8, float32 [uint8]")
      ->check(CLI::IsMember({"uint8", "float32"}));
  app.add_option_function<std::string>(
         "--onnx-layout", [&input](const std::string& layout) { input.channels_last = layout == "nhwc"; },
         "in which order: nhwc, nchw (images, height, width, channels) [nhwc]")
      ->check(CLI::IsMember({"nhwc", "nchw"}));
}

/// Throws where an option is given that this export has no use for.
void expect_used(const CLI::App& verb, const std::string& format) {
  for (const auto* name : {"--onnx-input", "--onnx-layout"}) {
    if (format != "onnx" && verb.count(name) > 0)
      throw UsageError(std::string(name) + ": only for --to onnx; leave it out");
  }
  for (const auto* name : {"--set", "--until", "--store", "--device", "--plugin", "--name", "--output-dir"}) {
    if (!format.empty() && verb.count(name) > 0)
      throw UsageError(std::string(name) + ": not used by --to, which writes a model as it is; leave it out");
  }
}

}  // namespace

void add_export(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand(
      "export",
      "make the run directory of a pipeline from the store alone, or write a model for other programs");
  const auto command = std::make_shared<ExportCommand>();
  verb->add_option("PIPELINE|MODEL.h5|RUN", command->run.pipeline,
                   "a saved pipeline; or with --to the .h5 of a model, or a run, whose best model it is")
      ->required();
  verb->add_option("--to", command->format,
                   "write the model as safetensors: torchvision's or timm's names, so that PyTorch loads it; "
                   "or as onnx: with its preprocessing inside")
      ->type_name("FORMAT");
  verb->add_option("-o", command->output, "with --to: the file to write")->type_name("FILE");
  add_onnx_options(*verb, command->onnx_input);
  add_graph_options(*verb, command->run);
  add_directory_options(*verb, command->run);
  verb->callback([command, verb, &chosen] {
    chosen = [command, verb](Signals&) {
      expect_used(*verb, command->format);
      if (!command->format.empty()) return export_model(*command);
      if (!command->output.empty())
        throw UsageError(
            "-o: has no use without --to; give --output-dir for a run directory, or --to safetensors");
      return export_pipeline(command->run);
    };
  });
}

}  // namespace fovea
