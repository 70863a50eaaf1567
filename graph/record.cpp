#include "graph/record.hpp"

#include <algorithm>

#include "graph/error.hpp"
#include "graph/sha256.hpp"

namespace fovea {
namespace {

std::string entry_text(const std::string& name, const Json& value) {
  return name + " " + (value.is_string() ? value.get<std::string>() : value.dump());
}

/// Returns the entries in which the numerics of one computation differ from `here`.
std::vector<std::string> differing(const Json& numerics, const Json& here) {
  std::vector<std::string> all;
  for (const auto& [name, value] : numerics.items()) {
    if (here.value(name, Json()) != value) all.push_back(entry_text(name, value));
  }
  for (const auto& [name, value] : here.items()) {
    if (!numerics.contains(name)) all.push_back("without " + name);
  }
  return all;
}

}  // namespace

std::string made_with(const Json& numerics, const Json& here) {
  if (numerics.is_array()) {
    std::vector<std::string> parts;
    for (const auto& one : numerics) {
      const auto text = made_with(one, here);
      parts.push_back(text.empty() ? "what is here" : text);
    }
    return join(parts, ", then ");
  }
  constexpr std::size_t most = 3;
  auto all = differing(numerics, here);
  const auto rest = all.size() > most ? all.size() - most : 0;
  all.resize(std::min(all.size(), most));
  return join(all, ", ") + (rest > 0 ? " and " + std::to_string(rest) + " more" : "");
}

std::string numerics_text(const Json& numerics) {
  std::vector<std::string> parts;
  if (numerics.is_array()) {
    for (const auto& one : numerics) parts.push_back(numerics_text(one));
    return join(parts, "; then ");
  }
  for (const auto& [name, value] : numerics.items()) parts.push_back(entry_text(name, value));
  return join(parts, ", ");
}

std::string numerics_digest(const Json& numerics) {
  return sha256(canonical(numerics)).substr(0, 16);
}

Json joined_numerics(const Json& before, const Json& now) {
  if (before == now) return now;
  auto all = before.is_array() ? before : Json::array({before});
  if (all.back() != now) all.push_back(now);
  return all;
}

}  // namespace fovea
