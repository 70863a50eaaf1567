#include "pipelines/run/text_width.hpp"

#include "tests/catch.hpp"

using namespace fovea;

TEST_CASE("text width: wide characters take two columns, marks that combine none, broken bytes one each") {
  CHECK(columns_of("dog") == 3);
  CHECK(columns_of("\u732b\u72ac") == 4);
  CHECK(columns_of("\uD55C\uAE00") == 4);
  CHECK(columns_of("e\u0301t\u00e9") == 3);
  CHECK(columns_of("\U0001F600") == 2);
  CHECK(columns_of("\u0E01\u0E34") == 1);
  CHECK(columns_of("caf\xe9") == 4);
  CHECK(columns_of("\xe7\x8c") == 2);
  CHECK(columns_of("") == 0);
}

TEST_CASE("text width: padding counts columns, and takes nothing away") {
  CHECK(padded("\u732b", 4) == "\u732b  ");
  CHECK(padded("abc", 2) == "abc");
}

TEST_CASE("text width: a long text is cut behind a clause, or else between words") {
  CHECK(first_words("short", 10) == "short");
  CHECK(first_words("one thing; and another one", 15) == "one thing");
  CHECK(first_words("one thing and another one", 17) == "one thing and ...");
}
