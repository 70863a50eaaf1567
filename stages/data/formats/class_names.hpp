#pragma once

#include "runtime/context.hpp"
#include "stages/data/dataset.hpp"

namespace fovea {

/// Gives every class its name: that of `wanted`, or of the data, or its number; classes are numbered without
/// gaps. Throws `Error` that begins with `place` where a label is beyond the wanted names.
void name_classes(Dataset& data, const std::vector<std::string>& wanted, const std::string& place);

/// Numbers the classes of data that names them in the order of `wanted`. Where all are named by whole numbers
/// of which none is wanted by name, these are their places in `wanted`. Throws `Error` that begins with
/// `place` where a class is not among them.
void order_classes(Dataset& data, const std::vector<std::string>& wanted, const std::string& place);

/// Refuses a class without samples, or warns of it where it was `named` on purpose. Warns of a single class.
void check_classes(const Dataset& data, bool named, const std::string& place, const Context& context);

}  // namespace fovea
