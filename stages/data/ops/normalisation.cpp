#include "stages/data/ops/normalisation.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "stages/data/vector_code.hpp"

namespace fovea {
namespace {

FOVEA_VECTOR_CODE
void normalise(const std::uint8_t* bytes, std::size_t count, const float* factor, const float* shift,
               float* out) {
  constexpr auto period = Normalisation::period;
  std::size_t i = 0;
  for (; i + period <= count; i += period) {
    for (std::size_t k = 0; k < period; ++k)
      out[i + k] = static_cast<float>(bytes[i + k]) * factor[k] + shift[k];
  }
  for (std::size_t k = 0; i + k < count; ++k)
    out[i + k] = static_cast<float>(bytes[i + k]) * factor[k] + shift[k];
}

}  // namespace

Normalisation::Normalisation(const Preprocessing& how) : channels_(how.size.channels) {
  assert(channels_ == 1 || channels_ == 3);
  assert(how.mean.size() == channels_ && how.std.size() == channels_);
  const double unit = 1 / how.scale;
  for (std::size_t i = 0; i < period; ++i) {
    const auto c = i % channels_;
    const double spread = how.std[c] > 0 ? how.std[c] : 1;
    factor_[i] = static_cast<float>(1 / (unit * spread));
    shift_[i] = static_cast<float>(-how.mean[c] / spread);
  }
  for (std::size_t c = 0; c < channels_; ++c)
    mean_colour_[c] = static_cast<std::uint8_t>(std::clamp(std::lround(how.mean[c] * unit), 0L, 255L));
}

void Normalisation::operator()(const std::uint8_t* bytes, std::size_t count, float* out) const {
  normalise(bytes, count, factor_.data(), shift_.data(), out);
}

}  // namespace fovea
