#include "stages/data/formats/class_names.hpp"

#include <algorithm>

#include "graph/error.hpp"
#include "stages/data/formats/image_csv.hpp"
#include "stages/data/formats/letters.hpp"

namespace fovea {
namespace {

constexpr std::size_t none = SIZE_MAX;

std::size_t position_of(const std::string& name, const std::vector<std::string>& in) {
  const auto found =
      std::find_if(in.begin(), in.end(), [&](const auto& each) { return normal_name(each) == name; });
  return found == in.end() ? none : static_cast<std::size_t>(found - in.begin());
}

/// Returns the index of each class of the data in the wanted names.
std::vector<std::size_t> places_of(const std::vector<std::string>& names,
                                   const std::vector<std::string>& wanted) {
  std::vector<std::size_t> places;
  for (const auto& name : names) places.push_back(position_of(name, wanted));
  const bool as_numbers = std::all_of(names.begin(), names.end(), is_whole_number) &&
                          std::all_of(places.begin(), places.end(), [](auto place) { return place == none; });
  if (!as_numbers) return places;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto number = names[i].size() < 7 ? std::stoul(names[i]) : none;
    places[i] = number < wanted.size() ? number : none;
  }
  return places;
}

}  // namespace

void name_classes(Dataset& data, const std::vector<std::string>& wanted, const std::string& place) {
  const auto largest = std::max_element(data.labels.begin(), data.labels.end());
  const auto needed = static_cast<std::size_t>(*largest) + 1;
  if (!wanted.empty() && wanted.size() < needed) {
    throw Error(place + ": image " + std::to_string(largest - data.labels.begin()) + " has label " +
                std::to_string(*largest) + ", but \"class_names\" has " + std::to_string(wanted.size()) +
                " names; give at least " + std::to_string(needed));
  }
  if (!wanted.empty()) data.class_names = wanted;
  for (auto label = data.class_names.size(); label < needed; ++label) {
    data.class_names.push_back(std::to_string(label));
  }
}

void order_classes(Dataset& data, const std::vector<std::string>& wanted, const std::string& place) {
  if (wanted.empty()) return;
  const auto places = places_of(data.class_names, wanted);
  const auto lost = std::find(places.begin(), places.end(), none);
  if (lost != places.end()) {
    const auto& name = data.class_names[static_cast<std::size_t>(lost - places.begin())];
    const auto near = nearest(name, wanted);
    throw Error(place + ": class " + quote(name) + " is not among \"class_names\"; " +
                (near.empty() ? "add it there" : "did you mean " + quote(near) + "?"));
  }
  std::vector<std::int32_t> labels;
  labels.reserve(data.size());
  for (const auto label : data.labels)
    labels.push_back(static_cast<std::int32_t>(places[static_cast<std::size_t>(label)]));
  data.labels = std::move(labels);
  data.class_names = wanted;
}

void check_classes(const Dataset& data, bool named, const std::string& place, const Context& context) {
  const auto counts = class_counts(data);
  for (std::size_t label = 0; label < counts.size(); ++label) {
    if (counts[label] > 0) continue;
    const auto& name = data.class_names[label];
    const auto fact = "no image has label " + std::to_string(label) +
                      (name == std::to_string(label) ? "" : ", " + quote(name));
    if (!named) {
      throw Error(place + ": " + fact + "; give \"class_names\" for all " + std::to_string(counts.size()) +
                  " classes if that is meant");
    }
    context.warn(place + ": " + fact);
  }
  if (counts.size() != 1) return;
  context.warn(place + ": all images are of one class, " + quote(data.class_names[0]) +
               ", so there is nothing to tell apart; give data with at least two classes");
}

}  // namespace fovea
