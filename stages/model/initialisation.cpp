#include "stages/model/initialisation.hpp"

#include <cmath>
#include <cstdlib>

#include "runtime/random.hpp"

namespace fovea {
namespace {

/// FNV-1a, 64 bits.
std::uint64_t hash_of(const std::string& name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

OneOf init_names() {
  return one_of({"uniform_in", "uniform_out", "he_normal_out", "he_normal_in", "he_uniform_in",
                 "glorot_uniform", "lecun_normal_in", "normal_0.02", "normal_0.01", "zero"});
}

FirstValues first_weights(const std::string& init, std::int64_t fan_in, std::int64_t fan_out) {
  using Kind = FirstValues::Kind;
  const auto in = static_cast<double>(fan_in), out = static_cast<double>(fan_out);
  if (init == "uniform_in") return {Kind::uniform, 1 / std::sqrt(in)};
  if (init == "uniform_out") return {Kind::uniform, 1 / std::sqrt(out)};
  if (init == "he_normal_out") return {Kind::normal, std::sqrt(2 / out)};
  if (init == "he_normal_in") return {Kind::normal, std::sqrt(2 / in)};
  if (init == "he_uniform_in") return {Kind::uniform, std::sqrt(6 / in)};
  if (init == "glorot_uniform") return {Kind::uniform, std::sqrt(6 / (in + out))};
  if (init == "lecun_normal_in") return {Kind::normal, std::sqrt(1 / in)};
  if (init == "normal_0.02") return {Kind::normal, 0.02};
  if (init == "normal_0.01") return {Kind::normal, 0.01};
  return {Kind::constant, 0};
}

FirstValues first_bias(const std::string& init, std::int64_t fan_in) {
  return init == standard_init ? first_weights(init, fan_in, 1) : FirstValues{};
}

std::vector<float> drawn(const FirstValues& first, const std::string& name, std::int64_t count,
                         std::uint64_t seed) {
  std::vector<float> values(static_cast<std::size_t>(count), static_cast<float>(first.size));
  if (first.kind == FirstValues::Kind::constant) return values;
  const auto hash = hash_of(name);
  Random random(seed, Purpose::initialise, static_cast<std::uint32_t>(hash >> 32),
                static_cast<std::uint32_t>(hash));
  const auto limit = static_cast<float>(first.size);
  for (auto& value : values) {
    value = first.kind == FirstValues::Kind::uniform ? random.uniform(-limit, limit)
                                                     : static_cast<float>(first.size * random.normal());
  }
  return values;
}

}  // namespace fovea
