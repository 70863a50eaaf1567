#include "runtime/run_pass.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "runtime/context.hpp"

namespace fovea {
namespace {

std::string now_as_text() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// An object that was there when the run was planned is there no more, or is damaged.
struct Lost {};

}  // namespace

RunPass::RunPass(const Graph& graph, Store& store, const World& world, Libraries& libraries, Report& report,
                 const RunOptions& options, const std::vector<Planned>& planned)
    : graph_(graph),
      store_(store),
      world_(world),
      libraries_(libraries),
      report_(report),
      options_(options),
      slots_(graph.nodes().size()) {
  result_.nodes.resize(graph.nodes().size());
  for (const auto& node : graph.nodes()) {
    for (const auto& wire : node.inputs) ++slots_[wire.node].waiting;
  }
  for (std::size_t i = 0; i < planned.size(); ++i) {
    if (planned[i].status == Status::hit) finish(i, End::hit, *planned[i].record, 0);
  }
}

void RunPass::visit(std::size_t i) {
  const auto& node = graph_.nodes()[i];
  try {
    if (may_start(node)) at(node.name, [&] { resolve_or_make(i); });
  } catch (const Stopped&) {
    const std::lock_guard lock(mutex_);
    result_.stopped = true;
  } catch (const Lost&) {
    const std::lock_guard lock(mutex_);
    lost_ = true;
  } catch (const Error& error) {
    fail(i, error);
  } catch (const std::exception& error) {
    fail(i, Error(node.name + ": " + error.what()));
  }
  release_inputs(node);
}

bool RunPass::may_start(const Node& node) {
  const std::lock_guard lock(mutex_);
  if (options_.stop.stop_requested()) result_.stopped = true;
  if (result_.error || result_.stopped || lost_) return false;
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](const Wire& wire) {
    const auto end = result_.nodes[wire.node].end;
    return end == End::hit || end == End::ran;
  });
}

void RunPass::resolve_or_make(std::size_t i) {
  const auto& node = graph_.nodes()[i];
  std::vector<std::string> objects;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& wire : node.inputs)
      objects.push_back(result_.nodes[wire.node].record.objects.at(wire.port));
  }
  Record record;
  record.parts = key_parts(graph_, i, objects, world_);
  record.key = sha256(canonical(record.parts));
  const bool forced =
      std::find(options_.force.begin(), options_.force.end(), node.name) != options_.force.end();
  auto there = forced ? std::nullopt : store_.find(node.stage->name, record.key);
  if (there) {
    finish(i, End::hit, std::move(*there), 0);
  } else {
    make(i, std::move(record));
  }
}

void RunPass::make(std::size_t i, Record record) {
  const auto& node = graph_.nodes()[i];
  report_.event({"stage_started", node.name, "", {{"stage", node.stage->name}, {"key", record.key}}});
  const auto begin = std::chrono::steady_clock::now();
  Context context{.stage = node.name,
                  .key = record.key,
                  .seed = graph_.seed(),
                  .threads = options_.threads,
                  .stop = options_.stop,
                  .report = &report_};
  const auto stage = libraries_.implementation(*node.stage);
  std::vector<Item> inputs;
  for (std::size_t port = 0; port < node.inputs.size(); ++port) inputs.push_back(value(node, port));
  auto outputs = stage.run(inputs, node.params, context);
  inputs.clear();
  for (std::size_t port = 0; port < outputs.size(); ++port) {
    outputs[port].object = store_.publish(*node.stage->outputs[port].codec, outputs[port].data.get());
    record.objects.push_back(outputs[port].object);
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  record.seconds = spent.count();
  record.made = now_as_text();
  store_.keep(record);
  {
    const std::lock_guard lock(mutex_);
    if (slots_[i].waiting > 0) slots_[i].items = std::move(outputs);
  }
  finish(i, End::ran, std::move(record), spent.count());
}

Item RunPass::value(const Node& node, std::size_t port) {
  const auto& wire = node.inputs[port];
  std::string object;
  {
    const std::lock_guard lock(mutex_);
    if (!slots_[wire.node].items.empty()) return slots_[wire.node].items[wire.port];
    object = result_.nodes[wire.node].record.objects[wire.port];
  }
  auto item = store_.load(*node.stage->inputs[port].codec, object);
  if (!item) throw Lost{};
  return *item;
}

void RunPass::release_inputs(const Node& node) {
  const std::lock_guard lock(mutex_);
  for (const auto& wire : node.inputs) {
    if (--slots_[wire.node].waiting == 0) slots_[wire.node].items.clear();
  }
}

void RunPass::finish(std::size_t i, End end, Record record, double seconds) {
  const Json data = {{"cached", end == End::hit}, {"seconds", seconds}, {"key", record.key}};
  {
    const std::lock_guard lock(mutex_);
    result_.nodes[i] = {end, std::move(record), seconds};
  }
  report_.event({"stage_finished", graph_.nodes()[i].name, "", data});
}

void RunPass::fail(std::size_t i, const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    result_.nodes[i].end = End::failed;
    if (!result_.error) result_.error = error;
  }
  report_.event({"stage_failed", graph_.nodes()[i].name, "", {{"error", error.what()}}});
}

}  // namespace fovea
