#include <fstream>

#include "tests/catch.hpp"
#include "tests/fault/scratch_folder.hpp"
#include "tests/runtime/file_bytes.hpp"

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kinds{"flip", "shorten", "grow", "empty", "swap", "folder", "link"};

void overwrite(const fs::path& file, const std::string& bytes) {
  fs::remove(file);
  std::ofstream(file, std::ios::binary) << bytes;
}

/// Damages one file in one way; `other` is a good file of the same sort.
void damage(const fs::path& file, const fs::path& other, const std::string& kind, Draws& draws) {
  auto bytes = bytes_of(file);
  const auto at = draws.below(bytes.size());
  if (kind == "flip") bytes[at] = static_cast<char>(bytes[at] ^ (1 << draws.below(8)));
  if (kind == "shorten") bytes.resize(at);
  if (kind == "grow") bytes += "more";
  if (kind == "empty") bytes.clear();
  if (kind == "swap") bytes = bytes_of(other);
  overwrite(file, bytes);
  if (kind == "folder" || kind == "link") fs::remove(file);
  if (kind == "folder") fs::create_directories(file / "in the way");
  if (kind == "link") fs::create_symlink("/nowhere/at/all", file);
}

/// What can be damaged: the objects that run directories are made of, and the records of all stages. The file
/// of a run never changes, so each is read once.
class Targets {
 public:
  std::vector<fs::path> in(const fs::path& store) {
    for (const auto& name : names_below(store, "runs")) {
      if (!read_.insert(name).second) continue;
      const auto run = fovea::parse_json(bytes_of(store / name));
      for (const auto& file : run.at("files")) {
        const auto digest = file.at("object").get<std::string>().substr(0, 64);
        objects_.insert("objects/" + digest.substr(0, 2) + "/" + digest + ".h5");
      }
    }
    auto names = objects_;
    names.merge(names_below(store, "keys"));
    std::vector<fs::path> all;
    for (const auto& name : names) all.push_back(store / name);
    return all;
  }

 private:
  std::set<std::string> read_, objects_;
};

}  // namespace

TEST_CASE("whatever is damaged in a store is told and made again, and the results stay the same") {
  const ScratchFolder scratch;
  const fs::path store = scratch.folder / "store";
  REQUIRE(scratch.fovea(ScratchFolder::run_in("store")).code == 0);
  const auto right = exported(scratch.folder / "store-results");
  Draws draws(7);
  Targets targets;
  for (int round = 0; round < rounds(28, 2000); ++round) {
    const auto all = targets.in(store);
    REQUIRE(all.size() > 10);
    const auto& victim = all[draws.below(all.size())];
    auto others = all;
    std::erase_if(
        others, [&](const fs::path& one) { return one == victim || one.extension() != victim.extension(); });
    REQUIRE_FALSE(others.empty());
    const auto& other = others[draws.below(others.size())];
    const auto& kind = kinds[static_cast<std::size_t>(round) % kinds.size()];
    damage(victim, other, kind, draws);
    const auto done = scratch.fovea(ScratchFolder::run_in("store"));
    INFO("round " << round << ": " << kind << " of " << victim << "\n" << done.err);
    REQUIRE(done.code == 0);
    CHECK((done.out + done.err).find(victim.filename().string() + ": damaged, ") != std::string::npos);
    CHECK(exported(scratch.folder / "store-results") == right);
  }
}
