#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>

#include "pipelines/command/options.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/console.hpp"
#include "pipelines/run/definition_file.hpp"
#include "pipelines/run/run_pipeline.hpp"
#include "runtime/store/files.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The origin of a file: the record of its key, its node, and the pipeline that made it.
struct Origin {
  Record record;
  std::string node;
  std::string run;               ///< the run of the pipeline, or "" if none is known
  std::vector<Json> exported{};  ///< {run, at} of the runs that exported it, oldest first
  std::string made_by{};         ///< the run that computed it, or "" if none is known
  Json pipeline;
};

/// Returns a definition with only the stages that `node` needs.
Json needed_part(const Json& definition, const std::string& node) {
  Json needed = Json::object();
  const auto& stages = definition.at("stages");
  const std::function<void(const std::string&)> need = [&](const std::string& name) {
    if (needed.contains(name)) return;
    needed[name] = stages.at(name);
    for (const auto& input : stages.at(name).value("inputs", Json::object())) {
      for (const auto& wire : input.is_array() ? input : Json::array({input})) {
        const auto text = wire.get<std::string>();
        need(text.substr(0, text.find('.')));
      }
    }
  };
  need(node);
  auto cut = definition;
  cut["stages"] = std::move(needed);
  return cut;
}

/// Returns the record of a run's stage: the stored one with its objects, or, if that is gone, one with the
/// facts of the run.
Record record_of(const Store& store, const Json& stage) {
  const auto objects = stage.at("objects").get<std::vector<std::string>>();
  for (auto& record : store.records(stage.at("stage"), stage.at("key"))) {
    if (record.objects == objects) return std::move(record);
  }
  return {.key = stage.at("key"), .parts = {{"stage", stage.at("stage")}}, .objects = objects};
}

std::string name_of(const Json& run) {
  return fs::path(run.at("directory").get<std::string>()).filename().string();
}

/// A run that exported a file, and its entry of the stage that made the file.
struct Export {
  const Json* run;
  std::string node;
  const Json* stage;
  bool is_file;  ///< whether the run wrote this file itself and not a copy of it
};

/// Returns the runs that exported these bytes, in order. The file itself is at `path`, wherever its run
/// directory is now.
std::vector<Export> exports_of(const std::vector<Json>& runs, const std::string& digest,
                               const fs::path& path) {
  std::vector<Export> all;
  for (const auto& run : runs) {
    std::optional<Export> found;
    for (const auto& file : run.at("files")) {
      const auto end = "/" + name_of(run) + "/" + file.at("path").get<std::string>();
      const bool is_file = path.string().ends_with(end);
      if (file.at("sha256") != digest || (found && !is_file)) continue;
      const auto node = file.at("node").get<std::string>();
      found = Export{&run, node, &run.at("stages").at(node), is_file};
    }
    if (found) all.push_back(*found);
  }
  return all;
}

/// Returns the run that computed a record: the first one that ended after the record was made and ran its
/// stage.
std::string maker_of(const std::vector<Json>& runs, const Record& record) {
  for (const auto& run : runs) {
    if (run.at("made") < record.made) continue;
    for (const auto& stage : run.at("stages")) {
      if (stage.at("key") == record.key && stage.at("objects") == record.objects && stage.value("ran", false))
        return name_of(run);
    }
  }
  return "";
}

/// Finds the origin of a file by its bytes. The pipeline is that of the run that contains the file, else of
/// the newest run that exported it.
std::optional<Origin> by_bytes(const Store& store, const std::string& digest, const fs::path& file) {
  auto runs = store.runs();
  std::stable_sort(runs.begin(), runs.end(),
                   [](const Json& a, const Json& b) { return a.at("made") < b.at("made"); });
  const auto all = exports_of(runs, digest, fs::weakly_canonical(file));
  if (all.empty()) return {};
  const auto own = std::find_if(all.begin(), all.end(), [](const Export& one) { return one.is_file; });
  const auto& chosen = own == all.end() ? all.back() : *own;
  Origin origin{.record = record_of(store, *chosen.stage),
                .node = chosen.node,
                .run = chosen.run->at("directory"),
                .pipeline = needed_part(chosen.run->at("pipeline"), chosen.node)};
  origin.made_by = maker_of(runs, origin.record);
  for (const auto& one : all) {
    if (one.stage->at("key") == origin.record.key && one.stage->at("objects") == origin.record.objects)
      origin.exported.push_back({{"run", one.run->at("directory")}, {"at", one.run->at("made")}});
  }
  return origin;
}

/// Returns a line for each of the last few runs that exported a file, newest first.
std::string text_of_exports(const std::vector<Json>& exported) {
  constexpr std::size_t most = 5;
  std::string text;
  for (std::size_t i = exported.size(); i > 0; --i) {
    if (exported.size() - i == most) return text + "       and " + std::to_string(i) + " earlier\n";
    const auto& one = exported[i - 1];
    text += (text.empty() ? "in     " : "       ") + one.at("run").get<std::string>() + ", exported " +
            one.at("at").get<std::string>() + "\n";
  }
  return text;
}

/// Returns the key in a figure's metadata, or "".
std::string key_inside(std::string_view bytes) {
  const auto at = bytes.find("fovea-key");
  if (at == std::string_view::npos) return "";
  const auto begin = bytes.find_first_of("0123456789abcdef", at + 9);
  if (begin == std::string_view::npos || begin > at + 40 || begin + 64 > bytes.size()) return "";
  const auto key = std::string(bytes.substr(begin, 64));
  return key.find_first_not_of("0123456789abcdef") == std::string::npos ? key : "";
}

/// Rebuilds a definition from records, whose inputs are outputs of other records.
class Rebuilder {
 public:
  Rebuilder(const std::vector<Record>& records, const Registry& registry) : registry_(registry) {
    for (const auto& record : records) {
      for (const auto& object : record.objects) makers_[object].push_back(&record);
    }
  }

  /// Adds the stage of a record and all stages that it needs, and returns its name in the definition.
  std::string add(const Record& record) {
    if (const auto known = names_.find(record.key); known != names_.end()) return known->second;
    const auto stage = record.parts.at("stage").get<std::string>();
    auto name = stage;
    for (int number = 2; stages_.contains(name); ++number) name = stage + "_" + std::to_string(number);
    names_[record.key] = name;
    stages_[name] = {{"stage", stage}, {"params", record.parts.at("params")}};
    if (record.parts.contains("seed")) stages_[name]["seed"] = record.parts["seed"];
    const auto inputs = record.parts.value("inputs", Json::object());
    for (const auto& [port, objects] : inputs.items()) {
      const auto wires = makers_of(objects, record.key);
      if (!wires.empty()) stages_[name]["inputs"][port] = wires;
    }
    return name;
  }
  const Json& stages() const { return stages_; }

 private:
  /// Returns the wire for the object of an input, or the wires for the objects of a list; null if one is not
  /// known.
  Json makers_of(const Json& objects, const std::string& asks) {
    if (!objects.is_array()) {
      const auto wire = maker_of(objects.get<std::string>(), asks);
      return wire.empty() ? Json() : Json(wire);
    }
    Json wires = Json::array();
    for (const auto& object : objects) {
      auto wire = maker_of(object.get<std::string>(), asks);
      if (wire.empty()) return {};
      wires.push_back(std::move(wire));
    }
    return wires;
  }

  /// Returns the wire for an object, as "load.data", from a stage other than the one that reads it.
  std::string maker_of(const std::string& object, const std::string& asks) {
    const auto makers = makers_.find(object);
    if (makers == makers_.end()) return "";
    for (const auto* maker : makers->second) {
      if (maker->key == asks) continue;
      const auto found = std::find(maker->objects.begin(), maker->objects.end(), object);
      const auto port = static_cast<std::size_t>(found - maker->objects.begin());
      const auto* stage = registry_.find(maker->parts.at("stage").get<std::string>());
      const auto output = stage != nullptr ? stage->outputs.at(port).name : std::to_string(port);
      return add(*maker) + "." + output;
    }
    return "";
  }

  std::map<std::string, std::vector<const Record*>> makers_;  ///< the records by their output objects
  const Registry& registry_;
  std::map<std::string, std::string> names_;
  Json stages_ = Json::object();
};

std::optional<Origin> by_key(const Store& store, const std::string& key, const Registry& registry) {
  const auto all = store.all_records();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Record& one) { return one.key == key; });
  if (found == all.end()) return {};
  Rebuilder rebuilder(all, registry);
  const auto node = rebuilder.add(*found);
  return Origin{.record = *found,
                .node = node,
                .run = "",
                .made_by = maker_of(store.runs(), *found),
                .pipeline = {{"fovea", 1}, {"stages", rebuilder.stages()}}};
}

/// The arguments of `fovea explain`.
struct ExplainCommand {
  fs::path file, store;
  std::vector<fs::path> plugins;
  bool json = false;
};

int explain(const ExplainCommand& command) {
  const auto& file = command.file;
  const MappedFile mapped(file);
  const auto registry = stages_with(command.plugins);
  const auto folder = store_folder(command.store);
  std::optional<Origin> origin;
  if (fs::is_directory(folder / "keys")) {
    const auto store = store_to_look_at(folder);
    origin = by_bytes(store, sha256(mapped.bytes()), file);
    const auto key = key_inside(mapped.bytes());
    if (!origin && !key.empty()) origin = by_key(store, key, registry);
  }
  const auto config = origin ? fs::path() : pipeline_of_run(file);
  if (config.filename() == file.filename() || (!config.empty() && file.filename() == "run.log")) {
    throw Error(file.string() + ": is of the whole run, and no stage made it; its pipeline is " +
                config.string());
  }
  if (!origin) {
    throw Error(file.string() + ": nothing in the store " + quote(folder.string()) +
                " exported these bytes; name the store of its run with --store");
  }
  const auto& [record, node, run, exported, made_by, pipeline] = *origin;
  const auto stage = record.parts.at("stage").get<std::string>();
  if (command.json) {
    const Json line = {{"file", file.string()},
                       {"stage", stage},
                       {"node", node},
                       {"key", record.key},
                       {"made", record.made},
                       {"made_by", made_by},
                       {"seconds", record.seconds},
                       {"numerics", record.numerics},
                       {"exported", exported},
                       {"run", run},
                       {"pipeline", pipeline}};
    std::printf("%s\n", line.dump().c_str());
    return 0;
  }
  std::printf("from   %s (%s)\nkey    %s\n", node.c_str(), stage.c_str(), record.key.c_str());
  if (!record.made.empty()) {
    std::printf("made   %s, in %s%s\n", record.made.c_str(), duration_text(record.seconds).c_str(),
                made_by.empty() ? "" : (", by " + made_by).c_str());
  }
  if (const auto with = numerics_text(record.numerics); !with.empty())
    std::printf("with   %s\n", with.c_str());
  std::printf("%s%s:\n%s\n", text_of_exports(exported).c_str(),
              run.empty() ? "put together from the records of its inputs; paths to data are not in them"
                          : ("the part of " + fs::path(run).filename().string() + " that makes it").c_str(),
              pipeline.dump(2).c_str());
  return 0;
}

}  // namespace

void add_explain(CLI::App& app, Action& chosen) {
  auto* verb =
      app.add_subcommand("explain", "tell what an exported file came from, and how to make it again");
  const auto command = std::make_shared<ExplainCommand>();
  verb->add_option("FILE", command->file, "a figure, table or model of a run directory, wherever it is now")
      ->required();
  add_store_option(*verb, command->store);
  add_plugin_option(*verb, command->plugins);
  verb->add_flag("--json", command->json, "one JSON object");
  verb->callback([command, &chosen] { chosen = [command](Signals&) { return explain(*command); }; });
}

}  // namespace fovea
