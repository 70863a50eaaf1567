#include "graph/json.hpp"

#include <cmath>
#include <set>
#include <vector>

#include "graph/error.hpp"
#include "graph/sorted_json.hpp"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace fovea {
namespace {

constexpr int max_depth = 64;

/// A parser callback that refuses JSON nested too deep and duplicate keys in an object.
template <class Any> class LimitCallback {
 public:
  using Event = typename Any::parse_event_t;
  bool operator()(int, Event event, const Any& value) {
    const bool opens = event == Event::object_start || event == Event::array_start;
    const bool closes = event == Event::object_end || event == Event::array_end;
    depth_ += opens ? 1 : closes ? -1 : 0;
    if (depth_ > max_depth) throw Error("nested more than 64 levels deep; a definition needs about 6");
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::object_end) keys_.pop_back();
    if (event == Event::key && !keys_.back().insert(value.template get<std::string>()).second) {
      throw Error("key " + quote(value.template get<std::string>()) +
                  " stands twice in one object; keep one of them");
    }
    return true;
  }

 private:
  int depth_ = 0;
  std::vector<std::set<std::string>> keys_;
};

/// Finds the text of the number whose place an error begins with.
class NumberFinder : public nlohmann::json_sax<Json> {
 public:
  NumberFinder(const std::string& error, std::string place) : error_(error), places_{{std::move(place)}} {}
  const std::string& found() const { return found_; }
  std::size_t stopped_at() const { return stopped_at_; }  ///< the byte offset at which parsing stopped

  bool number_float(double, const std::string& text) override {
    if (error_.starts_with(next() + ": ")) found_ = text;
    return found_.empty();
  }
  bool key(std::string& name) override {
    const auto& above = places_.back().above;
    places_.back().next = above.empty() ? name : above + "." + name;
    return true;
  }
  bool start_object(std::size_t) override { return open(-1); }
  bool start_array(std::size_t) override { return open(0); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool null() override { return skip(); }
  bool boolean(bool) override { return skip(); }
  bool number_integer(std::int64_t) override { return skip(); }
  bool number_unsigned(std::uint64_t) override { return skip(); }
  bool string(std::string&) override { return skip(); }
  bool binary(Json::binary_t&) override { return skip(); }
  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception&) override {
    stopped_at_ = byte;
    return false;
  }

 private:
  struct Level {
    std::string next;   ///< the place of the next value
    std::string above;  ///< the place of the enclosing list or object
    int item = -1;      ///< the index of the next item of a list; -1 in an object
  };
  std::string next() {
    auto& level = places_.back();
    return level.item < 0 ? level.next : level.above + "[" + std::to_string(level.item++) + "]";
  }
  bool skip() {
    next();
    return true;
  }
  bool open(int item) {
    auto above = next();
    places_.push_back({above, above, item});
    return true;
  }
  bool close() {
    places_.pop_back();
    return true;
  }

  const std::string& error_;
  std::string found_;
  std::size_t stopped_at_ = 0;
  std::vector<Level> places_;
};

/// Returns a byte offset as "line 3, column 14".
std::string place_of(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i + 1 < offset && i < text.size(); ++i) {
    column = text[i] == '\n' ? 1 : column + 1;
    line += text[i] == '\n' ? 1 : 0;
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Parses a text with a parser callback, which may be null.
template <class Any> Any parse(std::string_view text, const typename Any::parser_callback_t& callback) {
  try {
    return Any::parse(text, callback);
  } catch (const Json::parse_error& error) {
    throw Error(place_of(text, error.byte) +
                ": not JSON here; a comma, bracket or quote may be missing before it");
  } catch (const Json::out_of_range&) {
    const std::string nothing;
    NumberFinder finder(nothing, "");
    Json::sax_parse(text, &finder);
    throw Error(place_of(text, finder.stopped_at()) +
                ": the number that ends here is beyond double precision; its size must be below 1.8e308");
  }
}

template <class Any> Any parse_untrusted(std::string_view text) {
  if (text.size() > max_json_bytes) {
    throw Error(std::to_string(text.size()) + " bytes of JSON; at most " + std::to_string(max_json_bytes) +
                " are read");
  }
  return parse<Any>(text, LimitCallback<Any>{});
}

}  // namespace

Json parse_json(std::string_view text) {
  return parse_untrusted<Json>(text);
}

SortedJson parse_sorted_json(std::string_view text) {
  return parse_untrusted<SortedJson>(text);
}

Json parse_own_json(std::string_view text) {
  return parse<Json>(text, nullptr);
}

std::string with_number_as_written(const std::string& error, std::string_view text,
                                   const std::string& place) {
  NumberFinder finder(error, place);
  Json::sax_parse(text, &finder);
  if (finder.found().empty()) return error;
  const auto value = parse_own_json(finder.found());
  const std::string whole = "expected a whole number, got ";
  auto told = error;
  const auto replace = [&](const std::string& from, const std::string& to) {
    if (const auto at = told.find(from); at != std::string::npos) told.replace(at, from.size(), to);
  };
  // A whole number with a fraction or an exponent is parsed as floating point, so it needs another message.
  const bool in_digits = finder.found().find_first_of(".eE") == std::string::npos;
  if (!in_digits && value.get<double>() == std::floor(value.get<double>()))
    replace(whole + shown(value), "expected a whole number in digits, got " + finder.found());
  replace("got " + shown(value), "got " + finder.found());
  replace(": " + shown(value) + " is not allowed", ": " + finder.found() + " is not allowed");
  return told;
}

std::string canonical(const Json& value) {
  return SortedJson(value).dump();
}

std::string_view kind_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::boolean:
      return "true or false";
    case Json::value_t::string:
      return "text";
    case Json::value_t::array:
      return "a list";
    case Json::value_t::object:
      return "an object";
    case Json::value_t::number_float:
      return "a number";
    default:
      return "a whole number";
  }
}

std::string shown(const Json& value) {
  auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() <= 60) return text;
  std::size_t cut = 56;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return text.substr(0, cut) + " ...";
}

}  // namespace fovea
