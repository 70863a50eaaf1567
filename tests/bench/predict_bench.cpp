#include <ATen/core/grad_mode.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "runtime/context.hpp"
#include "runtime/stream.hpp"
#include "stages/data/file_stream.hpp"
#include "stages/evaluate/predict_files.hpp"
#include "stages/evaluate/torch/scoring.hpp"
#include "stages/model/model_file.hpp"
#include "stages/model/numerics.hpp"
#include "stages/model/torch/setup.hpp"

// How much of the slower of decoding and the network `fovea predict` reaches, in turns:
//   predict_bench MODEL.h5 COUNT BATCH TURNS PHOTO...      the photos are taken again and again up to COUNT
//   files
// Each turn prints images a second of decoding alone, of the network alone, and of both together, and the
// ratio of the last to the lower of the others. Where both compute on the same cores, their times add up: so
// behind it stand the milliseconds of all cores that an image takes, the ratio by those, and what decoding
// and the network take one after the other over what they take together.

namespace fovea {
namespace {

using Files = std::vector<std::filesystem::path>;

class Silent : public Report {
 public:
  void event(const Event&) override {}
  void progress(const std::string&, std::size_t, std::size_t, const std::string&) override {}
};

/// Seconds for each image: of the clock, and of all cores together.
struct Cost {
  double clock = 0;
  double cores = 0;
  double rate() const { return 1 / clock; }
};

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Cost cost(std::size_t images, const std::function<void()>& body) {
  const double begin = seconds_of(CLOCK_MONOTONIC), spent = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  body();
  const auto each = [&](double seconds) { return seconds / static_cast<double>(images); };
  return {each(seconds_of(CLOCK_MONOTONIC) - begin), each(seconds_of(CLOCK_PROCESS_CPUTIME_ID) - spent)};
}

void decode(const Model& model, const Files& files, std::size_t batch_size, std::size_t threads) {
  FileStream stream(files, model.preprocessing, batch_size, threads);
  while (stream.next() != nullptr) {
  }
}

void compute(Network& network, const Model& model, std::size_t images, std::size_t batch_size) {
  const std::vector<std::uint8_t> batch(batch_size * model.preprocessing.size.values(), 128);
  NetworkInput input(model.specification, model.preprocessing, at::kCPU);
  const at::NoGradGuard no_gradients;
  for (std::size_t done = 0; done < images; done += batch_size)
    scores_of(network, input, batch, Precision::fp32);
}

void run(char** words, int count) {
  const auto model = read_model_file(words[1]);
  const auto images = std::strtoul(words[2], nullptr, 10), batch_size = std::strtoul(words[3], nullptr, 10);
  Files files;
  for (std::size_t i = 0; i < images; ++i)
    files.emplace_back(words[5 + i % static_cast<std::size_t>(count - 5)]);
  Silent silent;
  Context context;
  context.threads = std::max(1U, std::thread::hardware_concurrency());
  context.report = &silent;
  const StreamThreads allowed(context.threads);
  // The network's rate is known from a part of the images: a slow one would take as long as the rest.
  const auto some = std::min(images, std::max(batch_size, images / 4 / batch_size * batch_size));
  std::printf("%10s%10s%10s%8s%30s%8s%8s\n", "decoding", "network", "both", "ratio",
              "milliseconds of the cores", "ratio", "sum");
  for (long turn = std::strtol(words[4], nullptr, 10); turn > 0; --turn) {
    const auto decoding = cost(images, [&] { decode(model, files, batch_size, context.threads); });
    Cost computing;
    with_torch([&] {
      Network network(model);
      compute(network, model, batch_size, batch_size);
      computing = cost(some, [&] { compute(network, model, some, batch_size); });
    });
    const auto both = cost(images, [&] {
      fovea_predict_files(model, files, batch_size, Precision::fp32, context, [](const PredictedFiles&) {});
    });
    std::printf("%10.1f%10.1f%10.1f%8.3f%10.3f%10.3f%10.3f%8.3f%8.3f\n", decoding.rate(), computing.rate(),
                both.rate(), std::max(decoding.clock, computing.clock) / both.clock, 1e3 * decoding.cores,
                1e3 * computing.cores, 1e3 * both.cores,
                std::max(decoding.cores, computing.cores) / both.cores,
                (decoding.cores + computing.cores) / both.cores);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace fovea

int main(int count, char** words) {
  if (count < 6) {
    std::fputs("predict_bench MODEL.h5 COUNT BATCH TURNS PHOTO...\n", stderr);
    return 2;
  }
  fovea::prepare_numerics();
  fovea::run(words, count);
}
