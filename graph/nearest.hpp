#pragma once

#include "graph/plan.hpp"

namespace fovea {

/// Compares nodes that have to run with what ran before them and was like them.
class Nearest {
 public:
  explicit Nearest(const World& world) : world_(world) {}

  /// Fills in why a node has to run, and what it took before: compares with the earlier result of its lineage
  /// that differs least, of these the one that was used last.
  void explain(Planned& planned, const Node& node, const Json& parts, const std::string& lineage);

  /// What a node with these settings took last time behind inputs that are not known yet.
  std::optional<double> seconds(const Node& node, const std::string& lineage) const;

 private:
  using Leaves = std::vector<std::pair<std::string, Json>>;  ///< by dotted name, in order
  const Leaves& leaves_of(const Record& record);

  const World& world_;
  std::map<const Record*, Leaves> leaves_;
};

}  // namespace fovea
