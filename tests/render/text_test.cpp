#include "render/text.hpp"

#include "tests/catch.hpp"

using namespace fovea::render;

namespace {

const Font font{10};
double width(const std::string& text) {
  return approximate_size(text, font).width;
}

}  // namespace

TEST_CASE("text: a name that fits stays whole") {
  CHECK(elided("Bag", font, 100, approximate_size) == "Bag");
}

TEST_CASE("text: a long name is cut to the longest beginning that fits") {
  const std::string cut = elided("Ankle boot", font, width("Ankle bo…"), approximate_size);
  CHECK(cut == "Ankle bo…");
}

TEST_CASE("text: no space is left before the dots") {
  CHECK(elided("Ankle boot", font, width("Ankle …"), approximate_size) == "Ankle…");
}

TEST_CASE("text: where not even the dots fit, nothing is left") {
  CHECK(elided("Ankle boot", font, 1, approximate_size).empty());
}

TEST_CASE("text: letters of several bytes are cut whole") {
  const std::string name = "Сандалии";
  for (double room = 0; room < width(name); room += 1) {
    const std::string cut = elided(name, font, room, approximate_size);
    CHECK(printable(cut) == cut);
    CHECK(approximate_size(cut, font).width <= room);
  }
}

TEST_CASE("text: an accent stays on its letter") {
  const std::string accented =
      "e\xcc\x81"
      "e\xcc\x81"
      "e\xcc\x81";
  CHECK(elided(accented, font, width("e…"), approximate_size) == "e\xcc\x81…");
}

TEST_CASE("text: joined emoji are kept or dropped together") {
  const std::string family = "\U0001F468\u200D\U0001F469";
  for (double room = 0; room < 60; room += 1) {
    const std::string cut = elided(family + " and children", font, room, approximate_size);
    CHECK((!cut.starts_with("\U0001F468") || cut.starts_with(family)));
  }
}

TEST_CASE("text: a character is all that people see as one") {
  using Texts = std::vector<std::string_view>;
  CHECK(characters("e\u0301t") == Texts{"e\u0301", "t"});
  CHECK(characters("\U0001F468\u200D\U0001F469\U0001F44D\U0001F3FD") ==
        Texts{"\U0001F468\u200D\U0001F469", "\U0001F44D\U0001F3FD"});
  CHECK(characters("\u1112\u1161\u11ab\u0e01\u0e34") == Texts{"\u1112\u1161\u11ab", "\u0e01\u0e34"});
  CHECK(characters("\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7") ==
        Texts{"\U0001F1E9\U0001F1EA", "\U0001F1EB\U0001F1F7"});
  CHECK(characters("a\xe7\x8c") == Texts{"a", "\xe7", "\x8c"});
  CHECK(characters("").empty());
}

TEST_CASE("text: wide characters take two columns, marks that combine none, broken bytes one each") {
  CHECK(columns_of("dog") == 3);
  CHECK(columns_of("\u732b\u72ac") == 4);
  CHECK(columns_of("\uD55C\uAE00") == 4);
  CHECK(columns_of("\u1112\u1161\u11ab") == 2);
  CHECK(columns_of("e\u0301t\u00e9") == 3);
  CHECK(columns_of("\U0001F600") == 2);
  CHECK(columns_of("\U0001F468\u200D\U0001F469\u200D\U0001F467") == 2);
  CHECK(columns_of("\u0E01\u0E34") == 1);
  CHECK(columns_of("caf\xe9") == 4);
  CHECK(columns_of("\xe7\x8c") == 2);
  CHECK(columns_of("") == 0);
}

TEST_CASE("text: broken bytes and control characters become visible or blank") {
  CHECK(printable("a\xff"
                  "b\tc\nd") ==
        "a\xef\xbf\xbd"
        "b c\nd");
  CHECK(printable("\xed\xa0\x80").find('\xed') == std::string::npos);
  CHECK(printable("日本語") == "日本語");
  CHECK(one_line("a\nb\tc") == "a b c");
}

TEST_CASE("text: a cut-off sequence at the end is one broken byte after another") {
  CHECK(printable("a\xe6\x97") == "a\xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("text: sentences are wrapped at spaces") {
  const auto lines =
      wrapped("loss is lowest at epoch nine", font, width("loss is lowest"), 9, approximate_size);
  CHECK(lines == std::vector<std::string>{"loss is lowest", "at epoch nine"});
}

TEST_CASE("text: a word longer than a line is broken inside") {
  const auto lines = wrapped("aaaaaaaaaa", font, width("aaaa"), 9, approximate_size);
  CHECK(lines == std::vector<std::string>{"aaaa", "aaaa", "aa"});
}

TEST_CASE("text: what does not fit in the lines ends in dots") {
  const auto lines = wrapped("one two three four five six", font, width("one two"), 2, approximate_size);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "one two");
  CHECK(lines[1].ends_with("…"));
}

TEST_CASE("text: a line end begins a new line, and a lost paragraph shows as dots") {
  CHECK(wrapped("a\nb", font, 100, 9, approximate_size) == std::vector<std::string>{"a", "b"});
  CHECK(wrapped("a\nb", font, 100, 1, approximate_size) == std::vector<std::string>{"a…"});
}

TEST_CASE("text: wrapping into a width of nothing still ends") {
  CHECK(wrapped("abc", font, 0, 50, approximate_size).size() == 3);
}

TEST_CASE("text: two lines are twice as high as one") {
  CHECK(approximate_size("a\nb", font).height == Approx(2 * approximate_size("a", font).height));
}

TEST_CASE("text: rounding of a sum of lengths cuts no name off that fits") {
  const Measure thirds = [](std::string_view text, const Font&) {
    return Size{static_cast<double>(text.size()) * 25 / 3, 10};
  };
  for (std::size_t letters = 1; letters < 60; ++letters) {
    const std::string name(letters, 'a');
    const double room = thirds(name, font).width + 7.1 * 2 - 7.1 * 2;
    CHECK(elided(name, font, room, thirds) == name);
  }
}
