#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/graph/test_stage.hpp"
#include "tests/runtime/bench.hpp"
#include "tests/runtime/file_bytes.hpp"

using namespace fovea;
using namespace arithmetic;
namespace fs = std::filesystem;

namespace {

/// Adds the numbers in a file, or in all files of a folder.
struct Read : TestStage<NoPorts, NumberOut> {
  static constexpr std::string_view name = "read";
  static constexpr std::string_view doc = "reads numbers";
  struct Params {
    std::string path;
    static auto fields() { return std::tuple{field("path", &Params::path, "where they are")}; }
  };
  static std::vector<fs::path> sources(const Params& params) {
    if (fs::is_regular_file(params.path)) return {params.path};
    std::vector<fs::path> all{fs::path(params.path) / ""};
    for (const auto& entry : fs::directory_iterator(params.path)) all.push_back(entry.path());
    std::sort(all.begin(), all.end());
    return all;
  }
  static Out<Value> run(const In<Value>&, const Params& params, Context& context) {
    ++runs;
    double sum = 0;
    for (const auto& file : sources(params)) sum += file.has_filename() ? std::stod(bytes_of(file)) : 0;
    inside(context);
    return {.number = Amount{sum}};
  }
};

Graph reading(const fs::path& path) {
  Graph g;
  g.add<Read>({}, {.path = path});
  return g;
}

std::size_t records(const Bench& bench) {
  const auto folder = bench.folder / "store/keys/read";
  return fs::exists(folder) ? static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {})) : 0;
}

using Way = std::function<void(const fs::path&)>;

/// Runs while the first reading is disturbed in some way, and expects that what was read then is not kept.
void check_reads_again(const std::string& name, const Way& way, double sum) {
  Bench bench;
  const auto data = bench.folder / "data";
  fs::create_directory(data);
  put(data / "a", "1");
  put(data / "b", "2");
  const auto path = data / name;
  const Inside disturbs([&](Context&) {
    if (runs == 1) way(data);
  });
  const auto result = bench.run(reading(path));
  REQUIRE(result.done());
  CHECK(runs == 2);
  CHECK(bench.value(result, 0) == sum);
  CHECK(records(bench) == 1);
  const auto& events = bench.events.all;
  const auto told =
      std::find_if(events.begin(), events.end(), [](const auto& e) { return e.name == "warning"; });
  REQUIRE(told != events.end());
  CHECK(told->line.ends_with(" changed while it was read; the stage is planned again"));
}

/// Writes other bytes of the same length, and gives back the times of before.
void write_secretly(const fs::path& file) {
  struct stat info {};
  REQUIRE(::stat(file.c_str(), &info) == 0);
  std::ofstream(file) << "7";
  const timespec times[2] = {info.st_atim, info.st_mtim};
  REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

}  // namespace

TEST_CASE("run: a source that changes while it is read is read again, however it changes") {
  check_reads_again(
      "a", [](const fs::path& data) { std::ofstream(data / "a") << "12"; }, 12);
  check_reads_again(
      "a", [](const fs::path& data) { write_secretly(data / "a"); }, 7);
  check_reads_again(
      "a", [](const fs::path& data) { fs::rename(data / "b", data / "a"); }, 2);
}

TEST_CASE("run: a folder of sources in which a file appears, goes or is replaced is read again") {
  check_reads_again(
      "", [](const fs::path& data) { put(data / "c", "4"); }, 7);
  check_reads_again(
      "", [](const fs::path& data) { fs::remove(data / "b"); }, 1);
  check_reads_again(
      "", [](const fs::path& data) { fs::rename(data / "a", data / "b"); }, 1);
  check_reads_again(
      "",
      [](const fs::path& data) {
        fs::rename(data / "a", data / "c");
        write_secretly(data / "b");
      },
      8);
}

TEST_CASE("run: a source that is only touched while it is read is not read again") {
  Bench bench;
  put(bench.folder / "a", "1");
  const Inside touches([&](Context&) { ::utimensat(AT_FDCWD, (bench.folder / "a").c_str(), nullptr, 0); });
  CHECK(bench.run(reading(bench.folder / "a")).done());
  CHECK(runs == 1);
}

TEST_CASE("run: a source that changes whenever it is read is an error that names it, and nothing is kept") {
  Bench bench;
  const auto path = bench.folder / "a";
  put(path, "1");
  const Inside disturbs([&](Context&) { std::ofstream(path, std::ios::app) << "1"; });
  const auto result = bench.run(reading(path));
  REQUIRE(result.error);
  CHECK(std::string(result.error->what()) ==
        "read: " + quote(path.string()) + " changes while it is read; run again when nothing writes to it");
  CHECK(records(bench) == 0);
}

TEST_CASE("run: a source that goes while it is read is an error, and nothing is kept") {
  Bench bench;
  const auto path = bench.folder / "a";
  put(path, "1");
  const Inside removes([&](Context&) { fs::remove(path); });
  CHECK(bench.run(reading(path)).error);
  CHECK(records(bench) == 0);
}
