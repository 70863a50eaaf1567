#include <algorithm>
#include <numeric>

#include "runtime/ceil_div.hpp"
#include "stages/model/specification.hpp"

namespace fovea {
namespace {

/// Throws for counts beyond the memory of any machine, long before they overflow.
void expect_sane(double count, const char* what) {
  if (count > 1e12) throw Error(std::string(what) + " are too many; keep them below 1e12");
}

void expect_image(const Extent& in) {
  if (in.size() == 3) return;
  throw Error("takes images, but gets " + extent_text(in) +
              (in.size() == 1 ? "; put it before \"flatten\"" : "; put it before \"tokens\""));
}

void expect_tokens(const Extent& in) {
  if (in.size() != 2)
    throw Error("takes tokens, but gets " + extent_text(in) + "; put a \"tokens\" before it");
}

void expect_divides(std::int64_t groups, const char* what, std::int64_t channels) {
  if (channels % groups != 0)
    throw Error(std::to_string(groups) + " " + what + " do not divide " + std::to_string(channels) +
                " channels");
}

/// The number of channels: of each pixel or token, or the values of a flat one.
std::int64_t channels_of(const Extent& in) {
  return in.size() == 2 ? in[1] : in[0];
}

/// Windows along one side, as in PyTorch.
struct Windows {
  std::int64_t kernel, stride, padding, dilation = 1;
  bool ceil_mode = false;

  std::int64_t along(std::int64_t size) const {
    const auto wide = dilation * (kernel - 1) + 1, room = size + 2 * padding;
    if (room < wide) {
      throw Error("a window of " + std::to_string(wide) + " does not fit into " + std::to_string(room) +
                  " pixels; give larger images or a smaller network");
    }
    if (!ceil_mode) return (room - wide) / stride + 1;
    const auto count = ceil_div(room - wide, stride) + 1;
    return (count - 1) * stride >= size + padding ? count - 1 : count;
  }
};

template <class Pool> Extent pooled(const Extent& in, const Pool& pool) {
  expect_image(in);
  Extent out{in[0]};
  for (std::size_t side = 0; side < 2; ++side) {
    if (2 * pool.padding[side] > pool.kernel[side]) {
      throw Error("a padding of " + std::to_string(pool.padding[side]) + " is more than half the window of " +
                  std::to_string(pool.kernel[side]));
    }
    out.push_back(Windows{pool.kernel[side], pool.stride[side], pool.padding[side], 1, pool.ceil_mode}.along(
        in[side + 1]));
  }
  return out;
}

Extent reshaped(const Extent& in, const std::vector<std::int64_t>& shape) {
  std::int64_t known = 1;
  for (const auto length : shape) known *= length == -1 ? 1 : length;
  const auto open = std::count(shape.begin(), shape.end(), -1);
  const bool fits = known > 0 && (open == 0 ? known == product(in) : open == 1 && product(in) % known == 0);
  if (!fits || shape.empty() || shape.size() > 3)
    throw Error(extent_text(in) + " has no shape of " + shown(Json(shape)) +
                "; give up to three lengths with as many values");
  Extent out = shape;
  std::replace(out.begin(), out.end(), std::int64_t{-1}, product(in) / known);
  return out;
}

Extent permuted(const Extent& in, const std::vector<std::int64_t>& order) {
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::int64_t> all(in.size());
  std::iota(all.begin(), all.end(), 0);
  if (sorted != all)
    throw Error(shown(Json(order)) + " is no order of " + extent_text(in) +
                "; name each dimension once, from 0");
  Extent out;
  for (const auto from : order) out.push_back(in[static_cast<std::size_t>(from)]);
  return out;
}

/// Infers one layer from its input extents.
struct InferLayer {
  const std::vector<Extent>& inputs;
  LayerInfo& info;

  const Extent& in() const { return inputs.front(); }
  void weight(const char* name, Extent shape, WeightRole role, FirstValues first) const {
    info.weights.push_back({name, std::move(shape), role, first});
  }
  void norm(std::int64_t channels) const {
    weight("weight", {channels}, WeightRole::norm, {.size = 1});
    weight("bias", {channels}, WeightRole::norm, {});
  }
  void same() const { info.output = in(); }
  void count(double multiply_adds) const {
    expect_sane(multiply_adds, "multiply-adds");
    info.multiply_adds = static_cast<std::int64_t>(multiply_adds);
  }

  void operator()(const Conv& conv) const {
    expect_image(in());
    if (in()[0] % conv.groups != 0 || conv.channels % conv.groups != 0) {
      throw Error(std::to_string(conv.groups) + " groups do not divide " + std::to_string(in()[0]) + " and " +
                  std::to_string(conv.channels) + " channels");
    }
    info.output = {conv.channels};
    for (std::size_t side = 0; side < 2; ++side) {
      info.output.push_back(
          Windows{conv.kernel[side], conv.stride[side], conv.padding[side], conv.dilation[side]}.along(
              in()[side + 1]));
    }
    const auto window = conv.kernel.height() * conv.kernel.width();
    const auto fan_in = in()[0] / conv.groups * window, fan_out = conv.channels * window;
    count(static_cast<double>(product(info.output)) * static_cast<double>(fan_in));
    weight("weight", {conv.channels, in()[0] / conv.groups, conv.kernel.height(), conv.kernel.width()},
           WeightRole::weight, first_weights(conv.init, fan_in, fan_out));
    if (conv.bias) weight("bias", {conv.channels}, WeightRole::bias, first_bias(conv.init, fan_in));
  }
  void operator()(const BatchNorm&) const {
    expect_image(in());
    same();
    norm(in()[0]);
    weight("running_mean", {in()[0]}, WeightRole::buffer, {});
    weight("running_var", {in()[0]}, WeightRole::buffer, {.size = 1});
    weight("num_batches_tracked", {}, WeightRole::buffer, {});
  }
  void operator()(const LayerNorm&) const {
    same();
    norm(channels_of(in()));
  }
  void operator()(const GroupNorm& group) const {
    expect_image(in());
    expect_divides(group.groups, "groups", in()[0]);
    same();
    norm(in()[0]);
  }
  void operator()(const Plain&) const { same(); }
  void operator()(const Gelu&) const { same(); }
  void operator()(const Dropout&) const { same(); }
  void operator()(const StochasticDepth&) const { same(); }
  void operator()(const MaxPool& pool) const { info.output = pooled(in(), pool); }
  void operator()(const AveragePool& pool) const { info.output = pooled(in(), pool); }
  void operator()(const AdaptiveAveragePool& pool) const { adapt(pool.size); }
  void operator()(const AdaptiveMaxPool& pool) const { adapt(pool.size); }
  void operator()(const GlobalAveragePool&) const { adapt(1); }
  void adapt(const Sides& size) const {
    expect_image(in());
    info.output = {in()[0], size.height(), size.width()};
  }
  void operator()(const Mean&) const { info.output = {channels_of(in())}; }
  void operator()(const Flatten&) const { info.output = {product(in())}; }
  void operator()(const Reshape& reshape) const { info.output = reshaped(in(), reshape.shape); }
  void operator()(const Permute& permute) const { info.output = permuted(in(), permute.order); }
  void operator()(const Linear& linear) const {
    if (in().size() == 3 && !linear.pixelwise)
      throw Error("takes flat values, but gets " + extent_text(in()) +
                  "; put a \"flatten\", \"mean\" or \"tokens\" before it");
    if (linear.pixelwise) expect_image(in());
    const auto channels = channels_of(in());
    info.output = in();
    (in().size() == 2 ? info.output[1] : info.output[0]) = linear.features;
    count(static_cast<double>(product(in())) * static_cast<double>(linear.features));
    weight("weight", {linear.features, channels}, WeightRole::weight,
           first_weights(linear.init, channels, linear.features));
    if (linear.bias) weight("bias", {linear.features}, WeightRole::bias, first_bias(linear.init, channels));
  }
  void operator()(const Add&) const {
    same();
    for (const auto& other : inputs) {
      if (other == in()) continue;
      throw Error("adds " + extent_text(in()) + " and " + extent_text(other) + "; all must have one shape");
    }
  }
  void operator()(const Concat&) const {
    same();
    info.output[0] = 0;
    for (const auto& other : inputs) {
      expect_image(other);
      if (!std::equal(other.begin() + 1, other.end(), in().begin() + 1, in().end())) {
        throw Error("puts " + extent_text(in()) + " and " + extent_text(other) +
                    " together; all must have one height and width");
      }
      info.output[0] += other[0];
    }
  }
  void operator()(const Multiply&) const {
    same();
    if (inputs[0] == inputs[1]) return;
    if (in().size() == 3 && inputs[1] == Extent{in()[0], 1, 1}) return;
    throw Error("multiplies " + extent_text(in()) + " and " + extent_text(inputs[1]) +
                "; both must have one shape, or the second be " + extent_text({channels_of(in()), 1, 1}));
  }
  void operator()(const Tokens&) const {
    expect_image(in());
    info.output = {in()[1] * in()[2], in()[0]};
  }
  void operator()(const ClassToken&) const {
    expect_tokens(in());
    info.output = {in()[0] + 1, in()[1]};
    weight("", {1, 1, in()[1]}, WeightRole::bias, {});
  }
  void operator()(const FirstToken&) const {
    expect_tokens(in());
    info.output = {in()[1]};
  }
  void operator()(const PositionEmbedding&) const {
    expect_tokens(in());
    same();
    weight("", {1, in()[0], in()[1]}, WeightRole::bias, first_weights("normal_0.02", 1, 1));
  }
  void operator()(const Attention& attention) const {
    expect_tokens(in());
    if (in()[1] % 3 != 0)
      throw Error("takes queries, keys and values, but gets " + extent_text(in()) +
                  "; put a \"linear\" of 3 times the channels before it");
    const auto channels = in()[1] / 3;
    expect_divides(attention.heads, "heads", channels);
    info.output = {in()[0], channels};
    count(2.0 * static_cast<double>(in()[0]) * static_cast<double>(in()[0]) * static_cast<double>(channels));
  }
  void operator()(const LayerScale& scale) const {
    same();
    const auto channels = channels_of(in());
    const bool image = in().size() == 3 && !scale.flat;
    weight("", image ? Extent{channels, 1, 1} : Extent{channels}, WeightRole::norm, {.size = scale.initial});
  }
  void operator()(const ChannelShuffle& shuffle) const {
    expect_image(in());
    expect_divides(shuffle.groups, "groups", in()[0]);
    same();
  }
  void operator()(const OwnModule& module) const {
    expect_image(in());
    info.output = {module.features};
    for (const auto& one : module.state) {
      double numbers = 1;
      for (const auto length : one.shape) numbers *= static_cast<double>(length);
      expect_sane(numbers, "weights");
      const auto matrix = one.shape.size() > 1 ? WeightRole::weight : WeightRole::bias;
      weight(one.name.c_str(), one.shape, one.buffer ? WeightRole::buffer : matrix, {});
    }
  }
};

}  // namespace

LayerInfo infer_layer(const LayerKind& kind, const std::vector<Extent>& inputs) {
  LayerInfo info;
  std::visit(InferLayer{inputs, info}, kind);
  for (const auto& weight : info.weights) {
    if (weight.role != WeightRole::buffer) info.parameters += weight.count();
  }
  return info;
}

}  // namespace fovea
