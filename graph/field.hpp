#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "graph/json.hpp"

namespace fovea {

/// A rule that allows every value.
struct Anything {
  template <class T> std::string broken_by(const T&) const { return {}; }
  std::string text() const { return {}; }
};

/// Numbers from `low` to `high`; either end may be left out of the range itself.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_included = true;
  bool high_included = true;

  /// Returns the requirement, as in "at least 1", if `value` breaks the rule; else "".
  std::string broken_by(double value) const;
  std::string text() const;
};

constexpr Range between(double low, double high) {
  return {low, high, true, true};
}
constexpr Range at_least(double low) {
  return {.low = low};
}
constexpr Range above(double low) {
  return {.low = low, .low_included = false};
}
/// The range from `low`, which is included, to `high`, which is not.
constexpr Range from_to_below(double low, double high) {
  return {low, high, true, false};
}

/// A rule that allows one of a few names.
struct OneOf {
  std::vector<std::string> names;
  std::string broken_by(const std::string& value) const;
  std::string text() const;
};

inline OneOf one_of(std::initializer_list<const char*> names) {
  return {{names.begin(), names.end()}};
}

/// The way in which a parameter takes part in the cache key.
enum class Role {
  result,  ///< decides the result, so it is part of the key
  tuning,  ///< changes speed or logging only, and stays out of the key
  source,  ///< a path to data: the bytes there are part of the key, the path is not
};

/// One member of a parameter or port struct: the name that users type, the member, and its documentation.
template <class Owner, class T, class Rule = Anything> struct Field {
  std::string_view name;
  T Owner::*member;
  std::string_view doc;
  Rule rule{};
  Role role = Role::result;
  std::string_view
      file{};            ///< for an output port: what it is called in the run directory; empty = not exported
  bool tracked = false;  ///< for an output port: see `tracked`
};

/// Declares a parameter that decides the result, or a port.
template <class Owner, class T, class Rule = Anything>
constexpr auto field(std::string_view name, T Owner::*member, std::string_view doc, Rule rule = {}) {
  return Field<Owner, T, Rule>{name, member, doc, std::move(rule), Role::result};
}

/// Declares a parameter that may change speed or logging but never the result.
template <class Owner, class T, class Rule = Anything>
constexpr auto tuning(std::string_view name, T Owner::*member, std::string_view doc, Rule rule = {}) {
  return Field<Owner, T, Rule>{name, member, doc, std::move(rule), Role::tuning};
}

/// Declares a path to data outside the store; the stage's `sources` lists the files whose bytes count.
template <class Owner, class T>
constexpr auto source(std::string_view name, T Owner::*member, std::string_view doc) {
  return Field<Owner, T, Anything>{name, member, doc, {}, Role::source};
}

/// Declares an output port that is written to the run directory under `file`.
template <class Owner, class T> constexpr auto exported(std::string_view name, T Owner::*member,
                                                        std::string_view doc, std::string_view file) {
  return Field<Owner, T, Anything>{name, member, doc, {}, Role::result, file};
}

/// Declares an output port that trackers and the summary of a run are told of when all has run: its artifact
/// says what (`Codec::tells`). Where a `file` is given, it is exported as well.
template <class Owner, class T> constexpr auto tracked(std::string_view name, T Owner::*member,
                                                       std::string_view doc, std::string_view file = {}) {
  return Field<Owner, T, Anything>{name, member, doc, {}, Role::result, file, true};
}

/// Marks an input port whose value must not be empty; see `needed`.
struct NotEmpty {};

/// Declares an input port whose value must not be empty. The upstream stage learns this from `Context::needs`
/// and can refuse before anything is computed with the value.
template <class Owner, class T>
constexpr auto needed(std::string_view name, T Owner::*member, std::string_view doc) {
  return Field<Owner, T, NotEmpty>{name, member, doc};
}

/// Marks an input port whose stage tells of its values together; see `told_together`.
struct ToldTogether {};

/// Declares an input port whose stage tells of what comes in: the summary of a run tells that, and of none of
/// these alone.
template <class Owner, class T>
constexpr auto told_together(std::string_view name, T Owner::*member, std::string_view doc) {
  return Field<Owner, T, ToldTogether>{name, member, doc};
}

/// Marks a parameter that takes the values of `each`, in the order of the wires of a list; see `of_each`.
struct ValuesOfEach {
  std::string_view port;
  template <class T> std::string broken_by(const T&) const { return {}; }
  std::string text() const { return {}; }
};

/// Declares a parameter that is a list of objects: for each wire of the list input `port`, the values that
/// `each` gave to the upstream copy. Unrolling fills the parameter in if the definition does not set it.
template <class Owner, class T>
constexpr auto of_each(std::string_view name, T Owner::*member, std::string_view port, std::string_view doc) {
  return Field<Owner, T, ValuesOfEach>{name, member, doc, {port}};
}

/// A number that the program computes itself if the user gives "auto".
template <class T> struct Auto {
  std::optional<T> value;

  constexpr Auto() = default;
  constexpr Auto(T given) : value(given) {}
  constexpr T or_else(T automatic) const { return value.value_or(automatic); }
  friend bool operator==(const Auto&, const Auto&) = default;
};

namespace detail {

struct AnyMember {
  template <class T> operator T() const noexcept;
};

template <class T, std::size_t... I> consteval bool takes_members(std::index_sequence<I...>) {
  return requires {
    T{((void)I, AnyMember{})...};
  };
}

/// Whether T has exactly `count` members; members without a default count as well.
template <class T, std::size_t count> consteval bool has_members() {
  if (std::is_empty_v<T>) return count == 0;
  return takes_members<T>(std::make_index_sequence<count>()) &&
         !takes_members<T>(std::make_index_sequence<count + 1>());
}

}  // namespace detail

/// A struct that lists its members: `static auto fields()` gives a tuple of `Field`.
template <class T>
concept Described = requires {
  T::fields();
};

/// Calls `visit` with every field of T, in the order of declaration.
template <Described T, class Visit> void for_each_field(Visit&& visit) {
  static_assert(detail::has_members<T, std::tuple_size_v<decltype(T::fields())>>(),
                "a member of this struct is missing from its fields()");
  std::apply([&](const auto&... each) { (visit(each), ...); }, T::fields());
}

}  // namespace fovea
