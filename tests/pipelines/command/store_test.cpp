#include "graph/error.hpp"
#include "tests/pipelines/trained.hpp"

namespace {

/// The small pipeline with images enough that they are most of what its store holds.
Json large_pipeline() {
  auto definition = small_pipeline();
  definition["stages"]["load"]["params"]["synthetic"]["samples"] = 6000;
  definition["stages"]["load"]["params"]["synthetic"]["height"] = 48;
  definition["stages"]["load"]["params"]["synthetic"]["width"] = 48;
  definition["stages"]["train"]["params"] = {{"epochs", 1}, {"batch_size", 256}};
  return definition;
}

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> all;
  for (const auto& line : lines_of(text)) all.push_back(fovea::parse_json(line));
  return all;
}

}  // namespace

TEST_CASE("fovea store ls: a line for each result with what it was") {
  const Trained scratch;
  CHECK(ScratchFolder().error({"store", "ls"}) ==
        ".fovea: no store; run a pipeline first, or name another with --store");
  const auto all = json_lines(scratch.fovea({"store", "ls", "--json"}).out);
  CHECK(all.size() == 10);
  for (const auto& one : all) CHECK(one["complete"] == true);
  const auto text = scratch.fovea({"store", "ls"}).out;
  CHECK(text.find("epochs 2") != std::string::npos);
  CHECK(text.find("\n10 results, ") != std::string::npos);
  CHECK(scratch.fovea({"store", "ls", "--nondeterministic"}).out ==
        "every stage gave the same result each time\n");
}

TEST_CASE("fovea store verify: finds a flipped bit anywhere, sets the object aside and ends with 1") {
  const Trained scratch;
  CHECK(scratch.fovea({"store", "verify"}).out.ends_with("all as they were written\n"));
  fs::path victim;
  for (const auto& entry : fs::recursive_directory_iterator(scratch.folder / ".fovea/objects")) {
    if (entry.is_regular_file()) victim = entry.path();
  }
  fs::permissions(victim, fs::perms::owner_write, fs::perm_options::add);
  std::fstream file(victim, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(900);
  const auto flipped = static_cast<char>(file.get() ^ 4);
  file.seekp(900).put(flipped);
  file.close();
  const auto done = scratch.fovea({"store", "verify"});
  CHECK(done.code == 1);
  CHECK(done.out.ends_with(": 1 damaged\n"));
  CHECK(done.err.find(victim.filename().string() + ": damaged, ") != std::string::npos);
  CHECK(lines_of(done.err).back() ==
        ".fovea: 1 damaged, and set aside; the next run makes again what it needs of that");
  CHECK_FALSE(fs::exists(victim));
}

TEST_CASE("fovea run: a result that was cut short is told and set aside, and made again") {
  const Trained scratch;
  fs::path victim;
  for (const auto& entry : fs::recursive_directory_iterator(scratch.folder / ".fovea/objects")) {
    if (!entry.is_regular_file()) continue;
    // The measured times are the one result that comes out otherwise each time.
    if (bytes_of(entry.path()).find("fovea.Timing") != std::string::npos) victim = entry.path();
  }
  REQUIRE_FALSE(victim.empty());
  fs::resize_file(victim, 100);
  CHECK(planned(scratch).at("train")["why"] == "its result in the store is damaged");
  CHECK(fs::exists(victim));
  const auto done = scratch.fovea({"run", "pipeline.json"});
  CHECK(done.code == 0);
  CHECK(done.err.find(victim.filename().string() + ": damaged, 100 bytes instead of ") != std::string::npos);
  CHECK_FALSE(fs::exists(victim));
  CHECK(fs::exists(scratch.folder / ".fovea/damaged" / victim.filename()));
}

TEST_CASE("fovea store gc: a tenth of the size is enough for every exported result") {
  const ScratchFolder scratch(large_pipeline());
  REQUIRE(scratch.fovea({"run", "pipeline.json"}).code == 0);
  const auto before = files_in(run_directories(scratch)[0]);
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(scratch.folder / ".fovea/objects")) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  const auto limit = std::to_string(bytes / 10) + "B";
  const auto dry = scratch.fovea({"store", "gc", "--max-size", limit, "--dry-run"});
  CHECK(dry.out.find("would delete") != std::string::npos);
  CHECK(planned(scratch).at("load")["status"] == "hit");
  REQUIRE(scratch.fovea({"store", "gc", "--max-size", limit}).code == 0);
  const auto listed = json_lines(scratch.fovea({"store", "ls", "--json"}).out);
  CHECK(std::count_if(listed.begin(), listed.end(),
                      [](const Json& one) { return one["complete"] == false; }) > 0);
  for (const auto& [stage, plan] : planned(scratch)) CHECK(plan["status"] == "hit");
  REQUIRE(scratch.fovea({"run", "pipeline.json"}).code == 0);
  auto after = files_in(run_directories(scratch)[1]);
  for (const auto& [name, text] : before) {
    INFO(name);
    if (name != "run.log") CHECK(after[name] == text);
  }
  CHECK(planned(scratch, {"--set", "train.epochs=2"}).at("load")["why"] ==
        "its result is no longer in the store");
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--set", "train.epochs=2"}).code == 0);
}

TEST_CASE("fovea store gc: runs that are kept keep their objects, and what is asked for must make sense") {
  const Trained scratch;
  const auto run = run_directories(scratch)[0].filename().string();
  CHECK(scratch.fovea({"store", "gc", "--max-size", "0", "--keep-run", run})
            .out.starts_with("deleted 0 files"));
  CHECK(scratch.fovea({"store", "gc", "--max-age", "1000d"}).out.starts_with("deleted 0 files"));
  CHECK(scratch.usage_error({"store", "gc"}) == "gc: nothing says what may go; give --max-size or --max-age");
  CHECK(scratch.usage_error({"store", "gc", "--max-size", "5 apples"}) ==
        "--max-size: \"5 apples\" is not allowed; it must be a number with its unit, as 500MB or 2GiB");
  CHECK(scratch.error({"store", "gc", "--max-size", "0", "--keep-run", run + "x"}) ==
        "--keep-run: unknown run \"" + run + "x\"; did you mean \"" + run + "\"?");
}

TEST_CASE("fovea store gc: sizes are read as people write them, and those that cannot be are refused") {
  const Trained scratch;
  for (const char* size :
       {"300MB", "300mb", "300 MB", "300M", "0.3GB", "300MiB", "300000kB", "300000KB", "1T"}) {
    INFO(size);
    CHECK(scratch.fovea({"store", "gc", "--max-size", size}).out.starts_with("deleted 0 files"));
  }
  for (const char* size : {"infMB", "nanMB", "-1MB", "MB", "3 00MB", "3mm"}) {
    CHECK(scratch.usage_error({"store", "gc", "--max-size", size}) ==
          "--max-size: " + fovea::quote(size) +
              " is not allowed; it must be a number with its unit, as 500MB or 2GiB");
  }
  CHECK(scratch.usage_error({"store", "gc", "--max-size", "99999999999TB"}) ==
        "--max-size: \"99999999999TB\" is beyond all that there is; give a smaller number, as 500MB or 2GiB");
  CHECK(scratch.usage_error({"store", "gc", "--max-age", "1e300d"}) ==
        "--max-age: \"1e300d\" is beyond all that there is; give a smaller number, as 12h or 30d");
}

TEST_CASE(
    "fovea store: one that can't be written is looked at without a word on it, and nothing is deleted") {
  const Trained scratch;
  fs::remove_all(scratch.folder / ".fovea/tmp");
  std::ofstream(scratch.folder / ".fovea/tmp") << "in the way";
  CHECK(scratch.fovea({"run", "pipeline.json"}).err.find("but not kept in this store") != std::string::npos);
  for (const auto& words :
       {std::vector<std::string>{"store", "verify"}, {"store", "ls"}, {"plan", "pipeline.json"}}) {
    const auto done = scratch.fovea(words);
    CHECK(done.code == 0);
    CHECK(done.err == "");
  }
  CHECK(scratch.error({"store", "gc", "--max-size", "0"}) ==
        ".fovea: can't be written, so nothing of it can be deleted; allow it, or give --dry-run");
  CHECK(scratch.fovea({"store", "gc", "--max-size", "0", "--dry-run"}).out.find("would delete ") !=
        std::string::npos);
}

TEST_CASE("fovea store, explain: a plugin that is not there is an error, needed or not") {
  const Trained scratch;
  const auto figure = (run_directories(scratch)[0] / "visualizations/confusion_matrix.png").string();
  for (std::vector<std::string> words : {std::vector<std::string>{"store", "ls", "--json"},
                                         {"store", "verify"},
                                         {"store", "gc", "--max-size", "0"},
                                         {"explain", figure}}) {
    words.insert(words.end(), {"--plugin", "no.so"});
    CHECK(scratch.error(words).starts_with("no.so: "));
  }
}

TEST_CASE("fovea explain: every exported file, wherever it is now, names the pipeline that made it") {
  const Trained scratch;
  const auto run = run_directories(scratch)[0];
  for (const auto& [name, text] : files_in(run)) {
    if (name == "run.log" || name == "config.json") continue;
    INFO(name);
    fs::copy_file(run / name, scratch.folder / "moved", fs::copy_options::overwrite_existing);
    const auto done = scratch.fovea({"explain", "moved", "--json"});
    CHECK(done.code == 0);
    const auto told = fovea::parse_json(done.out);
    CHECK(told["pipeline"]["stages"].contains("load"));
    CHECK(told["pipeline"]["stages"].contains(told["node"].get<std::string>()));
    fs::remove(scratch.folder / "moved");
  }
}

TEST_CASE("fovea explain: which run computed a file is told apart from those that exported it") {
  const Trained scratch;
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--name", "later"}).code == 0);
  const auto runs = run_directories(scratch);
  REQUIRE(runs.size() == 2);
  const auto first = runs[runs[0].filename().string().starts_with("later")], later = runs[first == runs[0]];
  for (const auto& run : {first, later}) {
    const auto figure = (run / "visualizations/confusion_matrix.png").string();
    const auto told = fovea::parse_json(scratch.fovea({"explain", figure, "--json"}).out);
    CHECK(told["made_by"] == first.filename().string());
    CHECK(told["run"].get<std::string>().ends_with(run.filename().string()));
    REQUIRE(told["exported"].size() == 2);
    CHECK(told["exported"][0]["run"].get<std::string>().ends_with(first.filename().string()));
    const auto text = scratch.fovea({"explain", figure}).out;
    CHECK(text.find(", by " + first.filename().string() + "\n") != std::string::npos);
    CHECK(text.find("\nin     " + told["exported"][1]["run"].get<std::string>() + ", exported 2") !=
          std::string::npos);
    CHECK(text.find("\nthe part of " + run.filename().string() + " that makes it:\n{") != std::string::npos);
  }
}

TEST_CASE("fovea explain: a figure knows its key even where no run is known") {
  const Trained scratch;
  fs::remove_all(scratch.folder / ".fovea/runs");
  const auto figure = (run_directories(scratch)[0] / "visualizations/confusion_matrix.png").string();
  const auto done = scratch.fovea({"explain", figure});
  CHECK(done.out.starts_with("from   plot_confusion_matrix (plot_confusion_matrix)\n"));
  CHECK(done.out.find("\"stage\": \"load\"") != std::string::npos);
  CHECK(scratch.error({"explain", "pipeline.json"}) ==
        "pipeline.json: nothing in the store \".fovea\" exported these bytes; name the store of its run with "
        "--store");
}
