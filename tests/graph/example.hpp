#pragma once

#include <fstream>

#include "graph/graph.hpp"
#include "graph/registry.hpp"
#include "tests/graph/test_stage.hpp"

/// Small stages that compute nothing: enough to compose, write, read, and plan graphs of.
namespace example {

using namespace fovea;

inline const Codec& no_codec() {
  static const int nothing = 0;
  return reinterpret_cast<const Codec&>(nothing);
}

struct Grain {
  static constexpr std::string_view kind = "Grain";
  static const Codec& codec() { return no_codec(); }
};

struct Flour {
  static constexpr std::string_view kind = "Flour";
  static const Codec& codec() { return no_codec(); }
};

template <template <class> class As> struct GrainIn {
  As<Grain> grain;
  static constexpr auto ports() { return std::tuple{field("grain", &GrainIn::grain, "to work on")}; }
};

template <template <class> class As> struct GrainOut {
  As<Grain> grain;
  static constexpr auto ports() { return std::tuple{field("grain", &GrainOut::grain, "what comes out")}; }
};

struct Harvest : TestStage<NoPorts, GrainOut> {
  static constexpr std::string_view name = "harvest";
  static constexpr std::string_view doc = "brings in grain";
  struct Params {
    std::filesystem::path field_path;
    std::int64_t tons = 3;
    static auto fields() {
      return std::tuple{source("path", &Params::field_path, "where the field is"),
                        field("tons", &Params::tons, "how much", between(1, 100))};
    }
  };
  static std::vector<std::filesystem::path> sources(const Params& params) {
    if (params.field_path.empty()) return {};
    return {params.field_path};
  }
  static Out<Value> run(const In<Value>&, const Params&, Context&) { return {.grain = Grain{}}; }
};

struct Stones {
  double gap = 0.5;
  std::string kind = "granite";
  static auto fields() {
    return std::tuple{field("gap", &Stones::gap, "millimetres between them", above(0)),
                      field("kind", &Stones::kind, "of stone", one_of({"granite", "basalt"}))};
  }
};

template <template <class> class As> struct MillOut {
  As<Flour> flour;
  As<Grain> bran;
  static constexpr auto ports() {
    return std::tuple{field("flour", &MillOut::flour, "fine"), field("bran", &MillOut::bran, "coarse")};
  }
};

struct Mill : TestStage<GrainIn, MillOut> {
  static constexpr std::string_view name = "mill";
  static constexpr std::string_view doc = "grinds grain";
  static constexpr int version = 2;
  static constexpr bool random = true;
  struct Params {
    Stones stones;
    Auto<double> speed;
    std::optional<double> limit = 1.5;
    std::int64_t threads = 1;
    static auto fields() {
      return std::tuple{field("stones", &Params::stones, "what grinds"),
                        field("speed", &Params::speed, "turns a second", at_least(0)),
                        field("limit", &Params::limit, "of heat", at_least(1)),
                        tuning("threads", &Params::threads, "millers at work", between(1, 8))};
    }
  };
  static Out<Value> run(const In<Value>&, const Params&, Context&) {
    return {.flour = Flour{}, .bran = Grain{}};
  }
};

/// Has two outputs of one kind.
struct Sieve : TestStage<GrainIn> {
  static constexpr std::string_view name = "sieve";
  static constexpr std::string_view doc = "parts grain by size";
  template <template <class> class As> struct Out {
    As<Grain> coarse;
    As<Grain> fine;
    static constexpr auto ports() {
      return std::tuple{field("coarse", &Out::coarse, "what stays"), field("fine", &Out::fine, "what falls")};
    }
  };
  static Out<Value> run(const In<Value>& in, const Params&, Context&) {
    return {.coarse = in.grain, .fine = in.grain};
  }
};

/// Keeps its progress: a cheese of more days goes on from one of fewer, unless the days decide how it is
/// salted.
struct Age : TestStage<GrainIn, GrainOut> {
  static constexpr std::string_view name = "age";
  static constexpr std::string_view doc = "lets grain ripen";
  struct Params {
    std::int64_t days = 10;
    bool even = false;
    static auto fields() {
      return std::tuple{field("days", &Params::days, "how long"), field("even", &Params::even, "by days")};
    }
  };
  static Horizon horizon(const Params& params) {
    return {"days", "day", params.days, params.even ? "salt is spread over all days" : ""};
  }
  static Out<Value> run(const In<Value>& in, const Params&, Context&) { return {.grain = in.grain}; }
};

struct Knead : TestStage<> {
  static constexpr std::string_view name = "knead";
  static constexpr std::string_view doc = "makes dough";
  static constexpr std::string_view library = "oven";
  template <template <class> class As> struct In {
    As<Flour> flour;
    static constexpr auto ports() { return std::tuple{field("flour", &In::flour, "for dough")}; }
  };
  template <template <class> class As> struct Out {
    As<Flour> dough;
    static constexpr auto ports() { return std::tuple{field("dough", &Out::dough, "to bake")}; }
  };
};

struct Bake : TestStage<> {
  static constexpr std::string_view name = "bake";
  static constexpr std::string_view doc = "bakes flour with whole grain";
  static constexpr std::string_view library = "oven";
  template <template <class> class As> struct In {
    As<Flour> flour;
    As<Grain> grain;
    static constexpr auto ports() {
      return std::tuple{field("flour", &In::flour, "for dough"), field("grain", &In::grain, "for the crust")};
    }
  };
};

/// Takes a list of flours, in the order of a recipe.
struct Blend : TestStage<> {
  static constexpr std::string_view name = "blend";
  static constexpr std::string_view doc = "blends flours";
  template <template <class> class As> struct In {
    As<Many<Flour>> flours;
    As<Grain> topping;
    static constexpr auto ports() {
      return std::tuple{field("flours", &In::flours, "from coarse to fine"),
                        field("topping", &In::topping, "on the crust")};
    }
  };
  template <template <class> class As> struct Out {
    As<Flour> flour;
    static constexpr auto ports() { return std::tuple{field("flour", &Out::flour, "of all")}; }
  };
  struct Params {
    std::int64_t turns = 1;
    static auto fields() { return std::tuple{field("turns", &Params::turns, "of the spoon")}; }
  };
  static Out<Value> run(const In<Value>& in, const Params&, Context&) { return {.flour = in.flours.front()}; }
};

/// Puts flours on a shelf, each with a label.
struct Shelve : TestStage<> {
  static constexpr std::string_view name = "shelve";
  static constexpr std::string_view doc = "keeps flours";
  template <template <class> class As> struct In {
    As<Many<Flour>> flours;
    static constexpr auto ports() { return std::tuple{field("flours", &In::flours, "to keep")}; }
  };
  struct Params {
    std::vector<Json> labels;
    static auto fields() {
      return std::tuple{of_each("labels", &Params::labels, "flours", "what each flour is")};
    }
  };
  static Out<Value> run(const In<Value>&, const Params&, Context&) { return {}; }
};

inline Registry registry() {
  Registry all;
  all.add<Harvest>();
  all.add<Mill>();
  all.add<Bake>();
  all.add<Blend>();
  all.add<Sieve>();
  all.add<Shelve>();
  return all;
}

inline Graph bakery() {
  Graph g("bakery", 7);
  const auto harvest = g.add<Harvest>({}, {.tons = 5});
  const auto mill = g.add<Mill>({.grain = harvest.grain}, {.stones = {.gap = 0.2}, .threads = 4});
  g.add<Bake>({.flour = mill.flour, .grain = mill.bran});
  return g;
}

}  // namespace example
