#pragma once

#include "stages/model/specification.hpp"

namespace fovea {

/// Returns the tree of a network, each part before its own: the children of a module of one's own, or layers
/// in the blocks that their names tell, as "layer1.0.conv1" does. Blocks have no type.
std::vector<ModulePart> parts_of(const Specification& specification);

/// A part of a tree that follows others like it, as a line of a list has it.
struct FoldedPart {
  ModulePart part;
  std::string last_name;   ///< of the last of them
  std::int64_t count = 1;  ///< of neighbours with equal parts
};

/// Returns a tree down to a depth, with neighbours of equal types, parameters and parts as one.
std::vector<FoldedPart> folded(const std::vector<ModulePart>& parts, std::int64_t depth);

}  // namespace fovea
