#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <numeric>

#include "graph/lineage.hpp"
#include "runtime/run.hpp"
#include "stages/data/dataset.hpp"
#include "stages/data/load.hpp"
#include "stages/data/split.hpp"
#include "tests/folder.hpp"

// Publishing an artifact against writing and syncing the same bytes by hand, and reading it back checked
// against only going through memory. The limit is the disk for the first pair and memory for the second.
// The last one plans 1,000 stages that are known, and 1,000 that never ran, among 100,000 records. A plan is
// to take a second at most; with TMPDIR=/dev/shm, writing the records takes no disk.

using namespace fovea;

namespace {

constexpr std::size_t side = 28;
constexpr std::size_t images = 240'000;  // 188 MB
constexpr auto bytes_each = static_cast<std::int64_t>(images * side * side);

/// Images whose bytes differ with `seed`, so that no two are stored once.
Dataset dataset(std::uint8_t seed) {
  Dataset data;
  data.height = data.width = side;
  data.channels = 1;
  std::vector<std::uint8_t> pixels(images * side * side);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 31 + seed);
  std::vector<std::uint32_t> index(images);
  std::iota(index.begin(), index.end(), 0U);
  data.pixels = std::move(pixels);
  data.index = std::move(index);
  data.labels = std::vector<std::int32_t>(images, 0);
  data.parts = std::vector<std::uint8_t>(images, 0);
  data.class_names = {"all"};
  data.mean = data.std = {0.5};
  return data;
}

void no_warning(const std::string& line) {
  throw Error(line);
}

void publish(benchmark::State& state) {
  const Folder folder;
  Store store(folder.path(), no_warning);
  std::uint8_t seed = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const auto data = dataset(seed++);
    state.ResumeTiming();
    const auto object = store.publish(Dataset::codec(), &data);
    state.PauseTiming();
    std::filesystem::remove(store.object_path(object));
    state.ResumeTiming();
  }
  state.SetBytesProcessed(state.iterations() * bytes_each);
}

void write_and_sync(benchmark::State& state) {
  const Folder folder;
  const auto data = dataset(0);
  for (auto _ : state) {
    const auto path = folder / "plain";
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    for (std::size_t at = 0; at < data.pixels.size();) {
      const auto done =
          ::pwrite(file, data.pixels.data() + at, data.pixels.size() - at, static_cast<off_t>(at));
      if (done <= 0) throw Error("the disk is full");
      at += static_cast<std::size_t>(done);
    }
    if (::fsync(file) != 0) throw Error("the disk does not sync");
    ::close(file);
    state.PauseTiming();
    std::filesystem::remove(path);
    state.ResumeTiming();
  }
  state.SetBytesProcessed(state.iterations() * bytes_each);
}

void load_checked(benchmark::State& state) {
  const Folder folder;
  Store store(folder.path(), no_warning);
  const auto data = dataset(0);
  const auto object = store.publish(Dataset::codec(), &data);
  for (auto _ : state) {
    const auto item = store.load(Dataset::codec(), object);
    benchmark::DoNotOptimize(item->data.get());
  }
  state.SetBytesProcessed(state.iterations() * bytes_each);
}

void go_through_memory(benchmark::State& state) {
  const auto data = dataset(0);
  for (auto _ : state) {
    const auto words = reinterpret_cast<const std::uint64_t*>(data.pixels.data());
    benchmark::DoNotOptimize(std::accumulate(words, words + data.pixels.size() / 8, std::uint64_t{0}));
  }
  state.SetBytesProcessed(state.iterations() * bytes_each);
}

/// 500 times `load` and `split`, with other settings in each generation.
Graph many_stages(std::int64_t generation) {
  Graph graph;
  for (int i = 0; i < 500; ++i) {
    const auto number = "_" + std::to_string(i);
    Load::Params params{.format = "synthetic"};
    params.synthetic.samples = 1000 * generation + i + 10;
    const auto load = graph.add<Load>("load" + number, {}, params);
    graph.add<Split>("split" + number, {.data = load.data}, {.validation = 0.1});
  }
  return graph;
}

/// Keeps a record of every stage; their objects are not there.
void keep_all(const Graph& graph, Store& store, const World& world) {
  const auto lineage = lineages(graph);
  std::vector<std::vector<std::string>> objects;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    std::vector<std::string> inputs;
    for (const auto& wire : graph.nodes()[i].inputs) inputs.push_back(objects[wire.node][wire.port]);
    Record record{.parts = key_parts(graph, i, inputs, world), .seconds = 1, .made = "2026"};
    record.key = sha256(canonical(record.parts));
    for (const auto& port : graph.nodes()[i].stage->outputs) {
      const auto digest = sha256(record.key + port.name);
      record.objects.push_back(digest + ":" + digest.substr(0, 32) + ":1000");
    }
    record.references.resize(record.objects.size());
    record.numerics = numerics_of(graph.nodes()[i], world);
    record.lineage = lineage[i];
    store.keep(record);
    objects.push_back(record.objects);
  }
}

/// Plans a generation of stages among the records of 100 others.
void plan_among_many(benchmark::State& state) {
  static const Folder folder;
  Store store(folder.path(), no_warning);
  const auto numerics = [](const Node&) { return Json::object(); };
  static const bool kept = [&] {
    for (std::int64_t generation = 0; generation < 100; ++generation)
      keep_all(many_stages(generation), store, world_of(store, numerics));
    return true;
  }();
  benchmark::DoNotOptimize(kept);
  const auto graph = many_stages(state.range(0));
  for (auto _ : state) {
    const auto planned = plan(graph, world_of(store, numerics));
    benchmark::DoNotOptimize(planned.data());
  }
}

}  // namespace

BENCHMARK(plan_among_many)
    ->ArgName("generation")
    ->Arg(50)
    ->Arg(1000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(write_and_sync)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(5);
BENCHMARK(publish)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(5);
BENCHMARK(go_through_memory)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(load_checked)->Unit(benchmark::kMillisecond)->UseRealTime();
