#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/port.hpp"
#include "stages/data/dataset.hpp"

namespace fovea {

/// The balance of the class counts in one part of the data.
struct Balance {
  std::int64_t samples = 0;
  std::size_t most = 0;    ///< the class with the most samples; of equals the first
  std::size_t fewest = 0;  ///< the class with the fewest; of equals the first
  double ratio = 0;        ///< most / fewest; infinite where a class has none, NaN without samples
  std::string band;        ///< balanced < 1.5, slight < 3, moderate < 10, severe; "" without samples
  double effective = 0;    ///< number of classes of equal size that have the same entropy: exp(entropy)
};

/// Computes the balance of class counts.
Balance balance_of(const std::vector<std::int64_t>& counts);

/// The number of samples of each class in each part of the data.
struct ClassBalance {
  static constexpr std::string_view kind = "ClassBalance";
  static const Codec& codec();

  struct PartCounts {
    std::string name;                  ///< "train"
    std::vector<std::int64_t> counts;  ///< K
  };
  std::vector<std::string> class_names;  ///< K
  std::vector<PartCounts> parts;
};

/// Counts the classes of the parts. Throws `Error` where they differ in their classes.
ClassBalance count_classes(const Dataset& train, const Dataset& validation, const Dataset& test);

/// Returns a CSV with one line per class and its count in each part; then samples, ratio, band and effective
/// number of classes of each part. Numbers that are not finite are empty.
std::string class_balance_csv(const ClassBalance& balance);

}  // namespace fovea
