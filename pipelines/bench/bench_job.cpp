#include "pipelines/bench/bench_job.hpp"

#include <bit>
#include <cstring>

#include "pipelines/run/child_process.hpp"
#include "runtime/library.hpp"
#include "runtime/null_report.hpp"
#include "runtime/stream.hpp"
#include "runtime/text_file.hpp"
#include "stages/data/formats/input_file.hpp"
#include "stages/model/model_file.hpp"
#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little);

template <class Number> void write_numbers(const fs::path& file, std::span<const Number> numbers) {
  write_whole_file(file, {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
}

template <class Number> std::vector<Number> read_numbers(const fs::path& path) {
  const InputFile file(path);
  std::vector<Number> numbers(file.size() / sizeof(Number));
  file.read(0, {reinterpret_cast<std::uint8_t*>(numbers.data()), numbers.size() * sizeof(Number)});
  return numbers;
}

Json read_json(const fs::path& path) {
  constexpr std::size_t most = std::size_t{1} << 30;
  return parse_json(InputFile(path).text(most));
}

Json json_of(const BenchJob& job) {
  return {{"model", job.model},
          {"height", job.size.height},
          {"width", job.size.width},
          {"channels", job.size.channels},
          {"precision", job.precision},
          {"folded", job.folded},
          {"batch_sizes", job.batch_sizes},
          {"seconds", job.seconds},
          {"least_passes", least_passes},
          {"device", job.device},
          {"threads", job.threads}};
}

Json json_of(const Measured& measured) {
  Json passes = Json::array();
  for (const auto& each : measured.passes) {
    passes.push_back(
        {{"batch_size", each.batch_size}, {"seconds", each.seconds}, {"peak_memory", each.peak_memory}});
  }
  return {{"passes", std::move(passes)}};
}

Measured measured_in(const fs::path& folder) {
  Measured measured;
  const auto result = read_json(folder / "result.json");
  for (const auto& each : result.at("passes"))
    measured.passes.push_back({each.at("batch_size"), each.at("seconds"), each.at("peak_memory")});
  measured.logits = read_numbers<float>(folder / "logits.f32");
  return measured;
}

/// Returns the last line of a text, where an uncaught error tells what it is.
std::string last_line(const std::string& text) {
  const auto whole = text.substr(0, text.find_last_not_of(" \n") + 1);
  return whole.substr(whole.rfind('\n') + 1);
}

}  // namespace

void write_pixels(const fs::path& folder, std::span<const std::uint8_t> pixels) {
  write_numbers(folder / "pixels.u8", pixels);
}
std::vector<std::uint8_t> read_pixels(const fs::path& folder) {
  return read_numbers<std::uint8_t>(folder / "pixels.u8");
}

std::optional<Measured> measure_apart(const BenchJob& job, const fs::path& folder,
                                      std::vector<std::string> line, const std::string& place,
                                      const std::stop_token& stop, int missing) {
  const auto errors = folder / "errors.txt";
  write_whole_file(errors, "");
  write_whole_file(folder / "job.json", json_of(job).dump());
  line.push_back(folder.string());
  const auto end = ChildProcess(std::move(line), stop, errors).wait();
  if (end.signal != 0)
    throw Error(place + ": its process was killed by signal " + std::to_string(end.signal) +
                "; look whether memory is short, and give smaller --batch-sizes");
  if (missing != 0 && end.code == missing) return {};
  constexpr std::size_t most = std::size_t{1} << 20;
  if (end.code != 0) {
    const auto why = last_line(InputFile(errors).text(most));
    throw Error(place + ": " + (why.empty() ? "ended with exit code " + std::to_string(end.code) : why));
  }
  return measured_in(folder);
}

void measure_here(const fs::path& folder) {
  const auto job = read_json(folder / "job.json");
  const auto model =
      with_image_size(read_model_file(job.at("model").get<std::string>()), job.at("height"), job.at("width"));
  NullReport silent;
  Context context;
  context.stage = "bench";
  context.device = job.at("device");
  context.report = &silent;
  const StreamThreads one_thread(context.threads);
  const MeasureRequest request{.precision = precision_of(job.at("precision"), compute_device(context.device)),
                               .folded = job.at("folded"),
                               .batch_sizes = job.at("batch_sizes"),
                               .seconds = job.at("seconds")};
  Libraries libraries([](const std::string&) { prepare_numerics(); });
  Measured measured;
  libraries.function<decltype(fovea_measure_passes)>("fovea_torch", "fovea_measure_passes")(
      model, read_pixels(folder), request, context, measured);
  write_numbers<float>(folder / "logits.f32", measured.logits);
  write_whole_file(folder / "result.json", json_of(measured).dump());
}

Model with_image_size(Model model, std::int64_t height, std::int64_t width) {
  auto& network = model.specification;
  if (network.height == height && network.width == width) return model;
  const auto own = std::to_string(network.height) + "x" + std::to_string(network.width);
  network.height = height;
  network.width = width;
  model.preprocessing.size = input_size(network);
  infer(network);
  try {
    expect_weights(network, model.weights);
  } catch (const Error& error) {
    throw Error(std::string(error.what()) + "; they allow images of " + own + " alone");
  }
  return model;
}

}  // namespace fovea
