#include "stages/model/network_parts.hpp"

#include <algorithm>
#include <deque>

#include "stages/model/own_modules.hpp"

namespace fovea {
namespace {

struct Block {
  ModulePart part;
  std::deque<Block> inside{};

  Block& child(const std::string& name) {
    const auto found = std::ranges::find_if(inside, [&](const Block& one) { return one.part.name == name; });
    if (found != inside.end()) return *found;
    return inside.emplace_back(Block{{name, "", part.depth + 1, 0}});
  }
};

void add(Block& all, const std::string& layer, const std::string& type, std::int64_t parameters) {
  auto* block = &all;
  for (std::size_t begin = 0; begin <= layer.size();) {
    block->part.parameters += parameters;
    const auto end = std::min(layer.find('.', begin), layer.size());
    block = &block->child(layer.substr(begin, end - begin));
    begin = end + 1;
  }
  block->part.parameters += parameters;
  block->part.type = type;
}

void append(const Block& block, std::vector<ModulePart>& parts) {
  parts.push_back(block.part);
  for (const auto& one : block.inside) append(one, parts);
}

/// Returns the end of a part and all parts of it.
std::size_t end_of(const std::vector<ModulePart>& parts, std::size_t begin) {
  auto end = begin + 1;
  while (end < parts.size() && parts[end].depth > parts[begin].depth) ++end;
  return end;
}

/// Whether two parts are equal but for their own names.
bool alike(const std::vector<ModulePart>& parts, std::size_t one, std::size_t other) {
  const auto length = end_of(parts, one) - one;
  if (end_of(parts, other) - other != length) return false;
  for (std::size_t i = 0; i < length; ++i) {
    const auto &a = parts[one + i], &b = parts[other + i];
    if (a.type != b.type || a.depth != b.depth || a.parameters != b.parameters || (i > 0 && a.name != b.name))
      return false;
  }
  return true;
}

}  // namespace

std::vector<ModulePart> parts_of(const Specification& specification) {
  if (const auto* own = own_module_of(specification)) return own->parts;
  const auto info = infer(specification);
  Block all{{specification.name, "", 0, 0}};
  for (std::size_t i = 0; i < specification.layers.size(); ++i) {
    const auto type = std::visit([](const auto& kind) { return std::string(kind.tag.value); },
                                 specification.layers[i].kind);
    add(all, specification.layers[i].name, type, info.layers[i].parameters);
  }
  std::vector<ModulePart> parts;
  append(all, parts);
  return parts;
}

std::vector<FoldedPart> folded(const std::vector<ModulePart>& parts, std::int64_t depth) {
  std::vector<FoldedPart> rows;
  for (std::size_t i = 0; i < parts.size();) {
    FoldedPart row{parts[i], parts[i].name};
    auto next = end_of(parts, i);
    while (next < parts.size() && parts[next].depth == parts[i].depth && alike(parts, i, next)) {
      row.last_name = parts[next].name;
      ++row.count;
      next = end_of(parts, next);
    }
    const bool goes_in = parts[i].depth < depth && end_of(parts, i) > i + 1;
    rows.push_back(row);
    if (goes_in) {
      const std::vector<ModulePart> inside(parts.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                           parts.begin() + static_cast<std::ptrdiff_t>(end_of(parts, i)));
      for (auto& one : folded(inside, depth)) rows.push_back(std::move(one));
    }
    i = next;
  }
  return rows;
}

}  // namespace fovea
