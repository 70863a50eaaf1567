#include "stages/model/torch/setup.hpp"
#include "stages/model/torch/device.hpp"

#include <ATen/Context.h>
#include <ATen/ops/empty.h>

#include "stages/model/compute_device.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

/// Whether LibTorch was told to repeat itself while training went on, at each step.
std::vector<bool> seen_deterministic;

struct TorchWatcher : Callback {
  void on_step(TrainingMoment&) override {
    const auto& torch = at::globalContext();
    seen_deterministic.push_back(torch.deterministicAlgorithms());
    CHECK(torch.deterministicCuDNN() == torch.deterministicAlgorithms());
    CHECK(torch.benchmarkCuDNN() != torch.deterministicAlgorithms());
  }
};

/// What LibTorch was told at the steps of one short training.
std::vector<bool> deterministic_while_training(const std::string& settings) {
  if (Extensions::of_training().callback("torch_watcher") == nullptr)
    Extensions::of_training().add_callback("torch_watcher", [] { return std::make_unique<TorchWatcher>(); });
  seen_deterministic.clear();
  auto json = parse_json(R"({"epochs": 1, "batch_size": 30, "callbacks": ["torch_watcher"]})");
  json.update(parse_json(settings));
  toy::Training{}.run(json.dump());
  return seen_deterministic;
}

}  // namespace

TEST_CASE(
    "torch setup: LibTorch is told whether training is to be deterministic, and as before when it ends") {
  CHECK(deterministic_while_training("{}") == std::vector<bool>{true, true});
  CHECK(deterministic_while_training(R"({"deterministic": false})") == std::vector<bool>{false, false});
  CHECK(at::globalContext().deterministicAlgorithms());
  CHECK_FALSE(at::globalContext().benchmarkCuDNN());
}

TEST_CASE("torch setup: LibTorch is told as before when training ends with an error") {
  CHECK_THROWS_AS(deterministic_while_training(R"({"deterministic": false, "learning_rate": 1e30})"), Error);
  CHECK(at::globalContext().deterministicAlgorithms());
}

TEST_CASE("torch setup: where a GPU's memory is too small, an error tells of it and what to set") {
  const auto told = [](const std::string& text) {
    return error_of([&] { with_torch([&] { TORCH_CHECK(false, text); }); });
  };
  const std::string advice =
      "; lower \"batch_size\" (with as many more \"accumulate_steps\" training is much the same), set "
      "\"gradient_checkpointing\", or \"step_graph\": false";
  // The words of LibTorch 2.11.
  CHECK(
      told("CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 79.10 GiB of which "
           "1.20 GiB is free. Of the allocated memory 70.01 GiB is allocated by PyTorch") ==
      "a GPU's memory is too small (2.50 GiB more were asked for, and of 79.10 GiB 1.20 GiB are free)" +
          advice);
  CHECK(told("CUDA out of memory, in other words") == "a GPU's memory is too small" + advice);
}

TEST_CASE("torch setup: the search for a learning rate is told as well") {
  const auto data = toy::images(60);
  toy::Heard heard;
  auto context = toy::context(heard);
  bool seen = true;
  struct Look : toy::Heard {
    bool* seen = nullptr;
    void progress(const std::string&, std::size_t, std::size_t, const std::string&) override {
      *seen = at::globalContext().deterministicAlgorithms();
    }
  } look;
  look.seen = &seen;
  context.report = &look;
  FindLearningRate::run({.model = toy::model(toy::specification(), data), .batches = toy::batches(data)},
                        {.to = 1e-3, .steps = 10, .precision = "fp32", .deterministic = false}, context);
  CHECK_FALSE(seen);
}

TEST_CASE("torch setup: memory that is not there is an error that says what to set") {
  CHECK(error_of([] { with_torch([] { at::empty({std::int64_t{1} << 50}); }); }) ==
        "there is not enough memory; lower \"batch_size\"");
}

TEST_CASE("torch setup: what can't be repeated is an error that says what to set") {
  CHECK(error_of([] { with_torch([] { at::Context::alertNotDeterministic("some_backward_cuda"); }); }) ==
        "LibTorch: some_backward_cuda does not have a deterministic implementation; set \"deterministic\" to "
        "false");
}

TEST_CASE("device: CUDA is here for us where it is for LibTorch") {
  const auto device = compute_device("auto");
  torch_device(device);  // LibTorch remembers what it was first asked, so its part for CUDA is loaded before
  CHECK(device.is_cuda() == at::hasCUDA());
}
