#include "runtime/run_pass.hpp"

#include <algorithm>
#include <chrono>

#include "graph/lineage.hpp"
#include "runtime/context.hpp"
#include "runtime/foreign_error.hpp"
#include "runtime/store/difference.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/lease.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Returns the warning about a result that differs from an earlier one of the same key.
std::string nondeterminism_text(const PortInfo& output, const Record& before, const Difference& difference) {
  auto text = quote(output.name) + " is not what the same key gave on " + before.made;
  if (!difference.dataset.empty()) text += "; first in dataset " + quote(difference.dataset);
  if (difference.largest) text += ", by at most " + shown(*difference.largest);
  return text + "; make the stage repeatable, or raise its \"version\" when its code changes";
}

/// The exception for an object that was in the store at planning time and is now missing or damaged.
struct Lost {};

/// The exception for a file whose bytes differ from the digest in the key.
struct Changed {
  fs::path file;  ///< may be a folder
};

}  // namespace

RunPass::RunPass(const Graph& graph, Store& store, const World& world, Libraries& libraries, Report& report,
                 const RunOptions& options, const std::vector<Planned>& planned)
    : graph_(graph),
      store_(store),
      world_(world),
      libraries_(libraries),
      report_(report),
      options_(options),
      planned_(planned),
      lineages_(lineages(graph)),
      readers_(graph.nodes().size()),
      slots_(graph.nodes().size()) {
  result_.nodes.resize(graph.nodes().size());
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    for (const auto& wire : graph.nodes()[i].inputs) {
      ++slots_[wire.node].waiting;
      readers_[wire.node].push_back({i, wire});
    }
  }
  expect_can_run();
  for (std::size_t i = 0; i < planned.size(); ++i) {
    if (planned[i].status == Status::hit)
      find_there(i, *planned[i].record, numerics_of(graph.nodes()[i], world));
  }
}

bool RunPass::visit(std::size_t i) {
  const auto& node = graph_.nodes()[i];
  try {
    if (may_start(i) && !at(node.name, [&] { return resolve_or_make(i); })) return false;
  } catch (const Stopped&) {
    const std::lock_guard lock(mutex_);
    result_.nodes[i].end = End::stopped;
    result_.stopped = true;
  } catch (const Lost&) {
    const std::lock_guard lock(mutex_);
    outdated_ = true;
  } catch (const Changed& changed) {
    const auto what = node.name + ": " + quote(changed.file.string()) + " ";
    report_.event({"warning", node.name, what + "changed while it was read; the stage is planned again"});
    const std::lock_guard lock(mutex_);
    outdated_ = true;
    changed_ = Error(what + "changes while it is read; run again when nothing writes to it");
  } catch (const Error& error) {
    fail(i, error);
  } catch (const std::exception& error) {
    fail(i, as_error(error).at(node.name));
  }
  release_inputs(node);
  return true;
}

void RunPass::expect_can_run() {
  if (!options_.expect_can_run) return;
  for (std::size_t i = 0; i < planned_.size(); ++i) {
    const auto& node = graph_.nodes()[i];
    if (planned_[i].status == Status::hit) continue;
    try {
      at(node.name, [&] { options_.expect_can_run(node); });
    } catch (const Error& error) {
      fail(i, error);
    }
  }
}

void RunPass::check_readers(std::size_t i) {
  for (const auto& [reader, wire] : readers_[i]) {
    const auto& node = graph_.nodes()[reader];
    auto* const check = node.stage->inputs[wire.input].check;
    if (check == nullptr || planned_[reader].status == Status::hit) continue;
    {
      const std::lock_guard lock(mutex_);
      if (result_.nodes[reader].end == End::failed) continue;
    }
    try {
      const auto item = value(node, wire);
      at(node.name, [&] { check(item.data.get(), node.params); });
    } catch (const Lost&) {
      // An object that the input refers to may have to be computed again; the stage then finds out when it
      // runs.
    } catch (const Error& error) {
      fail(reader, error);
    }
  }
}

bool RunPass::may_start(std::size_t i) {
  const std::lock_guard lock(mutex_);
  const auto& node = graph_.nodes()[i];
  if (result_.nodes[i].end == End::failed) return false;
  if (options_.stop.stop_requested()) result_.stopped = true;
  if ((result_.error && !options_.keep_going) || result_.stopped || outdated_) return false;
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](const Wire& wire) {
    const auto end = result_.nodes[wire.node].end;
    return end == End::hit || end == End::ran;
  });
}

RunPass::Expected RunPass::expect(std::size_t i) {
  const auto& node = graph_.nodes()[i];
  std::vector<std::string> objects;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& wire : node.inputs)
      objects.push_back(result_.nodes[wire.node].record.objects.at(wire.port));
  }
  Expected expected{SourceStates(node.stage->sources(node.params)), {}};
  auto& record = expected.record;
  record.parts = key_parts(graph_, i, objects, world_);
  record.key = sha256(canonical(record.parts));
  record.numerics = numerics_of(node, world_);
  record.lineage = lineages_[i];
  return expected;
}

// Only one thread at a time visits a node, so `expected` needs no lock.
bool RunPass::resolve_or_make(std::size_t i) {
  const auto& node = graph_.nodes()[i];
  auto& expected = slots_[i].expected;
  const bool first_time = !expected;
  if (first_time) expected = expect(i);
  const auto& record = expected->record;
  const auto key = node.stage->horizon != nullptr ? progress_key(node, record.parts) : record.key;
  std::string holder;
  const auto lease = Lease::take(store_.writes() / "leases" / (node.stage->name + "-" + key), holder);
  if (!lease) {
    if (first_time) report_.event({"waiting", node.name, "is computed by " + holder + " now; waits for it"});
    return false;
  }
  const auto there =
      is_forced(node) ? std::vector<Record>{} : store_.whole_records(node.stage->name, record.key);
  if (const auto* one = choose(there, record.numerics, options_.same_numerics)) {
    find_there(i, *one, record.numerics);
  } else {
    make(i, record, expected->sources);
  }
  return true;
}

bool RunPass::is_forced(const Node& node) const {
  return std::find(options_.force.begin(), options_.force.end(), node.name) != options_.force.end();
}

void RunPass::make(std::size_t i, Record record, const SourceStates& sources) {
  const auto& node = graph_.nodes()[i];
  report_.event({"stage_started", node.name, "", {{"stage", node.stage->name}, {"key", record.key}}});
  std::optional<Horizon> horizon;
  if (node.stage->horizon != nullptr) horizon = node.stage->horizon(node.params);
  Warnings warnings([&](const std::string& line) { warn(node.name, line); });
  Checkpoints checkpoints(store_, node.stage->name, progress_key(node, record.parts),
                          horizon ? horizon->length : 0, record.numerics, options_.same_numerics, &warnings);
  if (is_forced(node) && horizon) checkpoints.remove_all();
  if (horizon) tell_of_other_numerics(node, checkpoints);
  const auto begin = std::chrono::steady_clock::now();
  auto outputs = compute(i, record, horizon ? &checkpoints : nullptr, warnings);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  expect_unchanged(node, record, sources);
  const auto from = checkpoints.went_on_from();
  record.seconds = checkpoints.seconds();
  record.made = now_as_text();
  const auto others = made_with(checkpoints.numerics(), record.numerics);
  record.numerics = checkpoints.numerics();
  compare_with_earlier(node, record);
  store_.keep(record);
  if (horizon) checkpoints.keep_only(horizon->bound.empty() ? 1 : 0);
  {
    const std::lock_guard lock(mutex_);
    if (slots_[i].waiting > 0) slots_[i].items = std::move(outputs);
    const auto& counted_on = planned_[i].record;
    if (counted_on && counted_on->objects != record.objects) outdated_ = true;
  }
  finish(i, {End::ran, std::move(record), from ? position_text(*from, *horizon) : "", others, spent.count()});
}

void RunPass::expect_unchanged(const Node& node, const Record& record, const SourceStates& sources) const {
  const auto now = node.stage->sources(node.params);
  const auto difference = sources.first_difference(SourceStates(now));
  if (now.empty() || (!difference && !sources.fresh())) return;
  if (file_digests(now, world_.digest) != record.parts.at("files"))
    throw Changed{difference.value_or(now.front())};
}

std::vector<std::string> RunPass::needed_outputs(std::size_t i) const {
  std::vector<std::string> needed;
  for (const auto& [reader, wire] : readers_[i]) {
    if (graph_.nodes()[reader].stage->inputs[wire.input].needed)
      needed.push_back(graph_.nodes()[i].stage->outputs[wire.port].name);
  }
  return needed;
}

std::vector<Item> RunPass::compute(std::size_t i, Record& record, Checkpoints* checkpoints,
                                   Warnings& warnings) {
  const auto& node = graph_.nodes()[i];
  Context context{.stage = node.name,
                  .key = record.key,
                  .seed = node.seed,
                  .threads = options_.threads,
                  .device = options_.device,
                  .stop = options_.stop,
                  .needed = needed_outputs(i),
                  .report = &report_,
                  .live = options_.live.empty() ? options_.live : options_.live / node.name,
                  .checkpoints = checkpoints,
                  .warnings = &warnings};
  const auto stage = libraries_.implementation(*node.stage);
  std::vector<std::vector<Item>> inputs(node.stage->inputs.size());
  for (const auto& wire : node.inputs) inputs[wire.input].push_back(value(node, wire));
  auto outputs = stage.run(inputs, node.params, context);
  record.warnings = warnings.all();
  for (std::size_t port = 0; port < outputs.size(); ++port) {
    outputs[port].object = store_.publish(*node.stage->outputs[port].codec, outputs[port].data.get());
    record.objects.push_back(outputs[port].object);
    const auto& references = node.stage->outputs[port].codec->references;
    record.references.push_back(references ? references(outputs[port].data.get())
                                           : std::vector<std::string>{});
  }
  return outputs;
}

void RunPass::compare_with_earlier(const Node& node, const Record& record) {
  if (record.numerics.is_array()) return;  // the position of the change of numerics is not reproducible
  const auto all = store_.records(node.stage->name, record.key);
  const auto* before = choose(all, record.numerics, true);
  if (before == nullptr) return;
  for (std::size_t port = 0; port < record.objects.size(); ++port) {
    const auto& output = node.stage->outputs[port];
    const auto &then = before->objects.at(port), &now = record.objects[port];
    if (output.measured || then == now || store_.has_quarantined(then)) continue;
    const auto difference = store_.difference(then, now).value_or(Difference{});
    const Json gap = difference.largest ? Json(*difference.largest) : Json(nullptr);
    const Json note = {{"stage", node.stage->name},     {"key", record.key},        {"made", record.made},
                       {"port", output.name},           {"before", then},           {"now", now},
                       {"dataset", difference.dataset}, {"largest_difference", gap}};
    store_.note_nondeterministic(node.stage->name, record.key, note);
    report_.event(
        {"warning", node.name, node.name + ": " + nondeterminism_text(output, *before, difference), note});
    return;
  }
}

Item RunPass::value(const Node& node, const Wire& wire) {
  std::string object;
  {
    const std::lock_guard lock(mutex_);
    if (!slots_[wire.node].items.empty()) return slots_[wire.node].items[wire.port];
    object = result_.nodes[wire.node].record.objects[wire.port];
  }
  auto item = store_.load(*node.stage->inputs[wire.input].codec, object);
  if (!item) throw Lost{};
  return *item;
}

void RunPass::release_inputs(const Node& node) {
  const std::lock_guard lock(mutex_);
  for (const auto& wire : node.inputs) {
    if (--slots_[wire.node].waiting == 0) slots_[wire.node].items.clear();
  }
}

void RunPass::finish(std::size_t i, NodeResult result) {
  if (result.end == End::hit) store_.mark_used(result.record);
  const Json data = {{"cached", result.end == End::hit},
                     {"seconds", result.seconds},
                     {"from", result.from.empty() ? Json(nullptr) : Json(result.from)},
                     {"made_with", result.made_with.empty() ? Json(nullptr) : Json(result.made_with)},
                     {"key", result.record.key}};
  {
    const std::lock_guard lock(mutex_);
    result_.nodes[i] = std::move(result);
  }
  report_.event({"stage_finished", graph_.nodes()[i].name, "", data});
  check_readers(i);
}

void RunPass::find_there(std::size_t i, Record record, const Json& numerics) {
  for (const auto& line : record.warnings) warn(graph_.nodes()[i].name, line);
  auto others = made_with(record.numerics, numerics);
  finish(i, {End::hit, std::move(record), "", std::move(others)});
}

void RunPass::tell_of_other_numerics(const Node& node, const Checkpoints& checkpoints) {
  const auto progress = checkpoints.progress();
  if (!progress) return;
  const auto others = made_with(progress->numerics, checkpoints.numerics());
  if (others.empty()) return;
  report_.event({"other_numerics",
                 node.name,
                 "goes on from progress made with " + others + "; the last digits will differ",
                 {{"before", progress->numerics}, {"now", checkpoints.numerics()}}});
}

void RunPass::warn(const std::string& node, const std::string& line) {
  report_.event({"warning", node, node + ": " + line});
}

void RunPass::fail(std::size_t i, const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    result_.nodes[i].end = End::failed;
    if (!result_.error) {
      result_.error = error;
    } else if (options_.keep_going) {
      result_.later_errors.push_back(error);
    }
  }
  report_.event({"stage_failed", graph_.nodes()[i].name, "", {{"error", error.what()}}});
}

}  // namespace fovea
