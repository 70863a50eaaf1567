#pragma once

#include <span>

#include "graph/plan.hpp"
#include "runtime/store/artifact.hpp"
#include "runtime/store/store.hpp"

namespace fovea {

/// What a tracked output told, and the artifact that owns what this points to.
template <class T> struct Told {
  Output from;
  Item item;
  T told;
};

/// The tracked outputs of a graph whose kinds tell such things: `outputs_telling(graph, &Tells::scalars)`.
template <class T>
std::vector<Output> outputs_telling(const Graph& graph, std::function<T(const void*)> Tells::*what) {
  std::vector<Output> all;
  for (const auto& [node, port] : read_after_run(graph)) {
    const auto& output = graph.nodes()[node].stage->outputs[port];
    if (output.tracked && output.codec->tells.*what) all.push_back({node, port});
  }
  return all;
}

/// What these outputs tell, by the records of all nodes; nothing where an object is lost.
template <class T> std::optional<std::vector<Told<T>>> told(const Graph& graph,
                                                            std::span<const Record> records, Store& store,
                                                            const std::vector<Output>& outputs,
                                                            std::function<T(const void*)> Tells::*what) {
  std::vector<Told<T>> all;
  for (const auto& from : outputs) {
    const auto& codec = *graph.nodes()[from.node].stage->outputs[from.port].codec;
    auto item = store.load(codec, records[from.node].objects.at(from.port));
    if (!item) return {};
    auto value = (codec.tells.*what)(item->data.get());
    all.push_back({from, std::move(*item), std::move(value)});
  }
  return all;
}

/// The same of all tracked outputs that tell such things.
template <class T> std::optional<std::vector<Told<T>>> told(const Graph& graph,
                                                            std::span<const Record> records, Store& store,
                                                            std::function<T(const void*)> Tells::*what) {
  return told(graph, records, store, outputs_telling(graph, what), what);
}

}  // namespace fovea
