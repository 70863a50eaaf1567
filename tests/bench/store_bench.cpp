#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <numeric>

#include "runtime/store/store.hpp"
#include "stages/data/dataset.hpp"
#include "tests/folder.hpp"

// Publishing an artifact against writing and syncing the same bytes by hand, and reading it back checked
// against only going through memory. The limit is the disk for the first pair and memory for the second.

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
  data.mean = data.deviation = {0.5};
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

}  // namespace

BENCHMARK(write_and_sync)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(5);
BENCHMARK(publish)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(5);
BENCHMARK(go_through_memory)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(load_checked)->Unit(benchmark::kMillisecond)->UseRealTime();
