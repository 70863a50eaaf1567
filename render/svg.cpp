#include "render/svg.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

#include "render/text.hpp"

namespace fovea::render {
namespace {

std::string short_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::string digits;
  for (int i = 0; i < 8; ++i, hash >>= 5) digits += "abcdefghijklmnopqrstuvwxyz012345"[hash & 31];
  return "f" + digits;
}

// Renames ids in order of their first occurrence, in definitions and in both kinds of reference.
class Renamer {
 public:
  explicit Renamer(std::string prefix) : prefix_(std::move(prefix)) {}

  std::string operator()(std::string_view svg) {
    std::array<Mark, 3> marks{{{" id=\""}, {"href=\"#"}, {"url(#"}}};
    for (auto& mark : marks) mark.at = svg.find(mark.text);
    std::string out;
    out.reserve(svg.size());
    std::size_t done = 0;
    for (;;) {
      for (auto& mark : marks) {
        if (mark.at < done) mark.at = svg.find(mark.text, done);
      }
      const auto& next = *std::ranges::min_element(marks, {}, &Mark::at);
      if (next.at == std::string_view::npos) break;
      const auto begin = next.at + next.text.size();
      const auto end = std::min(svg.find_first_of("\")", begin), svg.size());
      out += svg.substr(done, begin - done);
      out += renamed(svg.substr(begin, end - begin));
      done = end;
    }
    return out += svg.substr(done);
  }

 private:
  // A prefix of ids, and its next occurrence. The search continues only after the last occurrence was passed,
  // so that the file is read once for each prefix.
  struct Mark {
    std::string_view text;
    std::size_t at = 0;
  };

  std::string renamed(std::string_view id) {
    const auto [place, is_new] = names_.try_emplace(std::string(id), "");
    if (is_new) place->second = prefix_ + "-" + std::to_string(names_.size());
    return place->second;
  }

  std::string prefix_;
  std::map<std::string, std::string> names_;
};

std::string described(const Metadata& metadata) {
  std::string title;
  std::string entries;
  for (const auto& [key, value] : metadata) {
    const std::string text = xml_escaped(printable(value));
    if (key == "Title") title = "<title>" + text + "</title>\n";
    entries += "<m:entry key=\"" + xml_escaped(printable(key)) + "\">" + text + "</m:entry>\n";
  }
  if (entries.empty()) return "";
  return title + "<metadata xmlns:m=\"urn:fovea:render:metadata\">\n" + entries + "</metadata>\n";
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string finished_svg(std::string_view svg, const Metadata& metadata) {
  const std::string numbered = Renamer("id")(svg);
  std::string result = Renamer(short_hash(numbered))(numbered);
  const auto root = result.find("<svg");
  const auto end = root == std::string::npos ? root : result.find('>', root);
  if (end == std::string::npos) return result;
  return result.insert(end + 1, "\n" + described(metadata));
}

}  // namespace fovea::render
