#include "stages/data/split.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "runtime/context.hpp"
#include "runtime/random.hpp"
#include "runtime/store/files.hpp"

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
  constexpr double more_than_any_data = 0x1p53;
  const double count = wanted < 1 ? wanted * static_cast<double>(of) : std::min(wanted, more_than_any_data);
  return static_cast<std::size_t>(std::llround(count));
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
  std::vector<std::size_t> sizes(classes.size());
  std::transform(classes.begin(), classes.end(), sizes.begin(), [](const auto& one) { return one.size(); });
  const auto shares = deal(total, sizes);
  for (std::size_t label = 0; label < classes.size(); ++label) {
    auto& from = classes[label];
    to.insert(to.end(), from.end() - static_cast<std::ptrdiff_t>(shares[label]), from.end());
    from.resize(from.size() - shares[label]);
  }
  std::sort(to.begin(), to.end());
}

/// Where the n-th of `parts` parts of a list begins; the first ones are longer by one where it does not
/// divide evenly.
std::size_t share_begin(std::size_t size, std::size_t n, std::size_t parts) {
  return n * (size / parts) + std::min(n, size % parts);
}

/// Moves one of the equal folds of each class to `to`.
void take_fold(const Split::Params& params, std::vector<Positions>& classes, Positions& to) {
  const auto folds = static_cast<std::size_t>(params.folds), fold = static_cast<std::size_t>(params.fold);
  std::size_t offset = 0;
  for (auto& from : classes) {
    // Where a class does not divide evenly, the next class goes on with the fold that was left out.
    const auto which = (fold - 1 + folds - offset % folds) % folds;
    offset += from.size();
    const auto begin = from.begin() + static_cast<std::ptrdiff_t>(share_begin(from.size(), which, folds));
    const auto end = from.begin() + static_cast<std::ptrdiff_t>(share_begin(from.size(), which + 1, folds));
    to.insert(to.end(), begin, end);
    from.erase(begin, end);
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
  const bool folded = params.folds > 0;
  if (folded && !parts.validation.empty()) {
    throw Error("folds: the data has a validation part of its own, " +
                std::to_string(parts.validation.size()) + " samples; leave \"folds\" at 0 to keep it");
  }
  const bool takes_validation = parts.validation.empty() && !folded;
  const auto validation = takes_validation ? amount(params.validation, pool.size()) : 0;
  const auto test = parts.test.empty() ? amount(params.test, pool.size()) : 0;
  check_amounts(validation, test, pool.size());
  auto classes = shuffled_classes(data, pool, seed);
  if (test > 0) take(test, classes, parts.test);
  if (validation > 0) take(validation, classes, parts.validation);
  if (folded) take_fold(params, classes, parts.validation);
  for (const auto& positions : classes)
    parts.train.insert(parts.train.end(), positions.begin(), positions.end());
  std::sort(parts.train.begin(), parts.train.end());
  return parts;
}

/// Tells of what is wrong with the parts, as an error where that is asked for.
class Guard {
 public:
  Guard(const Split::Params& params, const Context& context)
      : strict_(params.on_problem == "error"), context_(context) {}

  void tell(const std::string& fact, const std::string& advice) const {
    if (strict_) throw Error(fact + "; " + advice + ", or set \"on_problem\" to \"warn\"");
    context_.warn(fact + "; " + advice);
  }

  /// Classes that a part lacks although the data has them.
  void check_classes(const std::string& part, const Dataset& all, const Dataset& one) const {
    const auto there = class_counts(all), here = class_counts(one);
    std::vector<std::string> missing;
    for (std::size_t label = 0; label < there.size(); ++label) {
      if (there[label] > 0 && here[label] == 0) missing.push_back(quote(all.class_names[label]));
    }
    if (missing.empty()) return;
    const auto count = missing.size();
    if (count > 5) missing.resize(5);
    tell("the " + part + " part has no sample of " + join(missing, ", ") +
             (count > 5 ? " and " + std::to_string(count - 5) + " more classes" : ""),
         "give it more samples");
  }

  void check_distance(const std::string& part, const Dataset& train, const Dataset& other) const {
    for (std::size_t c = 0; c < train.channels; ++c) {
      if (std::abs(train.mean[c] - other.mean[c]) <= far_apart) continue;
      tell("the mean of channel " + std::to_string(c) + " is " + shown(Json(train.mean[c])) +
               " in training and " + shown(Json(other.mean[c])) + " in " + part,
           "the parts do not look like the same data, see where each comes from");
    }
  }

  /// Images of a part that are among those for training as well, by the digest of their bytes.
  void check_twins(const std::string& part, const Dataset& data, const Positions& train,
                   const Positions& other) const {
    std::unordered_map<std::string, std::uint32_t> known;
    for (const auto at : train) known.emplace(digest_of(data, at), at);
    std::size_t count = 0;
    std::vector<std::string> first;
    for (const auto at : other) {
      const auto twin = known.find(digest_of(data, at));
      if (twin == known.end()) continue;
      if (++count <= 3) first.push_back(std::to_string(at) + " = " + std::to_string(twin->second));
    }
    if (count == 0) return;
    tell(std::to_string(count) + " of the " + std::to_string(other.size()) + " images of the " + part +
             " part are in the training part as well (" + join(first, ", ") + (count > 3 ? ", ..." : "") +
             ")",
         "take them out of one");
  }

 private:
  static std::string digest_of(const Dataset& data, std::uint32_t at) {
    const auto bytes = data.is_encoded() ? data.file(at) : data.image(at);
    return xxh3({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  bool strict_;
  const Context& context_;
};

/// The parts as views, once nothing is found wrong with them.
Split::Out<Value> guarded(const Value<Dataset>& whole, Parts parts, const Guard& guard) {
  const auto& data = *whole;
  guard.check_twins("validation", data, parts.train, parts.validation);
  guard.check_twins("test", data, parts.train, parts.test);
  Split::Out<Value> out{.train = view(data, whole.object(), std::move(parts.train)),
                        .validation = view(data, whole.object(), std::move(parts.validation)),
                        .test = view(data, whole.object(), std::move(parts.test))};
  guard.check_classes("training", data, *out.train);
  for (const auto& [name, part] :
       {std::pair{"validation", &*out.validation}, std::pair{"test", &*out.test}}) {
    if (part->size() == 0) continue;
    guard.check_classes(name, data, *part);
    guard.check_distance(name, *out.train, *part);
  }
  return out;
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
  if (folds == 1) throw Error(place + ".folds: 1 is no division; it must be 0, or at least 2");
  if (folds == 0 && fold != 1) {
    throw Error(place + ".fold: " + std::to_string(fold) + " needs \"folds\", which is 0; set that too");
  }
  if (folds > 0 && fold > folds) {
    throw Error(place + ".fold: " + std::to_string(fold) + " of " + std::to_string(folds) +
                " folds; it must be at most that");
  }
}

Split::Out<Value> Split::run(const In<Value>& in, const Params& params, Context& context) {
  auto out = guarded(in.data, choose(*in.data, params, context.seed), Guard(params, context));
  if (out.test->size() > 0) return out;
  const std::string fact = "the test part is empty: the data has none of its own";
  if (context.needs("test")) throw Error("test: " + fact + ", but a stage needs it; set \"test\" above 0");
  context.warn(fact + "; set \"test\" to take one");
  return out;
}

}  // namespace fovea
