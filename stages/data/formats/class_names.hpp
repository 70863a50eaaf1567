#pragma once

#include "runtime/context.hpp"
#include "stages/data/dataset.hpp"

namespace fovea {

/// Names every class: from `wanted`, or from the data, or by its number; classes are numbered without gaps.
/// Throws `Error` that begins with `place` where a label is beyond the wanted names.
void name_classes(Dataset& data, const std::vector<std::string>& wanted, const std::string& place);

/// Renumbers named classes in the order of `wanted`. Where all names are whole numbers and none of them is in
/// `wanted`, they are indexes into `wanted`. Throws `Error` that begins with `place` where a class is not in
/// `wanted`.
void order_classes(Dataset& data, const std::vector<std::string>& wanted, const std::string& place);

/// Refuses a class without samples, or warns of it where the class names were given (`named`). Warns of a
/// single class.
void check_classes(const Dataset& data, bool named, const std::string& place, const Context& context);

}  // namespace fovea
