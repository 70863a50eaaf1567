#pragma once

#include "graph/plan.hpp"

namespace fovea {

/// Compares nodes that have to run with similar earlier results.
class Nearest {
 public:
  explicit Nearest(const World& world) : world_(world) {}

  /// Fills in the reason why a node has to run, and its expected seconds. The node is compared with the
  /// earlier result of its lineage that differs least, and of equals with the one used last.
  void explain(Planned& planned, const Node& node, const Json& parts, const std::string& lineage);

  /// Returns the seconds that a node with these settings took last time, for inputs that are not known yet.
  std::optional<double> seconds(const Node& node, const std::string& lineage) const;

 private:
  using Leaves = std::vector<std::pair<std::string, Json>>;  ///< by dotted name, in order
  const Leaves& leaves_of(const Record& record);

  const World& world_;
  std::map<const Record*, Leaves> leaves_;
};

}  // namespace fovea
