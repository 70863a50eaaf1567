#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>
#include <optional>

#include "pipelines/command/options.hpp"
#include "pipelines/command/print.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/usage.hpp"
#include "render/chart/ticks.hpp"
#include "stages/model/architectures/architectures.hpp"

namespace fovea {
namespace {

/// The shape of an input image.
struct Input {
  std::int64_t channels = 3;
  std::int64_t height = 32;
  std::int64_t width = 32;
};

std::string input_text(const Specification& network) {
  return std::to_string(network.channels) + "x" + std::to_string(network.height) + "x" +
         std::to_string(network.width);
}

Input input_of(const std::string& text) {
  Input input;
  char rest = 0;
  const int read = std::sscanf(text.c_str(), "%" SCNd64 "x%" SCNd64 "x%" SCNd64 "%c", &input.channels,
                               &input.height, &input.width, &rest);
  const auto is_side = [](std::int64_t pixels) { return pixels >= 1 && pixels <= 65536; };
  if (read == 3 && (input.channels == 1 || input.channels == 3) && is_side(input.height) &&
      is_side(input.width)) {
    return input;
  }
  throw UsageError("--input: " + quote(text) +
                   " is no image; give 1 or 3 channels, height and width, as 3x32x32");
}

/// Builds the network for an input of that shape, or, if it is "", for the smallest usual image that it
/// accepts.
Specification network_for(const std::string& architecture, const std::string& input, std::int64_t classes) {
  if (!input.empty()) {
    const auto [channels, height, width] = input_of(input);
    return build_specification(architecture, height, width, channels, classes);
  }
  try {
    return build_specification(architecture, 32, 32, 3, classes);
  } catch (const Error&) {
    return build_specification(architecture, 224, 224, 3, classes);
  }
}

Json network_json(const Specification& network, const std::string& doc) {
  const auto info = infer(network);
  return {{"name", network.name},           {"doc", doc},
          {"input", input_text(network)},   {"classes", network.classes},
          {"parameters", info.parameters},  {"multiply_adds", info.multiply_adds},
          {"layers", network.layers.size()}};
}

void list_models(const std::string& input, std::int64_t classes, bool json) {
  if (!json) print("  {:<20}  {:>12}  {:>14}  {:<9}\n", "name", "parameters", "multiply-adds", "image");
  for (const auto& one : architectures()) {
    std::optional<Specification> network;
    std::string reason;
    try {
      network = network_for(one.name, input, classes);
    } catch (const Error& error) {
      reason = error.what();
    }
    if (json) {
      const auto line =
          network ? network_json(*network, one.doc) : Json{{"name", one.name}, {"error", reason}};
      print("{}\n", line.dump());
    } else if (network) {
      const auto info = infer(*network);
      print("  {:<20}  {:>12}  {:>14}  {:<9}  {}\n", one.name, render::grouped(info.parameters),
            render::grouped(info.multiply_adds), input_text(*network), one.doc);
    } else {
      print("  {:<20}  {:>12}  {:>14}  {:<9}  {}\n", one.name, "-", "-", input, reason);
    }
  }
  if (!json) print("with {} classes\n", classes);
}

void show_model(const Architecture& one, const std::string& input, std::int64_t classes, bool json) {
  const auto network = network_for(one.name, input, classes);
  if (json) {
    print("{}\n", network_json(network, one.doc).dump());
    return;
  }
  const auto info = infer(network);
  print("{}: {}\nfor images of {} and {} classes\n\n", one.name, one.doc, input_text(network), classes);
  print("  {:<28}  {:<20}  {:<16}  {:>12}  {:>14}\n", "layer", "kind", "gives", "parameters",
        "multiply-adds");
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const auto& layer = network.layers[i];
    const auto kind = Conversion<Layer>::write(layer, Keep::all).at("layer").get<std::string>();
    print("  {:<28}  {:<20}  {:<16}  {:>12}  {:>14}\n", layer.name, kind, extent_text(info.layers[i].output),
          render::grouped(info.layers[i].parameters), render::grouped(info.layers[i].multiply_adds));
  }
  print("\n{} parameters, {} multiply-adds an image\n", render::grouped(info.parameters),
        render::grouped(info.multiply_adds));
}

void print_models(const std::string& architecture, const std::string& input, std::int64_t classes,
                  bool json) {
  if (architecture.empty()) {
    if (!input.empty()) input_of(input);
    list_models(input, classes, json);
  } else {
    show_model(as_usage([&]() -> const Architecture& { return find_architecture(architecture); }), input,
               classes, json);
  }
}

}  // namespace

void add_models(CLI::App& app, Action& chosen) {
  struct Command {
    std::string architecture, input;
    std::int64_t classes = 10;
    bool json = false;
  };
  auto* verb = app.add_subcommand(
      "models", "list the architectures with their parameter counts, or show the layers of one");
  const auto command = std::make_shared<Command>();
  verb->add_option("NAME", command->architecture, "an architecture");
  verb->add_option("--input", command->input,
                   "channels, height and width of images (default: 3x32x32 or 3x224x224)");
  verb->add_option("--classes", command->classes, "how many classes come out")
      ->check(whole(1, 1 << 20))
      ->capture_default_str();
  verb->add_flag("--json", command->json, "one JSON object a line");
  verb->callback([command, &chosen] {
    chosen = [command](Signals&) {
      print_models(command->architecture, command->input, command->classes, command->json);
      return 0;
    };
  });
}

}  // namespace fovea
