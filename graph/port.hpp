#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/field.hpp"
#include "graph/json.hpp"

namespace fovea {

struct Codec;

/// A type of value that stages pass to each other: it has a name, and a codec that stores it on disk.
template <class T>
concept Artifact = requires {
  { T::kind } -> std::convertible_to<std::string_view>;
  { T::codec() } -> std::same_as<const Codec&>;
};

/// An output of a stage in a graph. The identity is that of the stage; only copies of the stage in copies of
/// the graph share it.
struct OutputOf {
  std::size_t node = 0;
  std::size_t port = 0;
  std::uint64_t identity = 0;
};

/// A wire while a graph is composed: an output of a stage. Only `Graph::add` makes wires, so that an input
/// that is left out does not compile.
template <class T> class Ref {
 public:
  Ref() = delete;  // an input was left out: every input needs a wire
  const OutputOf& from() const { return from_; }

 private:
  friend class Graph;
  explicit Ref(const OutputOf& from) : from_(from) {}
  OutputOf from_;
};

/// A type-erased value while a graph runs: the data, and the identity of its stored bytes ("" until it is
/// stored).
struct Item {
  std::shared_ptr<const void> data;
  std::string object;
};

/// An artifact while a graph runs. It is shared and immutable; a T is moved in.
template <class T> class Value {
 public:
  Value() = default;
  Value(T made) : item_{std::make_shared<const T>(std::move(made)), {}} {}
  explicit Value(Item item) : item_(std::move(item)) {}

  const T& operator*() const { return *get(); }
  const T* operator->() const { return get(); }
  /// The identity of the stored bytes, or "" until they are stored.
  const std::string& object() const { return item_.object; }
  const Item& item() const { return item_; }
  /// Returns the value, which lives as long as the pointer.
  std::shared_ptr<const T> share() const { return std::static_pointer_cast<const T>(item_.data); }

 private:
  const T* get() const {
    assert(item_.data != nullptr);
    return static_cast<const T*>(item_.data.get());
  }
  Item item_;
};

/// Marks a list: an input port `As<Many<T>>` takes one or more wires, and their order counts.
template <class T> struct Many;

/// The wires of a list: `{.metrics = {first.metrics, second.metrics}}`, or a vector of them.
template <class T> class Ref<Many<T>> {
 public:
  Ref() = delete;  // an input was left out: every list needs a wire
  Ref(std::initializer_list<Ref<T>> wires) : wires_(wires) {}
  Ref(std::vector<Ref<T>> wires) : wires_(std::move(wires)) {}
  const std::vector<Ref<T>>& wires() const { return wires_; }

 private:
  std::vector<Ref<T>> wires_;
};

/// The artifacts of a list, in the order of its wires.
template <class T> class Value<Many<T>> : public std::vector<Value<T>> {
 public:
  using std::vector<Value<T>>::vector;
};

/// The ports of a stage without inputs, or without outputs.
template <template <class> class As> struct NoPorts {
  static constexpr auto ports() { return std::tuple{}; }
};

/// The description of one port without its type.
struct PortInfo {
  std::string name;
  std::string kind;  ///< the artifact's kind: "Dataset", "Model", ...
  std::string doc;
  std::string file;  ///< for an output: its name in the run directory, or "" if it is not exported
  const Codec* codec = nullptr;
  bool measured = false;       ///< the artifact holds measurements, such as times, which no other run repeats
  bool many = false;           ///< for an input: takes a list of one or more wires
  bool needed = false;         ///< for an input: must have something in it
  bool tracked = false;        ///< for an output: trackers and the summary of a run are told of it
  bool told_together = false;  ///< for an input: the stage tells of what comes in, in place of who gives it
  /// Whether an output is read when all has run, and so must be there then.
  bool read_after_run() const { return tracked || !file.empty(); }
  /// Versions of libraries that decide what is read from the artifact; null where none does.
  Json (*read_with)() = nullptr;
  /// For an input: throws `Error` if its value and the complete parameters of the stage do not go together;
  /// null if that is not checked before the stage runs.
  void (*check)(const void* value, const Json& complete) = nullptr;
};

namespace detail {

template <class T> struct PortType;
template <template <class> class As, class T> struct PortType<As<T>> {
  using type = T;
  static constexpr bool many = false;
};
template <template <class> class As, class T> struct PortType<As<Many<T>>> {
  using type = T;
  static constexpr bool many = true;
};

}  // namespace detail

/// Calls `visit(field, type)` for every port, where `type` is a `std::type_identity` of the artifact.
template <class Ports, class Visit> void for_each_port(Visit&& visit) {
  static_assert(detail::has_members<Ports, std::tuple_size_v<decltype(Ports::ports())>>(),
                "a member of this struct is missing from its ports()");
  const auto each = [&]<class Owner, class Member, class Rule>(const Field<Owner, Member, Rule>& one) {
    visit(one, std::type_identity<typename detail::PortType<Member>::type>{});
  };
  std::apply([&](const auto&... all) { (each(all), ...); }, Ports::ports());
}

}  // namespace fovea
