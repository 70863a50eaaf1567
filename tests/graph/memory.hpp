#pragma once

#include <algorithm>
#include <set>

#include "graph/lineage.hpp"
#include "graph/plan.hpp"

using namespace fovea;

/// A store in memory, in which every stage's outputs are named after its key.
struct Memory {
  std::vector<Record> records;
  std::string contents = "barley";
  std::set<std::string> lost, damaged;  // what is damaged is lost as well
  std::optional<Position> position;
  Json numerics = {{"heat", "hot"}};
  Json numerics_of_progress = Json::object();

  World world() {
    return {.find =
                [this](const std::string&, const std::string& key) {
                  std::vector<Record> all;
                  std::copy_if(records.begin(), records.end(), std::back_inserter(all),
                               [&](const Record& record) { return record.key == key; });
                  return all;
                },
            .has = [this](const std::string& object) { return !lost.contains(object); },
            .is_damaged = [this](const std::string& object) { return damaged.contains(object); },
            .earlier = [this](const std::string& stage, const std::string& lineage,
                              std::size_t n) -> const Record* {
              for (auto record = records.rbegin(); record != records.rend(); ++record) {
                if (record->parts.at("stage") == stage && record->lineage == lineage && n-- == 0)
                  return &*record;
              }
              return nullptr;
            },
            .digest = [this](const std::filesystem::path&) { return contents; },
            .numerics = [this](const Node&) { return numerics; },
            .progress = [this](const std::string&, const std::string&, std::int64_t,
                               const std::optional<Json>& only) -> std::optional<Progress> {
              if (!position || (only && *only != numerics_of_progress)) return {};
              return Progress{*position, numerics_of_progress};
            }};
  }

  /// Does what a runner would: goes through the nodes in order and keeps a record of each.
  void run(const Graph& graph) {
    const auto here = world();
    std::vector<Record> done;
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
      std::vector<std::string> inputs;
      for (const auto& wire : graph.nodes()[i].inputs) inputs.push_back(done[wire.node].objects[wire.port]);
      Record record{.parts = key_parts(graph, i, inputs, here), .seconds = 2};
      record.key = sha256(canonical(record.parts));
      record.numerics = numerics_of(graph.nodes()[i], here);
      record.lineage = lineages(graph)[i];
      for (const auto& port : graph.nodes()[i].stage->outputs)
        record.objects.push_back(port.name + "@" + record.key + numerics_text(record.numerics));
      done.push_back(record);
      records.push_back(record);
    }
  }
};

inline std::string statuses(const std::vector<Planned>& all) {
  std::string text;
  for (const auto& one : all) text += one.status == Status::hit ? "hit " : "run(" + one.why + ") ";
  return text;
}
