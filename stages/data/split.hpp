#pragma once

#include "graph/stage.hpp"
#include "stages/data/dataset.hpp"

namespace fovea {

/// Splits a data set into parts that share no sample and have equal shares of each class, each in the order
/// of its source. The source's own test and validation parts are kept. Throws `Error` where the test part is
/// empty and another stage needs it, so that the error comes before training.
struct Split {
  static constexpr std::string_view name = "split";
  static constexpr std::string_view doc = "splits a data set into training, validation and test parts";
  static constexpr int version = 4;
  static constexpr bool random = true;

  template <template <class> class As> struct In {
    As<Dataset> data;
    static auto ports() { return std::tuple{field("data", &In::data, "all labelled images")}; }
  };
  template <template <class> class As> struct Out {
    As<Dataset> train;
    As<Dataset> validation;
    As<Dataset> test;
    static auto ports() {
      return std::tuple{field("train", &Out::train, "what the model learns from"),
                        field("validation", &Out::validation, "what tells the best epoch"),
                        field("test", &Out::test, "what only the last evaluation sees")};
    }
  };
  struct Params {
    double validation = 0.1;
    double test = 0.1;
    std::int64_t folds = 0;
    std::int64_t fold = 1;
    std::string on_problem = "warn";
    static auto fields() {
      return std::tuple{
          field("validation", &Params::validation,
                "below 1: a share of the samples that are not a test or validation part by their source; "
                "from 1: a "
                "count; not used where the source has a validation part",
                at_least(0)),
          field("test", &Params::test, "likewise; not used where the source has a test part, which is kept",
                at_least(0)),
          field("folds", &Params::folds,
                "for cross-validation: so many equal parts, one of which is the validation part; 0 = none",
                between(0, 1000)),
          field("fold", &Params::fold, "which of the folds is the validation part, from 1", between(1, 1000)),
          field(
              "on_problem", &Params::on_problem,
              "what becomes of images that are in two parts, of parts without a class, and of parts that do "
              "not look alike",
              one_of({"warn", "error"}))};
    }
    void check(const std::string& place) const;
  };
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
