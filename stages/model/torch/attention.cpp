#include "stages/model/torch/attention.hpp"

#include <ATen/ops/matmul.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/softmax.h>
#include <torch/csrc/api/include/torch/version.h>
#if TORCH_VERSION_MAJOR >= 2
#include <ATen/ops/scaled_dot_product_attention.h>
#endif

#include <cmath>

namespace fovea {

at::Tensor attend(const at::Tensor& tokens, std::int64_t heads) {
  const auto images = tokens.size(0), count = tokens.size(1), channels = tokens.size(2) / 3;
  // 3 x N x heads x T x C / heads
  const auto parts = tokens.reshape({images, count, 3, heads, channels / heads}).permute({2, 0, 3, 1, 4});
  const auto queries = parts[0], keys = parts[1], values = parts[2];
#if TORCH_VERSION_MAJOR >= 2
  const auto found = at::scaled_dot_product_attention(queries, keys, values);
#else
  const auto scale = 1 / std::sqrt(static_cast<double>(channels / heads));
  const auto shares = at::softmax(at::matmul(at::mul(queries, scale), keys.transpose(-2, -1)), -1);
  const auto found = at::matmul(shares, values);
#endif
  return found.transpose(1, 2).reshape({images, count, channels});
}

}  // namespace fovea
