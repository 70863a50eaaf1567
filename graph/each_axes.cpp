#include "graph/each_axes.hpp"

#include <algorithm>

#include "graph/setting.hpp"

namespace fovea {
namespace {

EachSetting read_setting(const std::string& name, const Json& values, const std::string& given,
                         const Json& written, const Registry& registry) {
  return at(given, [&]() -> EachSetting {
    auto place = place_of_setting(written, name, registry);
    if (place[0] != "stages" && place[0] != "seed") {
      throw Error("can't have several values; only a parameter or a seed can, as in \"seed\": [0, 1, 2]");
    }
    if (!values.is_array() || values.empty()) {
      throw Error("expected a list of at least one value, got " + shown(values));
    }
    return {name, given, std::move(place), values};
  });
}

Axis read_axis(const Json& object, const std::string& given, const Json& written, const Registry& registry) {
  if (!object.is_object()) throw Error(given + ": expected an object, got " + shown(object));
  Axis axis{given, {}};
  for (const auto& item : object.items()) {
    axis.settings.push_back(
        read_setting(item.key(), item.value(), given + "." + item.key(), written, registry));
    const auto first = axis.size(), here = axis.settings.back().values.size();
    if (first != here) {
      throw Error(axis.settings.back().given + ": " + std::to_string(here) + " values, but " +
                  quote(axis.settings.front().name) + " has " + std::to_string(first) +
                  "; lists that go together are equally long");
    }
  }
  return axis;
}

/// Throws `Error` if two settings overlap, because the later one would overwrite the earlier one.
void expect_apart(const std::vector<Axis>& axes) {
  std::vector<std::string> names;
  for (const auto& axis : axes) {
    for (const auto& setting : axis.settings) {
      for (const auto& name : names) {
        if (!overlap(setting.name, name)) continue;
        throw Error(setting.given + ": is given by " + quote(name) + " as well; leave out one of the two");
      }
      names.push_back(setting.name);
    }
  }
}

}  // namespace

std::vector<Axis> read_axes(const Json& each, const Json& written, const Registry& registry) {
  std::vector<Axis> axes;
  if (each.is_array()) {
    for (std::size_t i = 0; i < each.size(); ++i)
      axes.push_back(read_axis(each[i], "each[" + std::to_string(i) + "]", written, registry));
  } else {
    axes.push_back(read_axis(each, "each", written, registry));
  }
  std::erase_if(axes, [](const Axis& axis) { return axis.settings.empty(); });
  expect_apart(axes);
  return axes;
}

Error told_of_setting(const Error& error, const std::vector<Axis>& axes, const Choice& choice) {
  const std::string text = error.what();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    for (const auto& setting : axes[i].settings) {
      const auto& keys = setting.place;
      const auto place = join(keys, ".");
      const auto rest = text.substr(std::min(place.size(), text.size()));
      if (text.starts_with(place) &&
          (rest.starts_with(':') || rest.starts_with('.') || rest.starts_with('[')))
        return Error(setting.given + "[" + std::to_string(choice[i]) + "]" + rest);
      const auto above = join(std::vector(keys.begin(), keys.end() - 1), ".");
      const auto unknown = ": unknown parameter " + quote(keys.back());
      if (text.starts_with(above + unknown)) return Error(setting.given + text.substr(above.size()));
    }
  }
  return error;
}

}  // namespace fovea
