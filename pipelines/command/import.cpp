#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <sstream>

#include "pipelines/command/options.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/image_sides.hpp"
#include "pipelines/run/usage.hpp"
#include "stages/data/formats/input_file.hpp"
#include "stages/model/architectures/architectures.hpp"
#include "stages/model/weights/import_model.hpp"
#include "stages/model/weights/preprocessing_json.hpp"

namespace fovea {
namespace {

/// The arguments of `fovea import`.
struct ImportCommand {
  std::filesystem::path weights, output, class_names;
  std::string model, image_size, fit, crop_pct, interpolation, mean, std;
};

/// Returns the numbers of a text as "0.5,0.5,0.5". Throws `UsageError` that begins with the flag.
std::vector<double> numbers_of(const std::string& flag, const std::string& text) {
  std::vector<double> numbers;
  std::stringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    std::size_t read = 0;
    try {
      numbers.push_back(std::stod(part, &read));
    } catch (const std::exception&) {
      read = std::string::npos;
    }
    if (read != part.size() || !std::isfinite(numbers.back()))
      throw UsageError(flag + ": " + quote(text) + " is not allowed; give numbers, as 0.5,0.5,0.5");
  }
  return numbers;
}

/// Returns the lines of a file.
std::vector<std::string> lines_of(const std::filesystem::path& path) {
  constexpr std::size_t most = std::size_t{16} << 20;
  std::stringstream text(InputFile(path).text(most));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  if (lines.empty()) throw Error(path.string() + ": has no class names; give one a line");
  return lines;
}

ImportSettings settings_of(const ImportCommand& command) {
  ImportSettings settings{.architecture = command.model};
  if (!command.model.empty()) at_flag("--model", [&] { find_architecture(command.model); });
  if (!command.image_size.empty()) {
    const auto [height, width] = at_flag("--image-size", [&] { return image_sides(command.image_size); });
    settings.image_size = {height, width};
  }
  if (!command.class_names.empty()) settings.class_names = lines_of(command.class_names);
  if (!command.fit.empty()) settings.fit = command.fit;
  if (!command.crop_pct.empty()) settings.crop_pct = numbers_of("--crop-pct", command.crop_pct).at(0);
  if (!command.interpolation.empty()) settings.interpolation = command.interpolation;
  if (!command.mean.empty()) settings.mean = numbers_of("--mean", command.mean);
  if (!command.std.empty()) settings.std = numbers_of("--std", command.std);
  return settings;
}

int import_weights(const ImportCommand& command) {
  const auto settings = settings_of(command);
  const auto model = import_model(read_weight_file(command.weights), settings);
  write_model(command.output, model);
  std::printf(
      "%s with %lld classes is in %s; images are seen as\n%s\n\n  fovea predict %s IMAGE\n"
      "  fovea train --dataset PATH --fine-tune %s\n",
      model.specification.name.c_str(), static_cast<long long>(model.specification.classes),
      command.output.c_str(), preprocessing_json(model.preprocessing).dump().c_str(), command.output.c_str(),
      command.output.c_str());
  return 0;
}

}  // namespace

void add_import(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("import", "make a model of weights from the rest of the world");
  const auto command = std::make_shared<ImportCommand>();
  verb->add_option("WEIGHTS.safetensors", command->weights, "weights by the names of torchvision or timm")
      ->required();
  verb->add_option("--model", command->model,
                   "the network, as `fovea models` lists them [what the file tells]")
      ->type_name("NAME");
  verb->add_option("-o", command->output, "the model to write, as model.h5")
      ->type_name("MODEL.h5")
      ->required();
  verb->add_option("--image-size", command->image_size, "height and width, as 224 or 192x256 [224]")
      ->type_name("SIZE");
  verb->add_option("--class-names", command->class_names, "a text file with a name a line [0, 1, ...]")
      ->type_name("FILE");
  verb->add_option("--fit", command->fit, "crop, short_side, letterbox or stretch [short_side]")
      ->type_name("NAME");
  verb->add_option("--crop-pct", command->crop_pct, "of short_side [0.875]")->type_name("SHARE");
  verb->add_option("--interpolation", command->interpolation, "nearest, bilinear or bicubic [bilinear]")
      ->type_name("NAME");
  verb->add_option("--mean", command->mean, "per channel, of values from 0 to 1 [0.485,0.456,0.406]")
      ->type_name("NUMBERS");
  verb->add_option("--std", command->std, "per channel [0.229,0.224,0.225]")->type_name("NUMBERS");
  verb->callback([command, &chosen] { chosen = [command](Signals&) { return import_weights(*command); }; });
}

}  // namespace fovea
