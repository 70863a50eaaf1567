#include "tests/pipelines/scratch_folder.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

namespace {

/// `fovea train` on little data, without running: the saved definition of what was asked for.
Json saved_by(const ScratchFolder& scratch, std::vector<std::string> more) {
  std::vector<std::string> arguments{"train", "--dry-run", "--save-pipeline", "saved.json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto done = scratch.fovea(arguments);
  INFO(done.err);
  REQUIRE(done.code == 0);
  return fovea::parse_json(bytes_of(scratch.folder / "saved.json"));
}

/// Flags for a run of a second or two.
std::vector<std::string> little_run(std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{
      "train",        "--dataset", "synthetic",    "--set", "load.synthetic.samples=240", "--epochs", "2",
      "--batch-size", "32",        "--image-size", "12"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// Writes a folder of images for each of two classes and gives the flags to train on it for an epoch.
std::vector<std::string> shades_run(const ScratchFolder& scratch, std::vector<std::string> more = {}) {
  for (const auto* name : {"dark", "light"}) {
    for (unsigned char i = 0; i < 40; ++i) {
      const auto shade = static_cast<unsigned char>(i + (*name == 'd' ? 0 : 100));
      fovea::testing::write_image(scratch.folder / "shades" / name / (std::to_string(i) + ".png"),
                                  fovea::testing::png(8, 8, 1, fovea::testing::Bytes(64, shade)));
    }
  }
  std::vector<std::string> arguments{"train", "--dataset",    "shades", "--image-size",      "8", "--epochs",
                                     "1",     "--batch-size", "8",      "--no-visualization"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// Four gray images of 8 x 8 in two classes, as IDX files.
void write_idx_of_8x8(const fs::path& folder) {
  fs::create_directories(folder);
  const auto header = [](std::initializer_list<char> extents) {
    std::string bytes{0, 0, 8, static_cast<char>(extents.size())};
    for (const char extent : extents) bytes += std::string{0, 0, 0, extent};
    return bytes;
  };
  std::ofstream(folder / "train-images-idx3-ubyte") << header({4, 8, 8}) << std::string(4 * 64, 'x');
  std::ofstream(folder / "train-labels-idx1-ubyte") << header({4}) << std::string{0, 1, 0, 1};
}

std::vector<std::string> ops_of(const Json& definition) {
  std::vector<std::string> ops;
  for (const auto& op : definition["stages"]["augment"]["params"]["policy"]) ops.push_back(op.at("op"));
  return ops;
}

}  // namespace

TEST_CASE("fovea train: composes, runs, saves, and run with the saved file finds every result") {
  const ScratchFolder scratch;
  const auto done = scratch.fovea(little_run({"--save-pipeline", "pipeline.json"}));
  INFO(done.err);
  REQUIRE(done.code == 0);
  CHECK(done.out.starts_with("augment: translate, flip_horizontal (auto, for 12 x 12 gray images)\n"));
  CHECK(done.out.find("results in results/synthetic-simple_cnn_") != std::string::npos);
  const auto plan = planned(scratch);
  CHECK(plan.size() == 12);
  for (const auto& [stage, planned] : plan) {
    INFO(stage);
    CHECK(planned["status"] == "hit");
  }
}

TEST_CASE("fovea train: a folder with nothing but a folder of images for each class is enough") {
  const ScratchFolder scratch;
  const auto done = scratch.fovea(shades_run(scratch));
  INFO(done.err << done.out);
  REQUIRE(done.code == 0);
  const auto directory = run_directories(scratch).at(0);
  CHECK(fovea::parse_json(bytes_of(directory / "metrics.json"))["samples"] == 8);
}

TEST_CASE("fovea train: that there is no test part to evaluate on is told before training") {
  const ScratchFolder scratch;
  const auto done = scratch.fovea(shades_run(scratch, {"--set", "split.test=0"}));
  CHECK(done.code == 1);
  CHECK(done.err.find("split: test: the test part is empty: the data has none of its own, but a stage needs "
                      "it; set \"test\" above 0") != std::string::npos);
  CHECK(done.out.find("epoch") == std::string::npos);
  const auto only_trained = scratch.fovea(shades_run(scratch, {"--set", "split.test=0", "--until", "train"}));
  INFO(only_trained.err);
  CHECK(only_trained.code == 0);
}

TEST_CASE("fovea train: only what was typed changes a saved pipeline") {
  auto saved = small_pipeline();
  saved["stages"]["train"]["params"] = {{"epochs", 7}, {"learning_rate", 0.5}, {"batch_size", 3}};
  const ScratchFolder scratch(saved);
  auto expected = saved;
  CHECK(saved_by(scratch, {"--config", "pipeline.json"}) == expected);
  expected["stages"]["train"]["params"]["epochs"] = 4;
  expected["seed"] = 9;
  CHECK(saved_by(scratch, {"--config", "pipeline.json", "--epochs", "4", "--seed", "9"}) == expected);
  expected["stages"]["model"]["params"]["architecture"] = "resnet8";
  CHECK(saved_by(scratch, {"--config", "pipeline.json", "--epochs", "4", "--seed", "9", "--model",
                           "resnet8"}) == expected);
}

TEST_CASE("fovea train: a saved pipeline with two trainings is refused with their names") {
  auto saved = small_pipeline();
  saved["stages"]["again"] = saved["stages"]["train"];
  const ScratchFolder scratch(saved);
  CHECK(scratch.error({"train", "--config", "pipeline.json", "--epochs", "4"}) ==
        "pipeline.json: the pipeline has several stages \"train\": \"train\", \"again\"; run it with \"fovea "
        "run\", and set each by its name, as --set train.PARAMETER=VALUE");
}

TEST_CASE("fovea train: augmentation goes by the size and colour of images") {
  const ScratchFolder scratch;
  using Ops = std::vector<std::string>;
  const auto ops = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"--dataset", "synthetic"});
    return ops_of(saved_by(scratch, more));
  };
  CHECK(ops({}) == Ops{"translate", "flip_horizontal"});
  CHECK(ops({"--set", "load.synthetic.channels=3"}) == Ops{"crop", "flip_horizontal"});
  CHECK(ops({"--image-size", "96x80"}) == Ops{"random_resized_crop", "flip_horizontal"});
  write_idx_of_8x8(scratch.folder / "raw");
  CHECK(ops_of(saved_by(scratch, {"--dataset", "raw"})) == Ops{"translate"});
  CHECK(ops({"--augment", "none"}) == Ops{});
  CHECK(ops({"--augment", "strong"}) ==
        Ops{"translate", "flip_horizontal", "trivial_augment", "random_erasing"});
  CHECK(ops({"--augment", R"([{"op": "rotate", "max": 5}])"}) == Ops{"rotate"});
  CHECK(ops({"--set", R"(augment.policy=[{"op": "blur"}])"}) == Ops{"blur"});
}

TEST_CASE("fovea train: switches leave figures out") {
  const ScratchFolder scratch;
  const auto stages = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"--dataset", "synthetic"});
    std::vector<std::string> names;
    const auto saved = saved_by(scratch, more);
    for (const auto& item : saved["stages"].items()) names.push_back(item.key());
    return names;
  };
  using Names = std::vector<std::string>;
  const Names needed{"load", "split", "augment", "model", "train", "predict", "evaluate"};
  CHECK(stages({"--no-visualization"}) == needed);
  auto without = needed;
  without.insert(without.end(), {"class_balance", "lr_schedule", "network_architecture", "training_curves"});
  CHECK(stages({"--no-classification-viz"}) == without);
  CHECK(stages({}).size() == 12);
}

TEST_CASE("fovea train: image size makes raw images that size, once, and drawn ones from the beginning") {
  const ScratchFolder scratch;
  write_idx_of_8x8(scratch.folder / "raw");
  const auto resized = saved_by(scratch, {"--dataset", "raw", "--image-size", "16x20"})["stages"];
  CHECK(resized["resize"]["params"] == fovea::parse_json(R"({"height": 16, "width": 20})"));
  CHECK(resized["split"]["inputs"]["data"] == "resize.data");
  const auto again = saved_by(scratch, {"--config", "saved.json", "--image-size", "70"})["stages"];
  CHECK(again["resize"]["params"] == fovea::parse_json(R"({"height": 70, "width": 70})"));
  CHECK(again["resize"]["inputs"]["data"] == "load.data");
  const auto drawn = saved_by(scratch, {"--dataset", "synthetic", "--image-size", "16"});
  CHECK(drawn["stages"]["load"]["params"]["synthetic"] ==
        fovea::parse_json(R"({"height": 16, "width": 16})"));
  const auto redrawn = saved_by(scratch, {"--config", "saved.json", "--image-size", "16x20"});
  CHECK(redrawn["stages"]["load"]["params"]["synthetic"] ==
        fovea::parse_json(R"({"height": 16, "width": 20})"));
  CHECK_FALSE(redrawn["stages"].contains("resize"));
}

TEST_CASE("fovea train: fit goes where images get their size, to what trains and to the model alike") {
  const ScratchFolder scratch;
  write_idx_of_8x8(scratch.folder / "raw");
  const auto plain = saved_by(scratch, {"--dataset", "raw", "--fit", "stretch"})["stages"];
  CHECK(plain["augment"]["params"]["fit"] == "stretch");
  CHECK(plain["model"]["params"]["fit"] == "stretch");
  const auto resized =
      saved_by(scratch, {"--dataset", "raw", "--image-size", "16", "--fit", "letterbox"})["stages"];
  CHECK(resized["resize"]["params"]["fit"] == "letterbox");
  CHECK_FALSE(resized["model"].value("params", fovea::Json::object()).contains("fit"));
  CHECK(scratch.usage_error({"train", "--dataset", "raw", "--fit", "strech"}) ==
        "--fit: \"strech\" is not allowed; it must be one of \"crop\", \"short_side\", \"letterbox\", "
        "\"stretch\"; did you mean \"stretch\"?");
}

TEST_CASE("fovea train: what is wrong is told of the flag, with what would be right") {
  const ScratchFolder scratch;
  const auto wrong = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"train", "--dataset", "synthetic"});
    return scratch.usage_error(more);
  };
  CHECK(wrong({"--epochs", "0"}) == "--epochs: 0 is not allowed; it must be from 1 to 1000000");
  CHECK(wrong({"--epochs", "ten"}) == "--epochs: expected a whole number, got \"ten\"");
  CHECK(wrong({"--gradient-clip", "off"}) == "--gradient-clip: expected a number, got \"off\"; or give none");
  CHECK(wrong({"--model", "simple_cn"}) ==
        "--model: unknown architecture \"simple_cn\"; did you mean \"simple_cnn\"?");
  CHECK(wrong({"--augment", "strng"}) == "--augment: unknown preset \"strng\"; did you mean \"strong\"?");
  CHECK(wrong({"--augment", R"([{"op": "crap"}])"}) ==
        "--augment[0]: unknown op \"crap\"; did you mean \"crop\"?");
  CHECK(wrong({"--image-size", "big"}) ==
        "--image-size: \"big\" is no size; give pixels, as 96 for a square or 96x128 for height and width");
  CHECK(wrong({"--image-size", "4"}) == "--image-size: 4 is not allowed; it must be from 8 to 1024");
  CHECK(scratch.error({"train", "--dataset", "fashon_mnist"}) ==
        "--dataset: unknown data set \"fashon_mnist\"; did you mean \"fashion_mnist\"?");
  CHECK(scratch.error({"train", "--dataset", "no/where"}).starts_with("--dataset: no/where: no such folder"));
  CHECK(scratch.usage_error({"train"}) ==
        "--dataset: missing; give a name or a path, or a saved pipeline with --config");
  CHECK_FALSE(fs::exists(scratch.folder / ".fovea/objects"));
}

TEST_CASE("fovea: a flag that is not there is wrong usage, with the nearest one that is") {
  const auto done = ScratchFolder().fovea({"train", "--dataset", "synthetic", "--learnig-rate", "3"});
  CHECK(done.code == 2);
  CHECK(done.err == "fovea train: unknown flag \"--learnig-rate\"; did you mean \"--learning-rate\"?\n");
}

TEST_CASE("fovea models: lists architectures and their parameters, for any image that they take") {
  const ScratchFolder scratch;
  std::map<std::string, Json> models;
  for (const auto& line : lines_of(scratch.fovea({"models", "--json", "--classes", "1000"}).out)) {
    const auto one = fovea::parse_json(line);
    models[one.at("name")] = one;
  }
  CHECK(models.at("resnet18")["parameters"] == 11689512);
  CHECK(models.at("simple_cnn")["input"] == "3x32x32");
  CHECK(models.at("resnet18")["input"] == "3x224x224");
  const auto shown = scratch.fovea({"models", "simple_cnn", "--image-size", "28", "--channels", "1"}).out;
  CHECK(shown.find("77,786 parameters") != std::string::npos);
  CHECK(scratch.usage_error({"models", "rsnet8"}) ==
        "unknown architecture \"rsnet8\"; did you mean \"resnet8\"?");
  CHECK(scratch.usage_error({"models", "--image-size", "28x"}) ==
        "--image-size: \"28x\" is no size; give pixels, as 96 for a square or 96x128 for height and width");
}

TEST_CASE("fovea models: lines fit the terminal, and a network that has no such size is named once") {
  const ScratchFolder scratch;
  for (const std::size_t columns : {80, 120}) {
    for (const auto* words : {"", "--image-size 5", "resnet18"}) {
      const auto script = "script -qec \"stty cols " + std::to_string(columns) + "; $FOVEA models " + words +
                          "\" /dev/null | tr -d '\r'";
      const auto done = run_script(script, scratch.folder.path());
      const auto lines = lines_of(done.out);
      REQUIRE(lines.size() > 20);
      for (const auto& line : lines) {
        INFO(line);
        CHECK(line.size() <= columns);
      }
    }
  }
  const auto lines = lines_of(scratch.fovea({"models", "--image-size", "5"}).out);
  CHECK(lines[1] ==
        "  simple_cnn          layer \"block3.pool\": a window of 2 does not fit into 1 pixels; give larger "
        "images or a smaller network");
}

TEST_CASE("fovea models: tells the memory of training by what takes it, for the size that is asked for") {
  const ScratchFolder scratch;
  const auto memory_at = [&](const std::string& size) {
    const auto done =
        scratch.fovea({"models", "resnet18", "--json", "--image-size", size, "--precision", "fp32"});
    return fovea::parse_json(done.out).at("training_memory");
  };
  const auto small = memory_at("96"), wide = memory_at("96x192");
  CHECK(small["gradients"] == 4 * 11181642);
  CHECK(small["optimizer"] == 8 * 11181642);
  CHECK(wide["gradients"] == small["gradients"]);
  CHECK(wide["kept"].get<double>() == Approx(2 * small["kept"].get<double>()).epsilon(0.01));
}

TEST_CASE("fovea train --find-lr: a range of rates takes the place of training") {
  const ScratchFolder scratch;
  const auto saved = saved_by(scratch, {"--dataset", "synthetic", "--find-lr", "--batch-size", "16"});
  std::vector<std::string> names;
  for (const auto& item : saved["stages"].items()) names.push_back(item.key());
  CHECK(names ==
        std::vector<std::string>{"load", "split", "augment", "model", "find_rate", "learning_rate_range"});
  CHECK(saved["stages"]["find_rate"]["params"]["batch_size"] == 16);
  const auto done = scratch.fovea(little_run({"--find-lr"}));
  INFO(done.err);
  REQUIRE(done.code == 0);
  CHECK(done.out.find("find_rate: the loss ") != std::string::npos);
  CHECK(done.out.starts_with("--find-lr has no use for --epochs\n"));
  const auto each =
      scratch.fovea(little_run({"--find-lr", "--set", R"(each={"train.learning_rate":[0.1,0.2]})"}));
  INFO(each.err);
  CHECK(each.code == 0);
  CHECK(each.out.starts_with("--find-lr has no use for --epochs, \"each\" of the pipeline\n"));
  CHECK(scratch.usage_error({"train", "--dataset", "synthetic", "--find-lr", "--optimizer", "adamm"})
            .starts_with("--optimizer: \"adamm\" is not allowed; it must be one of "));
}

TEST_CASE("fovea train: the gradients' figure is drawn where they are tracked") {
  const ScratchFolder scratch;
  const auto has_figure = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--dataset", "synthetic"});
    return saved_by(scratch, more)["stages"].contains("gradient_flow");
  };
  CHECK_FALSE(has_figure({}));
  CHECK(has_figure({"--enable-gradient-tracking"}));
}
