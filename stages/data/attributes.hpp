#pragma once

#include <span>
#include <string>
#include <vector>

#include "stages/data/names.hpp"

namespace fovea {

/// A text column with one value for each image of the source, beside its class.
struct Attribute {
  std::string name;
  Names values;  ///< one for each image
};

/// Returns the attributes of the images with these numbers, in this order.
std::vector<Attribute> picked(const std::vector<Attribute>& attributes, std::span<const std::uint32_t> index);

/// Returns whether each attribute has one value for each of so many images.
bool are_of(const std::vector<Attribute>& attributes, std::size_t images);

/// Writes the datasets attributes/0, attributes/0_offsets, attributes/1, ... as names are written; the
/// attribute `name` of the first says what the values are. Nothing where there are no attributes.
void write_attributes(const std::vector<Attribute>& attributes, H5Writer& file);

/// Reads them, none where the file has none. Throws `Error` that begins with `place` where values do not lie
/// one after the other.
std::vector<Attribute> read_attributes(const H5Reader& file, const std::string& place);

}  // namespace fovea
