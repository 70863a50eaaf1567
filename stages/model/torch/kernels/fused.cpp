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
#include "stages/model/torch/kernels/norm_pass.hpp"

namespace fovea {
namespace {

struct ReluMaxPool : torch::autograd::Function<ReluMaxPool> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x) {
    const auto sizes = sizes_after(x.sizes(), Epilogue::relu_and_pool);
    const auto pooled = empty_channels_last(sizes, x.scalar_type()),
               winner = empty_channels_last(sizes, at::kByte);
    write_pooled({.x = x, .pooled = pooled, .winner = winner});
    context->saved_data["sizes"] = x.sizes().vec();
    context->save_for_backward({winner});
    return pooled;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const auto sizes = context->saved_data["sizes"].toIntVector();
    const auto image = empty_channels_last(sizes, gradient.scalar_type());
    if (sizes[2] % 2 != 0 || sizes[3] % 2 != 0) image.zero_();
    write_pool_gradients(
        {.x = image, .gradient = gradient, .out = image, .winner = context->get_saved_variables()[0]});
    return {image};
  }
};

}  // namespace

at::Tensor relu_max_pool(const at::Tensor& x) {
  return is_channels_last(x) ? ReluMaxPool::apply(x) : at::max_pool2d(at::relu(x), {2, 2}, {2, 2});
}

/// Calls `visit(i, keeps)` for each of `count` values, on all threads.
template <class Visit> static void for_each_drawn(std::size_t count, double rate, std::uint64_t seed,
                                                  std::uint64_t pass, std::uint32_t layer,
                                                  const Visit& visit) {
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
