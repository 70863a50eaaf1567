#include <sys/ioctl.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "pipelines/command/options.hpp"
#include "pipelines/command/print.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/image_sides.hpp"
#include "pipelines/run/text_width.hpp"
#include "pipelines/run/usage.hpp"
#include "render/chart/ticks.hpp"
#include "runtime/ceil_div.hpp"
#include "stages/model/architectures/architectures.hpp"
#include "stages/model/memory.hpp"

namespace fovea {
namespace {

/// The images and classes that a network is built for, and how it is trained.
struct Wanted {
  std::string image_size;  ///< "96" or "96x128"; "" = of each architecture's own
  std::int64_t channels = 3;
  std::int64_t classes = 10;
  std::int64_t batch_size = 64;
  std::string precision = "auto";
  bool json = false;
};

std::string input_text(const Specification& network) {
  return std::to_string(network.channels) + "x" + std::to_string(network.height) + "x" +
         std::to_string(network.width);
}

Specification network_for(const Architecture& one, const Wanted& wanted) {
  const auto [height, width] =
      wanted.image_size.empty() ? std::pair{one.image_side, one.image_side} : image_sides(wanted.image_size);
  return build_specification(one.name, height, width, wanted.channels, wanted.classes);
}

TrainingMemory memory_of(const Specification& network, const Wanted& wanted) {
  return training_memory(network, {.precision = precision_of(wanted.precision, the_cpu())},
                         wanted.batch_size);
}

Json memory_json(const TrainingMemory& memory) {
  return {{"weights", memory.weights}, {"gradients", memory.gradients}, {"optimizer", memory.optimizer},
          {"copies", memory.copies},   {"kept", memory.kept},           {"temporary", memory.temporary},
          {"fixed", memory.fixed},     {"total", memory.total()}};
}

Json network_json(const Specification& network, const std::string& doc, const Wanted& wanted) {
  const auto info = infer(network);
  return {{"name", network.name},
          {"doc", doc},
          {"input", input_text(network)},
          {"classes", network.classes},
          {"parameters", info.parameters},
          {"multiply_adds", info.multiply_adds},
          {"training_memory", memory_json(memory_of(network, wanted))},
          {"layers", network.layers.size()}};
}

/// Describes the training whose memory is listed.
std::string training_text(const Wanted& wanted) {
  return "training in " + name_of(precision_of(wanted.precision, the_cpu())) + " with adamw and " +
         std::to_string(wanted.batch_size) + (wanted.batch_size == 1 ? " image" : " images") + " a batch";
}

std::string in_mebibytes(std::int64_t bytes) {
  return render::grouped(ceil_div(bytes, std::int64_t{1} << 20)) + " MiB";
}

/// Returns the columns of the terminal that standard output goes to; nothing where it is none.
std::optional<std::size_t> terminal_columns() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return {};
  return size.ws_col;
}

/// Prints a line of the list; on a terminal, its last column has the words that fit.
void print_line(const std::string& name, const std::string& image, const std::string& parameters,
                const std::string& multiply_adds, const std::string& memory, const std::string& doc) {
  const auto line = fmt::format("  {:<18}  {:>9}  {:>11}  {:>14}  {:>10}  ", name, image, parameters,
                                multiply_adds, memory);
  const auto columns = terminal_columns();
  const auto room = columns ? std::max(*columns, line.size()) - line.size() : doc.size();
  constexpr std::size_t least_room = 12;
  print("{}{}\n", line, room >= least_room || !columns ? first_words(doc, room) : "");
}

std::string without_prefix(const std::string& text, const std::string& prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

void list_models(const Wanted& wanted) {
  if (!wanted.json) print_line("name", "image", "parameters", "multiply-adds", "memory", "");
  for (const auto& one : architectures()) {
    std::optional<Specification> network;
    std::string reason;
    try {
      network = network_for(one, wanted);
    } catch (const UsageError&) {
      throw;
    } catch (const Error& error) {
      reason = without_prefix(error.what(), one.name + ": ");
    }
    if (wanted.json) {
      const auto line =
          network ? network_json(*network, one.doc, wanted) : Json{{"name", one.name}, {"error", reason}};
      print("{}\n", line.dump());
    } else if (network) {
      const auto info = infer(*network);
      print_line(one.name, input_text(*network), render::grouped(info.parameters),
                 render::grouped(info.multiply_adds), in_mebibytes(memory_of(*network, wanted).total()),
                 one.doc);
    } else {
      const auto line = fmt::format("  {:<18}  ", one.name);
      const auto columns = terminal_columns();
      print("{}{}\n", line,
            columns ? first_words(reason, *columns - std::min(*columns, line.size())) : reason);
    }
  }
  if (!wanted.json) print("with {} classes; memory of {}\n", wanted.classes, training_text(wanted));
}

void print_memory(const TrainingMemory& memory, const Wanted& wanted) {
  print("{} of memory for {}:\n", in_mebibytes(memory.total()), training_text(wanted));
  for (const auto& [words, bytes] : {std::pair{"weights", memory.weights},
                                     {"gradients", memory.gradients},
                                     {"optimizer", memory.optimizer},
                                     {"first and best weights", memory.copies},
                                     {"values kept for the gradients", memory.kept},
                                     {"temporary values", memory.temporary},
                                     {"LibTorch itself", memory.fixed}})
    print("  {:<30}  {:>10}\n", words, in_mebibytes(bytes));
}

constexpr std::size_t texts = 3;  // columns of words; numbers follow
using Row = std::array<std::string, 5>;

std::vector<Row> layer_rows(const Specification& network, const NetworkInfo& info) {
  std::vector<Row> rows{{"layer", "kind", "gives", "parameters", "multiply-adds"}};
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const auto& layer = network.layers[i];
    const auto kind = Conversion<Layer>::write(layer, Keep::all).at("layer").get<std::string>();
    rows.push_back({layer.name, kind, extent_text(info.layers[i].output),
                    render::grouped(info.layers[i].parameters),
                    render::grouped(info.layers[i].multiply_adds)});
  }
  return rows;
}

/// Prints a table. The last columns are left out where a terminal has no room for them.
void print_rows(const std::vector<Row>& rows) {
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  const auto columns = terminal_columns();
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto cell =
          i < texts ? fmt::format("  {:<{}}", row[i], widths[i]) : fmt::format("  {:>{}}", row[i], widths[i]);
      if (columns && line.size() + cell.size() > *columns) break;
      line += cell;
    }
    print("{}\n", line);
  }
}

void show_model(const Architecture& one, const Wanted& wanted) {
  const auto network = network_for(one, wanted);
  if (wanted.json) {
    print("{}\n", network_json(network, one.doc, wanted).dump());
    return;
  }
  const auto info = infer(network);
  print("{}: {}\nfor images of {} and {} classes\n\n", one.name, one.doc, input_text(network),
        wanted.classes);
  print_rows(layer_rows(network, info));
  print("\n{} parameters, {} multiply-adds an image\n", render::grouped(info.parameters),
        render::grouped(info.multiply_adds));
  print_memory(memory_of(network, wanted), wanted);
}

}  // namespace

void add_models(CLI::App& app, Action& chosen) {
  struct Command : Wanted {
    std::string architecture;
  };
  auto* verb = app.add_subcommand(
      "models",
      "list the architectures with parameters, multiply-adds and training memory, or show the layers of one");
  const auto command = std::make_shared<Command>();
  verb->add_option("NAME", command->architecture, "an architecture");
  verb->add_option("--image-size", command->image_size,
                   "of images in pixels, as 96 or 96x128 [what each is made for]");
  verb->add_option("--channels", command->channels, "of images: 1 for gray, 3 for RGB")
      ->check(CLI::IsMember({1, 3}))
      ->capture_default_str();
  verb->add_option("--classes", command->classes, "how many classes come out")
      ->check(whole(1, 1 << 20))
      ->capture_default_str();
  verb->add_option("--batch-size", command->batch_size, "images a batch, for the memory of training")
      ->check(whole(1, 65536))
      ->capture_default_str();
  verb->add_option("--precision", command->precision, "for the memory of training: auto, fp32, bf16 [auto]")
      ->check(word_of({"auto", "fp32", "bf16"}))
      ->type_name("VALUE");
  verb->add_flag("--json", command->json, "one JSON object a line");
  verb->callback([command, &chosen] {
    chosen = [command](Signals&) {
      const auto& name = command->architecture;
      if (!command->image_size.empty()) at_flag("--image-size", [&] { image_sides(command->image_size); });
      if (name.empty()) {
        list_models(*command);
      } else {
        show_model(as_usage([&]() -> const Architecture& { return find_architecture(name); }), *command);
      }
      return 0;
    };
  });
}

}  // namespace fovea
