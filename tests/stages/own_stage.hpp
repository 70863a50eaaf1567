#pragma once

#include "graph/stage.hpp"
#include "runtime/context.hpp"
#include "runtime/store/artifact.hpp"
#include "stages/train/history.hpp"

/// A stage of one's own that needs no LibTorch, with an artifact of its own: what it gives is known to nobody
/// but this file.
namespace own {

using namespace fovea;

/// How often an archer hit, round by round.
struct Archery {
  static constexpr std::string_view kind = "Archery";
  static const Codec& codec() {
    static const Codec made = telling(
        make_codec<Archery>(
            1, [](const Archery& one, H5Writer& file) { file.write("hits", one.hits); },
            [](const H5Reader& file, const Resolve&) {
              const auto hits = file.read<double>("hits");
              return Archery{{hits.begin(), hits.end()}};
            }),
        {.scalars = told_by<Archery>([](const Archery& one) {
           return Scalars{.by_epoch = {{"hits", "validation", one.hits}, {"hits", "windy", one.hits}}};
         }),
         .numbers = told_by<Archery>([](const Archery& one) {
           return NamedNumbers{{"last_hits", one.hits.back()}, {"rounds", double(one.hits.size())}};
         })});
    return made;
  }
  std::vector<double> hits;
};

/// Shoots, and keeps a history as training does.
struct Shoot {
  static constexpr std::string_view name = "shoot";
  static constexpr std::string_view doc = "shoots at a target";
  static constexpr int version = 1;
  template <template <class> class As> struct In {
    static constexpr auto ports() { return std::tuple{}; }
  };
  template <template <class> class As> struct Out {
    As<Archery> archery;
    As<History> history;
    As<Archery> practice;
    static constexpr auto ports() {
      return std::tuple{tracked("archery", &Out::archery, "hits by round"),
                        tracked("history", &Out::history, "what was learnt", "learnt.csv"),
                        field("practice", &Out::practice, "what nobody is told")};
    }
  };
  struct Params {
    std::int64_t rounds = 3;
    static auto fields() { return std::tuple{field("rounds", &Params::rounds, "of arrows", between(1, 9))}; }
  };
  static Out<Value> run(const In<Value>&, const Params& params, Context&) {
    Archery archery;
    History history;
    for (std::int64_t round = 0; round < params.rounds; ++round) {
      archery.hits.push_back(static_cast<double>(round) + 0.5);
      for (auto* part : {&history.train, &history.validation}) {
        part->loss.push_back(1.0 / static_cast<double>(round + 1));
        part->accuracy.push_back(0.25);
      }
    }
    history.best_epoch = params.rounds;
    return {.archery = archery, .history = std::move(history), .practice = Archery{{7}}};
  }
};

}  // namespace own
