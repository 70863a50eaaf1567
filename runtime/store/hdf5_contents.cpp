#include "runtime/store/hdf5_contents.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "runtime/store/hdf5_handles.hpp"

namespace fovea {
namespace {

/// The largest depth of nested groups.
constexpr int max_depth = 32;

/// Returns the name of a number type, or "something else" if arrays do not support it.
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

/// Returns the reason why the bytes of a dataset cannot be mapped, or "".
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

/// A recursive scan of one file.
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

  /// Collects the attributes that hold one text or one number; attributes of other types are ignored.
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
  return scan_hdf5_locked(std::move(file));
}

H5Contents scan_hdf5_locked(std::shared_ptr<const MappedFile> file) {
  return Scan(std::move(file)).run();
}

}  // namespace fovea
