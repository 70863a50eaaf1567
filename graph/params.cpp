#include "graph/params.hpp"

#include <algorithm>

namespace fovea {
namespace {

std::string number(double value) {
  return Json(value == std::floor(value) && std::abs(value) < 1e15 ? Json(static_cast<std::int64_t>(value))
                                                                   : Json(value))
      .dump();
}

}  // namespace

std::string Range::text() const {
  const bool has_low = std::isfinite(low);
  const bool has_high = std::isfinite(high);
  const std::string from = low_included ? "at least " : "above ";
  const std::string to = high_included ? "at most " : "below ";
  if (has_low && has_high && low_included && high_included)
    return "from " + number(low) + " to " + number(high);
  if (has_low && has_high) return from + number(low) + " and " + to + number(high);
  if (has_low) return from + number(low);
  return has_high ? to + number(high) : "";
}

std::string Range::broken_by(double value) const {
  const bool low_holds = low_included ? value >= low : value > low;
  const bool high_holds = high_included ? value <= high : value < high;
  return low_holds && high_holds ? "" : text();
}

std::string OneOf::text() const {
  std::vector<std::string> quoted_names;
  for (const auto& name : names) quoted_names.push_back(quote(name));
  return "one of " + join(quoted_names, ", ");
}

std::string OneOf::broken_by(const std::string& value) const {
  return std::find(names.begin(), names.end(), value) != names.end() ? "" : text();
}

namespace detail {

void wrong_kind(const std::string& place, std::string_view expected, const Json& got) {
  throw Error(place + ": expected " + std::string(expected) + ", got " + shown(got));
}

void breaks_rule(const std::string& place, const std::string& rule, const Json& got) {
  throw Error(place + ": " + shown(got) + " is not allowed; it must be " + rule);
}

void unknown_name(const std::string& place, std::string_view what, const std::string& name,
                  const std::vector<std::string>& known) {
  throw Error(place + ": unknown " + std::string(what) + " " + quote(name) + suggestion(name, known));
}

void expect_object(const std::string& place, const Json& got) {
  if (!got.is_object()) wrong_kind(place, "an object", got);
}

Json object_schema(const std::vector<FieldInfo>& fields) {
  Json properties = Json::object();
  for (const auto& field : fields) {
    Json one = field.schema;
    one["description"] = field.rule.empty() ? field.doc : field.doc + "; " + field.rule;
    one["default"] = field.standard;
    properties[field.name] = std::move(one);
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

}  // namespace detail
}  // namespace fovea
