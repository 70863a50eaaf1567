#include "stages/model/torch/kernels/winograd_products.hpp"

namespace fovea {
namespace winograd {
namespace {

struct Fp32Products : Fp32 {
  static constexpr std::size_t products = 1;
  FOVEA_PART_OF_LOOP static void store(const Lanes& values, float* to) { write_vector(values, to); }
  FOVEA_PART_OF_LOOP static void store_both(const Lanes& first, const Lanes& second, float* to) {
    write_vector(first, to);
    write_vector(second, to + lanes);
  }
  FOVEA_PART_OF_LOOP static void store_turns(const Lanes& first, const Lanes& second, float* to) {
    store_both(first, second, to);
  }
  FOVEA_PART_OF_LOOP static Lanes factors(const float* from) { return read_vector<Lanes>(from); }
  FOVEA_PART_OF_LOOP static Lanes add_product(const Lanes& sum, const float* factor, const Lanes& factors) {
    return sum + *factor * factors;
  }
};

}  // namespace
}  // namespace winograd

using namespace winograd;

std::size_t winograd_scratch(const WinogradShape& shape) {
  return Scratch<float>::size(shape);
}

FOVEA_WINOGRAD_LOOPS(Fp32Products)

void winograd_weight_gradients(const float* sums, std::size_t channels_in, std::size_t channels_out,
                               float* gradients) {
  const auto stride = channels_in * channels_out;
  for (std::size_t i = 0; i < channels_in; ++i) {
    for (std::size_t o = 0; o < channels_out; o += lanes) {
      Lanes values[9];
      transform_sums(sums + i / lanes * lanes * channels_out + (o + i % lanes) * lanes, stride, values);
      float* to = gradients + 9 * (o * channels_in + i);
      for (std::size_t k = 0; k < 9; ++k) {
        float line[lanes];
        write_vector(values[k], line);
        for (std::size_t lane = 0; lane < lanes; ++lane) to[9 * channels_in * lane + k] = line[lane];
      }
    }
  }
}

}  // namespace fovea
