#include "pipelines/run/text_width.hpp"

#include "tests/catch.hpp"

using namespace fovea;

TEST_CASE("text width: padding counts columns, and takes nothing away") {
  CHECK(padded("\u732b", 4) == "\u732b  ");
  CHECK(padded("abc", 2) == "abc");
}

TEST_CASE("text width: a beginning takes at most its columns, and cuts no character in two") {
  CHECK(first_columns("\u732b\u72ac", 3) == "\u732b");
  CHECK(first_columns("e\u0301t", 1) == "e\u0301");
  CHECK(first_columns("abc", 9) == "abc");
}

TEST_CASE("text width: a long text is cut behind a clause, or else between words") {
  CHECK(first_words("short", 10) == "short");
  CHECK(first_words("one thing; and another one", 15) == "one thing");
  CHECK(first_words("one thing and another one", 17) == "one thing and ...");
}
