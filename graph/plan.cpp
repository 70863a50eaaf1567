#include "graph/plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "graph/lineage.hpp"
#include "graph/nearest.hpp"

namespace fovea {
namespace {

/// Plans one graph. Every question to the `World` is asked once.
class Planner {
 public:
  Planner(const Graph& graph, const World& world, const PlanOptions& options)
      : graph_(graph),
        world_(world),
        options_(options),
        force_(options.force.begin(), options.force.end()),
        lineages_(lineages(graph)),
        readers_(graph.nodes().size()),
        nearest_(world) {
    for (std::size_t to = 0; to < graph.nodes().size(); ++to) {
      for (const auto& wire : graph.nodes()[to].inputs) readers_[wire.node].push_back({to, wire.port});
    }
  }

  std::vector<Planned> plan() {
    auto best = plan_once();
    // A record with other numerics may save the work if the first choice is lost.
    while (!lost_.empty()) {
      excluded_.insert(lost_.begin(), lost_.end());
      auto other = plan_once();
      if (seconds_of(other) < seconds_of(best)) best = std::move(other);
    }
    return best;
  }

 private:
  std::vector<Planned> plan_once();
  void plan_node(std::size_t i, std::vector<Planned>& all);
  void take(std::size_t i, const std::vector<Record>& records, const Json& numerics, Planned& planned);
  void find_progress(const Node& node, const Json& parts, const Json& numerics, Planned& planned) const;
  std::optional<std::vector<std::string>> known_inputs(std::size_t i, std::vector<Planned>& all) const;
  bool is_wanted(std::size_t i, std::size_t port, const std::vector<Planned>& all) const;
  void restore_lost(std::vector<Planned>& all);
  double seconds_of(const std::vector<Planned>& all) const;

  const Graph& graph_;
  const World& world_;
  const PlanOptions& options_;
  const std::set<std::string> force_;
  const std::vector<std::string> lineages_;
  std::vector<std::vector<Output>> readers_;  ///< by node: the nodes that read it, and the port
  Nearest nearest_;
  std::set<std::size_t> has_other_record_;  ///< nodes whose key has more than one record
  /// Nodes and the numerics of records that are not used, or that turned out to be lost.
  std::set<std::pair<std::size_t, std::string>> excluded_, lost_;
};

std::vector<Planned> Planner::plan_once() {
  has_other_record_.clear();
  lost_.clear();
  std::vector<Planned> all(graph_.nodes().size());
  for (std::size_t i = 0; i < all.size(); ++i) plan_node(i, all);
  restore_lost(all);
  return all;
}

/// Returns the identities of a node's inputs, or nothing, with a reason in `all`, if one is not known yet.
std::optional<std::vector<std::string>> Planner::known_inputs(std::size_t i,
                                                              std::vector<Planned>& all) const {
  std::vector<std::string> inputs;
  for (const auto& wire : graph_.nodes()[i].inputs) {
    const auto& record = all[wire.node].record;
    if (!record) {
      all[i].why = quote(graph_.nodes()[wire.node].name) + " runs before it";
      return {};
    }
    inputs.push_back(record->objects.at(wire.port));
  }
  return inputs;
}

/// Looks for saved progress of a node that has to run.
void Planner::find_progress(const Node& node, const Json& parts, const Json& numerics,
                            Planned& planned) const {
  if (node.stage->horizon == nullptr) return;
  const auto horizon = node.stage->horizon(node.params);
  const auto only = options_.same_numerics ? std::optional(numerics) : std::nullopt;
  const auto found = world_.progress(node.stage->name, progress_key(node, parts), horizon.length, only);
  if (!found) return;
  planned.status = Status::partial;
  planned.progress = position_text(found->position, horizon);
  const auto done = std::min(found->position.round, horizon.length);
  if (planned.seconds && horizon.length > 0)
    *planned.seconds *= static_cast<double>(horizon.length - done) / static_cast<double>(horizon.length);
  planned.made_with = made_with(found->numerics, numerics);
}

/// Chooses a usable record of the node's key, if there is one.
void Planner::take(std::size_t i, const std::vector<Record>& records, const Json& numerics,
                   Planned& planned) {
  auto left = records;
  std::erase_if(left, [&](const Record& record) {
    return excluded_.contains({i, numerics_digest(record.numerics)});
  });
  const auto* record = choose(left, numerics, options_.same_numerics);
  if (left.size() > 1 && !options_.same_numerics) has_other_record_.insert(i);
  if (record == nullptr) return;
  planned.status = Status::hit;
  planned.record = *record;
  planned.seconds = record->seconds;
  planned.made_with = made_with(record->numerics, numerics);
}

/// Plans a node from the plans of the nodes before it.
void Planner::plan_node(std::size_t i, std::vector<Planned>& all) {
  const auto& node = graph_.nodes()[i];
  auto& planned = all[i];
  const auto inputs = known_inputs(i, all);
  if (!inputs) {
    (void)at(node.name, [&] { return node.stage->sources(node.params); });
    planned.seconds = nearest_.seconds(node, lineages_[i]);
    return;
  }
  const auto parts = key_parts(graph_, i, *inputs, world_);
  const auto numerics = numerics_of(node, world_);
  const auto records = world_.find(node.stage->name, sha256(canonical(parts)));
  if (force_.contains(node.name)) {
    planned.why = "forced";
    if (!records.empty()) planned.seconds = records.back().seconds;
    return;
  }
  take(i, records, numerics, planned);
  if (planned.status == Status::hit) return;
  if (records.empty()) {
    nearest_.explain(planned, node, parts, lineages_[i]);
  } else {
    planned.why = "was made with " + made_with(records.back().numerics, numerics);
    planned.seconds = records.back().seconds;
  }
  find_progress(node, parts, numerics, planned);
}

/// Whether somebody wants output `port` of node `i`: the run directory or a tracker, a stage that runs, or,
/// where nobody reads any output of it, whoever asked for the stage itself.
bool Planner::is_wanted(std::size_t i, std::size_t port, const std::vector<Planned>& all) const {
  if (graph_.nodes()[i].stage->outputs[port].read_after_run()) return true;
  return readers_[i].empty() || std::any_of(readers_[i].begin(), readers_[i].end(), [&](const Output& to) {
           return to.port == port && all[to.node].status != Status::hit;
         });
}

/// Plans lost results that are needed to run again, from the last node to the first. A result that is read
/// needs the objects that it refers to.
void Planner::restore_lost(std::vector<Planned>& all) {
  std::set<std::string> referred;
  for (std::size_t i = all.size(); i-- > 0;) {
    if (all[i].status != Status::hit) continue;
    const auto& [objects, references] = std::tie(all[i].record->objects, all[i].record->references);
    for (std::size_t port = 0; port < objects.size(); ++port) {
      if (!referred.contains(objects[port]) && !is_wanted(i, port, all)) continue;
      if (!world_.has(objects[port])) {
        all[i].status = Status::run;
        all[i].made_with.clear();
        all[i].why = world_.is_damaged(objects[port]) ? "its result in the store is damaged"
                                                      : "its result is no longer in the store";
        if (has_other_record_.contains(i)) lost_.insert({i, numerics_digest(all[i].record->numerics)});
      } else if (port < references.size()) {
        referred.insert(references[port].begin(), references[port].end());
      }
    }
  }
}

/// Returns the estimated seconds of a plan; a stage without an estimate counts as a minute.
double Planner::seconds_of(const std::vector<Planned>& all) const {
  double seconds = 0;
  for (const auto& one : all) {
    if (one.status != Status::hit) seconds += one.seconds.value_or(60);
  }
  return seconds;
}

/// The largest number of files with an entry each in the key; more are summed up by folder.
constexpr std::size_t most_files_listed = 100;

/// Returns the name of a file or folder relative to `top`, or its whole path if it lies elsewhere.
std::string name_below(const std::filesystem::path& top, const std::filesystem::path& file) {
  const auto name = file.lexically_relative(top).string();
  if (name == ".") return "./";
  return name.empty() ? file.string() : name;
}

}  // namespace

Json file_digests(const std::vector<std::filesystem::path>& files,
                  const std::function<std::string(const std::filesystem::path&)>& digest) {
  const auto top = files.front().parent_path();
  const bool by_folder = files.size() > most_files_listed;
  Json digests = Json::object();
  std::map<std::string, std::string> folders;
  for (const auto& file : files) {
    const auto name = name_below(top, file);
    if (!by_folder) {
      digests[name] = file.has_filename() ? digest(file) : "folder";
    } else if (file.has_filename()) {
      folders[name_below(top, file.parent_path() / "")] += name + '\0' + digest(file) + '\n';
    } else {
      folders[name] += "folder\n";
    }
  }
  for (const auto& [name, content] : folders) digests[name] = sha256(content);
  return digests;
}

Json key_parts(const Graph& graph, std::size_t node, std::span<const std::string> inputs,
               const World& world) {
  const auto& one = graph.nodes().at(node);
  const auto& [name, stage, params, wires] = std::tie(one.name, one.stage, one.params, one.inputs);
  Json parts = {{"stage", stage->name}, {"version", stage->version}, {"params", stage->keyed(params)}};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto& port = stage->inputs[wires[i].input];
    auto& part = parts["inputs"][port.name];
    if (port.many) {
      part.push_back(inputs[i]);
    } else {
      part = inputs[i];
    }
  }
  if (stage->random) parts["seed"] = one.seed;
  auto code = stage->code;
  if (stage->code_named != nullptr) code.update(stage->code_named(params));
  if (!code.empty()) parts["code"] = std::move(code);
  const auto files = at(name, [&] { return stage->sources(params); });
  if (!files.empty()) parts["files"] = at(name, [&] { return file_digests(files, world.digest); });
  return parts;
}

Json numerics_of(const Node& node, const World& world) {
  Json numerics = Json::object();
  if (!node.stage->library.empty()) numerics = world.numerics(node);
  if (node.stage->made_with != nullptr) numerics.update(node.stage->made_with());
  for (const auto& input : node.stage->inputs) {
    if (input.read_with != nullptr) numerics.update(input.read_with());
  }
  return Json::parse(canonical(numerics));
}

const Record* choose(std::span<const Record> records, const Json& numerics, bool same_numerics) {
  const Record* chosen = nullptr;
  for (const auto& record : records) {
    if (record.numerics == numerics) return &record;
    if (!same_numerics) chosen = &record;
  }
  return chosen;
}

std::string position_text(const Position& position, const Horizon& horizon) {
  const bool at_end = position.round >= horizon.length;
  const auto round = at_end ? horizon.length : position.round + 1;
  auto text = horizon.unit + " " + std::to_string(round) + " of " + std::to_string(horizon.length);
  if (position.step > 0) text += ", step " + std::to_string(position.step);
  return at_end ? "the end of " + text : text;
}

std::string progress_key(const Node& node, const Json& parts) {
  if (node.stage->horizon == nullptr) return sha256(canonical(parts));
  const auto horizon = node.stage->horizon(node.params);
  auto shared = parts;
  if (horizon.bound.empty()) shared["params"].erase(horizon.param);
  return sha256(canonical(shared));
}

std::vector<Planned> plan(const Graph& graph, const World& world, const PlanOptions& options) {
  for (const auto& name : options.force) graph.find(name);
  return Planner(graph, world, options).plan();
}

std::vector<Output> read_after_run(const Graph& graph) {
  std::vector<Output> all;
  for (std::size_t node = 0; node < graph.nodes().size(); ++node) {
    const auto& outputs = graph.nodes()[node].stage->outputs;
    for (std::size_t port = 0; port < outputs.size(); ++port) {
      if (outputs[port].read_after_run()) all.push_back({node, port});
    }
  }
  return all;
}

std::vector<Record> records_of(const Graph& graph, const std::vector<Planned>& planned) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    if (planned[i].status != Status::hit)
      throw Error(graph.nodes()[i].name + ": its result is not in the store; run the pipeline first");
    records.push_back(planned[i].record.value());
  }
  return records;
}

}  // namespace fovea
