#include "stages/model/weights/weight_match.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "stages/model/head.hpp"
#include "stages/model/own_modules.hpp"
#include "stages/model/weights/adapted_weights.hpp"

namespace fovea {
namespace {

Extent extent_of(const NamedArray& array) {
  return {array.shape.begin(), array.shape.end()};
}

std::string shape_text(const Extent& shape) {
  return shape.empty() ? "one number" : extent_text(shape);
}

/// Returns the beginning that, stripped from the file's names, makes the most of them names of the network,
/// and more than half of these; "" if none makes more than the names as they are.
std::string prefix_of(const WeightFile& file, const std::set<std::string>& wanted) {
  std::map<std::string, std::size_t> fitting{{"", 0}};
  for (const auto& array : file.arrays) {
    const auto& name = array.name;
    if (wanted.contains(name)) ++fitting[""];
    for (auto dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
      if (wanted.contains(name.substr(dot + 1))) ++fitting[name.substr(0, dot + 1)];
    }
  }
  const auto fewer = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto& [prefix, count] = *std::ranges::max_element(fitting, fewer);
  return 2 * count > wanted.size() ? prefix : "";
}

/// Returns up to `most` of the names, quoted.
std::string some_of(const std::vector<std::string>& names, std::size_t most) {
  std::vector<std::string> quoted;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) quoted.push_back(quote(names[i]));
  return join(quoted, ", ") + (names.size() > most ? ", ..." : "");
}

bool is_counter(const std::string& name) {
  return name.ends_with("num_batches_tracked");
}

/// Matches the weights of one network with those of one file.
class Matching {
 public:
  Matching(const Specification& specification, const WeightFile& file)
      : network_(specification.name.empty() ? "the network" : specification.name),
        specification_(specification),
        info_(infer(specification)),
        file_(file) {
    if (own_module_of(specification) == nullptr) find_ends();
    std::set<std::string> wanted;
    for (const auto& weight : info_.weights()) wanted.insert(weight.name);
    match_.prefix = prefix_of(file, wanted);
    for (const auto& array : file.arrays) {
      if (!array.name.starts_with(match_.prefix)) continue;
      by_name_[array.name.substr(match_.prefix.size())] = &array;
    }
  }

  WeightMatch run(std::vector<NamedArray> initial) {
    match_.weights = std::move(initial);
    const auto wanted = info_.weights();
    expect_any(wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i) take(wanted[i], match_.weights[i]);
    for (const auto& array : file_.arrays) {
      if (!used_.contains(&array)) match_.unused.push_back(array.name);
    }
    return std::move(match_);
  }

 private:
  /// Finds the weights of the head, and those that see the image. Of a module of one's own neither is known.
  void find_ends() {
    for (const auto& weight : info_.layers[head_of(info_)].weights) head_.insert(weight.name);
    for (const auto& layer : info_.layers) {
      if (!layer.inputs.empty() && layer.inputs.front() == LayerInfo::image && !layer.weights.empty())
        first_.insert(layer.weights.front().name);
    }
  }

  /// Throws where no name but those of the head fits: heads of many networks are called alike.
  void expect_any(const std::vector<WeightInfo>& wanted) const {
    std::vector<std::string> names, theirs;
    for (const auto& weight : wanted) {
      const bool counts = !head_.contains(weight.name) || wanted.size() == head_.size();
      if (counts && by_name_.contains(weight.name)) return;
      names.push_back(weight.name);
    }
    for (const auto& array : file_.arrays) theirs.push_back(array.name);
    if (theirs.empty()) throw Error(file_.path + ": has no weights; give a file that has");
    const auto of = file_.specification ? "is of " + quote(file_.specification->name) + ", and " : "";
    throw Error(file_.path + ": " + of + "has no weight of the body of " + network_ + ": it has " +
                some_of(theirs, 3) + ", but " + network_ + " has " + some_of(names, 3) +
                "; give weights of that architecture, or choose theirs");
  }

  void take(const WeightInfo& wanted, NamedArray& weight) {
    const auto found = by_name_.find(wanted.name);
    if (found == by_name_.end()) return match_.added.push_back(wanted.name);
    const auto& given = *found->second;
    used_.insert(&given);
    const auto shape = extent_of(given);
    if (interpolate(given, wanted, weight)) return match_.taken.push_back(wanted.name);
    if (shape == wanted.shape) {
      weight.values = given.values;
    } else if (head_.contains(wanted.name) && differs_in_classes(shape, wanted.shape)) {
      match_.classes = shape.front();
      return match_.replaced.push_back(wanted.name);
    } else if (first_.contains(wanted.name) && sees(shape, 3, wanted.shape, 1)) {
      weight.values = summed_over_colours(given);
      match_.summed = wanted.name;
    } else if (first_.contains(wanted.name) && sees(shape, 1, wanted.shape, 3)) {
      weight.values = spread_over_colours(given);
      match_.spread = wanted.name;
    } else {
      throw Error(file_.path + ": " + quote(given.name) + " is " + shape_text(shape) + ", but in " +
                  network_ + " it is " + shape_text(wanted.shape) +
                  "; give weights of the same architecture");
    }
    match_.taken.push_back(wanted.name);
  }

  static bool differs_in_classes(const Extent& given, const Extent& wanted) {
    return given.size() == wanted.size() && !given.empty() &&
           std::equal(given.begin() + 1, given.end(), wanted.begin() + 1);
  }
  /// Whether filters of so many channels stand where those of `channels` are wanted, and else are the same.
  static bool sees(const Extent& given, std::int64_t seen, const Extent& wanted, std::int64_t channels) {
    return given.size() == 4 && wanted.size() == 4 && wanted[1] == channels &&
           given == Extent{wanted[0], seen, wanted[2], wanted[3]};
  }

  /// Returns the patches that a position embedding of the file is of: as the file tells, or a square of them.
  TokenGrid given_grid(const NamedArray& given, const TokenGrid& wanted) const {
    const auto tokens = static_cast<std::int64_t>(given.shape[1]);
    if (file_.specification) {
      if (const auto grid = grid_called(*file_.specification, wanted_name(given));
          grid && grid->tokens() == tokens)
        return *grid;
    }
    if (tokens == wanted.tokens()) return wanted;
    const auto side = std::llround(std::sqrt(static_cast<double>(tokens - wanted.front)));
    return {wanted.front, side, side};
  }
  std::string wanted_name(const NamedArray& given) const { return given.name.substr(match_.prefix.size()); }
  static std::optional<TokenGrid> grid_called(const Specification& specification, const std::string& name) {
    const auto info = infer(specification);
    for (std::size_t i = 0; i < info.layers.size(); ++i) {
      if (std::holds_alternative<PositionEmbedding>(specification.layers[i].kind) &&
          specification.layers[i].name == name)
        return token_grid(specification, info, i);
    }
    return {};
  }
  /// Takes a position embedding of another image size; returns whether it is one.
  bool interpolate(const NamedArray& given, const WeightInfo& wanted, NamedArray& weight) {
    const auto shape = extent_of(given);
    if (shape.size() != 3 || wanted.shape.size() != 3 || shape[0] != 1 || shape[2] != wanted.shape[2])
      return false;
    const auto to = grid_called(specification_, wanted.name);
    if (!to) return false;
    const auto from = given_grid(given, *to);
    if (from == *to || from.height < 1 || from.tokens() != shape[1]) return false;
    weight.values = interpolated(given, from, *to);
    const auto text = [](const TokenGrid& grid) { return extent_text({grid.height, grid.width}); };
    match_.interpolated =
        wanted.name + " is interpolated from " + text(from) + " to " + text(*to) + " patches";
    return true;
  }

  std::string network_;
  const Specification& specification_;
  NetworkInfo info_;
  const WeightFile& file_;
  std::set<std::string> head_, first_;
  std::map<std::string, const NamedArray*> by_name_;
  std::set<const NamedArray*> used_;
  WeightMatch match_;
};

}  // namespace

WeightMatch match_weights(const Specification& specification, std::vector<NamedArray> initial,
                          const WeightFile& file) {
  return Matching(specification, file).run(std::move(initial));
}

std::string in_words(const WeightMatch& match, const WeightFile& file) {
  auto text = std::to_string(match.taken.size()) + " of " + std::to_string(match.weights.size()) +
              " weights are from " + file.path;
  if (!match.prefix.empty()) text += ", where their names begin with " + quote(match.prefix);
  if (!match.replaced.empty()) {
    text += "; the head (" + join(match.replaced, ", ") + ") is new, as it tells " +
            std::to_string(match.classes) + " classes apart there";
  }
  if (!match.summed.empty())
    text += "; " + match.summed + " is the sum over three colours, as images here are gray";
  if (!match.spread.empty())
    text += "; each colour has a third of " + match.spread + ", as images there are gray";
  if (!match.interpolated.empty()) text += "; " + match.interpolated;
  return text;
}

std::vector<std::string> warnings_of(const WeightMatch& match, const WeightFile& file) {
  auto lacking = match.added;
  std::erase_if(lacking, is_counter);
  std::vector<std::string> all;
  if (!lacking.empty()) {
    all.push_back(std::to_string(lacking.size()) + " weights are not in " + file.path +
                  " and begin as if untrained: " + some_of(lacking, 5));
  }
  if (!match.unused.empty()) {
    all.push_back(std::to_string(match.unused.size()) + " weights of " + file.path +
                  " have no place in this network: " + some_of(match.unused, 5));
  }
  return all;
}

Json json_of(const WeightMatch& match) {
  return {{"taken", match.taken.size()}, {"replaced", match.replaced},
          {"added", match.added},        {"unused", match.unused},
          {"prefix", match.prefix},      {"summed", match.summed},
          {"spread", match.spread},      {"interpolated", match.interpolated}};
}

}  // namespace fovea
