#include "stages/model/model_file.hpp"
#include "stages/model/weights/weight_file.hpp"
#include "tests/pipelines/trained.hpp"

using fovea::read_weight_file;

namespace {

/// The trained scratch folder with its best model as .safetensors.
struct Exported : Trained {
  Exported() {
    const auto done = fovea({"export", run(), "--to", "safetensors", "-o", "w.safetensors"});
    INFO(done.err);
    REQUIRE(done.code == 0);
  }
  std::string run() const { return run_directories(*this)[0].lexically_relative(folder.path()).string(); }
};

bool same_arrays(const fs::path& a, const fs::path& b) {
  const auto one = read_weight_file(a).arrays, two = read_weight_file(b).arrays;
  return std::equal(one.begin(), one.end(), two.begin(), two.end(), [](const auto& x, const auto& y) {
    return x.name == y.name && std::equal(x.values.begin(), x.values.end(), y.values.begin(), y.values.end());
  });
}

Json saved_with(const ScratchFolder& scratch, std::vector<std::string> more) {
  std::vector<std::string> arguments{"train",     "--dataset",       "synthetic",
                                     "--dry-run", "--save-pipeline", "saved.json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto done = scratch.fovea(arguments);
  INFO(done.err);
  REQUIRE(done.code == 0);
  return ::fovea::parse_json(bytes_of(scratch.folder / "saved.json")).at("stages");
}

}  // namespace

TEST_CASE(
    "fovea export --to safetensors: writes the best model of a run, or a model file, and tells what next") {
  const Exported scratch;
  const auto model = scratch.run() + "/best_model.h5";
  CHECK(same_arrays(scratch.folder / "w.safetensors", scratch.folder / model));
  const auto done = scratch.fovea({"export", model, "--to", "safetensors", "-o", "two.safetensors"});
  CHECK(bytes_of(scratch.folder / "two.safetensors") == bytes_of(scratch.folder / "w.safetensors"));
  CHECK_THAT(done.out,
             Catch::Contains("fovea train --dataset PATH --model simple_cnn --fine-tune two.safetensors"));
}

TEST_CASE("fovea export: what --to and -o do not allow is wrong usage") {
  const ScratchFolder scratch;
  CHECK(scratch.usage_error({"export", "m.h5", "--to", "pickle", "-o", "m"}) ==
        "--to: \"pickle\" is not allowed; it must be safetensors or onnx");
  CHECK(scratch.usage_error({"export", "m.h5", "--to", "safetensors"}) ==
        "-o: missing; name the file to write, as -o model.safetensors");
  CHECK(scratch.usage_error({"export", "pipeline.json", "-o", "m"}) ==
        "-o: has no use without --to; give --output-dir for a run directory, or --to safetensors");
  CHECK(scratch.usage_error({"export", "m.h5", "--to", "safetensors", "-o", "m", "--onnx-layout", "nchw"}) ==
        "--onnx-layout: only for --to onnx; leave it out");
  CHECK(scratch.usage_error({"export", "m.h5", "--to", "onnx", "-o", "m", "--output-dir", "out"}) ==
        "--output-dir: not used by --to, which writes a model as it is; leave it out");
}

TEST_CASE("fovea import: numbers that cannot be are told of their flag") {
  const ScratchFolder scratch;
  const auto wrong = [&](const std::string& flag, const std::string& value) {
    return scratch.usage_error({"import", "w.safetensors", "-o", "m.h5", flag, value});
  };
  CHECK(wrong("--mean", "nan,0,0") == "--mean: \"nan,0,0\" is not allowed; give numbers, as 0.5,0.5,0.5");
  CHECK(wrong("--std", "a,0,0") == "--std: \"a,0,0\" is not allowed; give numbers, as 0.5,0.5,0.5");
  for (const std::string size : {"2.5", "0", "1e9", "32x", "32x32x32"})
    CHECK(wrong("--image-size", size) ==
          "--image-size: \"" + size +
              "\" is no size; give pixels, as 96 for a square or 96x128 for height and width");
}

TEST_CASE("fovea import: what was exported becomes the same model again") {
  const Exported scratch;
  const auto done = scratch.fovea({"import", "w.safetensors", "-o", "m.h5"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  const auto before = fovea::read_model_file(scratch.folder / scratch.run() / "best_model.h5");
  const auto after = fovea::read_model_file(scratch.folder / "m.h5");
  CHECK(same_arrays(scratch.folder / "m.h5", scratch.folder / "w.safetensors"));
  CHECK(after.class_names == before.class_names);
  CHECK(after.preprocessing == before.preprocessing);
}

TEST_CASE(
    "fovea import: size, class names and statistics are those that are given, classes those of the weights") {
  const Exported scratch;
  std::ofstream(scratch.folder / "names.txt") << "cat\ndog\nbird\n";
  const auto done = scratch.fovea({"import", "w.safetensors", "--model", "simple_cnn", "--image-size",
                                   "13x15", "--class-names", "names.txt", "--mean", "0.5", "-o", "m.h5"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  const auto model = fovea::read_model_file(scratch.folder / "m.h5");
  CHECK(model.class_names == std::vector<std::string>{"cat", "dog", "bird"});
  CHECK(model.preprocessing.size.height == 13);
  CHECK(model.preprocessing.size.width == 15);
  CHECK(model.preprocessing.mean == std::vector<double>{0.5});
}

TEST_CASE("fovea import: weights of another network are refused") {
  const Exported scratch;
  CHECK_THAT(
      scratch.error({"import", "w.safetensors", "--model", "resnet8", "-o", "m.h5"}),
      Catch::StartsWith("w.safetensors: is of \"simple_cnn\", and has no weight of the body of resnet8: "));
}

TEST_CASE("fovea train --pretrained: the weights of a file are the first ones, and its network is taken") {
  const Exported scratch;
  const auto stages = saved_with(scratch, {"--pretrained", "w.safetensors"});
  const auto& params = stages.at("model").at("params");
  CHECK(params.at("pretrained") == "w.safetensors");
  CHECK(params.at("architecture") == "simple_cnn");
  CHECK(params.at("image_size") == Json::array({12, 12}));
  CHECK(stages.at("augment").at("params").at("image_size") == Json::array({12, 12}));
  CHECK_FALSE(stages.at("train").value("params", Json::object()).contains("freeze"));
}

TEST_CASE("fovea train --fine-tune: an epoch of the head alone, then all at half the rate by blocks") {
  const Exported scratch;
  const auto stages = saved_with(scratch, {"--fine-tune", "w.safetensors", "--set", "train.freeze.epochs=2"});
  const auto& params = stages.at("train").at("params");
  CHECK(params.at("freeze") ==
        ::fovea::parse_json(R"({"layers": ["body"], "epochs": 2, "rate_after": 0.5})"));
  CHECK(params.at("optimizer").at("layer_decay") == 0.75);
  const auto done = scratch.fovea({"train", "--dataset", "synthetic", "--set", "load.synthetic.samples=120",
                                   "--set", "load.synthetic.classes=4", "--epochs", "2", "--fine-tune",
                                   "w.safetensors", "--no-visualization"});
  INFO(done.err);
  CHECK(done.code == 0);
  CHECK_THAT(done.out + done.err, Catch::Contains("the head (") &&
                                      Catch::Contains("is new, as it tells 3 classes apart there") &&
                                      Catch::Contains("from epoch 2 on, all parameters learn"));
}

TEST_CASE("fovea train: two files of weights, and one that is not there, are refused by the flag") {
  const ScratchFolder scratch;
  CHECK(scratch.usage_error({"train", "--dataset", "synthetic", "--pretrained", "a", "--fine-tune", "b"}) ==
        "--fine-tune: gives weights to begin with, and so does --pretrained; leave one of them out");
  CHECK(scratch.error({"train", "--dataset", "synthetic", "--pretrained", "a"}) ==
        "--pretrained: a: no such file; check the path");
}
