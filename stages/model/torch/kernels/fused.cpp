#include "stages/model/torch/kernels/fused.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/relu.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/random.hpp"
#include "stages/model/torch/kernels/vector_loops.hpp"

namespace fovea {
namespace {

/// Who won a window: 0 to 3 row by row, or `nobody` where no value was above zero.
constexpr std::uint8_t nobody = 4;

/// NaN beats everything, as in PyTorch.
struct FloatOrder {
  using Value = float;
  static float comparable(float value) { return value; }
  static bool beats(float value, float best) { return value > best || value != value; }
};

/// bf16 by its bits: those above zero are ordered as integers are, NaN above all; a negative NaN is made
/// positive.
struct HalfOrder {
  using Value = std::int16_t;
  static std::int16_t comparable(std::int16_t value) {
    return static_cast<std::uint16_t>(value) > 0xFF80 ? std::int16_t{0x7FC0} : value;
  }
  static bool beats(std::int16_t value, std::int16_t best) { return value > best; }
};

/// One row of windows in channels-last order: the image row above, the one below it, the results and the
/// winners.
template <class Value>
struct Row {
  Value* above;
  Value* below;
  Value* pooled;
  std::uint8_t* winner;
  std::int64_t windows;
  std::int64_t channels;
};

template <class Type>
FOVEA_PART_OF_LOOP void pool_row(const Row<typename Type::Value>& row) {
  using Value = typename Type::Value;
  const auto channels = row.channels;
  for (std::int64_t w = 0; w < row.windows; ++w) {
    const Value* __restrict above = row.above + 2 * w * channels;
    const Value* __restrict below = row.below + 2 * w * channels;
    Value* __restrict pooled = row.pooled + w * channels;
    std::uint8_t* __restrict winner = row.winner + w * channels;
    for (std::int64_t c = 0; c < channels; ++c) {
      const Value in[4] = {above[c], above[c + channels], below[c], below[c + channels]};
      Value best = 0;
      std::uint8_t who = nobody;
      for (std::uint8_t i = 0; i < 4; ++i) {
        const Value value = Type::comparable(in[i]);
        const bool wins = Type::beats(value, best);
        best = wins ? value : best;
        who = wins ? i : who;
      }
      pooled[c] = best;
      winner[c] = who;
    }
  }
}

/// The way back: each value's gradient goes to who won.
template <class Value>
FOVEA_PART_OF_LOOP void spread_row(const Row<Value>& row) {
  const auto channels = row.channels;
  for (std::int64_t w = 0; w < row.windows; ++w) {
    Value* __restrict above = row.above + 2 * w * channels;
    Value* __restrict below = row.below + 2 * w * channels;
    const Value* __restrict gradient = row.pooled + w * channels;
    const std::uint8_t* __restrict winner = row.winner + w * channels;
    for (std::int64_t c = 0; c < channels; ++c) {
      const Value value = gradient[c];
      const std::uint8_t who = winner[c];
      above[c] = who == 0 ? value : Value{0};
      above[c + channels] = who == 1 ? value : Value{0};
      below[c] = who == 2 ? value : Value{0};
      below[c + channels] = who == 3 ? value : Value{0};
    }
  }
}

FOVEA_VECTOR_LOOPS void pool(const Row<float>& row) {
  pool_row<FloatOrder>(row);
}
FOVEA_VECTOR_LOOPS void pool(const Row<std::int16_t>& row) {
  pool_row<HalfOrder>(row);
}
FOVEA_VECTOR_LOOPS void spread(const Row<float>& row) {
  spread_row(row);
}
FOVEA_VECTOR_LOOPS void spread(const Row<std::int16_t>& row) {
  spread_row(row);
}

/// Calls `body` for every row of windows of images N x C x H x W, on all threads.
template <class Value, class Body>
void for_each_row(const at::Tensor& image, const at::Tensor& pooled, const at::Tensor& winner, Body body) {
  const auto channels = image.size(1), height = image.size(2), width = image.size(3);
  const auto rows = pooled.size(2), windows = pooled.size(3);
  auto* const in = static_cast<Value*>(image.data_ptr());
  auto* const out = static_cast<Value*>(pooled.data_ptr());
  auto* const who = winner.data_ptr<std::uint8_t>();
  const auto grain = std::max<std::int64_t>(1, 32768 / std::max<std::int64_t>(1, windows * channels));
  at::parallel_for(0, image.size(0) * rows, grain, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = begin; i < end; ++i) {
      Value* above = in + (i / rows * height + i % rows * 2) * width * channels;
      const auto at = i * windows * channels;
      body(Row<Value>{above, above + width * channels, out + at, who + at, windows, channels});
    }
  });
}

at::Tensor empty_channels_last(at::IntArrayRef sizes, at::ScalarType type) {
  return at::empty(sizes, at::TensorOptions(type).memory_format(at::MemoryFormat::ChannelsLast));
}

struct ReluMaxPool : torch::autograd::Function<ReluMaxPool> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x) {
    const std::vector<std::int64_t> sizes{x.size(0), x.size(1), x.size(2) / 2, x.size(3) / 2};
    auto pooled = empty_channels_last(sizes, x.scalar_type());
    auto winner = empty_channels_last(sizes, at::kByte);
    if (x.scalar_type() == at::kFloat) {
      for_each_row<float>(x, pooled, winner, [](const auto& row) { pool(row); });
    } else {
      for_each_row<std::int16_t>(x, pooled, winner, [](const auto& row) { pool(row); });
    }
    context->saved_data["sizes"] = x.sizes().vec();
    context->save_for_backward({winner});
    return pooled;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const auto winner = context->get_saved_variables()[0];
    const auto sizes = context->saved_data["sizes"].toIntVector();
    auto image = empty_channels_last(sizes, gradient.scalar_type());
    if (sizes[2] % 2 != 0 || sizes[3] % 2 != 0) image.zero_();
    if (gradient.scalar_type() == at::kFloat) {
      for_each_row<float>(image, gradient, winner, [](const auto& row) { spread(row); });
    } else {
      for_each_row<std::int16_t>(image, gradient, winner, [](const auto& row) { spread(row); });
    }
    return {image};
  }
};

}  // namespace

at::Tensor relu_max_pool(const at::Tensor& x) {
  const bool fits = x.dim() == 4 && x.device().is_cpu() && x.is_contiguous(at::MemoryFormat::ChannelsLast) &&
                    (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
  return fits ? ReluMaxPool::apply(x) : at::max_pool2d(at::relu(x), {2, 2}, {2, 2});
}

/// Calls `visit(i, keeps)` for each of `count` values, on all threads.
template <class Visit>
static void for_each_drawn(std::size_t count, double rate, std::uint64_t seed, std::uint64_t pass,
                           std::uint32_t layer, const Visit& visit) {
  const auto threshold = static_cast<std::uint32_t>(std::lround(rate * 65536));
  const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed),
                                         static_cast<std::uint32_t>(seed >> 32)};
  const auto purpose = static_cast<std::uint32_t>(Purpose::dropout) | layer << 8;
  at::parallel_for(
      0, static_cast<std::int64_t>((count + 7) / 8), 1024, [&](std::int64_t begin, std::int64_t end) {
        for (auto block = static_cast<std::size_t>(begin); block < static_cast<std::size_t>(end); ++block) {
          const auto random = philox({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(pass),
                                      static_cast<std::uint32_t>(pass >> 32), purpose},
                                     key);
          for (std::size_t i = 0; i < std::min<std::size_t>(8, count - 8 * block); ++i)
            visit(8 * block + i, (random[i / 2] >> (16 * (i % 2)) & 0xFFFF) >= threshold);
        }
      });
}

at::Tensor dropout(const at::Tensor& x, double rate, std::uint64_t seed, std::uint64_t pass,
                   std::uint32_t layer) {
  const auto factors = at::empty(x.sizes(), at::kFloat);
  const auto kept = static_cast<float>(1 / (1 - rate));
  auto* const out = factors.data_ptr<float>();
  for_each_drawn(static_cast<std::size_t>(factors.numel()), rate, seed, pass, layer,
                 [&](std::size_t i, bool keeps) { out[i] = keeps ? kept : 0.0F; });
  return at::mul(x, factors.to(x.device()));
}

void draw_kept(std::span<std::uint8_t> kept, double rate, std::uint64_t seed, std::uint64_t pass,
               std::uint32_t layer) {
  for_each_drawn(kept.size(), rate, seed, pass, layer,
                 [&](std::size_t i, bool keeps) { kept[i] = keeps ? 1 : 0; });
}

}  // namespace fovea
