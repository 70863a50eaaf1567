#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/port.hpp"

namespace fovea {

/// The norms of each parameter's gradient before clipping, by epoch; empty where they were not tracked.
struct GradientHistory {
  static constexpr std::string_view kind = "GradientHistory";
  static const Codec& codec();

  std::vector<std::string> names;  ///< of the parameters
  std::vector<double> mean;        ///< epochs x parameters: mean of the norm over the steps
  std::vector<double> largest;     ///< epochs x parameters: the largest of a step
  std::size_t epochs() const { return names.empty() ? 0 : mean.size() / names.size(); }
};

/// The same of the epoch that is not finished.
struct GradientSums {
  std::vector<double> sum;
  std::vector<double> largest;

  explicit GradientSums(std::size_t parameters = 0) : sum(parameters), largest(parameters) {}
  /// Adds the norm of one parameter in one step.
  void add(std::size_t parameter, double norm);
  /// Writes an epoch of so many steps into the history and begins the next.
  void end_epoch(std::int64_t steps_of_epoch, GradientHistory& history);
};

class H5Writer;
class H5Reader;

/// Puts a history into a file that holds more, or takes it from there.
void write_gradients(const GradientHistory& history, H5Writer& file);
GradientHistory read_gradients(const H5Reader& file);

/// One line an epoch and parameter: epoch, parameter, mean norm, largest norm.
std::string to_csv(const GradientHistory& history);

}  // namespace fovea
