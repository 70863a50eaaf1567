#include "stages/data/split.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/context.hpp"
#include "runtime/random.hpp"

namespace fovea {
namespace {

using Positions = std::vector<std::uint32_t>;

/// Training and validation means of a channel further apart than this (of 0 .. 1) are worth a warning.
constexpr double far_apart = 0.05;

struct Parts {
  Positions train, validation, test;
};

/// How many samples a share or a count asks for.
std::size_t amount(double wanted, std::size_t of) {
  return static_cast<std::size_t>(wanted < 1 ? std::llround(wanted * static_cast<double>(of))
                                             : std::llround(wanted));
}

/// Deals `total` out over the classes by their sizes; what is left after rounding down goes to the largest
/// remainders.
std::vector<std::size_t> deal(std::size_t total, const std::vector<std::size_t>& sizes) {
  const auto all = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
  std::vector<std::size_t> shares(sizes.size()), order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::size_t> remainders(sizes.size());
  std::size_t left = total;
  for (std::size_t i = 0; i < sizes.size() && all > 0; ++i) {
    shares[i] = total * sizes[i] / all;
    remainders[i] = total * sizes[i] % all;
    left -= shares[i];
  }
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; i < left; ++i) ++shares[order[i]];
  return shares;
}

/// The positions of each class, shuffled.
std::vector<Positions> shuffled_classes(const Dataset& data, const Positions& pool, std::uint64_t seed) {
  std::vector<Positions> classes(data.classes());
  for (const auto at : pool) classes[static_cast<std::size_t>(data.labels[at])].push_back(at);
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const auto ordered = classes[label];
    const auto order = permutation(static_cast<std::uint32_t>(ordered.size()),
                                   Random(seed, Purpose::split, 0, static_cast<std::uint32_t>(label)));
    std::transform(order.begin(), order.end(), classes[label].begin(), [&](auto i) { return ordered[i]; });
  }
  return classes;
}

/// Moves `total` samples from the ends of the classes to `to`, in equal shares.
void take(std::size_t total, std::vector<Positions>& classes, Positions& to) {
  std::vector<std::size_t> sizes;
  for (const auto& positions : classes) sizes.push_back(positions.size());
  const auto shares = deal(total, sizes);
  for (std::size_t label = 0; label < classes.size(); ++label) {
    auto& from = classes[label];
    to.insert(to.end(), from.end() - static_cast<std::ptrdiff_t>(shares[label]), from.end());
    from.resize(from.size() - shares[label]);
  }
  std::sort(to.begin(), to.end());
}

void check_amounts(std::size_t validation, std::size_t test, std::size_t pool) {
  if (validation < pool && test < pool - validation) return;
  throw Error("validation takes " + std::to_string(validation) + " and test " + std::to_string(test) +
              " of " + std::to_string(pool) + " samples; at least one must be left to train on");
}

Parts choose(const Dataset& data, const Split::Params& params, std::uint64_t seed) {
  Parts parts;
  Positions pool;
  for (std::uint32_t at = 0; at < data.size(); ++at) {
    const auto part = static_cast<Part>(data.parts[at]);
    auto& to = part == Part::test ? parts.test : part == Part::validation ? parts.validation : pool;
    to.push_back(at);
  }
  if (!parts.test.empty() && params.test > 0) {
    throw Error("test: " + shown(Json(params.test)) +
                " asked for, but the data has a test part of its own, " + std::to_string(parts.test.size()) +
                " samples; leave \"test\" at 0 to keep it");
  }
  const auto validation = parts.validation.empty() ? amount(params.validation, pool.size()) : 0;
  const auto test = amount(params.test, pool.size());
  check_amounts(validation, test, pool.size());
  auto classes = shuffled_classes(data, pool, seed);
  if (test > 0) take(test, classes, parts.test);
  if (validation > 0) take(validation, classes, parts.validation);
  for (const auto& positions : classes)
    parts.train.insert(parts.train.end(), positions.begin(), positions.end());
  std::sort(parts.train.begin(), parts.train.end());
  return parts;
}

/// Warns of classes that a part lacks although the data has them.
void warn_of_missing(const std::string& part, const Dataset& all, const Dataset& one,
                     const Context& context) {
  const auto there = class_counts(all), here = class_counts(one);
  std::vector<std::string> missing;
  for (std::size_t label = 0; label < there.size(); ++label) {
    if (there[label] > 0 && here[label] == 0) missing.push_back(quote(all.class_names[label]));
  }
  if (missing.empty()) return;
  const auto count = missing.size();
  if (count > 5) missing.resize(5);
  context.warn("the " + part + " part has no sample of " + join(missing, ", ") +
               (count > 5 ? " and " + std::to_string(count - 5) + " more classes" : ""));
}

void warn_of_distance(const Dataset& train, const Dataset& validation, const Context& context) {
  for (std::size_t c = 0; c < train.channels; ++c) {
    if (std::abs(train.mean[c] - validation.mean[c]) <= far_apart) continue;
    context.warn("the mean of channel " + std::to_string(c) + " is " + shown(Json(train.mean[c])) +
                 " in training and " + shown(Json(validation.mean[c])) +
                 " in validation; the parts do not look like the same data");
  }
}

}  // namespace

void Split::Params::check(const std::string& place) const {
  const auto check_one = [&](const char* which, double value) {
    if (value < 1 || (value == std::floor(value) && value < 4e9)) return;
    throw Error(place + "." + which + ": " + shown(Json(value)) +
                " is neither a share nor a count; it must be below 1, or whole");
  };
  check_one("validation", validation);
  check_one("test", test);
}

Split::Out<Value> Split::run(const In<Value>& in, const Params& params, Context& context) {
  const auto& data = *in.data;
  auto parts = choose(data, params, context.seed);
  Out<Value> out{.train = view(data, in.data.object(), std::move(parts.train)),
                 .validation = view(data, in.data.object(), std::move(parts.validation)),
                 .test = view(data, in.data.object(), std::move(parts.test))};
  warn_of_missing("training", data, *out.train, context);
  if (out.validation->size() > 0) {
    warn_of_missing("validation", data, *out.validation, context);
    warn_of_distance(*out.train, *out.validation, context);
  }
  if (out.test->size() > 0) {
    warn_of_missing("test", data, *out.test, context);
  } else {
    context.warn("the test part is empty: the data has none of its own; set \"test\" to take one");
  }
  return out;
}

}  // namespace fovea
