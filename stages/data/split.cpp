#include "stages/data/split.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <unordered_map>

#include "runtime/context.hpp"
#include "runtime/random.hpp"
#include "runtime/store/files.hpp"

namespace fovea {
namespace {

using Positions = std::vector<std::uint32_t>;

/// Difference of the channel means of two parts (of 0 .. 1) above which a warning is given.
constexpr double far_apart = 0.05;
/// Number of images below which the mean may differ by that much by chance.
constexpr std::size_t enough_images = 30;

struct Parts {
  Positions train, validation, test;
};

/// Formats a number with three significant digits.
std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string rounded(const std::vector<double>& values) {
  std::vector<std::string> texts;
  for (const auto value : values) texts.push_back(rounded(value));
  return join(texts, ", ");
}

/// Returns the number of samples that a share or a count asks for.
std::size_t amount(double wanted, std::size_t of) {
  constexpr double more_than_any_data = 0x1p53;
  const double count = wanted < 1 ? wanted * static_cast<double>(of) : std::min(wanted, more_than_any_data);
  return static_cast<std::size_t>(std::llround(count));
}

/// Divides `total` among the classes by their sizes; the rest after rounding down goes to the largest
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

/// Returns the positions of each class, shuffled.
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

/// Returns the begin of the n-th of `parts` parts of a list; the first parts are longer by one where the size
/// does not divide evenly.
std::size_t share_begin(std::size_t size, std::size_t n, std::size_t parts) {
  return n * (size / parts) + std::min(n, size % parts);
}

/// Moves one fold of each class to `to`.
void take_fold(const Split::Params& params, std::vector<Positions>& classes, Positions& to) {
  const auto folds = static_cast<std::size_t>(params.folds), fold = static_cast<std::size_t>(params.fold);
  std::size_t offset = 0;
  for (auto& from : classes) {
    // Rotates the folds from class to class, so that the longer shares fall on different folds.
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

using NamedParts = std::vector<std::pair<std::string, const Dataset*>>;

/// Reports problems of the parts, as warnings or as errors.
class Guard {
 public:
  Guard(const Split::Params& params, const Context& context)
      : strict_(params.on_problem == "error"), context_(context) {}

  void tell(const std::string& fact, const std::string& advice) const {
    if (strict_) throw Error(fact + "; " + advice + ", or set \"on_problem\" to \"warn\"");
    context_.warn(fact + "; " + advice);
  }

  /// Reports classes of the data that a part lacks.
  void check_classes(const Dataset& all, const NamedParts& parts) const {
    std::vector<std::string> facts;
    for (const auto& [name, part] : parts) {
      const auto lacked = lacked_by(*part, all);
      if (!lacked.empty()) facts.push_back("the " + name + " part has no sample of " + lacked);
    }
    if (!facts.empty()) tell(join(facts, ", "), "give it more samples");
  }

  /// Reports parts whose channel means differ from training; parts of few images are not compared.
  void check_distance(const Dataset& train, const NamedParts& others) const {
    std::vector<std::string> facts;
    for (const auto& [name, part] : others) {
      if (std::min(train.size(), part->size()) < enough_images) continue;
      double distance = 0;
      for (std::size_t c = 0; c < train.channels; ++c)
        distance = std::max(distance, std::abs(train.mean[c] - part->mean[c]));
      if (distance > far_apart) facts.push_back(rounded(part->mean) + " in " + name);
    }
    if (facts.empty()) return;
    tell("the " + std::string(train.channels == 1 ? "mean is " : "means of the channels are ") +
             rounded(train.mean) + " in training and " + join(facts, " and "),
         "the parts do not look like the same data, see where each comes from");
  }

  /// Reports images that are in training and in another part, by the digest of their bytes.
  void check_twins(const Dataset& data, const Parts& parts) const {
    std::unordered_map<std::string, std::uint32_t> known;
    for (const auto at : parts.train) known.emplace(digest_of(data, at), at);
    std::vector<std::string> facts;
    for (const auto& [name, other] : {std::pair{"validation", &parts.validation}, {"test", &parts.test}}) {
      const auto twins = twins_of(data, *other, known);
      if (!twins.empty()) {
        facts.push_back(std::to_string(twins.size()) + " of the " + std::to_string(other->size()) +
                        " images of the " + name + " part " + (twins.size() == 1 ? "is" : "are") +
                        " in the training part as well (" + twins_text(twins) + ")");
      }
    }
    if (!facts.empty()) tell(join(facts, ", "), "take them out of one");
  }

 private:
  static std::string lacked_by(const Dataset& one, const Dataset& all) {
    const auto there = class_counts(all), here = class_counts(one);
    std::vector<std::string> missing;
    for (std::size_t label = 0; label < there.size(); ++label) {
      if (there[label] > 0 && here[label] == 0) missing.push_back(quote(all.class_names[label]));
    }
    const auto count = missing.size();
    if (count > 5) missing.resize(5);
    return join(missing, ", ") + (count > 5 ? " and " + std::to_string(count - 5) + " more classes" : "");
  }

  /// Returns the names of images with those of their duplicates in training.
  static std::vector<std::pair<std::string, std::string>> twins_of(
      const Dataset& data, const Positions& part,
      const std::unordered_map<std::string, std::uint32_t>& known) {
    std::vector<std::pair<std::string, std::string>> twins;
    for (const auto at : part) {
      const auto twin = known.find(digest_of(data, at));
      if (twin != known.end()) twins.emplace_back(data.name(at), data.name(twin->second));
    }
    return twins;
  }
  static std::string twins_text(const std::vector<std::pair<std::string, std::string>>& twins) {
    std::vector<std::string> first;
    for (std::size_t i = 0; i < std::min<std::size_t>(twins.size(), 3); ++i)
      first.push_back(quote(twins[i].first) + " = " + quote(twins[i].second));
    return join(first, ", ") + (twins.size() > 3 ? ", ..." : "");
  }
  static std::string digest_of(const Dataset& data, std::uint32_t at) {
    const auto bytes = data.is_encoded() ? data.file(at) : data.image(at);
    return xxh3({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  bool strict_;
  const Context& context_;
};

/// Returns the parts as views after the checks of `guard`.
Split::Out<Value> guarded(const Value<Dataset>& whole, Parts parts, const Guard& guard) {
  const auto& data = *whole;
  guard.check_twins(data, parts);
  Split::Out<Value> out{.train = view(data, whole.object(), std::move(parts.train)),
                        .validation = view(data, whole.object(), std::move(parts.validation)),
                        .test = view(data, whole.object(), std::move(parts.test))};
  NamedParts others;
  if (out.validation->size() > 0) others.emplace_back("validation", &*out.validation);
  if (out.test->size() > 0) others.emplace_back("test", &*out.test);
  auto all = others;
  all.emplace(all.begin(), "training", &*out.train);
  guard.check_classes(data, all);
  guard.check_distance(*out.train, others);
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

namespace {

/// Refuses an empty part that another stage needs, and warns of an empty test part.
void tell_empty(const std::string& name, double wanted, const Dataset& part, const Dataset& data,
                const Context& context) {
  if (part.size() > 0) return;
  const auto pool = std::count_if(data.parts.begin(), data.parts.end(), [](auto of) {
    return static_cast<Part>(of) == Part::none || static_cast<Part>(of) == Part::train;
  });
  const auto fact =
      "the " + name + " part is empty: " +
      (wanted > 0 ? rounded(wanted) + " of the " + std::to_string(pool) + " samples that it may take is none"
                  : "the data has none of its own");
  const auto advice = wanted > 0 ? "give more data, or a count as \"" + name + "\", such as 1"
                                 : "set \"" + name + "\" above 0";
  if (context.needs(name)) throw Error(name + ": " + fact + ", but a stage needs it; " + advice);
  if (name == "test") context.warn(fact + "; " + (wanted > 0 ? advice : "set \"test\" to take one"));
}

}  // namespace

Split::Out<Value> Split::run(const In<Value>& in, const Params& params, Context& context) {
  auto out = guarded(in.data, choose(*in.data, params, context.seed), Guard(params, context));
  tell_empty("validation", params.validation, *out.validation, *in.data, context);
  tell_empty("test", params.test, *out.test, *in.data, context);
  return out;
}

}  // namespace fovea
