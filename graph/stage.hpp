#pragma once

#include <span>

#include "graph/params.hpp"
#include "graph/port.hpp"

namespace fovea {

struct Context;

/// The length of a stage that saves its progress, such as the epochs of training.
struct Horizon {
  std::string param;        ///< the parameter that sets the length
  std::string unit;         ///< the unit of the length: "epoch"
  std::int64_t length = 0;  ///< the parameter's value
  std::string bound;  ///< why a longer run differs from the start; "" if it can resume from a shorter one
};

/// The description of a stage without its type: everything that the graph, the plan and the runner use.
struct StageInfo {
  std::string name;
  std::string doc;
  int version = 1;
  bool random = false;  ///< whether a seed decides the result
  std::string library;  ///< the shared library that holds `run`, or "" if `run` is linked
  /// The digest of the stage's plugin, by the plugin's name; empty if the stage is linked.
  Json code = Json::object();
  std::vector<PortInfo> inputs;
  std::vector<PortInfo> outputs;
  std::vector<FieldInfo> params;
  /// Checks parameters and fills in the defaults; throws `Error` that begins with the place.
  Json (*complete)(const Json& params, const std::string& place) = nullptr;
  /// The part of complete parameters that enters the cache key.
  Json (*keyed)(const Json& complete) = nullptr;
  /// Returns the files outside the store that the stage reads, and, with a slash at the end, the folders
  /// whose names count; throws `Error` if one does not exist.
  std::vector<std::filesystem::path> (*sources)(const Json& complete) = nullptr;
  /// Returns the versions that decide the last digits beside the library, such as {"cairo": "1.16.0"}; null
  /// if there are none.
  Json (*made_with)() = nullptr;
  /// Returns the digests of the plugins that complete parameters name; null if parameters cannot name any.
  Json (*code_named)(const Json& complete) = nullptr;
  /// Returns the length that complete parameters ask for; null for a stage that saves no progress.
  Horizon (*horizon)(const Json& complete) = nullptr;
  /// Computes the outputs from the inputs, both by port. An input has one value, or the values of its list.
  std::vector<Item> (*run)(std::span<const std::vector<Item>> inputs, const Json& complete,
                           Context& context) = nullptr;
};

/// A stage: a name, a version, one line of documentation, ports, parameters and a static `run`. Optional
/// members are `random` (the result depends on the seed), `library` (the shared library that holds `run` and
/// is loaded when the stage runs), `sources(params)` (the files it reads), `made_with()` (versions of
/// libraries that change the last digits), `code_named(params)` (digests of the plugins that it uses),
/// `horizon(params)` (it saves progress, and its length) and `check_input(input, params)` (throws `Error` if
/// an input of that type and the parameters do not go together; called as soon as the input is available, so
/// it must be linked).
template <class S>
concept Stage = requires {
  { S::name } -> std::convertible_to<std::string_view>;
  { S::doc } -> std::convertible_to<std::string_view>;
  { S::version } -> std::convertible_to<int>;
  typename S::Params;
  typename S::template In<Value>;
  typename S::template Out<Value>;
}
&&Described<typename S::Params>;

namespace detail {

template <class Ports> std::vector<PortInfo> describe_ports() {
  std::vector<PortInfo> ports;
  for_each_port<Ports>([&]<class Owner, class Member, class Rule, Artifact T>(
                           const Field<Owner, Member, Rule>& each, std::type_identity<T>) {
    constexpr bool measured = requires {
      T::measured;
    };
    ports.push_back({std::string(each.name), std::string(T::kind), std::string(each.doc),
                     std::string(each.file), &T::codec(), measured, PortType<Member>::many,
                     std::is_same_v<Rule, NotEmpty>, each.tracked, std::is_same_v<Rule, ToldTogether>});
    if constexpr (requires { T::read_with(); }) ports.back().read_with = &T::read_with;
  });
  return ports;
}

template <class T> void take(Value<T>& value, std::span<const Item> items) {
  value = Value<T>(items.front());
}
template <class T> void take(Value<Many<T>>& values, std::span<const Item> items) {
  for (const auto& item : items) values.emplace_back(item);
}

template <Stage S> std::vector<Item> run_stage(std::span<const std::vector<Item>> inputs,
                                               const Json& complete, Context& context) {
  typename S::template In<Value> in;
  std::size_t port = 0;
  for_each_port<decltype(in)>([&](const auto& each, auto) { take(in.*each.member, inputs[port++]); });
  const auto out = S::run(in, read_params<typename S::Params>(complete, std::string(S::name)), context);
  std::vector<Item> outputs;
  for_each_port<std::remove_cvref_t<decltype(out)>>([&](const auto& each, auto) {
    outputs.push_back((out.*each.member).item());
    assert(outputs.back().data != nullptr);
  });
  return outputs;
}

}  // namespace detail

/// Describes S except for its `run`.
template <Stage S> StageInfo describe() {
  using Params = typename S::Params;
  StageInfo info;
  info.name = S::name;
  info.doc = S::doc;
  info.version = S::version;
  if constexpr (requires { S::random; }) info.random = S::random;
  if constexpr (requires { S::library; }) info.library = S::library;
  info.inputs = detail::describe_ports<typename S::template In<Value>>();
  std::size_t port = 0;
  for_each_port<typename S::template In<Value>>([&]<class T>(const auto&, std::type_identity<T>) {
    if constexpr (requires(const T& input, const Params& params) { S::check_input(input, params); }) {
      info.inputs[port].check = [](const void* value, const Json& complete) {
        S::check_input(*static_cast<const T*>(value), read_params<Params>(complete, ""));
      };
    }
    ++port;
  });
  info.outputs = detail::describe_ports<typename S::template Out<Value>>();
  info.params = describe_fields<Params>();
  info.complete = [](const Json& params, const std::string& place) {
    const auto read = read_params<Params>(params, place);
    if constexpr (requires { read.check(place); }) read.check(place);
    return write_params(read);
  };
  info.keyed = [](const Json& complete) {
    return write_params(read_params<Params>(complete, ""), Keep::keyed);
  };
  info.sources = [](const Json& complete) -> std::vector<std::filesystem::path> {
    if constexpr (requires(Params params) { S::sources(params); }) {
      return S::sources(read_params<Params>(complete, ""));
    } else {
      return {};
    }
  };
  if constexpr (requires { S::made_with(); }) info.made_with = [] { return Json(S::made_with()); };
  if constexpr (requires(Params params) { S::code_named(params); }) {
    info.code_named = [](const Json& complete) { return S::code_named(read_params<Params>(complete, "")); };
  }
  if constexpr (requires(Params params) { S::horizon(params); }) {
    info.horizon = [](const Json& complete) { return S::horizon(read_params<Params>(complete, "")); };
  }
  return info;
}

/// Returns the description of S for the program, with its `run` unless that lives in a shared library.
template <Stage S> const StageInfo& stage_info() {
  static const StageInfo info = [] {
    auto described = describe<S>();
    if constexpr (!requires { S::library; }) described.run = &detail::run_stage<S>;
    return described;
  }();
  return info;
}

}  // namespace fovea
