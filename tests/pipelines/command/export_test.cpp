#include "tests/pipelines/trained.hpp"

TEST_CASE("fovea export: the run directory is made again from the store, byte for byte but for its log") {
  const Trained scratch;
  const auto done = scratch.fovea({"export", "pipeline.json", "--output-dir", "again"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  const auto directory = fs::directory_iterator(scratch.folder / "again")->path();
  CHECK(done.out == "results in again/" + directory.filename().string() + "\n");
  auto first = files_in(run_directories(scratch)[0]), again = files_in(directory);
  CHECK(again.at("run.log") == "made from .fovea; no stage ran\n");
  first.erase("run.log");
  again.erase("run.log");
  CHECK(first == again);
}

TEST_CASE(
    "fovea export: what would have to run is an error that names the first stage, and nothing is made") {
  const Trained scratch;
  CHECK(scratch.error({"export", "pipeline.json", "--set", "train.epochs=3", "--output-dir", "again"}) ==
        "train: its result is not in the store; run the pipeline first");
  CHECK_FALSE(fs::exists(scratch.folder / "again"));
}

TEST_CASE("fovea export: an object that turns out to be damaged is set aside, and its stage is named") {
  const Trained scratch;
  const auto run =
      fovea::parse_json(bytes_of(fs::directory_iterator(scratch.folder / ".fovea/runs")->path()));
  const auto digest = run.at("stages").at("evaluate").at("objects").at(0).get<std::string>().substr(0, 64);
  const auto file = scratch.folder / ".fovea/objects" / digest.substr(0, 2) / (digest + ".h5");
  auto bytes = bytes_of(file);
  bytes[bytes.size() / 2] ^= 1;
  fs::remove(file);
  std::ofstream(file, std::ios::binary) << bytes;
  const auto done = scratch.fovea({"export", "pipeline.json"});
  CHECK(done.code == 1);
  CHECK_THAT(done.err,
             Catch::Contains("warning: ") &&
                 Catch::EndsWith("evaluate: its result is not in the store; run the pipeline first\n"));
}

TEST_CASE(
    "fovea export: a run directory and its best model give the same ONNX file, with its check beside it") {
  const Trained scratch;
  const auto run = run_directories(scratch)[0];
  const auto done = scratch.fovea({"export", run.string(), "--to", "onnx", "-o", "one.onnx"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  CHECK(done.out == "one.onnx and what it must give in export_check.npz\n");
  CHECK(scratch.fovea({"export", (run / "best_model.h5").string(), "--to", "onnx", "-o", "two.onnx"}).code ==
        0);
  CHECK(bytes_of(scratch.folder / "one.onnx") == bytes_of(scratch.folder / "two.onnx"));
  CHECK(fs::file_size(scratch.folder / "export_check.npz") > 500);
}

TEST_CASE("fovea export: what another export must give stays as it is") {
  const Trained scratch;
  const auto exported = [&](const std::string& file, const std::string& layout) {
    return scratch.fovea({"export", "latest", "--to", "onnx", "-o", file, "--onnx-layout", layout}).code;
  };
  REQUIRE(exported("one.onnx", "nhwc") == 0);
  const auto check = bytes_of(scratch.folder / "export_check.npz");
  CHECK(
      scratch.error({"export", "latest", "--to", "onnx", "-o", "two.onnx", "--onnx-layout", "nchw"}) ==
      "export_check.npz: may be that of \"one.onnx\", as it is not of this export; write to a folder of its "
      "own, as -o two/two.onnx");
  CHECK_FALSE(fs::exists(scratch.folder / "two.onnx"));
  CHECK(bytes_of(scratch.folder / "export_check.npz") == check);
  CHECK(exported("one.onnx", "nchw") == 0);
  CHECK(bytes_of(scratch.folder / "export_check.npz") != check);
}

TEST_CASE("fovea export: what is no model is told") {
  const Trained scratch;
  CHECK(scratch.error({"export", "pipeline.json", "--to", "onnx", "-o", "one.onnx"}) ==
        "pipeline.json: not HDF5, as models are; give the best_model.h5 of a run directory");
  CHECK_FALSE(fs::exists(scratch.folder / "one.onnx"));
}

TEST_CASE("fovea export: an export without a file to write is told") {
  const Trained scratch;
  const auto done = scratch.fovea({"export", "results", "--to", "onnx"});
  CHECK(done.code == 2);
  CHECK(done.err == "-o: missing; name the file to write, as -o model.onnx\n");
}
