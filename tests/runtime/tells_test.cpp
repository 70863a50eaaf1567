#include "runtime/store/tells.hpp"

#include "runtime/tracked.hpp"
#include "tests/catch.hpp"
#include "tests/runtime/bench.hpp"

using namespace fovea;

namespace {

/// Halved a number, and it tells of it.
struct Halved {
  static constexpr std::string_view kind = "Halved";
  static const Codec& codec() {
    static const Codec made = telling(
        make_codec<Halved>(
            1, [](const Halved& half, H5Writer& file) { file.write<double>("value", {half.value}); },
            [](const H5Reader& file, const Resolve&) { return Halved{file.read<double>("value")[0]}; }),
        {.numbers = told_by<Halved>([](const Halved& half) {
           return NamedNumbers{{"half", half.value}, {"double", 4 * half.value}};
         })});
    return made;
  }
  double value = 0;
};

struct Halve {
  static constexpr std::string_view name = "halve";
  static constexpr std::string_view doc = "halves a number";
  static constexpr int version = 1;
  template <template <class> class As> struct In {
    As<arithmetic::Amount> number;
    static constexpr auto ports() { return std::tuple{field("number", &In::number, "the number")}; }
  };
  template <template <class> class As> struct Out {
    As<Halved> silent;
    As<Halved> told;
    static constexpr auto ports() {
      return std::tuple{field("silent", &Out::silent, "half of it"),
                        tracked("told", &Out::told, "half of it")};
    }
  };
  struct Params {
    static auto fields() { return std::tuple{}; }
  };
  static Out<Value> run(const In<Value>& in, const Params&, Context&) {
    return {.silent = Halved{in.number->value / 2}, .told = Halved{in.number->value / 2}};
  }
};

Graph halves() {
  Graph g;
  g.add<Halve>({.number = g.add<arithmetic::Constant>({}, {.value = 3}).number});
  return g;
}

}  // namespace

TEST_CASE("tells: a kind that tells only numbers has them in the summary of a run") {
  const Halved half{1.5};
  const auto told = summary_lines(Halved::codec().tells, &half);
  CHECK(told.lines == std::vector<std::string>{"half 1.5000  double 6.0000"});
  CHECK(told.numbers.dump() == R"({"half":1.5,"double":6.0})");
}

TEST_CASE("tells: a kind that says what the summary has is asked for nothing else") {
  auto tells = Halved::codec().tells;
  tells.summary = [](const void*) { return SummaryLines{{"one", "two"}, {{"three", 3}}}; };
  const Halved half{1.5};
  CHECK(summary_lines(tells, &half).lines == std::vector<std::string>{"one", "two"});
  CHECK(summary_lines(tells, &half).numbers.dump() == R"({"three":3})");
}

TEST_CASE("tells: a kind that tells nothing adds nothing to the summary of a run") {
  const arithmetic::Amount amount{1};
  CHECK_FALSE(arithmetic::Amount::codec().tells.anything());
  CHECK(summary_lines(arithmetic::Amount::codec().tells, &amount).lines.empty());
}

TEST_CASE("tells: only tracked ports are asked, each for what its kind tells") {
  CHECK(outputs_telling(halves(), &Tells::numbers) == std::vector<Output>{{1, 1}});
  CHECK(outputs_telling(halves(), &Tells::scalars).empty());
}

TEST_CASE("tells: what tracked ports tell is read from the store, and nothing where an object is lost") {
  arithmetic::Bench bench;
  const auto graph = halves();
  const auto records = bench.run(graph).records();
  const auto numbers = told(graph, records, bench.store, &Tells::numbers);
  REQUIRE(numbers);
  REQUIRE(numbers->size() == 1);
  CHECK(numbers->front().from == Output{1, 1});
  CHECK(numbers->front().told == NamedNumbers{{"half", 1.5}, {"double", 6}});
  std::filesystem::remove(bench.store.object_path(records[1].objects[1]));
  Store fresh(bench.folder / "store", [](const std::string&) {});
  CHECK_FALSE(told(graph, records, fresh, &Tells::numbers));
}
