#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <numeric>
#include <thread>

#include "pipelines/command/options.hpp"
#include "pipelines/command/print.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/text_width.hpp"
#include "pipelines/train/data_source.hpp"
#include "render/text.hpp"
#include "runtime/report.hpp"
#include "runtime/stream.hpp"
#include "runtime/warnings.hpp"
#include "stages/data/formats/class_names.hpp"
#include "stages/data/formats/formats.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_classes = 30;
constexpr std::size_t shown_each_end = 10;

/// The contents of a data set.
struct Holdings {
  std::string path;
  std::string format;
  std::vector<std::string> class_names;
  std::vector<std::int32_t> labels;
  std::vector<Part> parts;
  std::vector<ImageSize> sizes;                             ///< one size for all images, or one for each
  std::vector<double> mean, std;                            ///< empty if every image would have to be decoded
  std::vector<std::pair<std::string, std::string>> broken;  ///< files and their errors
};

constexpr std::array part_names{std::pair{Part::train, "train"}, std::pair{Part::validation, "validation"},
                                std::pair{Part::test, "test"}, std::pair{Part::none, "none"}};

/// A report that prints warnings to stderr.
class WarningLines : public Report {
 public:
  void event(const Event& event) override {
    if (event.name == "warning") warn_on_stderr(event.line);
  }
  void progress(const std::string&, std::size_t, std::size_t, const std::string&) override {}
};

std::size_t all_threads() {
  return std::max(1U, std::thread::hardware_concurrency());
}

Context context_for(const FoundData& data, WarningLines& lines) {
  Context context;
  context.stage = data.format->name;
  context.threads = all_threads();
  context.report = &lines;
  return context;
}

void look_at_files(const FoundData& data, Holdings& holdings) {
  WarningLines lines;
  auto list = data.format->list(data.path);
  if (!list.doubt.empty()) list.warnings.push_back(list.doubt);
  const auto found = inspect_images(list, context_for(data, lines));
  if (!found.odd.empty()) list.warnings.push_back(odd_text(list, found.odd));
  for (const auto& warning : list.warnings) warn_on_stderr(data.path.string() + ": " + warning);
  for (const auto& [image, reason] : found.broken)
    holdings.broken.emplace_back(list.images[image].name, reason);
  holdings.class_names = list.class_names;
  for (std::size_t i = 0; i < list.images.size(); ++i) {
    if (found.sizes[i].height == 0) continue;
    holdings.labels.push_back(list.images[i].label);
    holdings.parts.push_back(list.images[i].part);
    holdings.sizes.push_back(found.sizes[i]);
  }
}

void look_at_pixels(const FoundData& found, Holdings& holdings) {
  WarningLines lines;
  auto data = found.format->read(found.path, {}, context_for(found, lines));
  name_classes(data, {}, found.path.string());
  measure_statistics(data);
  holdings.class_names = data.class_names;
  holdings.labels.assign(data.labels.begin(), data.labels.end());
  for (const auto part : data.parts) holdings.parts.push_back(static_cast<Part>(part));
  holdings.sizes = {{data.height, data.width, data.channels}};
  holdings.mean = data.mean;
  holdings.std = data.std;
}

Holdings look_at(const fs::path& path) {
  const StreamThreads allowed(all_threads());
  const auto found = find_data(path, "auto");
  Holdings holdings;
  holdings.path = found.path.string();
  holdings.format = found.format->name;
  reading(found, [&] {
    found.format->list != nullptr ? look_at_files(found, holdings) : look_at_pixels(found, holdings);
  });
  return holdings;
}

/// Returns a quantile of one side of the images, from the smallest (0) to the largest (1).
std::size_t side(std::vector<ImageSize> sizes, std::size_t ImageSize::*which, double share) {
  std::sort(sizes.begin(), sizes.end(), [&](const auto& a, const auto& b) { return a.*which < b.*which; });
  return sizes[static_cast<std::size_t>(share * static_cast<double>(sizes.size() - 1))].*which;
}
std::pair<std::size_t, std::size_t> sides(const std::vector<ImageSize>& sizes, double share) {
  return {side(sizes, &ImageSize::height, share), side(sizes, &ImageSize::width, share)};
}
std::string sides_text(const std::pair<std::size_t, std::size_t>& of) {
  return std::to_string(of.first) + " x " + std::to_string(of.second);
}

std::vector<std::size_t> counts_of(const Holdings& holdings) {
  std::vector<std::size_t> counts(holdings.class_names.size());
  for (const auto label : holdings.labels) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

std::size_t count_of(const Holdings& holdings, Part part) {
  return static_cast<std::size_t>(std::count(holdings.parts.begin(), holdings.parts.end(), part));
}

/// Returns the ratio of the largest class to the smallest; nothing if a class is empty.
std::optional<double> balance_of(const std::vector<std::size_t>& counts) {
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  if (*least == 0) return std::nullopt;
  return static_cast<double>(*most) / static_cast<double>(*least);
}

Json holdings_json(const Holdings& holdings) {
  const auto counts = counts_of(holdings);
  Json parts = Json::object();
  for (const auto& [part, name] : part_names) parts[name] = count_of(holdings, part);
  Json classes = Json::array(), broken = Json::array();
  for (std::size_t i = 0; i < counts.size(); ++i)
    classes.push_back({{"name", holdings.class_names[i]}, {"images", counts[i]}});
  for (const auto& [file, reason] : holdings.broken) broken.push_back({{"file", file}, {"reason", reason}});
  Json size = nullptr;
  if (!holdings.sizes.empty()) {
    size = {{"smallest", sides(holdings.sizes, 0)},
            {"median", sides(holdings.sizes, 0.5)},
            {"largest", sides(holdings.sizes, 1)}};
  }
  const auto balance = balance_of(counts);
  return {{"path", holdings.path},
          {"format", holdings.format},
          {"images", holdings.labels.size()},
          {"parts", parts},
          {"size", size},
          {"channels", holdings.sizes.empty() ? 0 : side(holdings.sizes, &ImageSize::channels, 1)},
          {"classes", classes},
          {"balance", balance ? Json(*balance) : Json(nullptr)},
          {"mean", holdings.mean.empty() ? Json(nullptr) : Json(holdings.mean)},
          {"std", holdings.std.empty() ? Json(nullptr) : Json(holdings.std)},
          {"broken", broken}};
}

std::string numbers_text(const std::vector<double>& values) {
  std::vector<std::string> texts;
  for (const auto value : values) texts.push_back(fmt::format("{:.4f}", value));
  return join(texts, ", ");
}

std::string images_text(const Holdings& holdings) {
  std::vector<std::string> parts;
  for (const auto& [part, name] : part_names) {
    const auto count = count_of(holdings, part);
    if (count > 0 && part != Part::none) parts.push_back(std::to_string(count) + " " + name);
    if (count > 0 && part == Part::none && !parts.empty())
      parts.push_back(std::to_string(count) + " of no part");
  }
  return std::to_string(holdings.labels.size()) + (parts.empty() ? "" : ": " + join(parts, ", "));
}

std::string size_text(const std::vector<ImageSize>& sizes) {
  const auto least = sides(sizes, 0), most = sides(sizes, 1);
  if (least == most) return sides_text(least);
  return "from " + sides_text(least) + " to " + sides_text(most) + ", median " +
         sides_text(sides(sizes, 0.5));
}

std::string channels_text(const std::vector<ImageSize>& sizes) {
  const auto least = side(sizes, &ImageSize::channels, 0), most = side(sizes, &ImageSize::channels, 1);
  if (least == most) return std::to_string(most) + (most == 1 ? " (gray)" : " (RGB)");
  const auto gray =
      std::count_if(sizes.begin(), sizes.end(), [](const auto& size) { return size.channels == 1; });
  return "3 (RGB), " + std::to_string(gray) + " of the images gray";
}

void print_classes(const Holdings& holdings) {
  const auto counts = counts_of(holdings);
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const bool all = counts.size() <= most_classes;
  if (!all)
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return counts[a] > counts[b]; });
  std::size_t width = 0;
  for (const auto& name : holdings.class_names) width = std::max(width, render::columns_of(name));
  const auto balance = balance_of(counts);
  print("classes    {}, {}\n", counts.size(),
        balance ? fmt::format("the largest {:.2f} times the smallest", *balance) : "some of them empty");
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (!all && i == shown_each_end) print("           ...\n");
    if (!all && i >= shown_each_end && i < order.size() - shown_each_end) continue;
    print("           {}  {}\n", padded(holdings.class_names[order[i]], width), counts[order[i]]);
  }
}

void print_holdings(const Holdings& holdings) {
  print("path       {}\nformat     {}\nimages     {}\n", holdings.path, holdings.format,
        images_text(holdings));
  if (!holdings.sizes.empty()) {
    print("size       {}\nchannels   {}\n", size_text(holdings.sizes), channels_text(holdings.sizes));
  }
  print_classes(holdings);
  if (!holdings.mean.empty()) {
    print("mean       {}\nstd        {}\n", numbers_text(holdings.mean), numbers_text(holdings.std));
  }
  if (holdings.broken.empty()) return;
  print("broken     {}\n", holdings.broken.size());
  for (const auto& [file, reason] : holdings.broken) print("           {}: {}\n", quote(file), reason);
}

void print_json(const Json& line) {
  print("{}\n", line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void print_named(const std::string& name, const std::string& doc) {
  print("  {:<14} {}\n", name, doc);
}

/// Returns the place of a named data set's files, or the package that installs them.
std::string place_of(const NamedData& data) {
  if (data.package.empty()) return "";
  const auto path = data.load.at("path").get<std::string>();
  return fs::exists(path) ? "; in " + path : "; not there: install the package " + quote(data.package);
}

void list_data(bool json) {
  if (!json) print("formats, which are found out from the path of data\n");
  for (const auto& format : formats()) {
    json ? print_json({{"kind", "format"}, {"name", format.name}, {"doc", format.doc}})
         : print_named(format.name, format.doc);
  }
  if (!json) print("\nnames, for `fovea train --dataset NAME`\n");
  for (const auto& data : named_data()) {
    const auto place = place_of(data);
    const bool there = data.package.empty() || place.starts_with("; in ");
    json ? print_json({{"kind", "data"}, {"name", data.name}, {"doc", data.doc}, {"there", there}})
         : print_named(data.name, data.doc + place);
  }
}

void print_data(const fs::path& path, bool json) {
  if (path.empty()) {
    list_data(json);
    return;
  }
  const auto holdings = look_at(path);
  if (json) {
    print_json(holdings_json(holdings));
  } else {
    print_holdings(holdings);
  }
}

}  // namespace

void add_datasets(CLI::App& app, Action& chosen) {
  struct Command {
    std::string path;
    bool json = false;
  };
  auto* verb = app.add_subcommand(
      "datasets", "list the formats of data, or tell what a path holds: sizes, classes, broken files");
  const auto command = std::make_shared<Command>();
  verb->add_option("PATH", command->path, "a folder, or a .csv or .npz file");
  verb->add_flag("--json", command->json, "one JSON object");
  verb->callback([command, &chosen] {
    chosen = [command](Signals&) {
      print_data(command->path, command->json);
      return 0;
    };
  });
}

}  // namespace fovea
