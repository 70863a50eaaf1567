#include "stages/model/torch/kernels/norm_loops.hpp"

#include <bit>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/catch.hpp"

namespace {

constexpr std::size_t row = 6, pixels = 2 * row;  // two rows of three windows

template <class Value> Value kept(float value) {
  if constexpr (std::is_same_v<Value, float>)
    return value;
  else
    return static_cast<Value>(std::bit_cast<std::uint32_t>(value) >> 16);
}

/// What the loops read and write for so many channels.
template <class Type> struct Data {
  using Value = typename Type::Value;
  std::size_t channels;
  std::vector<Value> x, added, result, gradient, out, added_gradient, pooled;
  std::vector<std::uint8_t> winner;
  std::vector<float> a, b, mean, first, second;

  explicit Data(std::size_t count)
      : channels(count),
        out(pixels * count),
        added_gradient(pixels * count),
        pooled(pixels / 4 * count),
        winner(pixels / 4 * count),
        first(count),
        second(count) {
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    const auto fill = [&](auto& values, std::size_t size) {
      for (std::size_t i = 0; i < size; ++i) {
        values.push_back(kept<typename std::decay_t<decltype(values)>::value_type>(normal(random)));
      }
    };
    for (auto* values : {&x, &added, &result, &gradient}) fill(*values, pixels * channels);
    for (auto* values : {&a, &b, &mean}) fill(*values, channels);
    x[0] = kept<Value>(std::numeric_limits<float>::quiet_NaN());
    x[channels] = kept<Value>(std::numeric_limits<float>::infinity());
    gradient[2 * channels] = kept<Value>(std::numeric_limits<float>::quiet_NaN());
  }

  fovea::Pixels<Value> pixels_of(bool relu, bool adds) {
    return {x.data(),   adds ? added.data() : nullptr, result.data(), gradient.data(),
            out.data(), added_gradient.data(),         pixels,        channels,
            relu};
  }
  fovea::Windows<Value> windows() {
    const auto below = row * channels;
    return {{x.data(), x.data() + below},
            {out.data(), out.data() + below},
            pooled.data(),
            gradient.data(),
            winner.data(),
            row / 2,
            channels};
  }
  fovea::Affine affine() const { return {a.data(), b.data()}; }

  /// The bytes of all that was written.
  std::string written() const {
    std::string bytes;
    const auto add = [&](const auto& values) {
      bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof values[0]);
    };
    add(out);
    add(added_gradient);
    add(pooled);
    add(winner);
    add(first);
    add(second);
    return bytes;
  }
};

/// All that the loops write, one after the other.
template <class Type> std::vector<std::string> written_by(std::size_t channels) {
  std::vector<std::string> all;
  const auto record = [&](const auto& run) {
    Data<Type> data(channels);
    run(data, data.first.data(), data.second.data());
    all.push_back(data.written());
  };
  using D = Data<Type>&;
  record([](D d, float* a, float* b) {
    fovea::add_moments<Type>(d.pixels_of(true, false), d.mean.data(), a, b);
  });
  for (const bool relu : {false, true}) {
    record([&](D d, float*, float*) { fovea::normalise<Type>(d.pixels_of(relu, false), d.affine()); });
    record([&](D d, float*, float*) { fovea::normalise<Type>(d.pixels_of(relu, true), d.affine()); });
    record([&](D d, float* a, float* b) {
      fovea::add_gradients<Type>(d.pixels_of(relu, false), d.affine(), d.mean.data(), a, b);
    });
    record([&](D d, float*, float*) {
      fovea::spread_gradients<Type>(d.pixels_of(relu, false), d.affine(), {d.b.data(), d.a.data()});
    });
  }
  record([](D d, float* a, float* b) {
    fovea::add_sum_gradients<Type>(d.pixels_of(true, true), d.mean.data(), a, b);
  });
  record([](D d, float* a, float* b) {
    fovea::normalise<Type>(d.windows(), d.affine());
    fovea::add_gradients<Type>(d.windows(), d.mean.data(), a, b);
    fovea::spread_gradients<Type>(d.windows(), d.a.data(), {d.b.data(), d.mean.data()});
  });
  record([](D d, float*, float*) {
    fovea::normalise<Type>(d.windows(), d.affine());
    fovea::spread_gradients<Type>(d.windows());
  });
  return all;
}

}  // namespace

TEST_CASE("norm loops: wide vectors give the same bytes as narrow ones") {
  if (!fovea::has_avx512(true)) {
    skipped("this CPU has no wide ones");
    return;
  }
  for (const std::size_t channels : {1, 7, 8, 16, 27, 40, 64}) {
    INFO(channels << " channels");
    CHECK(written_by<fovea::Fp32>(channels) == written_by<fovea::WideFp32>(channels));
    CHECK(written_by<fovea::Bf16>(channels) == written_by<fovea::WideBf16>(channels));
  }
}
