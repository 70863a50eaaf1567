#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/field.hpp"

namespace fovea {

/// How a list of first values is drawn.
struct FirstValues {
  enum class Kind { constant, uniform, normal };
  Kind kind = Kind::constant;
  double size = 0;  ///< the constant, the limit to both sides of 0, or the standard deviation
};

/// PyTorch's own choice for convolutions and linear layers.
inline constexpr const char* standard_init = "uniform_in";

/// The names of ways in which a weight of a convolution or linear layer is drawn. Biases become 0, but for
/// `uniform_in`, which draws them like the weight.
///
/// uniform_in, uniform_out: up to 1 / sqrt(fan); he_normal_out, he_normal_in, he_uniform_in: standard
/// deviation sqrt(2 / fan) (He et al., 2015); glorot_uniform: sqrt(2 / (fan in + fan out)) (Glorot and
/// Bengio, 2010); lecun_normal_in: sqrt(1 / fan); normal_0.02, normal_0.01; zero.
OneOf init_names();

/// The values that a weight read by `fan_in` numbers and read from by `fan_out` begins with.
FirstValues first_weights(const std::string& init, std::int64_t fan_in, std::int64_t fan_out);
FirstValues first_bias(const std::string& init, std::int64_t fan_in);

/// Draws so many first values of the weight of that name: each weight has random numbers of its own, whatever
/// other layers there are.
std::vector<float> drawn(const FirstValues& first, const std::string& name, std::int64_t count,
                         std::uint64_t seed);

}  // namespace fovea
