#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/port.hpp"

namespace fovea {

/// The norms of each parameter's gradient before clipping, by epoch; empty where norms were not tracked.
struct GradientHistory {
  static constexpr std::string_view kind = "GradientHistory";
  static const Codec& codec();

  std::vector<std::string> names;  ///< of the parameters
  std::vector<double> mean;        ///< epochs x parameters: mean of the norm over the steps
  std::vector<double> largest;     ///< epochs x parameters: largest norm of a step
  std::size_t epochs() const { return names.empty() ? 0 : mean.size() / names.size(); }
};

/// Running sums and maxima of the gradient norms in the unfinished epoch.
struct GradientSums {
  std::vector<double> sum;
  std::vector<double> largest;

  explicit GradientSums(std::size_t parameters = 0) : sum(parameters), largest(parameters) {}
  /// Adds the gradient norm of one parameter in one step.
  void add(std::size_t parameter, double norm);
  /// Appends an epoch of `steps_of_epoch` steps to the history and resets the sums.
  void end_epoch(std::int64_t steps_of_epoch, GradientHistory& history);
};

class H5Writer;
class H5Reader;

/// Writes the history into groups of a larger file, and reads it from there.
void write_gradients(const GradientHistory& history, H5Writer& file);
GradientHistory read_gradients(const H5Reader& file);

/// Returns a CSV with one line per epoch and parameter: epoch, parameter, mean norm, largest norm.
std::string to_csv(const GradientHistory& history);

}  // namespace fovea
