#include <algorithm>

#include "graph/error.hpp"
#include "runtime/store/hdf5_apart.hpp"

namespace fovea {
namespace {

constexpr std::string_view kind_of(const std::string*) {
  return "text";
}
constexpr std::string_view kind_of(const std::int64_t*) {
  return "a whole number";
}
constexpr std::string_view kind_of(const double*) {
  return "a number";
}

std::string place_of(const H5Contents& contents, const std::string& name) {
  return contents.file->path().string() + ": " + plain_name(name);
}

const H5Dataset& find(const H5Contents& contents, const std::string& name) {
  const auto found = contents.datasets.find(plain_name(name));
  if (found != contents.datasets.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [known, dataset] : contents.datasets) names.push_back(known);
  throw Error(contents.file->path().string() + ": unknown dataset " + quote(name) + suggestion(name, names));
}

const H5Dataset& find(const H5Contents& contents, const std::string& name, std::string_view type) {
  const auto& found = find(contents, name);
  if (found.type == type) return found;
  throw Error(place_of(contents, name) + ": holds " + found.type + "; it must hold " + std::string(type));
}

template <class T>
const T& attribute(const H5Contents& contents, const std::string& name, const std::string& key) {
  const auto found = contents.attributes.find({plain_name(name), key});
  const auto there = found != contents.attributes.end();
  if (there && std::holds_alternative<T>(found->second)) return std::get<T>(found->second);
  const auto fact = there ? std::visit([](const auto& value) { return kind_of(&value); }, found->second)
                          : std::string_view("no such attribute");
  throw Error(place_of(contents, name) + "@" + key + ": " + std::string(fact) + "; it must be " +
              std::string(kind_of(static_cast<const T*>(nullptr))));
}

}  // namespace

std::size_t count_within(const H5Contents& contents, const H5Dataset& dataset, std::size_t width,
                         const std::string& place) {
  std::size_t bytes = width;
  bool fits = width > 0;
  for (const auto size : dataset.shape) fits = fits && !__builtin_mul_overflow(bytes, size, &bytes);
  const auto whole = contents.file->bytes().size();
  if (!fits || dataset.offset > whole || bytes > whole - dataset.offset) {
    throw Error(place + ": reaches beyond the end of the file; make the file again");
  }
  return bytes / width;
}

H5Reader::H5Reader(const std::filesystem::path& path, FileOrigin origin)
    : contents_(std::make_unique<const H5Contents>((origin == FileOrigin::own ? scan_hdf5 : scan_hdf5_apart)(
          std::make_shared<const MappedFile>(path)))) {}

H5Reader::H5Reader(std::shared_ptr<const MappedFile> file)
    : contents_(std::make_unique<const H5Contents>(scan_hdf5(std::move(file)))) {}

H5Reader::~H5Reader() = default;

bool H5Reader::has(const std::string& name) const {
  return contents_->datasets.contains(plain_name(name));
}

Shape H5Reader::shape(const std::string& name) const {
  return find(*contents_, name).shape;
}

std::string H5Reader::type(const std::string& name) const {
  return find(*contents_, name).type;
}

template <Number T> Array<T> H5Reader::read(const std::string& name) const {
  const auto& found = find(*contents_, name, number_name<T>());
  if (found.count == 0) return {};
  const auto bytes = contents_->file->bytes().substr(found.offset, found.count * sizeof(T));
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(T) == 0) {
    return {{reinterpret_cast<const T*>(bytes.data()), found.count}, contents_->file};
  }
  std::vector<T> copy(found.count);
  std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<char*>(copy.data()));
  return copy;
}

std::vector<std::string> H5Reader::texts(const std::string& name) const {
  return find(*contents_, name, "text").texts;
}

std::vector<std::string> H5Reader::datasets(const std::string& group) const {
  const auto within = plain_name(group).empty() ? "" : plain_name(group) + "/";
  std::vector<std::string> names;
  for (const auto& [name, dataset] : contents_->datasets) {
    if (name.starts_with(within)) names.push_back(name);
  }
  return names;
}

bool H5Reader::has_attribute(const std::string& name, const std::string& key) const {
  return contents_->attributes.contains({plain_name(name), key});
}

std::string H5Reader::text_attribute(const std::string& name, const std::string& key) const {
  return attribute<std::string>(*contents_, name, key);
}

std::int64_t H5Reader::whole_attribute(const std::string& name, const std::string& key) const {
  return attribute<std::int64_t>(*contents_, name, key);
}

double H5Reader::number_attribute(const std::string& name, const std::string& key) const {
  return attribute<double>(*contents_, name, key);
}

template Array<std::uint8_t> H5Reader::read(const std::string&) const;
template Array<std::int32_t> H5Reader::read(const std::string&) const;
template Array<std::uint32_t> H5Reader::read(const std::string&) const;
template Array<std::int64_t> H5Reader::read(const std::string&) const;
template Array<float> H5Reader::read(const std::string&) const;
template Array<double> H5Reader::read(const std::string&) const;

}  // namespace fovea
