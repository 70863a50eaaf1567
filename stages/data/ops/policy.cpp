#include "stages/data/ops/policy.hpp"

#include "stages/data/ops/colours.hpp"
#include "stages/data/ops/normalisation.hpp"

namespace fovea {
namespace {

template <class T> constexpr bool is_on_batches = requires(const T& op, Random& random, Mixing& mixing) {
  op.draw(random, mixing);
};

/// The largest number of colour steps that an op adds.
struct ColourSteps {
  template <class T> std::size_t operator()(const T&) const { return 1; }
  std::size_t operator()(const RandAugment& op) const { return static_cast<std::size_t>(op.count); }
  std::size_t operator()(const AutoAugment&) const { return 2; }
};

/// What is drawn where no op does anything.
Drawn untouched(const Preprocessing& how, const std::optional<ImageSize>& taken) {
  Drawn drawn{.size = how.size, .taken = taken.value_or(how.size)};
  if (taken) drawn.crop = placement(how, *taken);
  return drawn;
}

bool differ(const Drawn& a, const Drawn& b) {
  const auto numbers = [](const Drawn& one) {
    const auto& w = one.warp;
    const auto crop = one.crop.value_or(Placement{}).part;
    return std::tuple(w.a, w.b, w.c, w.d, w.e, w.f, crop.x, crop.y, crop.width, crop.height,
                      one.colours.all().size(), one.erased.all().size());
  };
  return numbers(a) != numbers(b);
}

template <class T> constexpr bool has_fill = requires(const T& op) {
  op.fill;
};

/// Returns the `fill` of an op, or "" where it has none.
std::string fill_of(const Op& op) {
  return std::visit(
      []<class T>(const T& one) -> std::string {
        if constexpr (has_fill<T>) return one.fill;
        return "";
      },
      op);
}

/// Throws where ops have different fills: the steps of one sample become one warp with one fill.
void check_fill(const Policy& policy, const std::string& place) {
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < policy.size(); ++i) {
    const auto fill = fill_of(policy[i]);
    if (fill.empty()) continue;
    if (!first) first = i;
    const auto before = fill_of(policy[*first]);
    if (fill == before) continue;
    throw Error(place + "[" + std::to_string(i) + "].fill: " + quote(fill) + ", but " + quote(before) +
                " in [" + std::to_string(*first) +
                "]; all ops of a policy are carried out at once, so give them the same");
  }
}

Fill fill_of(const Policy& policy) {
  for (const auto& op : policy) {
    const auto name = fill_of(op);
    if (name == "black") return Fill::black;
    if (name == "edge") return Fill::edge;
    if (name == "reflect") return Fill::reflect;
  }
  return Fill::mean;
}

void check_count(const std::string& place, std::size_t count, std::size_t most, const char* what) {
  if (count <= most) return;
  throw Error(place + ": " + std::to_string(count) + " " + what + "; at most " + std::to_string(most) +
              " are allowed");
}

}  // namespace

void check_policy(const Policy& policy, const std::string& place) {
  std::size_t erasing = 0, steps = 0;
  for (std::size_t i = 0; i < policy.size(); ++i) {
    std::visit(
        [&](const auto& op) {
          if constexpr (requires { op.check(place); }) op.check(place + "[" + std::to_string(i) + "]");
        },
        policy[i]);
    const bool erases =
        std::holds_alternative<RandomErasing>(policy[i]) || std::holds_alternative<Cutout>(policy[i]);
    erasing += erases ? 1 : 0;
    steps += std::visit(ColourSteps{}, policy[i]);
  }
  check_fill(policy, place);
  check_count(place, erasing, decltype(Drawn::erased)::most, "ops that erase");
  check_count(place, steps, decltype(Drawn::colours)::most, "ops for one sample");
}

std::vector<std::string> op_names(const Policy& policy) {
  std::vector<std::string> names;
  for (const auto& op : policy)
    names.push_back(std::visit([]<class T>(const T&) { return std::string(T::tag.value); }, op));
  return names;
}

Augmenter::Augmenter(Policy policy, Preprocessing how)
    : policy_(std::move(policy)),
      how_(std::move(how)),
      pass_(how_.size, Normalisation(how_).mean_colour(), fill_of(policy_)) {
  check_policy(policy_, "policy");
}

Drawn Augmenter::draw(Random random, const std::optional<ImageSize>& taken) const {
  auto drawn = untouched(how_, taken);
  for (const auto& op : policy_) {
    std::visit(
        [&]<class T>(const T& one) {
          if constexpr (!is_on_batches<T>) one.draw(random, drawn);
        },
        op);
  }
  return drawn;
}

void Augmenter::carry_out(const Drawn& drawn, const std::uint8_t* image, std::uint8_t* out) const {
  pass_.warp(image, drawn.warp, drawn.nearest, out);
  thread_local Colours colours;
  colours(drawn.colours.all(), out, pass_.size());
  for (const auto& box : drawn.erased.all()) pass_.erase(box, out);
}

void Augmenter::augmented(const std::uint8_t* image, Random random, std::uint8_t* out) const {
  carry_out(draw(random), image, out);
}

std::vector<std::string_view> Augmenter::applied(Random random, const std::optional<ImageSize>& taken) const {
  auto drawn = untouched(how_, taken);
  std::vector<std::string_view> names;
  for (const auto& op : policy_) {
    std::visit(
        [&]<class T>(const T& one) {
          if constexpr (!is_on_batches<T>) {
            const auto before = drawn;
            one.draw(random, drawn);
            if (differ(before, drawn)) names.push_back(T::tag.value);
          }
        },
        op);
  }
  return names;
}

bool mixes_batches(const Policy& policy) {
  return std::ranges::any_of(policy, [](const Op& op) {
    return std::visit([]<class T>(const T&) { return is_on_batches<T>; }, op);
  });
}

bool blends_images(const Policy& policy) {
  return std::ranges::any_of(policy, [](const Op& op) { return std::holds_alternative<Mixup>(op); });
}

Mixing Augmenter::mixing(Random random) const {
  Mixing mixing{.size = pass_.size()};
  for (const auto& op : policy_) {
    std::visit(
        [&]<class T>(const T& one) {
          if constexpr (is_on_batches<T>) one.draw(random, mixing);
        },
        op);
  }
  return mixing;
}

}  // namespace fovea
