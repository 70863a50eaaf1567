#include "stages/model/pass_memory.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/ceil_div.hpp"
#include "stages/model/fusion.hpp"
#include "stages/model/recompute_sections.hpp"

namespace fovea {
namespace {

/// Pieces of memory, each with the number of its users; the last user frees it.
class Pieces {
 public:
  std::size_t make(std::int64_t bytes) {
    all_.push_back({bytes, 1});
    alive_ += bytes;
    take(0);
    return all_.size() - 1;
  }
  std::size_t share(std::size_t piece) {
    ++all_[piece].users;
    return piece;
  }
  void drop(std::size_t piece) {
    if (--all_[piece].users == 0) alive_ -= all_[piece].bytes;
  }
  bool has_one_user(std::size_t piece) const { return all_[piece].users == 1; }
  /// Counts bytes that are free again at once.
  void take(std::int64_t bytes) { peak_ = std::max(peak_, alive_ + bytes); }
  std::int64_t alive() const { return alive_; }
  std::int64_t peak() const { return peak_; }

 private:
  struct Piece {
    std::int64_t bytes, users;
  };
  std::vector<Piece> all_;
  std::int64_t alive_ = 0, peak_ = 0;
};

/// One computation: a layer, or the part of a fusion group that LibTorch computes as one.
struct MemoryStep {
  std::vector<std::size_t> inputs;  ///< numbers of values
  std::size_t output = 0;
  LayerMemory memory;
  std::vector<std::size_t> last_use{};
  std::vector<std::size_t> kept{};  ///< pieces, during the passes
};

/// A value of the network.
struct Value {
  BatchValue shape;
  std::optional<std::size_t> piece{}, gradient{};
};

/// The steps of a network, and the end of each fusion group among them.
class Steps {
 public:
  Steps(const Specification& specification, std::int64_t images, const ComputeType& type)
      : specification_(specification), info_(infer(specification)), images_(images), type_(type) {
    values.resize(info_.layers.size() + 1);
    values.back().shape = {{specification.channels, specification.height, specification.width}, images};
    for (const auto& group : fusion_groups(specification, info_)) {
      add(group);
      group_ends.push_back(steps.size());
    }
    mark_last_uses();
  }

  std::vector<MemoryStep> steps;
  std::vector<Value> values;
  std::vector<std::size_t> group_ends;

 private:
  void add(const std::vector<std::size_t>& group) {
    const auto first = group.front();
    const auto& kind = specification_.layers[first].kind;
    auto inputs = info_.layers[first].inputs;
    std::replace(inputs.begin(), inputs.end(), LayerInfo::image, info_.layers.size());
    const auto memory = layer_memory(kind, shapes(inputs), info_.layers[first], type_);
    const bool learns = info_.layers[first].parameters > 0;
    if (group.size() == 1) return give(first, inputs, memory, learns);
    if (std::holds_alternative<Conv>(kind))
      return type_.folded ? add_folded(group, inputs, memory) : add_convolution(group, inputs, memory);
    if (std::holds_alternative<Relu>(kind))
      return give(group.back(), inputs, relu_and_pool(group, memory), false);
    give_norm(group, inputs, memory);
  }

  void add_convolution(const std::vector<std::size_t>& group, const std::vector<std::size_t>& inputs,
                       LayerMemory memory) {
    const auto& conv = std::get<Conv>(specification_.layers[group[0]].kind);
    const BatchValue convolved{info_.layers[group[0]].output, images_, type_.number_bytes, true};
    const auto weights = info_.layers[group[0]].weights.front().count();
    const bool winograd = type_.fused && suits_winograd(conv, shapes(inputs)[0].extent);
    if (!winograd) {
      values.push_back({});
      const auto between = values.size() - 1;
      values[between] = {convolved};
      steps.push_back({inputs, between, memory});
      return give_norm(group, {between}, {.number_bytes = type_.number_bytes, .keeps_inputs = 1});
    }
    if (type_.number_bytes != 4) memory.keeps -= weights * type_.number_bytes;
    memory.keeps += convolved.bytes();
    memory.forward = 0;
    memory.backward = winograd_backward(convolved, shapes(inputs)[0], info_.layers[group[0]]);
    give_norm(group, inputs, memory);
  }

  /// Adds a convolution with its normalisation in the weights, which are channels-last and of the computing
  /// type already. Sum and ReLU lie in its own memory.
  void add_folded(const std::vector<std::size_t>& group, std::vector<std::size_t> inputs,
                  LayerMemory memory) {
    const auto weights = info_.layers[group[0]].weights.front().count() * type_.number_bytes;
    if (!(std::get<Conv>(specification_.layers[group[0]].kind).kernel == 1)) memory.forward -= weights;
    if (type_.number_bytes != 4) memory.keeps -= weights;
    for (std::size_t i = 1; i < group.size(); ++i) {
      if (std::holds_alternative<Add>(specification_.layers[group[i]].kind))
        inputs.push_back(summand_beside(group[i - 1], group[i]));
    }
    if (!std::holds_alternative<MaxPool>(specification_.layers[group.back()].kind))
      return give(group.back(), inputs, memory, true);
    values.push_back({{info_.layers[group[0]].output, images_, type_.number_bytes, true}});
    steps.push_back({inputs, values.size() - 1, memory});
    give(group.back(), {values.size() - 1}, {.number_bytes = type_.number_bytes}, true);
  }

  /// Returns the value that a sum of two adds to that of a layer.
  std::size_t summand_beside(std::size_t layer, std::size_t sum) const {
    const auto& summands = info_.layers[sum].inputs;
    const auto other = summands[0] == layer ? summands[1] : summands[0];
    return other == LayerInfo::image ? info_.layers.size() : other;
  }

  /// Returns what the fused backward pass takes: gradients of the convolution's value part by part, and the
  /// gradients of the weight of all parts.
  std::int64_t winograd_backward(const BatchValue& out, const BatchValue& in, const LayerInfo& info) const {
    constexpr std::int64_t part_bytes = 1 << 20, fp32_bytes = 4;
    const auto weights = info.weights.front().count(), threads = type_.threads;
    const auto bytes = std::max(in.bytes(), out.bytes());
    auto parts = threads * ceil_div(bytes, threads * part_bytes);
    if (parts > images_ || parts * weights > out.numbers()) parts = std::min(threads, images_);
    return ceil_div(out.bytes() * std::min(threads, parts), parts) + parts * weights * fp32_bytes;
  }

  /// Adds the normalisation of a group, with its sum, its ReLU and its pool.
  void give_norm(const std::vector<std::size_t>& group, std::vector<std::size_t> inputs, LayerMemory memory) {
    bool has_relu = false;
    for (std::size_t i = 1; i < group.size(); ++i) {
      const auto& kind = specification_.layers[group[i]].kind;
      has_relu |= std::holds_alternative<Relu>(kind);
      if (std::holds_alternative<MaxPool>(kind)) {
        memory.keeps += pool_keeps(group, memory.number_bytes);
        has_relu = false;
      }
      if (!std::holds_alternative<Add>(kind)) continue;
      inputs.push_back(summand_beside(group[i - 1], group[i]));
      memory.keeps_output = true;
    }
    if (!type_.fused && has_relu) memory.keeps_output = true;
    give(group.back(), inputs, memory, true);
  }
  /// Returns what a 2 x 2 max pool behind a ReLU keeps: one byte a window, or the values and where they are.
  std::int64_t pool_keeps(const std::vector<std::size_t>& group, std::int64_t number_bytes) const {
    constexpr std::int64_t index_bytes = 8;
    const auto windows = images_ * product(info_.layers[group.back()].output);
    if (type_.fused) return windows;
    return images_ * product(info_.layers[group[group.size() - 2]].output) * number_bytes +
           windows * index_bytes;
  }
  LayerMemory relu_and_pool(const std::vector<std::size_t>& group, LayerMemory memory) const {
    memory.keeps_output = false;
    memory.keeps = pool_keeps(group, memory.number_bytes);
    return memory;
  }

  void give(std::size_t output, const std::vector<std::size_t>& inputs, const LayerMemory& memory,
            bool learns) {
    const bool asks = learns || std::any_of(inputs.begin(), inputs.end(),
                                            [&](std::size_t i) { return values[i].shape.asks; });
    values[output] = {{info_.layers[output].output, images_, memory.number_bytes, asks}};
    steps.push_back({inputs, output, memory});
  }

  std::vector<BatchValue> shapes(const std::vector<std::size_t>& numbers) const {
    std::vector<BatchValue> all;
    for (const auto i : numbers) all.push_back(values[i].shape);
    return all;
  }

  void mark_last_uses() {
    std::vector<bool> seen(values.size(), false);
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      for (const auto from : step->inputs) {
        if (!seen[from]) step->last_use.push_back(from);
        seen[from] = true;
      }
    }
  }

  const Specification& specification_;
  const NetworkInfo info_;
  const std::int64_t images_;
  const ComputeType& type_;
};

/// Follows the memory of both passes.
class Walk {
 public:
  explicit Walk(Steps& network) : steps_(network.steps), values_(network.values) {}

  void forward(std::size_t begin, std::size_t end, bool keeps) {
    for (auto i = begin; i < end; ++i) forward(steps_[i], keeps);
  }
  void backward(std::size_t begin, std::size_t end) {
    for (auto i = end; i-- > begin;) backward(steps_[i]);
  }
  void begin(std::size_t image) { values_[image].piece = pieces_.make(0); }
  std::size_t share(std::size_t value) { return pieces_.share(*values_[value].piece); }
  void set(std::size_t value, std::size_t piece) { values_[value].piece = piece; }
  void drop(std::size_t value) {
    if (values_[value].piece) pieces_.drop(*std::exchange(values_[value].piece, {}));
  }
  void ask(std::size_t value) { values_[value].gradient = pieces_.make(values_[value].shape.bytes()); }
  const Pieces& pieces() const { return pieces_; }

 private:
  void forward(MemoryStep& step, bool keeps) {
    const auto& memory = step.memory;
    auto& out = values_[step.output];
    out.piece =
        memory.shares_input ? pieces_.share(*values_[step.inputs[0]].piece) : pieces_.make(out.shape.bytes());
    if (keeps) keep(step);
    pieces_.take(keeps ? memory.forward : memory.forward + memory.keeps);
    for (const auto used : step.last_use) drop(used);
  }
  void keep(MemoryStep& step) {
    const auto& memory = step.memory;
    for (std::size_t i = 0; i < memory.keeps_inputs; ++i)
      step.kept.push_back(pieces_.share(*values_[step.inputs[i]].piece));
    if (memory.keeps_output) step.kept.push_back(pieces_.share(*values_[step.output].piece));
    if (memory.keeps > 0) step.kept.push_back(pieces_.make(memory.keeps));
  }

  void backward(MemoryStep& step) {
    const auto given = std::exchange(values_[step.output].gradient, {});
    if (given) {
      pieces_.take(step.memory.backward);
      for (const auto input : step.inputs) {
        if (values_[input].shape.asks) add_gradient(values_[input], *given, step.memory);
      }
      pieces_.take(step.memory.backward);
      pieces_.drop(*given);
    }
    for (const auto piece : std::exchange(step.kept, {})) pieces_.drop(piece);
  }
  void add_gradient(Value& value, std::size_t given, const LayerMemory& memory) {
    const auto one = memory.passes_gradient ? pieces_.share(given) : pieces_.make(value.shape.bytes());
    if (!value.gradient) {
      value.gradient = one;
    } else if (pieces_.has_one_user(*value.gradient)) {
      pieces_.drop(one);
    } else {
      const auto sum = pieces_.make(value.shape.bytes());
      pieces_.drop(one);
      pieces_.drop(*value.gradient);
      value.gradient = sum;
    }
  }

  std::vector<MemoryStep>& steps_;
  std::vector<Value>& values_;
  Pieces pieces_;
};

/// A section of steps, and what it computes from.
struct Section {
  std::size_t begin, end, input;
};

std::vector<Section> sections_of(const Steps& network) {
  std::vector<std::size_t> ended(network.group_ends.size(), 0);
  std::size_t step = 0;
  for (std::size_t group = 0; group < ended.size(); ++group) {
    const auto first = step;
    for (; step < network.group_ends[group]; ++step) ended[group] += network.steps[step].last_use.size();
    ended[group] -= step - first - 1;  // values within the group
  }
  std::vector<Section> all;
  std::size_t begin = 0, input = network.values.size();
  for (const auto end : recompute_sections(ended)) {
    const auto last = network.group_ends[end - 1];
    all.push_back({begin, last, input});
    input = network.steps[last - 1].output;
    begin = last;
  }
  return all;
}

}  // namespace

PassMemory pass_memory(const Specification& specification, std::int64_t images, const ComputeType& type,
                       bool recompute) {
  Steps network(specification, images, type);
  const auto image = specification.layers.size(), count = network.steps.size();
  auto sections = recompute ? sections_of(network) : std::vector<Section>{{0, count, image}};
  sections.front().input = image;
  Walk walk(network);
  walk.begin(image);
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto& [begin, end, input] = sections[i];
    kept.push_back(walk.share(input));
    walk.forward(begin, end, i + 1 == sections.size());
  }
  const auto output = network.steps.back().output;
  PassMemory memory{walk.pieces().alive(), 0};
  walk.ask(output);
  walk.drop(output);
  for (auto i = sections.size(); i-- > 0;) {
    const auto& [begin, end, input] = sections[i];
    if (i + 1 < sections.size()) {
      walk.set(input, kept[i]);
      walk.forward(begin, end, true);
      walk.drop(network.steps[end - 1].output);
    }
    walk.backward(begin, end);
  }
  memory.peak = walk.pieces().peak();
  return memory;
}

std::int64_t forward_memory(const Specification& specification, std::int64_t images,
                            const ComputeType& type) {
  Steps network(specification, images, type);
  Walk walk(network);
  walk.begin(specification.layers.size());
  walk.forward(0, network.steps.size(), false);
  return walk.pieces().peak();
}

}  // namespace fovea
