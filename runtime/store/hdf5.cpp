#include "runtime/store/hdf5_contents.hpp"

#define H5_USE_110_API
#include <hdf5.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "graph/error.hpp"

namespace fovea {
namespace {

static_assert(std::endian::native == std::endian::little, "files are little-endian and mapped as they are");

/// Every dataset begins at a multiple of this many bytes, so that it can be mapped as an array of any number.
constexpr hsize_t alignment = 64;

/// HDF5 is entered by one thread at a time, says nothing by itself and loads no plugins. It may not clean up
/// when the process ends: it crashes there where a file could not be written, and here nothing stays open.
std::unique_lock<std::mutex> enter_hdf5() {
  static std::mutex door;
  std::unique_lock inside(door);
  [[maybe_unused]] static const auto once = H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
  return inside;
}

/// Throws what HDF5 noticed first; where that was an error of the system, as the system's own.
[[noreturn]] void fail(const std::string& place) {
  std::string fact = "HDF5 gives no cause";
  const auto first = [](unsigned int n, const H5E_error2_t* error, void* out) -> herr_t {
    if (n == 0 && error->desc != nullptr) *static_cast<std::string*>(out) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first, &fact);
  const auto at = fact.find("errno = ");
  if (at != std::string::npos) throw file_error(place, std::atoi(fact.c_str() + at + 8));
  throw Error(place + ": " + fact + "; make the file again");
}

/// A result of HDF5, or an `Error` that says where it could not be had.
template <class Result>
Result checked(Result result, const std::string& place) {
  if (result < 0) fail(place);
  return result;
}

/// An HDF5 identifier of any kind, given back in the end.
class Handle {
 public:
  Handle() = default;
  Handle(hid_t id, const std::string& place) : id_(checked(id, place)) {}
  Handle(Handle&& other) noexcept : id_(other.release()) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) H5Idec_ref(id_);
  }
  operator hid_t() const { return id_; }
  hid_t release() { return std::exchange(id_, -1); }
  /// Gives it back and throws where that fails: HDF5 may write only then.
  void close(const std::string& place) { checked(H5Idec_ref(release()), place); }

 private:
  hid_t id_ = -1;
};

template <Number T>
hid_t number_type() {
  if constexpr (std::same_as<T, std::uint8_t>) return H5T_STD_U8LE;
  if constexpr (std::same_as<T, std::int32_t>) return H5T_STD_I32LE;
  if constexpr (std::same_as<T, std::uint32_t>) return H5T_STD_U32LE;
  if constexpr (std::same_as<T, std::int64_t>) return H5T_STD_I64LE;
  if constexpr (std::same_as<T, float>) return H5T_IEEE_F32LE;
  if constexpr (std::same_as<T, double>) return H5T_IEEE_F64LE;
}

/// Text of any length.
Handle text_type(const std::string& place, H5T_cset_t encoding = H5T_CSET_UTF8) {
  Handle type(H5Tcopy(H5T_C_S1), place);
  checked(H5Tset_size(type, H5T_VARIABLE), place);
  checked(H5Tset_cset(type, encoding), place);
  return type;
}

Handle file_access(const std::string& place) {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), place);
  checked(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V110), place);
  checked(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), place);
  checked(H5Pset_alignment(access, 1, alignment), place);
#if H5_VERSION_GE(1, 10, 7)
  checked(H5Pset_file_locking(access, false, true), place);
#endif
  return access;
}

/// A list of properties of something that is made without times.
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
    file = Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access), path);
  }

  void make_groups(const std::string& name, const std::string& place) {
    for (auto end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1)) {
      const auto above = name.substr(0, end);
      if (!groups.insert(above).second) continue;
      Handle(H5Gcreate2(file, above.c_str(), link, group, H5P_DEFAULT), place).close(place);
    }
  }

  void write(const std::string& given, hid_t type, hid_t creation, const void* values, const Shape& shape) {
    const auto name = plain_name(given);
    const auto place = path + ": " + name;
    assert(!name.empty() && shape.size() <= H5S_MAX_RANK);
    make_groups(name, place);
    const std::vector<hsize_t> sizes(shape.begin(), shape.end());
    const Handle space(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), place);
    Handle data(H5Dcreate2(file, name.c_str(), type, space, link, creation, H5P_DEFAULT), place);
    if (std::find(shape.begin(), shape.end(), 0) == shape.end()) {
      checked(H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), place);
    }
    data.close(place);
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

template <Number T>
void H5Writer::write(const std::string& name, std::span<const T> values, const Shape& shape) {
  std::size_t count = 1;
  for (const auto size : shape) count *= size;
  assert(count == values.size());
  const auto inside = enter_hdf5();
  handles_->write(name, number_type<T>(), handles_->numbers, values.data(), shape);
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

void H5Writer::close() {
  const auto inside = enter_hdf5();
  checked(H5Fclose(handles_->file.release()), handles_->path);
}

namespace {

/// Groups may stand in groups up to this deep.
constexpr int max_depth = 32;

/// What the arrays of a type are called, or "something else" where no array is made of it.
std::string type_name(hid_t type) {
  if (H5Tis_variable_str(type) > 0) return "text";
  const auto named = [&]<Number... T>(std::variant<T...>*) {
    std::string_view name = "something else";
    ((H5Tequal(type, number_type<T>()) > 0 ? void(name = number_name<T>()) : void()), ...);
    return std::string(name);
  };
  using Numbers = std::variant<std::uint8_t, std::int32_t, std::uint32_t, std::int64_t, float, double>;
  return named(static_cast<Numbers*>(nullptr));
}

/// Why the bytes of a dataset do not simply stand in the file, or "".
std::string unmappable(hid_t creation) {
  if (H5Pget_external_count(creation) != 0) return "kept in another file";
  const auto layout = H5Pget_layout(creation);
  if (layout == H5D_CHUNKED) return "chunked";
  if (layout == H5D_VIRTUAL) return "virtual";
  if (layout != H5D_CONTIGUOUS) return "compact";
  return H5Pget_nfilters(creation) == 0 ? "" : "filtered";
}

std::vector<std::string> take_texts(std::vector<char*>& pointers, hid_t type, hid_t space) {
  std::vector<std::string> texts;
  for (const char* text : pointers) texts.emplace_back(text == nullptr ? "" : text);
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
  return texts;
}

using Links = std::vector<std::pair<std::string, H5L_type_t>>;

Links links_of(hid_t group, const std::string& place) {
  Links links;
  const auto add = [](hid_t, const char* name, const H5L_info_t* info, void* out) -> herr_t {
    static_cast<Links*>(out)->emplace_back(name, info->type);
    return 0;
  };
  checked(H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &links), place);
  return links;
}

std::vector<std::string> attribute_names(hid_t owner, const std::string& place) {
  std::vector<std::string> names;
  const auto add = [](hid_t, const char* name, const H5A_info_t*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  checked(H5Aiterate2(owner, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &names), place);
  return names;
}

/// One walk through a file.
class Scan {
 public:
  explicit Scan(std::shared_ptr<const MappedFile> file)
      : path_(file->path().string()), contents_{std::move(file), {}, {}} {}

  H5Contents run() {
    const Handle file(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, file_access(path_)), path_);
    const Handle root(H5Oopen(file, "/", H5P_DEFAULT), path_);
    attributes(root, "");
    group(root, "", 0);
    return std::move(contents_);
  }

 private:
  std::string place(const std::string& name) const { return name.empty() ? path_ : path_ + ": " + name; }

  void group(hid_t here, const std::string& name, int depth) {
    H5O_info_t info;
    checked(H5Oget_info2(here, &info, H5O_INFO_BASIC), place(name));
    if (depth > max_depth || !groups_.insert(info.addr).second) {
      throw Error(place(name) +
                  ": a group in itself, or too deep; groups must be a tree of at most 32 levels");
    }
    for (const auto& [link, type] : links_of(here, place(name))) {
      const auto full = name.empty() ? link : name + "/" + link;
      if (type != H5L_TYPE_HARD) {
        throw Error(place(full) + ": a link to somewhere else; only what is in the file itself is read");
      }
      object(Handle(H5Oopen(here, link.c_str(), H5P_DEFAULT), place(full)), full, depth);
    }
  }

  void object(hid_t here, const std::string& name, int depth) {
    attributes(here, name);
    const auto kind = H5Iget_type(here);
    if (kind == H5I_GROUP) return group(here, name, depth + 1);
    if (kind != H5I_DATASET) throw Error(place(name) + ": neither a dataset nor a group; leave it out");
    contents_.datasets[name] = dataset(here, place(name));
  }

  H5Dataset dataset(hid_t here, const std::string& at) const {
    const Handle creation(H5Dget_create_plist(here), at);
    if (const auto why = unmappable(creation); !why.empty()) {
      throw Error(at + ": a dataset that is " + why + "; it must be contiguous");
    }
    const Handle space(H5Dget_space(here), at);
    const Handle type(H5Dget_type(here), at);
    std::vector<hsize_t> sizes(checked(H5Sget_simple_extent_ndims(space), at));
    checked(H5Sget_simple_extent_dims(space, sizes.data(), nullptr), at);
    H5Dataset found{type_name(type), Shape(sizes.begin(), sizes.end()), 0, 0, {}};
    if (std::find(sizes.begin(), sizes.end(), 0) != sizes.end()) return found;
    found.offset = H5Dget_offset(here);
    found.count = count_within(contents_, found, H5Tget_size(type), at);
    if (found.type == "text") found.texts = texts(here, type, space, found.count, at);
    return found;
  }

  static std::vector<std::string> texts(hid_t here, hid_t type, hid_t space, std::size_t count,
                                        const std::string& at) {
    std::vector<char*> pointers(count);
    const auto memory = text_type(at, H5Tget_cset(type));
    checked(H5Dread(here, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), at);
    return take_texts(pointers, memory, space);
  }

  /// Takes the attributes that are one text or one number; others are for other programs.
  void attributes(hid_t owner, const std::string& name) {
    for (const auto& key : attribute_names(owner, place(name))) {
      const auto at = place(name) + "@" + key;
      const Handle found(H5Aopen(owner, key.c_str(), H5P_DEFAULT), at);
      const Handle space(H5Aget_space(found), at);
      if (H5Sget_simple_extent_type(space) != H5S_SCALAR) continue;
      if (auto value = attribute(found, space, at)) contents_.attributes[{name, key}] = std::move(*value);
    }
  }

  static std::optional<H5Attribute> attribute(hid_t here, hid_t space, const std::string& at) {
    const Handle type(H5Aget_type(here), at);
    if (H5Tis_variable_str(type) > 0) {
      std::vector<char*> pointer(1);
      const auto memory = text_type(at, H5Tget_cset(type));
      checked(H5Aread(here, memory, pointer.data()), at);
      return take_texts(pointer, memory, space).front();
    }
    if (H5Tget_class(type) == H5T_INTEGER) {
      std::int64_t value = 0;
      checked(H5Aread(here, H5T_NATIVE_INT64, &value), at);
      return value;
    }
    if (H5Tget_class(type) == H5T_FLOAT) {
      double value = 0;
      checked(H5Aread(here, H5T_NATIVE_DOUBLE, &value), at);
      return value;
    }
    return std::nullopt;
  }

  std::string path_;
  H5Contents contents_;
  std::set<haddr_t> groups_;
};

}  // namespace

H5Contents scan_hdf5(std::shared_ptr<const MappedFile> file) {
  const auto inside = enter_hdf5();
  return Scan(std::move(file)).run();
}

template void H5Writer::write(const std::string&, std::span<const std::uint8_t>, const Shape&);
template void H5Writer::write(const std::string&, std::span<const std::int32_t>, const Shape&);
template void H5Writer::write(const std::string&, std::span<const std::uint32_t>, const Shape&);
template void H5Writer::write(const std::string&, std::span<const std::int64_t>, const Shape&);
template void H5Writer::write(const std::string&, std::span<const float>, const Shape&);
template void H5Writer::write(const std::string&, std::span<const double>, const Shape&);

}  // namespace fovea
