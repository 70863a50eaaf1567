#include <cstdlib>

#include "tests/pipelines/trained.hpp"

namespace {

constexpr double mebibyte = 1 << 20;

/// The lines of `fovea bench --json` with a few short passes.
std::vector<Json> measured(const ScratchFolder& scratch, std::vector<std::string> more) {
  std::vector<std::string> words{"bench", "latest", "--json", "--seconds", "0.05", "--batch-sizes", "4,1"};
  words.insert(words.end(), more.begin(), more.end());
  const auto done = scratch.fovea(words);
  INFO(done.err);
  REQUIRE(done.code == 0);
  std::vector<Json> lines;
  for (const auto& line : lines_of(done.out)) lines.push_back(fovea::parse_json(line));
  return lines;
}

/// Checks what can be said of every measured variant, on any machine.
void check_speeds(const Json& line) {
  REQUIRE(line.at("batches").size() == 2);
  double memory = 1;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& batch = line["batches"][i];
    CHECK(batch.at("batch_size") == (i == 0 ? 1 : 4));
    CHECK(batch.at("passes") >= 5);
    CHECK(batch.at("p50_ms") > 0);
    CHECK(batch.at("p50_ms") <= batch.at("p90_ms"));
    CHECK(batch.at("p90_ms") <= batch.at("p99_ms"));
    CHECK(batch.at("images_per_second") > 0);
    CHECK(batch.at("peak_memory") >= memory);
    memory = batch.at("peak_memory");
  }
  CHECK(memory > 20 * mebibyte);
}

}  // namespace

TEST_CASE("fovea bench: of a model in fp32 and bf16 it tells times, memory, size and how far outputs are") {
  const Trained scratch;
  const auto lines = measured(scratch, {"--python", "no_python"});
  REQUIRE(lines.size() == 3);
  const auto file = scratch.run() / "best_model.h5";
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& line = lines[i];
    CHECK(line.at("model") == "results/" + scratch.run().filename().string() + "/best_model.h5");
    CHECK(line.at("name") == "simple_cnn");
    CHECK(line.at("input") == "1x12x12");
    CHECK(line.at("variant") == (i == 0 ? "fp32" : "bf16"));
    CHECK(line.at("file_size") == fs::file_size(file));
    CHECK(line.at("images") == "drawn");
    CHECK(line.at("image_count") == 64);
    check_speeds(line);
    for (const auto& batch : line["batches"]) {
      // LibTorch itself is most of it, and differs between versions.
      CHECK(batch.at("predicted_memory") > 100 * mebibyte);
      CHECK(batch.at("peak_memory") > batch.at("predicted_memory").get<double>() / 4);
    }
  }
  CHECK(lines[0].at("logit_difference") <= 1e-5);
  CHECK(lines[0].at("equal_classes") == 1);
  CHECK(lines[1].at("logit_difference") > lines[0].at("logit_difference"));
  CHECK(lines[1].at("logit_difference") < 0.1);
  CHECK(lines[1].at("probability_difference") <= lines[1].at("logit_difference"));
  CHECK(lines[1].at("equal_classes") >= 0.9);
  CHECK(lines[2].at("variant") == "onnx");
  CHECK(lines[2].at("missing") == "no_python has no onnxruntime; name a Python that has it with --python");
}

TEST_CASE("fovea bench: the ONNX export computes what the network does, in the onnxruntime of a Python") {
  const Trained scratch;
  const auto* const named = std::getenv("FOVEA_PEERS");
  const auto lines = measured(scratch, {"--python", named == nullptr ? "python3" : named});
  REQUIRE(lines.size() == 3);
  if (lines[2].contains("missing"))
    return skipped("onnxruntime is not installed for " + std::string(named == nullptr ? "python3" : named));
  check_speeds(lines[2]);
  CHECK(lines[2].at("batches")[0].at("predicted_memory").is_null());
  CHECK(lines[2].at("file_size") > 4 * 70000);
  CHECK(lines[2].at("logit_difference") < 1e-4);
  CHECK(lines[2].at("equal_classes") == 1);
}

TEST_CASE("fovea bench: a table for each model, with images of one's own") {
  const TrainedOnFiles scratch;
  const auto done =
      scratch.fovea({"bench", "latest", scratch.run().string(), "--data", "photos/test", "--threads", "1",
                     "--seconds", "0.01", "--batch-sizes", "2", "--python", "no_python"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  const auto lines = lines_of(done.out);
  REQUIRE(lines.size() == 11 + 1 + 11);
  CHECK_THAT(lines[0],
             Catch::EndsWith("simple_cnn for images of 3x20x24, 73,459 parameters, on cpu with 1 thread"));
  CHECK(lines[2] == "         batch    p50 ms    p90 ms    p99 ms    images/s      memory   predicted");
  CHECK_THAT(lines[3], Catch::StartsWith("fp32         2 "));
  CHECK_THAT(lines[4], Catch::StartsWith("bf16         2 "));
  CHECK_THAT(lines[7], Catch::StartsWith("fp32 ") && Catch::EndsWith("100.0 %"));
  CHECK(lines[9] ==
        "onnx is not measured: no_python has no onnxruntime; name a Python that has it with --python");
  CHECK(lines[10] ==
        "differences from the network as it was trained, in fp32, over 33 images of photos/test");
  CHECK(lines[11].empty());
  CHECK_THAT(lines[12], Catch::Contains("simple_cnn for images of 3x20x24"));
}

TEST_CASE("fovea bench: a network that takes images of any size is measured with others") {
  auto definition = small_pipeline();
  definition["stages"]["model"]["params"] = {{"architecture", "resnet8"}};
  definition["stages"]["train"]["params"]["epochs"] = 1;
  const ScratchFolder scratch(definition);
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--until", "train"}).code == 0);
  const auto lines = measured(scratch, {"--python", "no_python", "--image-size", "16x20"});
  CHECK(lines.at(0).at("input") == "1x16x20");
  check_speeds(lines[0]);
  CHECK(lines[0].at("logit_difference") <= 1e-5);
}

TEST_CASE("fovea bench: what it cannot measure is told") {
  const Trained scratch;
  const auto usage = [&](const std::string& flag, const std::string& value) {
    return scratch.usage_error({"bench", "latest", flag, value});
  };
  CHECK(scratch.usage_error({"bench"}) == "fovea bench: MODEL is missing; see --help");
  CHECK(usage("--batch-sizes", "1,0") == "--batch-sizes: 0 is not allowed; it must be from 1 to 65536");
  CHECK(usage("--seconds", "0") == "--seconds: \"0\" is not allowed; give seconds, above 0 and at most 3600");
  CHECK(usage("--image-size", "big") ==
        "--image-size: \"big\" is no size; give pixels, as 96 for a square or 96x128 for height and width");
  const auto error = [&](const std::string& flag, const std::string& value) {
    return scratch.error({"bench", "latest", flag, value});
  };
  CHECK(
      error("--image-size", "3") ==
      "--image-size: layer \"block2.pool\": a window of 2 does not fit into 1 pixels; give larger images or "
      "a smaller network");
  CHECK(error("--image-size", "16") ==
        "--image-size: weights: \"fc.weight\" is 3 x 64, but the layers have \"fc.weight\" of 3 x 256; they "
        "allow images of 12x12 alone");
  CHECK(error("--data", "nowhere") == "--data: nowhere: no such file; check the path");
  const auto done = scratch.fovea({"bench", "latest", "--python", "false", "--seconds", "0.01"});
  CHECK(done.code == 1);
  CHECK(done.err == "onnxruntime: ended with exit code 1\n");
}
