#pragma once

#include <atomic>
#include <fstream>
#include <functional>

#include "runtime/context.hpp"
#include "runtime/run.hpp"
#include "runtime/store/artifact.hpp"
#include "runtime/store/checkpoints.hpp"
#include "tests/graph/test_stage.hpp"

/// Small stages that really compute and are really stored: enough to run graphs of.
namespace arithmetic {

using namespace fovea;

struct Amount {
  static constexpr std::string_view kind = "Amount";
  static const Codec& codec() {
    static const Codec made = make_codec<Amount>(
        1, [](const Amount& number, H5Writer& file) { file.write<double>("value", {number.value}); },
        [](const H5Reader& file, const Resolve&) { return Amount{file.read<double>("value")[0]}; },
        [](const Amount& number, const std::filesystem::path&, const std::filesystem::path& target) {
          std::ofstream(target) << number.value << "\n";
        });
    return made;
  }
  double value = 0;
};

/// With what `Count` and `Drifting` say they are made.
inline Json made_here = Json::object();

/// How often stages ran since the start of a test, and what happens inside `Constant` and `Sum`.
inline std::atomic<int> runs = 0;
inline std::function<void(Context&)> inside = [](Context&) {};

inline constexpr std::string_view no_file, constant_file = "constant.txt", count_file = "count.txt";

/// A number, exported under a name or not at all.
template <const std::string_view& file, template <class> class As> struct ExportedNumber {
  As<Amount> number;
  static constexpr auto ports() {
    return std::tuple{exported("number", &ExportedNumber::number, "the number", file)};
  }
};
template <template <class> class As> using NumberOut = ExportedNumber<no_file, As>;
template <template <class> class As> using ConstantOut = ExportedNumber<constant_file, As>;
template <template <class> class As> using CountOut = ExportedNumber<count_file, As>;

struct Constant : TestStage<NoPorts, ConstantOut> {
  static constexpr std::string_view name = "constant";
  static constexpr std::string_view doc = "gives a number";
  struct Params {
    double value = 0;
    std::string label = "x";
    static auto fields() {
      return std::tuple{field("value", &Params::value, "the number"),
                        field("label", &Params::label, "in words")};
    }
  };
  static Out<Value> run(const In<Value>&, const Params& params, Context& context) {
    ++runs;
    inside(context);
    return {.number = Amount{params.value}};
  }
};

struct Sum : TestStage<> {
  static constexpr std::string_view name = "sum";
  static constexpr std::string_view doc = "adds two numbers";
  template <template <class> class As> struct In {
    As<Amount> a;
    As<Amount> b;
    static constexpr auto ports() {
      return std::tuple{field("a", &In::a, "one"), field("b", &In::b, "other")};
    }
  };
  template <template <class> class As> struct Out {
    As<Amount> sum;
    static constexpr auto ports() { return std::tuple{exported("sum", &Out::sum, "a + b", "sum.txt")}; }
  };
  struct Params {
    double limit = 1000;
    double highest = 1e9;
    static auto fields() {
      return std::tuple{field("limit", &Params::limit, "of the sum"),
                        field("highest", &Params::highest, "of what is added")};
    }
  };
  static void check_input(const Amount& one, const Params& params) {
    if (one.value > params.highest)
      throw Error("\"highest\" is below " + std::to_string(one.value) + "; raise it");
  }
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context) {
    ++runs;
    inside(context);
    const auto sum = in.a->value + in.b->value;
    if (sum > params.limit) throw Error("the sum is above \"limit\"; raise it");
    return {.sum = Amount{sum}};
  }
};

/// Reads a list of digits as one number, so that their order is seen.
struct Digits : TestStage<NoPorts, NumberOut> {
  static constexpr std::string_view name = "digits";
  static constexpr std::string_view doc = "puts digits together";
  template <template <class> class As> struct In {
    As<Many<Amount>> digits;
    As<Amount> base;
    static constexpr auto ports() {
      return std::tuple{field("digits", &In::digits, "the largest first"), field("base", &In::base, "as 10")};
    }
  };
  static Out<Value> run(const In<Value>& in, const Params&, Context&) {
    ++runs;
    double number = 0;
    for (const auto& digit : in.digits) number = number * in.base->value + digit->value;
    return {.number = Amount{number}};
  }
};

/// Gives the seed that it is told.
struct Draw : TestStage<NoPorts, NumberOut> {
  static constexpr std::string_view name = "draw";
  static constexpr std::string_view doc = "draws a number";
  static constexpr bool random = true;
  static Out<Value> run(const In<Value>&, const Params&, Context& context) {
    ++runs;
    return {.number = Amount{static_cast<double>(context.seed)}};
  }
};

/// Counts to `to` and keeps its progress at every number.
struct Count : TestStage<NoPorts, CountOut> {
  static constexpr std::string_view name = "count";
  static constexpr std::string_view doc = "counts";
  struct Params {
    std::int64_t to = 5;
    bool bound = false;
    static auto fields() {
      return std::tuple{field("to", &Params::to, "the end"),
                        field("bound", &Params::bound, "whether the end decides the way")};
    }
  };
  static Horizon horizon(const Params& params) {
    return {"to", "number", params.to, params.bound ? "the end decides the way" : ""};
  }
  static Json made_with() { return made_here; }
  static Out<Value> run(const In<Value>&, const Params& params, Context& context) {
    double now = 0;
    if (const auto newest = context.checkpoints->newest(Amount::codec())) {
      now = static_cast<const Amount*>(newest->first.data.get())->value;
    }
    while (now < static_cast<double>(params.to)) {
      ++runs;
      now += 1;
      const Amount state{now};
      context.checkpoints->save(Amount::codec(), &state, {static_cast<std::int64_t>(now), 0}, 2);
      inside(context);
    }
    return {.number = Amount{now}};
  }
};

/// Like Constant, but gives `drift` more, as a stage that is not repeatable would.
inline double drift = 0;
struct Drifting : Constant {
  static constexpr std::string_view name = "drifting";
  static Json made_with() { return made_here; }
  static Out<Value> run(const In<Value>&, const Params& params, Context&) {
    return {.number = Amount{params.value + drift}};
  }
};

/// Like Sum, but said to live in a library, so that it runs on the compute thread.
struct Far : Sum {
  static constexpr std::string_view name = "far";
  static constexpr std::string_view library = "fovea_no_such_library";
};

/// Keeps the events of a run.
struct Events : Report {
  std::mutex mutex;
  std::vector<Event> all;
  void event(const Event& event) override {
    const std::lock_guard lock(mutex);
    all.push_back(event);
  }
  void progress(const std::string&, std::size_t, std::size_t, const std::string&) override {}
};

/// Other numerics than before, as long as it lives.
struct MadeHere {
  explicit MadeHere(const char* machine) { made_here = {{"machine", machine}}; }
  ~MadeHere() { made_here = Json::object(); }
};

}  // namespace arithmetic
