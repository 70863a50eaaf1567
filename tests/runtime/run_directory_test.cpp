#include "runtime/run_directory.hpp"

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "graph/definition.hpp"
#include "runtime/store/files.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/arithmetic.hpp"
#include "tests/runtime/file_bytes.hpp"

using namespace fovea;
using namespace arithmetic;

namespace {

struct Done {
  Folder folder;
  Store store{folder / "store", [](const std::string&) {}};
  Graph graph{"numbers"};
  RunResult result;

  Done() {
    const auto one = graph.add<Constant>({}, {.value = 1});
    graph.add<Sum>("left", {.a = one.number, .b = one.number});
    graph.add<Sum>("right", {.a = one.number, .b = one.number}, {.limit = 9});
    const auto world = world_of(store, [](const Node&) { return Json::object(); });
    Libraries libraries([](const std::string&) {});
    Events events;
    result = run(graph, store, world, libraries, events, {.threads = 1});
  }
  std::optional<std::filesystem::path> write(const MoreExports& more = {}) {
    return write_run_directory(graph, result.records(), store, folder / "results", {"numbers", "a line\n"},
                               more);
  }
};

}  // namespace

TEST_CASE("run directory: a stage that stands once exports at the top, others in a folder of their name") {
  Done done;
  const auto path = done.write();
  REQUIRE(path);
  CHECK(bytes_of(*path / "constant.txt") == "1\n");
  CHECK(bytes_of(*path / "left" / "sum.txt") == "2\n");
  CHECK(bytes_of(*path / "right" / "sum.txt") == "2\n");
  CHECK(bytes_of(*path / "run.log") == "a line\n");
}

TEST_CASE("run directory: config.json is a definition of the same graph") {
  Done done;
  const auto path = done.write();
  Registry registry;
  registry.add<Constant>();
  registry.add<Sum>();
  CHECK(read_definition(parse_json(bytes_of(*path / "config.json")), registry).text() == done.graph.text());
}

TEST_CASE("run directory: a name that is taken gets a number, and nothing else is left behind") {
  Done done;
  std::set<std::filesystem::path> made;
  for (int i = 0; i < 3; ++i) made.insert(*done.write());
  CHECK(made.size() == 3);
  std::size_t there = 0;
  for (const auto& entry : std::filesystem::directory_iterator(done.folder / "results")) {
    CHECK(made.contains(entry.path()));
    ++there;
  }
  CHECK(there == 3);
}

TEST_CASE("run directory: what else is written into it is kept with what it came from") {
  Done done;
  const auto path = done.write([](const std::filesystem::path& directory) {
    std::filesystem::create_directories(directory / "more");
    std::ofstream(directory / "more/left.log") << "two";
    return std::vector<Exported>{{1, 0, "more/left.log"}};
  });
  REQUIRE(path);
  CHECK(bytes_of(*path / "more/left.log") == "two");
  const auto file = done.store.runs().at(0).at("files").back();
  CHECK(file.at("path") == "more/left.log");
  CHECK(file.at("node") == "left");
  CHECK(file.at("object") == done.result.nodes[1].record.objects[0]);
  CHECK(file.at("sha256") == file_digest(*path / "more/left.log"));
}

TEST_CASE("run directory: where what else is written finds an object lost, nothing is written") {
  Done done;
  CHECK_FALSE(done.write([](const auto&) { return std::nullopt; }));
  CHECK(std::filesystem::is_empty(done.folder / "results"));
}

TEST_CASE("run directory: with a lost object nothing is written") {
  Done done;
  std::filesystem::remove(done.store.object_path(done.result.nodes[2].record.objects[0]));
  CHECK_FALSE(done.write());
  CHECK(std::filesystem::is_empty(done.folder / "results"));
}

TEST_CASE("run directory: a folder that can't be made is an error that names it") {
  Done done;
  std::ofstream(done.folder / "results") << "a file in the way";
  CHECK(error_of([&] { done.write(); }) ==
        (done.folder / "results").string() +
            ": something that is no folder is in the way; move it or choose another place");
}

TEST_CASE("run directory: made from the records that a store keeps, it is the same byte for byte") {
  Done done;
  const auto first = done.write();
  Store store(done.folder / "store", [](const std::string&) {});
  const auto world = world_of(store, [](const Node&) { return Json::object(); });
  const auto second = write_run_directory(done.graph, records_of(done.graph, plan(done.graph, world)), store,
                                          done.folder / "again", {"numbers", "a line\n"});
  REQUIRE(first);
  REQUIRE(second);
  for (const auto* name : {"config.json", "constant.txt", "left/sum.txt", "right/sum.txt", "run.log"})
    CHECK(bytes_of(*first / name) == bytes_of(*second / name));
}

TEST_CASE("run directory: the store keeps which stages the run has computed") {
  Done done;
  write_run_directory(done.graph, done.result.records(), done.store, done.folder / "results",
                      {"numbers", "a line\n", {1}});
  const auto stages = done.store.runs().at(0).at("stages");
  CHECK(stages.at("left").at("ran") == true);
  CHECK(stages.at("right").at("ran") == false);
}

TEST_CASE("run directory: each of many files is listed once, with the output that it came from") {
  Done done;
  const auto path = done.write();
  std::map<std::string, std::string> nodes;
  const auto listed = done.store.runs().at(0).at("files");
  for (const auto& file : listed) nodes[file.at("path")] = file.at("node");
  CHECK(listed.size() == 3);
  const std::map<std::string, std::string> right{
      {"constant.txt", "constant"}, {"left/sum.txt", "left"}, {"right/sum.txt", "right"}};
  CHECK(nodes == right);
  CHECK_FALSE(std::filesystem::exists(*path / ".export"));
}
