#pragma once

#include <filesystem>
#include <optional>

#include "pipelines/bench/bench_images.hpp"
#include "pipelines/bench/bench_result.hpp"
#include "stages/model/compute_device.hpp"

namespace fovea {

/// What was measured of a model that computes in one way: a few rows of the table, or a line of JSON.
struct BenchVariant {
  std::string name;    ///< "fp32", "bf16" or "onnx"
  std::string device;  ///< that it computed on
  std::uintmax_t file_size = 0;
  std::vector<BatchSpeed> speeds{};
  std::vector<std::optional<std::int64_t>> predicted{};  ///< bytes of memory for each, where that is known
  OutputDifference difference{};
};

/// Tells of one model what is measured, as soon as it is known: a table for people, or JSON lines.
class BenchReport {
 public:
  BenchReport(std::filesystem::path file, const Model& model, const BenchImages& images, bool json)
      : file_(std::move(file)), model_(model), images_(images), json_(json) {}

  void begin(const ComputeDevice& device) const;
  void tell(const BenchVariant& variant);
  /// Says why the export is not measured.
  void tell_missing(const std::string& why);
  void end() const;

 private:
  Json json_of(const BenchVariant& variant) const;
  std::string input_text() const;

  const std::filesystem::path file_;
  const Model& model_;
  const BenchImages& images_;
  const bool json_;
  std::vector<std::string> ends_;  ///< lines behind those of all speeds
};

}  // namespace fovea
