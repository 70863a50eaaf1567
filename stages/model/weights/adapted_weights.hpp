#pragma once

#include "stages/model/model.hpp"

namespace fovea {

/// The tokens of a position embedding: those in front, such as a class token, and the grid of patches.
struct TokenGrid {
  std::int64_t front = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t tokens() const { return front + height * width; }
  friend bool operator==(const TokenGrid&, const TokenGrid&) = default;
};

/// Returns the tokens of a position embedding, a layer of that number; nothing where they are no grid.
std::optional<TokenGrid> token_grid(const Specification& specification, const NetworkInfo& info,
                                    std::size_t layer);

/// Returns a position embedding (1 x T x C) of another grid: tokens in front are kept, the others
/// interpolated bicubically with antialiasing, as in timm's `resample_abs_pos_embed`.
Array<float> interpolated(const NamedArray& positions, const TokenGrid& from, const TokenGrid& to);

/// Returns filters K x 3 x R x S summed over colours, for gray images, as in timm's `adapt_input_conv`.
Array<float> summed_over_colours(const NamedArray& filters);

/// Returns filters K x 1 x R x S for colours, a third for each: gray images give what they gave.
Array<float> spread_over_colours(const NamedArray& filters);

}  // namespace fovea
