#include "graph/error.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <numeric>

namespace fovea {
namespace {

/// Returns the case-insensitive optimal string alignment distance: inserts, deletes, replacements and swaps
/// of neighbours cost 1 each.
std::size_t distance(std::string_view a, std::string_view b) {
  const auto same = [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  };
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  std::iota(cost[0].begin(), cost[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = cost[i - 1][j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
      cost[i][j] = std::min({replace, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

/// Returns the candidate that begins with the name: the only one, or the shortest whose first words are the
/// name, as "cosine_decay" for "cosine"; "" if there is none, or if the name has fewer than three letters.
std::string completion(std::string_view name, std::span<const std::string> candidates) {
  std::vector<std::string> longer, by_words;
  for (const auto& candidate : candidates) {
    if (name.size() < 3 || candidate.size() <= name.size() || !candidate.starts_with(name)) continue;
    longer.push_back(candidate);
    const char next = candidate[name.size()];
    if (next == '_' || next == '-') by_words.push_back(candidate);
  }
  if (longer.size() == 1) return longer.front();
  const auto shortest = std::min_element(by_words.begin(), by_words.end(),
                                         [](const auto& a, const auto& b) { return a.size() < b.size(); });
  return shortest == by_words.end() ? "" : *shortest;
}

}  // namespace

Error Error::at(std::string_view place) const {
  return Error(std::string(place) + ": " + what());
}

std::string quote(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string nearest(std::string_view name, std::span<const std::string> candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    if (candidate.size() > name.size() + best_distance || name.size() > candidate.size() + best_distance)
      continue;
    if (const auto d = distance(name, candidate); d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best.empty() ? completion(name, candidates) : best;
}

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
  if (const auto near = nearest(name, candidates); !near.empty())
    return "; did you mean " + quote(near) + "?";
  if (candidates.empty()) return "; none is known here";
  std::vector<std::string> names;
  for (const auto& candidate : candidates) names.push_back(quote(candidate));
  return (names.size() == 1 ? "; the only one is " : "; it is one of ") + join(names, ", ");
}

std::string join(std::span<const std::string> items, std::string_view separator) {
  std::string text;
  for (const auto& item : items) {
    if (!text.empty()) text += separator;
    text += item;
  }
  return text;
}

}  // namespace fovea
