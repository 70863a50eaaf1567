#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

TEST_CASE("error: each layer adds its place in front") {
  const auto text = error_of(
      [] { at("pipeline.json", [] { at("stages.train", [] { throw Error("no such thing; add one"); }); }); });
  CHECK(text == "pipeline.json: stages.train: no such thing; add one");
}

TEST_CASE("error: a misspelt name gets the nearest right one") {
  const std::vector<std::string> names{"epochs", "batch_size", "learning_rate"};
  CHECK(nearest("epoch", names) == "epochs");
  CHECK(nearest("Epochs", names) == "epochs");
  CHECK(nearest("bacth_size", names) == "batch_size");
  CHECK(nearest("colour", names).empty());
}

TEST_CASE("error: a suggestion names one near name, or all of them") {
  const std::vector<std::string> names{"epochs", "seed"};
  CHECK(suggestion("epoch", names) == "; did you mean \"epochs\"?");
  CHECK(suggestion("zebra", names) == "; it is one of \"epochs\", \"seed\"");
  CHECK(suggestion("zebra", {}) == "; none is known here");
}

TEST_CASE("error: a quoted name is a JSON text") {
  CHECK(quote("a\"b\n") == "\"a\\\"b\\n\"");
}

TEST_CASE("error: the first words of a name mean the shortest that begins with them") {
  const std::vector<std::string> names{"cosine_decay_restarts", "cosine_decay", "constant", "cosinus"};
  CHECK(nearest("cosine", std::vector<std::string>{"cosine_decay_restarts", "cosine_decay"}) ==
        "cosine_decay");
  CHECK(nearest("cosine", names) == "cosinus");
  CHECK(nearest("cos", names).empty());
}
