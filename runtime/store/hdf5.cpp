#include "runtime/store/hdf5.hpp"

#include <algorithm>
#include <cassert>
#include <set>

#include "runtime/store/hdf5_contents.hpp"
#include "runtime/store/hdf5_handles.hpp"
#include "runtime/store/late_writes.hpp"

namespace fovea {
namespace {

/// The smallest size in bytes of values that are written late.
constexpr std::size_t worth_writing_late = 1 << 20;

/// Returns a property list for creating an object without times.
Handle making(hid_t kind, const std::string& place) {
  Handle properties(H5Pcreate(kind), place);
  checked(H5Pset_obj_track_times(properties, false), place);
  return properties;
}

void refuse_zero_bytes(const std::string& text, const std::string& place) {
  if (text.find('\0') != std::string::npos) throw Error(place + ": text with a zero byte; leave that out");
}

}  // namespace

struct H5Writer::Handles {
  std::string path;
  Handle file;
  Handle link, group, numbers, texts;
  LateWrites late;
  std::set<std::string> groups;

  explicit Handles(const std::filesystem::path& where) : path(where.string()) {
    const auto access = file_access(path);
    const auto creation = making(H5P_FILE_CREATE, path);
    link = Handle(H5Pcreate(H5P_LINK_CREATE), path);
    checked(H5Pset_char_encoding(link, H5T_CSET_UTF8), path);
    group = making(H5P_GROUP_CREATE, path);
    texts = making(H5P_DATASET_CREATE, path);
    numbers = making(H5P_DATASET_CREATE, path);
    checked(H5Pset_fill_time(numbers, H5D_FILL_TIME_NEVER), path);
    checked(H5Pset_alloc_time(numbers, H5D_ALLOC_TIME_EARLY), path);
    file = Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access), path);
  }

  void make_groups(const std::string& name, const std::string& place) {
    for (auto end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1)) {
      const auto above = name.substr(0, end);
      if (!groups.insert(above).second) continue;
      Handle(H5Gcreate2(file, above.c_str(), link, group, H5P_DEFAULT), place).close(place);
    }
  }

  /// Creates a dataset with its values, or with reserved space if they are null; returns its offset.
  haddr_t write(const std::string& given, hid_t type, hid_t creation, const void* values,
                const Shape& shape) {
    const auto name = plain_name(given);
    const auto place = path + ": " + name;
    assert(!name.empty() && shape.size() <= H5S_MAX_RANK);
    make_groups(name, place);
    const std::vector<hsize_t> sizes(shape.begin(), shape.end());
    const Handle space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), place);
    Handle data(H5Dcreate2(file, name.c_str(), type, space, link, creation, H5P_DEFAULT), place);
    if (values != nullptr && std::find(shape.begin(), shape.end(), 0) == shape.end()) {
      checked(H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), place);
    }
    const auto offset = H5Dget_offset(data);
    data.close(place);
    return offset;
  }

  void attribute(const std::string& name, const std::string& key, hid_t type, const void* value) {
    const auto place = path + ": " + plain_name(name) + "@" + key;
    const auto at = plain_name(name).empty() ? "/" : plain_name(name);
    Handle owner(H5Oopen(file, at.c_str(), H5P_DEFAULT), place);
    const Handle space(H5Screate(H5S_SCALAR), place);
    const Handle names(H5Pcreate(H5P_ATTRIBUTE_CREATE), place);
    checked(H5Pset_char_encoding(names, H5T_CSET_UTF8), place);
    Handle made(H5Acreate2(owner, key.c_str(), type, space, names, H5P_DEFAULT), place);
    checked(H5Awrite(made, type, value), place);
    made.close(place);
    owner.close(place);
  }
};

H5Writer::H5Writer(const std::filesystem::path& path) {
  const auto inside = enter_hdf5();
  handles_ = std::make_unique<Handles>(path);
}

H5Writer::~H5Writer() {
  const auto inside = enter_hdf5();
  handles_.reset();
}

template <Number T> void H5Writer::write(const std::string& name, std::span<const T> values,
                                         const Shape& shape, std::shared_ptr<const void> owner) {
  std::size_t count = 1;
  for (const auto size : shape) count *= size;
  assert(count == values.size());
  const auto inside = enter_hdf5();
  const bool late = owner != nullptr && values.size_bytes() >= worth_writing_late;
  const auto offset =
      handles_->write(name, number_type<T>(), handles_->numbers, late ? nullptr : values.data(), shape);
  if (late) handles_->late.add(offset, std::as_bytes(values), std::move(owner));
}

void H5Writer::write(const std::string& name, const std::vector<std::string>& texts) {
  const auto place = handles_->path + ": " + plain_name(name);
  std::vector<const char*> pointers;
  for (const auto& text : texts) {
    refuse_zero_bytes(text, place + "[" + std::to_string(pointers.size()) + "]");
    pointers.push_back(text.c_str());
  }
  const auto inside = enter_hdf5();
  handles_->write(name, text_type(place), handles_->texts, pointers.data(), {texts.size()});
}

void H5Writer::attribute(const std::string& name, const std::string& key, const std::string& value) {
  const auto place = handles_->path + ": " + plain_name(name) + "@" + key;
  refuse_zero_bytes(value, place);
  const char* const pointer = value.c_str();
  const auto inside = enter_hdf5();
  handles_->attribute(name, key, text_type(place), &pointer);
}

void H5Writer::attribute(const std::string& name, const std::string& key, std::int64_t value) {
  const auto inside = enter_hdf5();
  handles_->attribute(name, key, H5T_STD_I64LE, &value);
}

void H5Writer::attribute(const std::string& name, const std::string& key, double value) {
  const auto inside = enter_hdf5();
  handles_->attribute(name, key, H5T_IEEE_F64LE, &value);
}

void H5Writer::close(const std::function<void(std::size_t)>& follow) {
  {
    const auto inside = enter_hdf5();
    checked(H5Fclose(handles_->file.release()), handles_->path);
  }
  handles_->late.write_to(handles_->path, follow);
}

using Owner = std::shared_ptr<const void>;
template void H5Writer::write(const std::string&, std::span<const std::uint8_t>, const Shape&, Owner);
template void H5Writer::write(const std::string&, std::span<const std::int32_t>, const Shape&, Owner);
template void H5Writer::write(const std::string&, std::span<const std::uint32_t>, const Shape&, Owner);
template void H5Writer::write(const std::string&, std::span<const std::int64_t>, const Shape&, Owner);
template void H5Writer::write(const std::string&, std::span<const float>, const Shape&, Owner);
template void H5Writer::write(const std::string&, std::span<const double>, const Shape&, Owner);

}  // namespace fovea
