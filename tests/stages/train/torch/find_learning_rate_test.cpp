#include "stages/train/find_learning_rate.hpp"

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

RateRange tried(const std::string& settings, toy::Heard& heard, std::size_t threads = 1) {
  const auto params = read_params<FindLearningRate::Params>(parse_json(settings), "find_learning_rate");
  params.check("find_learning_rate");
  auto context = toy::context(heard, threads);
  const auto data = toy::images(300);
  return *FindLearningRate::run(
              {.model = toy::model(toy::specification(), data), .batches = toy::batches(data)}, params,
              context)
              .range;
}

}  // namespace

TEST_CASE("find learning rate: goes over the range until the loss grows, and says where it fell fastest") {
  toy::Heard heard;
  const auto range = tried(R"({"to": 100, "precision": "fp32", "optimizer": {"type": "sgd"}})", heard);
  CHECK(range.rate.front() == 1e-6);
  CHECK(range.diverged);
  CHECK(range.rate.size() < 200);
  const auto rate = heard.events.back().data["learning_rate"].get<double>();
  CHECK(rate > 1e-4);
  CHECK(rate < 1);
  CHECK(heard.events.back().line.starts_with("the loss falls fastest at a learning rate of "));
}

TEST_CASE("find learning rate: passes over the data again where a range has more steps than an epoch") {
  toy::Heard heard;
  const auto range = tried(R"({"to": 1e-5, "steps": 50, "batch_size": 64, "precision": "fp32"})", heard);
  CHECK(range.rate.size() == 50);
  CHECK(range.rate.back() == Approx(1e-5));
  CHECK_FALSE(range.diverged);
}

TEST_CASE("find learning rate: the same numbers with any number of threads") {
  toy::Heard heard;
  CHECK(tried(R"({"precision": "fp32"})", heard).loss == tried(R"({"precision": "fp32"})", heard, 3).loss);
}

TEST_CASE("find learning rate: each setting changes what comes out") {
  toy::Heard heard;
  const auto standard = tried(R"({"precision": "fp32", "steps": 20, "to": 0.1})", heard);
  for (const char* setting :
       {R"("from": 1e-5)", R"("to": 0.2)", R"("steps": 21)", R"("batch_size": 32)", R"("precision": "bf16")",
        R"("optimizer": {"type": "sgd"})", R"("clip": {"global_norm": 0.1})", R"("loss": {"type": "bce"})"}) {
    INFO(setting);
    auto settings = parse_json(R"({"precision": "fp32", "steps": 20, "to": 0.1})");
    settings.update(parse_json("{" + std::string(setting) + "}"), true);
    const auto other = tried(settings.dump(), heard);
    CHECK((other.loss != standard.loss || other.rate != standard.rate));
  }
}

TEST_CASE("find learning rate: a range that does not rise is refused") {
  toy::Heard heard;
  CHECK(error_of([&] { tried(R"({"from": 1, "to": 0.1})", heard); }) ==
        "find_learning_rate.to: 0.1 is not above \"from\", which is 1.0; give a higher rate");
}
