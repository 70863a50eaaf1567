#include "graph/params.hpp"

#include <algorithm>
#include <cmath>

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
  if (std::find(names.begin(), names.end(), value) != names.end()) return "";
  const auto near = nearest(value, names);
  return text() + (near.empty() ? "" : "; did you mean " + quote(near) + "?");
}

namespace detail {

void wrong_kind(const std::string& place, std::string_view expected, const Json& got) {
  throw Error(place + ": expected " + std::string(expected) + ", got " + shown(got));
}

void breaks_rule(const std::string& place, const std::string& rule, const Json& got) {
  throw Error(place + ": " + shown(got) + " is not allowed; it must be " + rule);
}

void throw_with_rule(const Error& error, const std::string& place, const std::string& rule) {
  const std::string_view text = error.what(), got = "expected a whole number, got ";
  const auto at = text.find(got);
  const auto behind = text.substr(std::min(place.size(), text.size()));
  const bool here = text.starts_with(place) && (behind.starts_with(": ") || behind.starts_with("["));
  const auto number = at == std::string_view::npos ? "" : text.substr(at + got.size());
  const bool is_number = !number.empty() && std::string_view("-0123456789").find(number[0]) != number.npos;
  if (rule.empty() || !here || !is_number) throw;
  throw Error(std::string(text) + "; it must be " + rule);
}

void unknown_name(const std::string& place, std::string_view what, const std::string& name,
                  const std::vector<std::string>& known) {
  throw Error(place + ": unknown " + std::string(what) + " " + quote(name) + suggestion(name, known));
}

void expect_object(const std::string& place, const Json& got) {
  if (!got.is_object()) wrong_kind(place, "an object", got);
}

void expect_members(const std::string& place, const Json& got, const std::vector<std::string>& known,
                    std::string_view tag) {
  expect_object(place, got);
  for (const auto& item : got.items()) {
    if (item.key() == tag || std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    unknown_name(place, "parameter", item.key(), known);
  }
}

const Json* member_of(const Json& object, std::string_view name) {
  const auto found = object.find(std::string(name));
  return found == object.end() ? nullptr : &*found;
}

void set_member(Json& object, std::string_view name, Json value) {
  object[std::string(name)] = std::move(value);
}

void add_tag(Json& schema, const Tag& tag) {
  schema["properties"][std::string(tag.key)] = {{"const", tag.value}};
  schema["required"] = Json::array({tag.key});
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

bool Conversion<bool>::read(const Json& json, const std::string& place) {
  if (!json.is_boolean()) detail::wrong_kind(place, kind, json);
  return json.get<bool>();
}
Json Conversion<bool>::write(bool value, Keep) {
  return value;
}
Json Conversion<bool>::schema() {
  return {{"type", "boolean"}};
}

std::int64_t Conversion<std::int64_t>::read(const Json& json, const std::string& place) {
  const bool fits = json.is_number_integer() &&
                    !(json.is_number_unsigned() && json.get<std::uint64_t>() > std::uint64_t{INT64_MAX});
  if (!fits) detail::wrong_kind(place, kind, json);
  return json.get<std::int64_t>();
}
Json Conversion<std::int64_t>::write(std::int64_t value, Keep) {
  return value;
}
Json Conversion<std::int64_t>::schema() {
  return {{"type", "integer"}};
}

double Conversion<double>::read(const Json& json, const std::string& place) {
  if (!json.is_number()) detail::wrong_kind(place, kind, json);
  return json.get<double>();
}
Json Conversion<double>::write(double value, Keep) {
  if (!std::isfinite(value)) throw Error("a parameter is " + std::to_string(value) + "; it must be finite");
  return value;
}
Json Conversion<double>::schema() {
  return {{"type", "number"}};
}

std::string Conversion<std::string>::read(const Json& json, const std::string& place) {
  if (!json.is_string()) detail::wrong_kind(place, kind, json);
  return json.get<std::string>();
}
Json Conversion<std::string>::write(const std::string& value, Keep) {
  return value;
}
Json Conversion<std::string>::schema() {
  return {{"type", "string"}};
}

std::filesystem::path Conversion<std::filesystem::path>::read(const Json& json, const std::string& place) {
  if (!json.is_string()) detail::wrong_kind(place, kind, json);
  return json.get<std::string>();
}
Json Conversion<std::filesystem::path>::write(const std::filesystem::path& value, Keep) {
  return value.string();
}
Json Conversion<std::filesystem::path>::schema() {
  return {{"type", "string"}};
}

Json Conversion<Json>::read(const Json& json, const std::string& place) {
  detail::expect_object(place, json);
  return json;
}
Json Conversion<Json>::write(const Json& value, Keep) {
  return value;
}
Json Conversion<Json>::schema() {
  return {{"type", "object"}};
}

}  // namespace fovea
