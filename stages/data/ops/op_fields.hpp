#pragma once

#include <string_view>

#include "graph/params.hpp"

// Parameters that several ops have under the same name.

namespace fovea {

/// `p`: how often an op is done, which is drawn for each sample or batch.
template <class Op>
constexpr auto share_field(std::string_view doc = "share of the samples that are changed") {
  return field("p", &Op::p, doc, between(0, 1));
}

/// `max`: how far an op goes at most, from 0 to `highest`; and `p`.
template <class Op> constexpr auto max_fields(std::string_view doc, double highest) {
  return std::tuple{field("max", &Op::max, doc, between(0, highest)), share_field<Op>()};
}

/// The same of ops that mix with another image.
template <class Op> constexpr auto factor_fields() {
  return max_fields<Op>("the factor is from 1 - max to 1 + max", 1);
}

/// `fill`: what comes in from outside where pixels move.
template <class Op> auto fill_field() {
  return field(
      "fill", &Op::fill,
      "what comes in from outside: mean (the data's colour), black, edge (the pixel at the border) or "
      "reflect (the image, mirrored); one for all ops of a policy",
      one_of({"mean", "black", "edge", "reflect"}));
}

/// `max`, `p` and `fill` of ops that move pixels.
template <class Op> auto warp_fields(std::string_view doc, double highest) {
  return std::tuple_cat(max_fields<Op>(doc, highest), std::tuple{fill_field<Op>()});
}

/// `interpolation` and `fill` of ops that choose among others.
template <class Op> auto moving_fields() {
  return std::tuple{field("interpolation", &Op::interpolation, "how pixels are looked up where they move",
                          one_of({"nearest", "bilinear"})),
                    fill_field<Op>()};
}

}  // namespace fovea
