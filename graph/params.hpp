#pragma once

#include <filesystem>
#include <type_traits>
#include <variant>

#include "graph/error.hpp"
#include "graph/field.hpp"

namespace fovea {

/// The description of one parameter without its type: for help, the JSON Schema and the README's tables.
struct FieldInfo {
  std::string name;
  std::string doc;
  std::string kind;  ///< "a whole number", "text", ...
  std::string rule;  ///< "from 1 to 100", or "" if every value of the kind is allowed
  Json standard;     ///< the default value
  Role role = Role::result;
  std::vector<FieldInfo> members;  ///< the fields of a nested object
  Json schema;                     ///< its JSON Schema
  std::string of_each{};           ///< the list input whose wires' `each` values this parameter takes, or ""
};

/// The key and value that tell alternatives of a list of structs apart, as "op": "translate".
struct Tag {
  std::string_view key;
  std::string_view value;
};

enum class Keep { all, keyed };

/// Reads and writes values of type T as JSON; `read` throws `Error` that begins with the place.
template <class T> struct Conversion;

template <Described T> std::vector<FieldInfo> describe_fields();

namespace detail {

[[noreturn]] void wrong_kind(const std::string& place, std::string_view expected, const Json& got);
[[noreturn]] void breaks_rule(const std::string& place, const std::string& rule, const Json& got);
/// Rethrows `error`, which is being handled. If it is about a number of the wrong kind at `place` or in its
/// list, the rule is added.
[[noreturn]] void throw_with_rule(const Error& error, const std::string& place, const std::string& rule);
[[noreturn]] void unknown_name(const std::string& place, std::string_view what, const std::string& name,
                               const std::vector<std::string>& known);
void expect_object(const std::string& place, const Json& got);
/// Throws `Error` unless the object has members of these names only, beside `tag`.
void expect_members(const std::string& place, const Json& got, const std::vector<std::string>& known,
                    std::string_view tag);
/// Returns the member of that name, or null.
const Json* member_of(const Json& object, std::string_view name);
void set_member(Json& object, std::string_view name, Json value);
Json object_schema(const std::vector<FieldInfo>& fields);
/// Adds the tag of an alternative to its schema.
void add_tag(Json& schema, const Tag& tag);

template <class T> inline constexpr bool is_variant = false;
template <class... T> inline constexpr bool is_variant<std::variant<T...>> = true;

/// Returns the part of the rule that a value breaks; "auto", null and lists are checked by their content.
template <class Rule, class T> std::string broken(const Rule& rule, const T& value) {
  if constexpr (requires { rule.broken_by(value); }) {
    return rule.broken_by(value);
  } else if constexpr (requires { value.value.has_value(); }) {
    return value.value ? broken(rule, *value.value) : std::string{};
  } else if constexpr (requires { value.has_value(); }) {
    return value ? broken(rule, *value) : std::string{};
  } else {
    for (const auto& item : value) {
      if (auto text = broken(rule, item); !text.empty()) return text;
    }
    return {};
  }
}

}  // namespace detail

template <> struct Conversion<bool> {
  static constexpr std::string_view kind = "true or false";
  static bool read(const Json& json, const std::string& place);
  static Json write(bool value, Keep keep);
  static Json schema();
};

template <> struct Conversion<std::int64_t> {
  static constexpr std::string_view kind = "a whole number";
  static std::int64_t read(const Json& json, const std::string& place);
  static Json write(std::int64_t value, Keep keep);
  static Json schema();
};

template <> struct Conversion<double> {
  static constexpr std::string_view kind = "a number";
  static double read(const Json& json, const std::string& place);
  static Json write(double value, Keep keep);
  static Json schema();
};

template <> struct Conversion<std::string> {
  static constexpr std::string_view kind = "text";
  static std::string read(const Json& json, const std::string& place);
  static Json write(const std::string& value, Keep keep);
  static Json schema();
};

template <> struct Conversion<std::filesystem::path> {
  static constexpr std::string_view kind = "a path";
  static std::filesystem::path read(const Json& json, const std::string& place);
  static Json write(const std::filesystem::path& value, Keep keep);
  static Json schema();
};

/// A JSON object with any members.
template <> struct Conversion<Json> {
  static constexpr std::string_view kind = "an object";
  static Json read(const Json& json, const std::string& place);
  static Json write(const Json& value, Keep keep);
  static Json schema();
};

template <class T> struct Conversion<Auto<T>> {
  static inline const std::string kind = std::string(Conversion<T>::kind) + " or \"auto\"";
  static Auto<T> read(const Json& json, const std::string& place) {
    if (json == "auto") return {};
    if (json.is_string()) detail::wrong_kind(place, kind, json);
    return Conversion<T>::read(json, place);
  }
  static Json write(const Auto<T>& value, Keep keep) {
    return value.value ? Conversion<T>::write(*value.value, keep) : Json("auto");
  }
  static Json schema() { return {{"anyOf", {{{"const", "auto"}}, Conversion<T>::schema()}}}; }
};

template <class T> struct Conversion<std::optional<T>> {
  static inline const std::string kind = std::string(Conversion<T>::kind) + " or null";
  static std::optional<T> read(const Json& json, const std::string& place) {
    if (json.is_null()) return {};
    return Conversion<T>::read(json, place);
  }
  static Json write(const std::optional<T>& value, Keep keep) {
    return value ? Conversion<T>::write(*value, keep) : Json(nullptr);
  }
  static Json schema() { return {{"anyOf", {{{"type", "null"}}, Conversion<T>::schema()}}}; }
};

template <class T> struct Conversion<std::vector<T>> {
  static constexpr std::string_view kind = "a list";
  static std::vector<T> read(const Json& json, const std::string& place) {
    if (!json.is_array()) detail::wrong_kind(place, kind, json);
    std::vector<T> items;
    for (std::size_t i = 0; i < json.size(); ++i) {
      items.push_back(Conversion<T>::read(json[i], place + "[" + std::to_string(i) + "]"));
    }
    return items;
  }
  static Json write(const std::vector<T>& items, Keep keep) {
    Json list = Json::array();
    for (const auto& item : items) list.push_back(Conversion<T>::write(item, keep));
    return list;
  }
  static Json schema() { return {{"type", "array"}, {"items", Conversion<T>::schema()}}; }
};

/// A struct with `fields()` is an object; members that are not written keep their defaults.
template <Described T> struct Conversion<T> {
  static constexpr std::string_view kind = "an object";
  static T read(const Json& json, const std::string& place) {
    std::vector<std::string> known;
    for_each_field<T>([&](const auto& each) { known.emplace_back(each.name); });
    detail::expect_members(place, json, known, tag_key());
    T params;
    for_each_field<T>([&](const auto& each) { read_field(params, each, json, place); });
    return params;
  }
  static Json write(const T& params, Keep keep) {
    Json object = Json::object();
    if constexpr (requires { T::tag; }) detail::set_member(object, T::tag.key, std::string(T::tag.value));
    for_each_field<T>([&](const auto& each) {
      if (keep == Keep::keyed && each.role != Role::result) return;
      using Member = std::remove_cvref_t<decltype(params.*each.member)>;
      auto member = Conversion<Member>::write(params.*each.member, keep);
      // A group of settings that are all left out of the key is left out as a whole.
      if (Described<Member> && keep == Keep::keyed && member.empty()) return;
      detail::set_member(object, each.name, std::move(member));
    });
    return object;
  }
  static Json schema() {
    auto object = detail::object_schema(describe_fields<T>());
    if constexpr (requires { T::tag; }) detail::add_tag(object, T::tag);
    return object;
  }

 private:
  static std::string_view tag_key() {
    if constexpr (requires { T::tag; }) {
      return T::tag.key;
    } else {
      return {};
    }
  }
  template <class Each>
  static void read_field(T& params, const Each& each, const Json& json, const std::string& place) {
    const auto* found = detail::member_of(json, each.name);
    if (found == nullptr) return;
    auto& member = params.*each.member;
    const auto here = place + "." + std::string(each.name);
    try {
      member = Conversion<std::remove_reference_t<decltype(member)>>::read(*found, here);
    } catch (const Error& error) {
      detail::throw_with_rule(error, here, each.rule.text());
    }
    if (auto rule = detail::broken(each.rule, member); !rule.empty()) detail::breaks_rule(here, rule, *found);
  }
};

/// One of several structs, told apart by their `tag`.
template <class... T> struct Conversion<std::variant<T...>> {
  static constexpr std::string_view kind = "an object";
  static std::variant<T...> read(const Json& json, const std::string& place) {
    detail::expect_object(place, json);
    const std::string key((std::get<0>(std::tuple{T::tag...})).key);
    const std::vector<std::string> known{std::string(T::tag.value)...};
    const auto* found = detail::member_of(json, key);
    if (found == nullptr) throw Error(place + ": " + quote(key) + " is missing" + suggestion("", known));
    const auto name = Conversion<std::string>::read(*found, place + "." + key);
    std::optional<std::variant<T...>> value;
    ((name == T::tag.value ? void(value = Conversion<T>::read(json, place)) : void()), ...);
    if (!value) detail::unknown_name(place, key, name, known);
    return *value;
  }
  static Json write(const std::variant<T...>& value, Keep keep) {
    return std::visit([&]<class One>(const One& one) { return Conversion<One>::write(one, keep); }, value);
  }
  static Json schema() { return {{"anyOf", Json::array({Conversion<T>::schema()...})}}; }
};

/// Returns a description of every field of T, with its default and its JSON Schema.
template <Described T> std::vector<FieldInfo> describe_fields() {
  std::vector<FieldInfo> all;
  const T standard;
  for_each_field<T>([&](const auto& each) {
    using Member = std::remove_cvref_t<decltype(standard.*each.member)>;
    FieldInfo info{.name = std::string(each.name),
                   .doc = std::string(each.doc),
                   .kind = std::string(Conversion<Member>::kind),
                   .rule = each.rule.text(),
                   .standard = Conversion<Member>::write(standard.*each.member, Keep::all),
                   .role = each.role,
                   .members = {},
                   .schema = Conversion<Member>::schema()};
    if constexpr (requires { each.rule.port; }) info.of_each = each.rule.port;
    if constexpr (Described<Member>) info.members = describe_fields<Member>();
    if constexpr (requires { each.rule.apply_to(info.schema); }) each.rule.apply_to(info.schema);
    all.push_back(std::move(info));
  });
  return all;
}

/// Reads a parameter struct from JSON; missing members keep their defaults. Throws `Error` for a value that
/// is not allowed.
template <Described T> T read_params(const Json& json, const std::string& place) {
  return Conversion<T>::read(json, place);
}

/// The parameters of a stage that can be set to nothing else.
struct NoParams {
  static constexpr auto fields() { return std::tuple{}; }
};

/// Writes all parameters, or only those that decide the result.
template <Described T> Json write_params(const T& params, Keep keep = Keep::all) {
  return Conversion<T>::write(params, keep);
}

}  // namespace fovea
