#pragma once

#include <ATen/core/Tensor.h>

namespace fovea {

/// Multi-head attention of tokens N x T x 3 C, queries, keys and values one after another, as N x T x C:
/// softmax(q k' / sqrt(C / heads)) v for each head (Vaswani et al., 2017).
at::Tensor attend(const at::Tensor& tokens, std::int64_t heads);

}  // namespace fovea
