#include "stages/train/memory_forecast.hpp"

#include "stages/model/architectures/architectures.hpp"
#include "tests/catch.hpp"

using namespace fovea;

namespace {

const auto& network() {
  static const auto one = build_specification("resnet20", 32, 32, 3, 10);
  return one;
}

Train::Params params(Auto<std::int64_t> batch_size) {
  return {.batch_size = batch_size, .precision = "fp32"};
}

std::int64_t bytes_of(std::int64_t batch_size) {
  return training_memory(network(), {}, batch_size).of_training();
}

MemoryForecast forecast(Auto<std::int64_t> batch_size, std::optional<std::int64_t> free) {
  return {network(), params(batch_size), the_cpu(), free};
}

}  // namespace

TEST_CASE("memory forecast: nothing is warned of where training fits, or where free memory is not known") {
  CHECK(forecast(64, bytes_of(64)).warning().empty());
  CHECK(forecast(64, {}).warning().empty());
}

TEST_CASE("memory forecast: a warning tells what is predicted, what is free and which batch size fits") {
  CHECK(forecast(128, bytes_of(32)).warning() ==
        "training is predicted to take " + bytes_text(bytes_of(128)) + " of memory, but " +
            bytes_text(bytes_of(32)) +
            " are free; the largest \"batch_size\" that fits is 32 (with as many more \"accumulate_steps\" "
            "training is much the same)");
}

TEST_CASE("memory forecast: where not even one image fits, the warning tells what takes less") {
  CHECK(forecast(2, 1 << 20).warning() == "training is predicted to take " + bytes_text(bytes_of(2)) +
                                              " of memory, but 1.0 MiB are free; not even one image fits; "
                                              "set \"gradient_checkpointing\" to true, "
                                              "or a smaller network");
}

TEST_CASE("memory forecast: auto is the largest power of two that fits, at most 64 and at least 1") {
  CHECK(forecast({}, bytes_of(16)).automatic_batch_size() == 16);
  CHECK(forecast({}, bytes_of(16) - 1).automatic_batch_size() == 8);
  CHECK(forecast({}, std::int64_t{1} << 40).automatic_batch_size() == 64);
  CHECK(forecast({}, 0).automatic_batch_size() == 1);
  CHECK(forecast({}, {}).automatic_batch_size() == 64);
}

TEST_CASE("memory forecast: a step has as many images for any batch size that auto stands for") {
  auto given = params({});
  given.accumulate_steps = 2;
  const auto settled = with_batch_size(given, 16);
  CHECK(settled.batch_size == 16);
  CHECK(settled.accumulate_steps == 8);
  CHECK(settled.steps_of_epoch(1000) == given.steps_of_epoch(1000));
}
