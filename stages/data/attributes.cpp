#include "stages/data/attributes.hpp"

#include <algorithm>

namespace fovea {
namespace {

std::string dataset_of(std::size_t number) {
  return "attributes/" + std::to_string(number);
}

}  // namespace

std::vector<Attribute> picked(const std::vector<Attribute>& attributes,
                              std::span<const std::uint32_t> index) {
  std::vector<Attribute> all;
  for (const auto& [name, values] : attributes) {
    NameList some;
    for (const auto i : index) some.add(values[i]);
    all.push_back({name, some.finish()});
  }
  return all;
}

bool are_of(const std::vector<Attribute>& attributes, std::size_t images) {
  return std::all_of(attributes.begin(), attributes.end(),
                     [&](const Attribute& one) { return one.values.size() == images; });
}

void write_attributes(const std::vector<Attribute>& attributes, H5Writer& file) {
  for (std::size_t k = 0; k < attributes.size(); ++k) {
    const auto dataset = dataset_of(k);
    write_names(attributes[k].values, file, dataset, dataset + "_offsets");
    file.attribute(dataset, "name", attributes[k].name);
  }
}

std::vector<Attribute> read_attributes(const H5Reader& file, const std::string& place) {
  std::vector<Attribute> all;
  for (auto dataset = dataset_of(0); file.has(dataset); dataset = dataset_of(all.size())) {
    all.push_back(
        {file.text_attribute(dataset, "name"), read_names(file, place, dataset, dataset + "_offsets")});
  }
  return all;
}

}  // namespace fovea
