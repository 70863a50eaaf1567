#include "pipelines/bench/onnxruntime.hpp"

namespace fovea {
namespace {

/// The exit code of a shell that finds no program; the script takes it for what it does not find.
constexpr int not_found = 127;

/// What Python does, as `fovea_measure_passes` does it.
constexpr const char* script = R"(
import json, os, sys, time
try:
    import numpy
    import onnxruntime
except ImportError:
    sys.exit(127)

folder = sys.argv[1]
with open(os.path.join(folder, "job.json"), encoding="utf-8") as file:
    job = json.load(file)
pixels = numpy.fromfile(os.path.join(folder, "pixels.u8"), numpy.uint8)
pixels = pixels.reshape(-1, job["height"], job["width"], job["channels"])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = job["threads"]
session = onnxruntime.InferenceSession(
    os.path.join(folder, "model.onnx"), options, providers=["CPUExecutionProvider"])


def logits_of(batch):
    return session.run(["logits"], {"pixels": batch})[0]


def seconds_of_passes(batch, seconds, least):
    times, begin = [], time.perf_counter()
    while len(times) < least or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        logits_of(batch)
        times.append(time.perf_counter() - start)
    return times


def peak_memory():
    with open("/proc/self/status", encoding="utf-8") as file:
        return next((int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:")), 0)


passes = []
for size in job["batch_sizes"]:
    batch = pixels[numpy.arange(size) % len(pixels)]
    seconds_of_passes(batch, job["seconds"] / 10, 2)
    times = seconds_of_passes(batch, job["seconds"], job["least_passes"])
    passes.append({"batch_size": size, "seconds": times, "peak_memory": peak_memory()})
logits = numpy.concatenate([logits_of(pixels[i:i + 32]) for i in range(0, len(pixels), 32)])
logits.astype("<f4").tofile(os.path.join(folder, "logits.f32"))
with open(os.path.join(folder, "result.json"), "w", encoding="utf-8") as file:
    json.dump({"passes": passes}, file)
)";

}  // namespace

std::optional<Measured> measure_onnx(const BenchJob& job, const std::filesystem::path& folder,
                                     const std::string& python, const std::stop_token& stop) {
  return measure_apart(job, folder, {python, "-B", "-W", "ignore", "-c", script}, "onnxruntime", stop,
                       not_found);
}

}  // namespace fovea
