#include <array>

#include "graph/error.hpp"
#include "tests/pipelines/scratch_folder.hpp"
#include "tests/pipelines/trained.hpp"

namespace {

/// A command line and the one line that tells what is wrong with it.
struct Wrong {
  std::vector<std::string> words;
  std::string error;
};

std::vector<std::string> synthetic(std::vector<std::string> more) {
  more.insert(more.begin(), {"train", "--dataset", "synthetic", "--dry-run"});
  return more;
}

}  // namespace

TEST_CASE("fovea: whatever flag it is that refuses its value, it is wrong usage and told in the same words") {
  const ScratchFolder scratch;
  for (const auto& [words, error] :
       {Wrong{synthetic({"--threads", "0"}), "--threads: 0 is not allowed; it must be from 1 to 1024"},
        Wrong{synthetic({"--threads", "two"}), "--threads: expected a whole number, got \"two\""},
        Wrong{synthetic({"--epochs", "0"}), "--epochs: 0 is not allowed; it must be from 1 to 1000000"},
        Wrong{synthetic({"--epochs", "two"}), "--epochs: expected a whole number, got \"two\""},
        Wrong{synthetic({"--seeds", "0"}), "--seeds: 0 is not allowed; it must be from 1 to 1000"},
        Wrong{synthetic({"--folds", "1"}), "--folds: 1 is not allowed; it must be from 2 to 1000"},
        Wrong{synthetic({"--set", "train.epochs=0"}),
              "--set train.epochs: 0 is not allowed; it must be from 1 to 1000000"},
        Wrong{{"plan", "pipeline.json", "--set", "train.epochs=0"},
              "--set train.epochs: 0 is not allowed; it must be from 1 to 1000000"},
        Wrong{{"plan", "pipeline.json", "--set", "trian.epochs=1"},
              "--set trian.epochs=1: unknown stage \"trian\"; did you mean \"train\"?"},
        Wrong{{"run", "pipeline.json", "--set", "train.epoch=1"},
              "--set train.epoch: unknown parameter \"epoch\"; did you mean \"epochs\"?"},
        Wrong{{"run", "pipeline.json", "--set", "train.loss.typ=1"},
              "--set train.loss.typ: unknown parameter \"typ\"; did you mean \"type\"?"},
        Wrong{{"plan", "pipeline.json", "--force", "trian"},
              "--force: unknown stage \"trian\"; did you mean \"train\"?"},
        Wrong{{"models", "--precision", "fp8"},
              "--precision: \"fp8\" is not allowed; it must be one of auto, fp32, bf16"},
        Wrong{{"models", "--classes", "0"}, "--classes: 0 is not allowed; it must be from 1 to 1048576"},
        Wrong{{"verify-resume", "pipeline.json", "--kills", "0"},
              "--kills: 0 is not allowed; it must be from 1 to 10000"},
        Wrong{synthetic({"--name", "a/b"}),
              "--name: \"a/b\" is not allowed as the name of a run; leave out \"/\", and give the folder of "
              "runs with --output-dir"}}) {
    CHECK(scratch.usage_error(words) == error);
  }
  CHECK_FALSE(fs::exists(scratch.folder / "results"));
}

TEST_CASE("fovea: a number that is not allowed is told as it was written, with those that are") {
  const ScratchFolder scratch;
  const std::string digits = ": expected a whole number in digits, got 1e9; it must be ";
  for (const auto& [words, error] :
       {Wrong{synthetic({"--epochs", "1e9"}), "--epochs" + digits + "from 1 to 1000000"},
        Wrong{synthetic({"--batch-size", "64.50"}),
              "--batch-size: expected a whole number, got 64.50; it must be from 1 to 65536"},
        Wrong{synthetic({"--seed", "1e9"}), "--seed" + digits + "at least 0"},
        Wrong{synthetic({"--seeds", "1e9"}), "--seeds" + digits + "from 1 to 1000"},
        Wrong{synthetic({"--threads", "2.5"}),
              "--threads: expected a whole number, got 2.5; it must be from 1 to 1024"},
        Wrong{synthetic({"--patience", "1e9"}), "--patience" + digits + "at least 1; or give none"},
        Wrong{synthetic({"--ema-decay", "1.00"}),
              "--ema-decay: 1.00 is not allowed; it must be at least 0 and below 1"},
        Wrong{synthetic({"--set", "train.epochs=1e9"}), "--set train.epochs" + digits + "from 1 to 1000000"},
        Wrong{synthetic({"--set", "load.image_size=[32,1e9]"}),
              "--set load.image_size[1]" + digits + "from 1 to 4096"}}) {
    CHECK(scratch.usage_error(words) == error);
  }
  auto text = small_pipeline().dump();
  text.replace(text.find("\"epochs\":2"), 10, "\"epochs\":1e9");
  scratch.write(text);
  const auto error = "pipeline.json: stages.train.params.epochs" + digits + "from 1 to 1000000";
  CHECK(scratch.error({"plan", "pipeline.json"}) == error);
  CHECK(scratch.error({"train", "--config", "pipeline.json"}) == error);
}

TEST_CASE("fovea: a command line that can't be read is told in one line, with what was meant") {
  const ScratchFolder scratch;
  for (const auto& [words, error] :
       {Wrong{{"runn", "p.json"}, "fovea: unknown command \"runn\"; did you mean \"run\"?"},
        Wrong{{"store", "verfy"}, "fovea store: unknown command \"verfy\"; did you mean \"verify\"?"},
        Wrong{{"store"}, "fovea store: a command is missing; it is one of ls, verify, gc"},
        Wrong{{"run"}, "fovea run: PIPELINE is missing; see --help"},
        Wrong{{"run", "a.json", "b.json"}, "fovea run: \"b.json\" was not expected; see --help"},
        Wrong{{"run", "a.json", "--store"}, "--store: a value is missing; see --help"},
        Wrong{{"run", "a.json", "-q", "-v"}, "-q: can't go together with -v; leave one out"}}) {
    CHECK(scratch.usage_error(words) == error);
  }
}

TEST_CASE("fovea: a flag that is given twice, lacks its value or takes none is named, whatever follows it") {
  const ScratchFolder scratch;
  const auto missing = [](const std::string& flag, const std::string& next) {
    return flag + ": a value is missing before \"" + next + "\"; see --help";
  };
  for (const auto& [words, error] :
       {Wrong{{"train", "--epochs", "3", "--epochs", "4"}, "--epochs: is given twice; keep one of them"},
        Wrong{{"train", "--epochs=3", "--epochs=4"}, "--epochs: is given twice; keep one of them"},
        Wrong{{"train", "--seeds", "3", "--seeds", "3"}, "--seeds: is given twice; keep one of them"},
        Wrong{{"store", "ls", "--store", "a", "--store", "b"}, "--store: is given twice; keep one of them"},
        Wrong{{"graph", "p.json", "--output", "x", "-oy"}, "-o: is given twice; keep one of them"},
        Wrong{{"train", "--epochs", "--batch-size", "32"}, missing("--epochs", "--batch-size")},
        Wrong{{"train", "--seeds", "--folds=3"}, missing("--seeds", "--folds=3")},
        Wrong{{"train", "--dataset", "--bach-size", "3"}, missing("--dataset", "--bach-size")},
        Wrong{{"run", "pipeline.json", "--set", "--dry-run"}, missing("--set", "--dry-run")},
        Wrong{{"run", "pipeline.json", "--force", "-q"}, missing("--force", "-q")},
        Wrong{{"graph", "pipeline.json", "-o", "--store", "x"}, missing("-o", "--store")},
        Wrong{{"store", "gc", "--max-size", "--dry-run"}, missing("--max-size", "--dry-run")},
        Wrong{{"models", "--classes", "--json"}, missing("--classes", "--json")},
        Wrong{{"graph", "pipeline.json", "-o"}, "-o: a value is missing; see --help"},
        Wrong{{"graph", "pipeline.json", "-o="}, "-o: an empty value; give one, or leave the flag out"},
        Wrong{{"graph", "pipeline.json", "-o=x.svg"}, "-o: \"=x.svg\" is no value; write -o x.svg"},
        Wrong{{"train", "--staircase=false"}, "--staircase: takes no value; leave out \"=false\""},
        Wrong{{"run", "pipeline.json", "-q=3"}, "-q: takes no value; leave out \"=3\""}}) {
    CHECK(scratch.usage_error(words) == error);
  }
  CHECK(scratch.fovea(synthetic({"--set", "train.epochs=2", "--set", "seed=1", "-v", "-v"})).code == 0);
  CHECK(scratch.usage_error(synthetic({"--learning-rate", "-1"})).starts_with("--learning-rate: -1"));
}

TEST_CASE("fovea train: the words of other tools are answered with those of Fovea") {
  const ScratchFolder scratch;
  for (const auto& [theirs, ours] : std::map<std::string, std::string>{{"--lr", "--learning-rate"},
                                                                       {"--lr0", "--learning-rate"},
                                                                       {"--batch", "--batch-size"},
                                                                       {"--data", "--dataset"},
                                                                       {"--imgsz", "--image-size"},
                                                                       {"--workers", "--threads"}}) {
    CHECK(scratch.usage_error({"train", theirs, "1"}) ==
          "fovea train: unknown flag \"" + theirs + "\"; did you mean \"" + ours + "\"?");
  }
  CHECK(scratch.usage_error(synthetic({"--lr-schedule", "cosine"}))
            .ends_with("; did you mean \"cosine_decay\"?"));
}

TEST_CASE("fovea: an empty value is refused, and never takes the next flag") {
  const ScratchFolder scratch;
  for (const std::string flag : {"--store", "--name", "--dataset", "--set", "--output-dir", "--mlflow"}) {
    CHECK(scratch.usage_error({"train", flag + "=", "-q"}) ==
          flag + ": an empty value; give one, or leave the flag out");
    CHECK(scratch.usage_error({"train", flag, ""}) ==
          flag + ": an empty value; give one, or leave the flag out");
  }
  CHECK(scratch.usage_error({"run", ""}) ==
        "an empty word on the command line; give it a value, or leave it out");
  CHECK_FALSE(fs::exists(scratch.folder / "-q"));
}

TEST_CASE("fovea: text that is not UTF-8 is refused wherever it comes in, before anything is made") {
  const ScratchFolder scratch;
  const std::string name = "caf\xe9";
  fs::create_directories(scratch.folder / name);
  for (const auto* flag :
       {"--dataset", "--name", "--output-dir", "--store", "--config", "--tensorboard", "--plugin"})
    CHECK(scratch.usage_error({"train", flag, name}) ==
          flag + std::string(": \"caf\uFFFD\" is not UTF-8; rename it, or name it by a link that is"));
  CHECK(scratch.usage_error({"explain", name + "/x.png"})
            .ends_with(" is not UTF-8; rename it, or name it by a link that is"));
  CHECK(run_script("cd caf*; $FOVEA plan ../pipeline.json", scratch.folder.path()).err ==
        "working directory: " + fovea::quote((scratch.folder / name).string()) +
            " is not UTF-8; rename it, or name it by a link that is\n");
  CHECK(scratch.fovea({"plan", "pipeline.json"}, {"FOVEA_STORE=" + name}).code == 1);
  CHECK_FALSE(fs::exists(scratch.folder / ".fovea"));
  CHECK(fs::is_empty(scratch.folder / name));
}

TEST_CASE("fovea: what is printed and can't be written is an error, told where that can be told") {
  const ScratchFolder scratch;
  for (const auto* words :
       {"schema", "stages", "models --json", "datasets", "plan pipeline.json", "--version"}) {
    INFO(words);
    const auto full = run_script("$FOVEA " + std::string(words) + " >/dev/full", scratch.folder.path());
    CHECK(full.code == 1);
    CHECK(full.err == "standard output: no space left on the disk; free some or choose another place\n");
    const auto closed = run_script("$FOVEA " + std::string(words) + " >&-", scratch.folder.path());
    CHECK(closed.code == 1);
    CHECK(closed.err == "standard output: closed; send it somewhere, as to /dev/null\n");
  }
  CHECK(run_script("$FOVEA schema | true; echo ${PIPESTATUS[0]}", scratch.folder.path()).out == "141\n");
}

TEST_CASE("fovea run: where its output can't be written, the run is whole all the same, and named") {
  const ScratchFolder scratch;
  for (const char* more : {"", " --json"}) {
    const auto done = run_script("$FOVEA run pipeline.json --name full" + std::string(more) + " >/dev/full",
                                 scratch.folder.path());
    CHECK(done.code == 1);
    const auto last = run_directories(scratch).back().filename().string();
    CHECK(done.err ==
          "standard output: no space left on the disk; free some or choose another place; the run "
          "itself is whole, in results/" +
              last + "\n");
  }
}

TEST_CASE("fovea: verbs that only tell end at the first signal, and so does a run that has not begun") {
  const ScratchFolder scratch;
  for (const auto* words : {"plan pipe", "explain pipe", "run pipe", "graph pipe"}) {
    INFO(words);
    for (const auto* signal : {"INT", "TERM", "HUP"}) {
      const auto done =
          run_script("rm -f pipe; mkfifo pipe; trap - INT; set -m; $FOVEA " + std::string(words) +
                         " & sleep 0.5; kill -" + signal + " $!; wait $!; exit $?",
                     scratch.folder.path());
      CHECK(done.code == 130);
    }
  }
}

TEST_CASE("fovea run: a lost terminal saves progress as SIGTERM does") {
  auto definition = small_pipeline();
  definition["stages"]["train"]["params"]["epochs"] = 1000;
  definition["stages"]["train"]["params"]["early_stopping"] = {{"patience", nullptr}};
  const ScratchFolder scratch(definition);
  const auto done = run_until(".fovea/progress/train/*/*.h5", "fovea", {"run", "pipeline.json"},
                              scratch.folder.path(), "HUP");
  CHECK(done.code == 130);
  CHECK(planned(scratch).at("train")["status"] == "partial");
}

TEST_CASE(
    "fovea run: a killed run leaves its folder, with a log of what had happened, which the next one keeps") {
  auto definition = small_pipeline();
  definition["stages"]["train"]["params"]["epochs"] = 1000;
  const ScratchFolder scratch(definition);
  run_until(".fovea/progress/train/*/*.h5", "fovea", {"run", "pipeline.json"}, scratch.folder.path(), "KILL");
  const auto left = run_directories(scratch).at(0);
  CHECK(left.extension() == ".running");
  const auto log = bytes_of(left / "run.log");
  CHECK(log.find(" epoch: train: epoch 1/1000  ") != std::string::npos);
  const auto next = scratch.fovea({"run", "pipeline.json", "--until", "split"});
  CHECK(next.code == 0);
  const auto kept = fs::path("results") / left.filename().replace_extension(".failed");
  CHECK(next.out.find("an earlier run was killed; what had happened is in " + kept.string() + "\n") !=
        std::string::npos);
  CHECK(bytes_of(scratch.folder / kept / "run.log") == log);
  CHECK_FALSE(fs::exists(left));
}

TEST_CASE("fovea run: a stage that fails leaves run.log in a folder that says so, with the error in it") {
  auto definition = small_pipeline();
  definition["stages"]["train"]["params"]["learning_rate"] = 1e30;
  definition["stages"]["train"]["params"]["clip"] = {{"global_norm", nullptr}};
  const ScratchFolder scratch(definition);
  const auto done = scratch.fovea({"run", "pipeline.json"});
  CHECK(done.code == 1);
  REQUIRE(run_directories(scratch).size() == 1);
  const auto left = run_directories(scratch)[0];
  CHECK(left.extension() == ".failed");
  CHECK(done.out.ends_with("what happened is in results/" + left.filename().string() + "/run.log\n"));
  const auto log = bytes_of(left / "run.log");
  CHECK(log.find(" run_failed: " + lines_of(done.err).back()) != std::string::npos);
  CHECK(log.ends_with("; finished stages and saved progress are in .fovea\n"));
}

TEST_CASE("fovea run: a tracker that fails in the end names the run, which is whole") {
  const ScratchFolder scratch;
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--mlflow", "m"}).code == 0);
  for (const auto& entry : fs::directory_iterator(scratch.folder / "m")) {
    if (entry.path().filename() == ".trash") continue;
    fs::remove_all(entry.path());
    std::ofstream(entry.path()) << "in the way";
    break;
  }
  const auto done = scratch.fovea({"run", "pipeline.json", "--mlflow", "m"});
  CHECK(done.code == 1);
  const auto run = "results/" + run_directories(scratch).at(1).filename().string();
  CHECK(done.out.find("results in " + run) != std::string::npos);
  CHECK(lines_of(done.err).back().ends_with("; the run itself is whole, in " + run));
}

TEST_CASE("fovea run --json: the last event has the metrics of the run, as metrics.json has them") {
  const ScratchFolder scratch;
  const auto done = scratch.fovea({"run", "pipeline.json", "--json"});
  REQUIRE(done.code == 0);
  const auto last = fovea::parse_json(lines_of(done.out).back());
  CHECK(last["event"] == "run_finished");
  const auto file = fovea::parse_json(bytes_of(run_directories(scratch)[0] / "metrics.json"));
  CHECK(last["metrics"]["evaluate"]["accuracy"] == file["accuracy"]);
  CHECK(last["metrics"]["evaluate"]["macro"] == file["macro"]);
  CHECK(last["metrics"].size() == 1);
}

TEST_CASE("fovea run: what is no pipeline is told by its kind, with what to do") {
  const ScratchFolder scratch;
  std::ofstream(scratch.folder / "best_model.h5") << "\x89HDF\r\n\x1a\n";
  CHECK(scratch.error({"run", "best_model.h5"}) ==
        "best_model.h5: a model or another result (HDF5), not a pipeline; `fovea explain FILE` tells which "
        "made "
        "it");
  std::ofstream(scratch.folder / "chart.png") << "\x89PNG\r\n\x1a\n";
  CHECK(scratch.error({"plan", "chart.png"}).starts_with("chart.png: a figure, not a pipeline; "));
  fs::create_directories(scratch.folder / "run");
  std::ofstream(scratch.folder / "run/config.json") << "{}";
  CHECK(scratch.error({"run", "run"}) == "run: a run directory; its pipeline is run/config.json");
  for (const auto& [name, text, kind] : std::vector<std::array<std::string, 3>>{
           {"a.csv", "path,label\n",
            "a table, not a pipeline; `fovea train --dataset FILE` trains on images that a "
            "table names"},
           {"a.log", "2026-01-31 run_started",
            "a log, not a pipeline; give a pipeline such as pipeline.json"},
           {"a.svg", "<svg/>", "a figure, not a pipeline; `fovea explain FILE` tells which made it"},
           {"a.json", R"({"model": 1})",
            "JSON without \"fovea\" and \"stages\", not a pipeline; give a pipeline such as pipeline.json"},
           {"a.yaml", "fovea: 1", "no JSON, as pipelines are; give a pipeline such as pipeline.json"}}) {
    std::ofstream(scratch.folder / name) << text;
    CHECK(scratch.error({"run", name}) == name + ": " + kind);
  }
}

TEST_CASE("fovea run: of every file of a run directory it is told what it is, and which is the pipeline") {
  const Trained scratch;
  const auto run = fs::relative(run_directories(scratch)[0], scratch.folder.path());
  for (const auto& [name, text] : files_in(scratch.folder / run.string())) {
    if (name == "config.json") continue;
    INFO(name);
    const auto told = scratch.error({"plan", (run / name).string()});
    CHECK(told.find(name + ": ") != std::string::npos);
    CHECK(told.ends_with(", not a pipeline; the pipeline of its run is " + (run / "config.json").string()));
    CHECK(scratch.error({"train", "--config", (run / name).string()}) == told);
  }
  CHECK(scratch.fovea({"plan", (run / "config.json").string()}).code == 0);
  for (const auto* name : {"run.log", "config.json"}) {
    CHECK(scratch.error({"explain", (run / name).string()})
              .ends_with(": is of the whole run, and no stage made it; its pipeline is " +
                         (run / "config.json").string()));
  }
}

TEST_CASE(
    "fovea train --save-pipeline: data beside the file is named from there, so that all of it may move") {
  const ScratchFolder scratch;
  fs::create_directories(scratch.folder / "p");
  std::ofstream(scratch.folder / "p/table.csv") << "path,label\na.png,cat\n";
  const auto saved_in = [&](const std::string& script) {
    REQUIRE(run_script(script, scratch.folder.path()).err.empty());
    return fovea::parse_json(bytes_of(scratch.folder / "p/mine.json"))["stages"]["load"]["params"]["path"];
  };
  const std::string save = "$FOVEA train --dry-run --augment none --save-pipeline ";
  CHECK(saved_in("cd p; " + save + "mine.json --dataset table.csv") == "table.csv");
  CHECK(saved_in(save + "p/mine.json --dataset p/table.csv") == "table.csv");
  const auto elsewhere = (scratch.folder / "p/table.csv").string();
  CHECK(saved_in("mkdir q; cd q; " + save + "../p/mine.json --dataset " + elsewhere) == "table.csv");
  CHECK(saved_in("cp p/table.csv q; cd p; " + save + "mine.json --dataset ../q/table.csv") ==
        (scratch.folder / "q/table.csv").string());
}

TEST_CASE("fovea: --force all runs every stage, and --dry-run only tells") {
  const ScratchFolder scratch;
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--output-dir", "first"}).code == 0);
  for (const auto& [node, plan] : planned(scratch, {"--force", "all"})) CHECK(plan["status"] == "run");
  const auto dry = scratch.fovea({"run", "pipeline.json", "--dry-run", "--json"});
  CHECK(dry.out == scratch.fovea({"plan", "pipeline.json", "--json"}).out);
  CHECK(fovea::parse_json(lines_of(dry.out)[0])["stage"] == "load");
  CHECK_FALSE(fs::exists(scratch.folder / "results"));
  CHECK(scratch.fovea({"--version"}).out.starts_with("fovea "));
}

TEST_CASE("fovea: wherever stages matter, those of a shared library can be named") {
  const ScratchFolder scratch;
  const std::vector<std::vector<std::string>> verbs{
      {"stages"}, {"schema"}, {"graph", "pipeline.json"}, {"plan", "pipeline.json"}};
  for (const auto& words : verbs) {
    auto with = words;
    with.insert(with.end(), {"--plugin", "no.so"});
    CHECK(scratch.error(with) == "no.so: no such file; give the path of a shared library");
  }
}

TEST_CASE("fovea: help fits 100 columns, a line for each flag") {
  const ScratchFolder scratch;
  for (const auto* verb :
       {"train", "run", "plan", "stages", "models", "datasets", "explain", "predict", "val", "bench"}) {
    for (const auto& line : lines_of(scratch.fovea({verb, "--help"}).out)) {
      INFO(line);
      CHECK(line.size() <= 100);
      if (line.starts_with("  -")) CHECK(line.find("  ", 3) != std::string::npos);
    }
  }
}
