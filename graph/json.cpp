#include "graph/json.hpp"

#include <set>
#include <vector>

#include "graph/error.hpp"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace fovea {
namespace {

constexpr int max_depth = 64;

/// Watches the parser go by: refuses what nests too deep and keys that stand twice in one object.
class Watch {
 public:
  bool operator()(int, Json::parse_event_t event, const Json& value) {
    using Event = Json::parse_event_t;
    const bool opens = event == Event::object_start || event == Event::array_start;
    const bool closes = event == Event::object_end || event == Event::array_end;
    depth_ += opens ? 1 : closes ? -1 : 0;
    if (depth_ > max_depth) throw Error("nested more than 64 levels deep; a definition needs about 6");
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::object_end) keys_.pop_back();
    if (event == Event::key && !keys_.back().insert(value.get<std::string>()).second) {
      throw Error("key " + quote(value.get<std::string>()) + " stands twice in one object; keep one of them");
    }
    return true;
  }

 private:
  int depth_ = 0;
  std::vector<std::set<std::string>> keys_;
};

/// "line 3, column 14" of a byte offset.
std::string place_of(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i + 1 < offset && i < text.size(); ++i) {
    column = text[i] == '\n' ? 1 : column + 1;
    line += text[i] == '\n' ? 1 : 0;
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Parses a text under the eyes of `watch`, which may be null.
Json parse(std::string_view text, const Json::parser_callback_t& watch) {
  try {
    return Json::parse(text, watch);
  } catch (const Json::parse_error& error) {
    throw Error(place_of(text, error.byte) +
                ": not JSON here; a comma, bracket or quote may be missing before it");
  } catch (const Json::out_of_range&) {
    throw Error("a number is beyond double precision; its size must be below 1.8e308");
  }
}

}  // namespace

Json parse_json(std::string_view text) {
  if (text.size() > max_json_bytes) {
    throw Error(std::to_string(text.size()) + " bytes of JSON; at most " + std::to_string(max_json_bytes) +
                " are read");
  }
  return parse(text, Watch{});
}

Json parse_own_json(std::string_view text) {
  return parse(text, nullptr);
}

std::string canonical(const Json& value) {
  return nlohmann::json(value).dump();
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
