#include "graph/nearest.hpp"

#include <algorithm>
#include <map>

namespace fovea {
namespace {

/// The largest number of earlier results that a node is compared with.
constexpr std::size_t most_compared = 64;
/// The largest number of earlier results among which equal settings are sought.
constexpr std::size_t most_looked_through = 8;

using Leaves = std::vector<std::pair<std::string, Json>>;

/// Appends the leaves of a JSON value by their dotted names.
void flatten(const Json& value, const std::string& name, Leaves& leaves) {
  if (!value.is_object() || value.empty()) {
    leaves.emplace_back(name, value);
    return;
  }
  for (const auto& item : value.items()) {
    flatten(item.value(), name.empty() ? item.key() : name + "." + item.key(), leaves);
  }
}

Leaves leaves_of(const Json& parts) {
  Leaves leaves;
  flatten(parts, "", leaves);
  std::sort(leaves.begin(), leaves.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return leaves;
}

/// Calls `visit(name, before, now)` for each leaf that differs, with null for a missing one, until it returns
/// false.
template <class Visit> void for_each_difference(const Leaves& before, const Leaves& now, Visit&& visit) {
  auto old = before.begin(), next = now.begin();
  while (old != before.end() || next != now.end()) {
    const bool gone = next == now.end() || (old != before.end() && old->first < next->first);
    const bool is_new = !gone && (old == before.end() || next->first < old->first);
    const auto& name = gone ? old->first : next->first;
    const auto* then = is_new ? nullptr : &(old++)->second;
    const auto* after = gone ? nullptr : &(next++)->second;
    if (then != nullptr && after != nullptr && *then == *after) continue;
    if (!visit(name, then, after)) return;
  }
}

/// Counts the leaves that differ, up to `enough`.
std::size_t count_differences(const Leaves& before, const Leaves& now, std::size_t enough) {
  std::size_t count = 0;
  for_each_difference(before, now, [&](const auto&, auto, auto) { return ++count < enough; });
  return count;
}

/// Returns a difference as a sentence: "params.learning_rate" and its values before and now.
std::string told(const std::string& name, const Json* before, const Json* now) {
  const auto rest = name.substr(name.find('.') + 1);
  if (name.starts_with("inputs.")) return "input " + quote(rest) + " has other content";
  const auto fact = before == nullptr ? " is new" : now == nullptr ? " is gone" : " has other content";
  if (name.starts_with("files.")) return (rest.ends_with('/') ? "folder " : "file ") + quote(rest) + fact;
  if (name.starts_with("code.")) return "plugin " + quote(rest) + fact;
  const auto& label = name.starts_with("params.") ? rest : name;
  return label + ": " + (before ? shown(*before) : "not set") + " -> " + (now ? shown(*now) : "not set");
}

/// Returns the differences as sentences; new and changed leaves come before removed ones.
std::vector<std::string> differences(const Leaves& before, const Leaves& now) {
  std::vector<std::string> changed, gone;
  for_each_difference(before, now, [&](const std::string& name, const Json* then, const Json* after) {
    (after == nullptr ? gone : changed).push_back(told(name, then, after));
    return true;
  });
  changed.insert(changed.end(), gone.begin(), gone.end());
  return changed;
}

/// Returns the seconds of an earlier result, scaled by length if the stage has a horizon.
double seconds_for(const Node& node, const Record& record) {
  if (node.stage->horizon == nullptr) return record.seconds;
  const auto horizon = node.stage->horizon(node.params);
  const auto before = record.parts.at("params").value(horizon.param, Json());
  if (!before.is_number() || before <= 0) return record.seconds;
  return record.seconds * static_cast<double>(horizon.length) / before.get<double>();
}

/// Returns the settings without the one that sets the length of a stage.
Json settings_but_length(const Node& node, Json params) {
  if (node.stage->horizon != nullptr) params.erase(node.stage->horizon(node.params).param);
  return params;
}

std::string why(const Node& node, std::vector<std::string> differences) {
  if (differences.empty()) return "its record is no longer in the store";
  constexpr std::size_t most = 3;
  const auto rest = differences.size() > most ? differences.size() - most : 0;
  const bool only_longer = differences.size() == 1 && node.stage->horizon != nullptr &&
                           differences.front().starts_with(node.stage->horizon(node.params).param + ": ");
  differences.resize(std::min(differences.size(), most));
  const auto text = join(differences, "; ") + (rest > 0 ? "; and " + std::to_string(rest) + " more" : "");
  const auto bound = only_longer ? node.stage->horizon(node.params).bound : "";
  return bound.empty() ? text : text + "; starts again, because " + bound;
}

}  // namespace

const Nearest::Leaves& Nearest::leaves_of(const Record& record) {
  auto& leaves = leaves_[&record];
  if (leaves.empty()) leaves = fovea::leaves_of(record.parts);
  return leaves;
}

void Nearest::explain(Planned& planned, const Node& node, const Json& parts, const std::string& lineage) {
  const auto now = fovea::leaves_of(parts);
  const Record* nearest = nullptr;
  std::size_t fewest = now.size() + 1000;
  for (std::size_t n = 0; n < most_compared && fewest > 0; ++n) {
    const auto* record = world_.earlier(node.stage->name, lineage, n);
    if (record == nullptr) break;
    const auto count = count_differences(leaves_of(*record), now, fewest);
    if (count >= fewest) continue;
    fewest = count;
    nearest = record;
  }
  if (nearest == nullptr) {
    planned.why = "nothing like it ran before";
    return;
  }
  planned.why = why(node, differences(leaves_of(*nearest), now));
  planned.seconds = seconds_for(node, *nearest);
}

std::optional<double> Nearest::seconds(const Node& node, const std::string& lineage) const {
  const auto settings = settings_but_length(node, node.stage->keyed(node.params));
  for (std::size_t n = 0; n < most_looked_through; ++n) {
    const auto* record = world_.earlier(node.stage->name, lineage, n);
    if (record == nullptr) break;
    if (settings_but_length(node, record->parts.at("params")) == settings) return seconds_for(node, *record);
  }
  return {};
}

}  // namespace fovea
