#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <ctime>

#include "pipelines/command/options.hpp"
#include "pipelines/command/print.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/console.hpp"
#include "pipelines/run/run_pipeline.hpp"
#include "pipelines/run/usage.hpp"
#include "runtime/store/housekeeping.hpp"

namespace fovea {
namespace {

/// The arguments of `ls`, `verify` and `gc`.
struct StoreCommand {
  std::filesystem::path store;
  std::vector<std::filesystem::path> plugins;
  bool json = false;
  bool nondeterministic = false;
  std::string max_size;
  std::string max_age;
  std::vector<std::string> keep_runs;
  bool dry_run = false;
};
/// Formats a size in bytes: 1536 as "1.5 kB".
std::string size_text(std::uintmax_t bytes) {
  const char* const units[] = {"B", "kB", "MB", "GB", "TB"};
  auto number = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; number >= 1000 && unit < 4; ++unit) number /= 1000;
  return fmt::format("{:.{}f} {}", number, unit == 0 ? 0 : 1, units[unit]);
}

/// Formats the time since "2026-01-31T12:00:00Z".
std::string age_text(const std::string& made) {
  std::tm parts{};
  if (::strptime(made.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts) == nullptr) return made;
  const auto seconds = std::difftime(std::time(nullptr), ::timegm(&parts));
  if (seconds < 90) return std::to_string(static_cast<long>(seconds)) + " s ago";
  if (seconds < 90 * 60) return std::to_string(static_cast<long>(seconds / 60)) + " min ago";
  if (seconds < 36 * 3600) return std::to_string(static_cast<long>(seconds / 3600)) + " h ago";
  return std::to_string(static_cast<long>(seconds / 86400)) + " days ago";
}

/// Collects the defaults of parameters by their JSON pointers.
void add_defaults(const std::vector<FieldInfo>& fields, const std::string& above, Json& defaults) {
  for (const auto& field : fields) {
    const auto flat = Json{{field.name, field.standard}}.flatten();
    if (field.members.empty()) {
      for (const auto& [pointer, value] : flat.items()) defaults[above + pointer] = value;
    }
    add_defaults(field.members, above + "/" + field.name, defaults);
  }
}

/// Returns the parameters of a record that differ from the defaults, as "epochs 5, schedule.type
/// \"constant\"".
std::string settings_text(const Record& record, const Registry& registry) {
  const auto* stage = registry.find(record.parts.at("stage").get<std::string>());
  Json standard = Json::object();
  if (stage != nullptr) add_defaults(stage->params, "", standard);
  const auto params = record.parts.at("params").flatten();
  std::string text;
  for (const auto& [pointer, value] : params.items()) {
    if (standard.contains(pointer) ? standard[pointer] == value : value.is_null()) continue;
    auto name = pointer.substr(1);
    std::replace(name.begin(), name.end(), '/', '.');
    text += (text.empty() ? "" : ", ") + name + " " + value.dump();
    if (text.size() > 100) return fmt::format("{:.100}...", text);
  }
  return text;
}

void print_holding(const Holding& one, const Registry& registry, std::size_t width) {
  const auto& record = one.record;
  print("  {:<{}}  {:.12}  {:>12}  {:>11}  {:>9}{}  {}\n", record.parts.at("stage").get<std::string>(), width,
        record.key, age_text(record.made), duration_text(record.seconds), size_text(one.bytes),
        one.complete ? " " : "*", settings_text(record, registry));
}

void print_inventory(const Inventory& all, const Registry& registry) {
  std::size_t width = 0;
  bool deleted = false;
  for (const auto& one : all.holdings) {
    width = std::max(width, one.record.parts.at("stage").get<std::string>().size());
    deleted = deleted || !one.complete;
  }
  for (const auto& one : all.holdings) print_holding(one, registry, width);
  std::uintmax_t progress = 0;
  for (const auto& one : all.progress) {
    print("  {:<{}}  {:.12}  progress  {}\n", one.stage, width, one.key, size_text(one.bytes));
    progress += one.bytes;
  }
  if (deleted) print("  * deleted, at least in part: made again when it is needed\n");
  print("{} results, {} objects of {} together{}\n", all.holdings.size(), all.objects, size_text(all.bytes),
        all.progress.empty() ? "" : "; " + size_text(progress) + " of progress");
}

void print_inventory_json(const Inventory& all) {
  for (const auto& [record, bytes, complete] : all.holdings) {
    const Json line = {{"stage", record.parts.at("stage")},
                       {"key", record.key},
                       {"made", record.made},
                       {"seconds", record.seconds},
                       {"bytes", bytes},
                       {"complete", complete},
                       {"params", record.parts.at("params")},
                       {"numerics", record.numerics}};
    print("{}\n", line.dump());
  }
  for (const auto& one : all.progress) {
    const Json line = {{"stage", one.stage}, {"progress_key", one.key}, {"bytes", one.bytes}};
    print("{}\n", line.dump());
  }
}

void print_nondeterministic(const std::vector<Json>& notes, bool json) {
  if (notes.empty() && !json) print("every stage gave the same result each time\n");
  for (const auto& note : notes) {
    if (json) {
      print("{}\n", note.dump());
      continue;
    }
    const auto gap = note.at("largest_difference");
    const auto text = [&](const char* key) { return note.at(key).get<std::string>(); };
    print("  {}  {:.12}  {}  \"{}\", dataset \"{}\"{}\n", text("stage"), text("key"), age_text(text("made")),
          text("port"), text("dataset"), gap.is_null() ? "" : ", by at most " + gap.dump());
  }
}

/// Parses a number with one of the units, in any case, and returns it times the unit's factor.
double with_unit(const std::string& option, const std::string& text,
                 const std::map<std::string, double>& units, const char* example) {
  double number = 0;
  const auto* const last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, number);
  std::string ending(std::find_if(end, last, [](char c) { return c != ' '; }), last);
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto unit = units.find(ending);
  if (unit == units.end() || (failed != std::errc{} && failed != std::errc::result_out_of_range) ||
      !std::isfinite(number) || number < 0) {
    throw UsageError(option + ": " + quote(text) + " is not allowed; it must be a number with its unit, as " +
                     example);
  }
  constexpr double most = 0x1p62;
  if (failed == std::errc{} && number * unit->second <= most) return number * unit->second;
  throw UsageError(option + ": " + quote(text) + " is beyond all that there is; give a smaller number, as " +
                   example);
}

Limits limits_of(const StoreCommand& command) {
  Limits limits{.bytes = {}, .age = {}, .keep_runs = {command.keep_runs.begin(), command.keep_runs.end()}};
  if (!command.max_size.empty()) {
    const std::map<std::string, double> units{
        {"", 1},       {"b", 1},         {"k", 1e3},      {"kb", 1e3},    {"m", 1e6},
        {"mb", 1e6},   {"g", 1e9},       {"gb", 1e9},     {"t", 1e12},    {"tb", 1e12},
        {"kib", 1024}, {"mib", 1048576}, {"gib", 0x1p30}, {"tib", 0x1p40}};
    limits.bytes =
        static_cast<std::uintmax_t>(with_unit("--max-size", command.max_size, units, "500MB or 2GiB"));
  }
  if (!command.max_age.empty()) {
    const std::map<std::string, double> units{{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};
    limits.age = std::chrono::seconds(
        static_cast<std::int64_t>(with_unit("--max-age", command.max_age, units, "12h or 30d")));
  }
  if (!limits.bytes && !limits.age)
    throw UsageError("gc: nothing says what may go; give --max-size or --max-age");
  return limits;
}

/// Opens an existing store; the commands for inspection never create one.
Store open_named(const StoreCommand& command) {
  const auto folder = store_folder(command.store);
  if (!std::filesystem::is_directory(folder / "keys"))
    throw Error(folder.string() + ": no store; run a pipeline first, or name another with --store");
  return store_to_look_at(folder);
}

int list(const StoreCommand& command) {
  const auto registry = stages_with(command.plugins);
  const auto store = open_named(command);
  if (command.nondeterministic) {
    print_nondeterministic(store.nondeterministic(), command.json);
  } else if (command.json) {
    print_inventory_json(take_inventory(store));
  } else {
    print_inventory(take_inventory(store), registry);
  }
  return 0;
}

int verify_all(const StoreCommand& command) {
  stages_with(command.plugins);
  const auto store = open_named(command);
  const auto all = verify(store);
  const auto damaged = std::to_string(all.damaged) + " damaged";
  print("{} objects, {} records and {} checkpoints: {}\n", all.objects, all.records, all.checkpoints,
        all.damaged == 0 ? "all as they were written" : damaged);
  if (all.damaged == 0) return 0;
  throw Error(store.root().string() + ": " + damaged +
              ", and set aside; the next run makes again what it needs of that");
}

int collect_garbage(const StoreCommand& command) {
  const auto limits = limits_of(command);
  stages_with(command.plugins);
  const auto store = open_named(command);
  if (!command.dry_run && store.writes() != store.root()) {
    throw Error(store.root().string() +
                ": can't be written, so nothing of it can be deleted; allow it, or give --dry-run");
  }
  const auto garbage = choose_garbage(store, limits);
  std::uintmax_t bytes = 0;
  for (const auto& one : garbage) {
    if (!command.dry_run) remove({one});
    print("  {:<24} {:>9}  {:.12}\n", one.what, size_text(one.bytes), one.file.filename().string());
    bytes += one.bytes;
  }
  print("{} {} files, {}; records stay, so that what follows is still found\n",
        command.dry_run ? "would delete" : "deleted", garbage.size(), size_text(bytes));
  return 0;
}

}  // namespace

void add_store(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("store", "look after the store");
  verb->require_subcommand(1);
  const auto command = std::make_shared<StoreCommand>();
  const auto add = [&](const char* name, const char* doc, int (*what)(const StoreCommand&)) {
    auto* one = verb->add_subcommand(name, doc);
    add_store_option(*one, command->store);
    add_plugin_option(*one, command->plugins);
    one->callback(
        [command, what, &chosen] { chosen = [command, what](Signals&) { return what(*command); }; });
    return one;
  };
  auto* ls = add("ls", "list results: age, time, size, what they were", list);
  ls->add_flag("--json", command->json, "one JSON object a line");
  ls->add_flag("--nondeterministic", command->nondeterministic,
               "only stages that gave two results under one key");
  add("verify", "digest everything anew, and set aside what is damaged", verify_all);
  auto* gc = add("gc", "free space, what is cheapest to compute again first", collect_garbage);
  gc->add_option("--max-size", command->max_size, "objects go until so much is left, as 500MB or 2GiB");
  gc->add_option("--max-age", command->max_age, "what is older goes, as 12h or 30d");
  gc->add_option("--keep-run", command->keep_runs, "a run directory's name, whose results stay")
      ->allow_extra_args(false);
  gc->add_flag("--dry-run", command->dry_run, "only tell what would go");
}

}  // namespace fovea
