#include "runtime/ceil_div.hpp"
#include "stages/model/onnx/layer_nodes.hpp"

namespace fovea {
namespace {

/// Pixels that windows need behind the image beyond `padding`, where the last one begins inside and ends
/// outside: what ceil mode means in PyTorch, which differs from ONNX where a window would begin in the
/// padding.
template <class Pool> Sides overhang(const Pool& pool, const Extent& in, const Extent& out) {
  const auto along = [&](std::size_t side) {
    const auto end = (out[side + 1] - 1) * pool.stride[side] + pool.kernel[side];
    return std::max<std::int64_t>(0, end - in[side + 1] - 2 * pool.padding[side]);
  };
  return {along(0), along(1)};
}

/// The padding before and after both sides, in ONNX's order.
std::vector<std::int64_t> pads(const Sides& before, const Sides& more) {
  const auto high = before.height(), wide = before.width();
  return {high, wide, high + more.height(), wide + more.width()};
}

struct Mode {
  const char* window;  ///< the operator for windows of one size
  const char* global;  ///< for all pixels
  const char* range;   ///< for some along one dimension
};
constexpr Mode average{"AveragePool", "GlobalAveragePool", "ReduceMean"};
constexpr Mode largest{"MaxPool", "GlobalMaxPool", "ReduceMax"};

/// Windows of several sizes, first along one side and then along the other.
std::string uneven_windows(const LayerNodes& nodes, const Sides& size, const Mode& mode) {
  auto value = nodes.in();
  for (std::size_t side = 0; side < 2; ++side) {
    const auto pixels = nodes.extent()[side + 1], windows = size[side];
    const auto dimension = static_cast<std::int64_t>(side) + 2;
    OnnxGraph::Inputs parts;
    for (std::int64_t i = 0; i < windows; ++i) {
      const auto begin = i * pixels / windows, end = ceil_div((i + 1) * pixels, windows);
      const auto part = nodes.node("Slice", {value, nodes.graph.whole({begin}), nodes.graph.whole({end}),
                                             nodes.graph.whole({dimension})});
      parts.push_back(nodes.node(mode.range, {part}, {{"axes", std::vector{dimension}}, {"keepdims", 1}}));
    }
    value = parts.size() == 1 ? parts.front() : nodes.node("Concat", parts, {{"axis", dimension}});
  }
  return value;
}

std::string adaptive(const LayerNodes& nodes, const Sides& size, const Mode& mode) {
  const auto height = nodes.extent()[1], width = nodes.extent()[2];
  if (size == Sides(1)) return nodes.node(mode.global, {nodes.in()});
  if (height % size.height() != 0 || width % size.width() != 0) return uneven_windows(nodes, size, mode);
  const std::vector window{height / size.height(), width / size.width()};
  return nodes.node(mode.window, {nodes.in()}, {{"kernel_shape", window}, {"strides", window}});
}

template <class Pool> std::vector<std::int64_t> kernel_of(const Pool& pool) {
  return {pool.kernel.height(), pool.kernel.width()};
}

template <class Pool> std::vector<std::int64_t> strides_of(const Pool& pool) {
  return {pool.stride.height(), pool.stride.width()};
}

}  // namespace

std::string LayerNodes::operator()(const MaxPool& pool) const {
  return node("MaxPool", {in()},
              {{"kernel_shape", kernel_of(pool)},
               {"strides", strides_of(pool)},
               {"pads", pads(pool.padding, overhang(pool, extent(), info.output))}});
}

/// Zeros of the padding count where the layer says so; what lies behind it never does.
std::string LayerNodes::operator()(const AveragePool& pool) const {
  const auto more = overhang(pool, extent(), info.output);
  auto value = in();
  auto around = pool.padding;
  bool counted = pool.count_padding;
  if (counted && more != Sides(0)) {
    const auto high = pool.padding.height(), wide = pool.padding.width();
    value = node("Pad", {value, graph.whole({0, 0, high, wide, 0, 0, high, wide})});
    around = 0;
    counted = false;
  }
  return node("AveragePool", {value},
              {{"kernel_shape", kernel_of(pool)},
               {"strides", strides_of(pool)},
               {"pads", pads(around, more)},
               {"count_include_pad", counted ? 1 : 0}});
}

std::string LayerNodes::operator()(const AdaptiveAveragePool& pool) const {
  return adaptive(*this, pool.size, average);
}

std::string LayerNodes::operator()(const AdaptiveMaxPool& pool) const {
  return adaptive(*this, pool.size, largest);
}

std::string LayerNodes::operator()(const GlobalAveragePool&) const {
  return adaptive(*this, 1, average);
}

std::string LayerNodes::operator()(const Mean&) const {
  if (extent().size() == 1) return in();
  const auto dimensions =
      extent().size() == 3 ? std::vector<std::int64_t>{2, 3} : std::vector<std::int64_t>{1};
  return node("ReduceMean", {in()}, {{"axes", dimensions}, {"keepdims", 0}});
}

}  // namespace fovea
