#pragma once

#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/arithmetic.hpp"

namespace arithmetic {

/// A store and all else that a run needs; each run starts with `runs` at 0.
struct Bench {
  Folder folder;
  std::vector<std::string> warnings;
  Store store{folder / "store", [this](const std::string& line) { warnings.push_back(line); }};
  World world = world_of(store, [](const Node&) { return Json::object(); });
  Libraries libraries{[](const std::string&) {}};
  Events events;

  RunResult run(const Graph& graph, RunOptions options = {.threads = 2}) {
    runs = 0;
    return fovea::run(graph, store, world, libraries, events, options);
  }
  double value(const RunResult& result, std::size_t node) {
    const auto item = store.load(Amount::codec(), result.nodes[node].record.objects.at(0));
    REQUIRE(item);
    return static_cast<const Amount*>(item->data.get())->value;
  }
};

/// Does something inside the stages of a run, as long as it lives.
struct Inside {
  explicit Inside(std::function<void(Context&)> what) { inside = std::move(what); }
  ~Inside() {
    inside = [](Context&) {};
  }
};

}  // namespace arithmetic
