#include "tests/pipelines/trained.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

namespace {

using namespace fovea::testing;

/// The last line of `fovea val --json`, which has the metrics.
Json finished(const ScratchFolder& scratch, std::vector<std::string> more) {
  std::vector<std::string> arguments{"val", "latest", "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto done = scratch.fovea(arguments);
  INFO(done.err);
  REQUIRE(done.code == 0);
  return fovea::parse_json(lines_of(done.out).back());
}

}  // namespace

TEST_CASE("fovea val: on a run's own data the metrics are those of the run, computed anew") {
  for (const bool with_store : {true, false}) {
    const Trained scratch;
    const auto run = scratch.run();
    if (!with_store) fs::remove_all(scratch.folder / ".fovea");
    const auto done = scratch.fovea({"val", run.string(), "--save-dir", "scores"});
    INFO(done.err);
    REQUIRE(done.code == 0);
    const auto files = files_in(scratch.folder / "scores");
    CHECK(files.size() == 3);
    for (const auto* name : {"metrics.json", "classification_report.csv", "predictions.csv"})
      CHECK(files.at(name) == bytes_of(run / name));
    const auto summary = lines_of(done.out);
    CHECK_THAT(done.out, Catch::Contains("  load_model  run"));
    CHECK_THAT(summary.back(), Catch::StartsWith("results in scores  ("));
  }
}

TEST_CASE("fovea val: says what a run's summary says, and leaves no run directory") {
  const Trained scratch;
  const auto log = scratch.fovea({"run", "pipeline.json", "--output-dir", "again"}).out;
  const auto scored = scratch.fovea({"val", "latest"});
  INFO(scored.err);
  REQUIRE(scored.code == 0);
  const auto line = [](const std::string& text) {
    for (const auto& one : lines_of(text)) {
      if (one.starts_with("  evaluate ")) return one.substr(one.find("accuracy"));
    }
    return std::string("no line of evaluate");
  };
  CHECK(line(scored.out) == line(log));
  CHECK(run_directories(scratch).size() == 1);
}

TEST_CASE("fovea val: another part of the run's data, or all of it") {
  const Trained scratch;
  const auto count = [&](const std::string& part) {
    const auto folder = scratch.folder / part;
    finished(scratch, {"--part", part, "--save-dir", folder.string()});
    return lines_of(bytes_of(folder / "predictions.csv")).size() - 1;
  };
  const auto test = count("test"), validation = count("validation"), all = count("all");
  CHECK(test == 40);
  CHECK(validation == 48);
  CHECK(all == 280);
}

TEST_CASE("fovea val --precision: bf16 is computed anew, and scores nearly as the run's fp32 does") {
  const Trained scratch;
  const auto loss = [&](const std::string& precision) {
    const auto line =
        finished(scratch, {"--precision", precision, "--save-dir", (scratch.folder / precision).string()});
    return line.at("metrics").at("evaluate").at("loss").get<double>();
  };
  const auto fp32 = loss("fp32"), bf16 = loss("bf16");
  CHECK(bytes_of(scratch.folder / "fp32/predictions.csv") == bytes_of(scratch.run() / "predictions.csv"));
  CHECK(bf16 != fp32);
  CHECK(bf16 == Approx(fp32).epsilon(0.02));
  CHECK(scratch.usage_error({"val", "latest", "--precision", "half"}) ==
        "--precision: \"half\" is not allowed; it must be one of fp32, tf32, bf16, fp16, auto");
}

TEST_CASE("fovea val --figures: the figures of predictions and metrics lie beside the tables") {
  const Trained scratch;
  finished(scratch, {"--figures", "--save-dir", "scores"});
  const std::string figure = "visualizations/confusion_matrix.png";
  CHECK(files_in(scratch.folder / "scores").at(figure) == bytes_of(scratch.run() / figure));
  CHECK(scratch.usage_error({"val", "latest", "--figures"}) ==
        "--figures: nowhere to draw them; give a folder with --save-dir");
}

TEST_CASE("fovea val --data: the files of a test part score as that part does") {
  const TrainedOnFiles scratch;
  const auto own = finished(scratch, {}), other = finished(scratch, {"--data", "photos/test"});
  CHECK(own.at("metrics").at("evaluate") == other.at("metrics").at("evaluate"));
  const auto part = finished(scratch, {"--data", "photos", "--part", "test"});
  CHECK(part.at("metrics").at("evaluate") == own.at("metrics").at("evaluate"));
}

TEST_CASE("fovea val --data: classes are found by their names, in any order and without some") {
  const TrainedOnFiles scratch;
  write_text(scratch.folder / "few/labels.csv",
             "path,label\n../photos/test/owl/1.jpg,owl\n../photos/test/dog/2.jpg,dog\n");
  finished(scratch, {"--data", "few", "--save-dir", "scores"});
  const auto lines = lines_of(bytes_of(scratch.folder / "scores/predictions.csv"));
  REQUIRE(lines.size() == 3);
  CHECK_THAT(lines[1], Catch::StartsWith("../photos/test/owl/1.jpg,0,2,"));
  CHECK_THAT(lines[2], Catch::StartsWith("../photos/test/dog/2.jpg,1,1,"));
}

TEST_CASE("fovea val --data: classes that the model does not know are listed") {
  const TrainedOnFiles scratch;
  for (const auto* name : {"zebra", "cat", "emu"})
    write_image(scratch.folder / "zoo" / name / "1.png", png(6, 4, 3));
  CHECK(scratch.error({"val", "latest", "--data", "zoo"}) ==
        "--data: zoo: the model does not know the classes \"emu\", \"zebra\"; it tells cat, dog, owl apart");
}

TEST_CASE("fovea val: an error while it runs is told, and no failed run is kept") {
  const TrainedOnFiles scratch;
  const auto done = scratch.fovea({"val", "latest", "--data", "photos", "--part", "validation"});
  CHECK(done.code == 1);
  CHECK(done.out.empty());
  CHECK(
      lines_of(done.err).back() ==
      "split: validation: the validation part is empty: the data has none of its own, but a stage needs it; "
      "set \"validation\" above 0");
  CHECK(run_directories(scratch).size() == 1);
}

TEST_CASE("fovea val: a model without its run needs data") {
  const TrainedOnFiles scratch;
  fs::copy(scratch.run() / "best_model.h5", scratch.folder / "mine.h5");
  fs::remove_all(scratch.folder / "results");
  CHECK(scratch.error({"val", "mine.h5"}) ==
        "mine.h5: lies in no run directory, whose config.json would tell its data; give data with --data");
  CHECK(scratch.fovea({"val", "mine.h5", "--data", "photos/test"}).code == 0);
}

TEST_CASE("fovea val: of several trainings, that in whose folder the model lies") {
  auto definition = small_pipeline();
  definition["each"] = {{"train.learning_rate", {0.001, 0.1}}};
  const ScratchFolder scratch(definition);
  REQUIRE(scratch.fovea({"run", "pipeline.json"}).code == 0);
  const auto run = run_directories(scratch).front();
  for (const auto* number : {"1", "2"}) {
    const auto of = [&](const std::string& stage) { return stage + "_" + number; };
    const auto done = scratch.fovea({"val", (run / of("train")).string(), "--save-dir", "scores"});
    INFO(done.err);
    REQUIRE(done.code == 0);
    CHECK(bytes_of(scratch.folder / "scores/metrics.json") ==
          bytes_of(run / of("evaluate") / "metrics.json"));
  }
}

TEST_CASE("fovea val: a part that there is not is a wrong use") {
  CHECK(ScratchFolder().usage_error({"val", "latest", "--part", "train"}) ==
        "--part: \"train\" is not allowed; it must be one of test, validation, all");
}

TEST_CASE("fovea run: load_model takes the place of build_model, to evaluate and to train on") {
  const TrainedOnFiles scratch;
  auto definition = fovea::parse_json(bytes_of(scratch.folder / "pipeline.json"));
  const auto model = (scratch.run() / "best_model.h5").string();
  definition["stages"]["model"] = {{"stage", "load_model"}, {"params", {{"path", model}}}};
  definition["stages"]["train"]["params"]["epochs"] = 1;
  definition["stages"]["first"] = {{"stage", "predict"},
                                   {"inputs", {{"model", "model.model"}, {"data", "split.test"}}},
                                   {"params", {{"batch_size", 8}}}};
  definition["name"] = "on";
  scratch.write(definition.dump());
  const auto done = scratch.fovea({"run", "pipeline.json"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  CHECK_THAT(done.out, Catch::Contains("  first      hit") && Catch::Contains("  train      run"));
}
