#pragma once

#define H5_USE_110_API
#include <hdf5.h>

#include <bit>
#include <cstdlib>
#include <mutex>
#include <string>
#include <utility>

#include "graph/error.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/hdf5.hpp"

// Wrappers of the HDF5 C functions for readers and writers, with errors as `Error`.
namespace fovea {

static_assert(std::endian::native == std::endian::little, "files are little-endian and mapped as they are");

/// The alignment of every dataset in bytes, so that it can be mapped as an array of any number type.
inline constexpr hsize_t alignment = 64;

/// Locks the HDF5 library, which one thread at a time may use, and turns off its messages, its plugins and
/// its clean-up at exit. The clean-up crashes after a failed write, and no file stays open here.
inline std::unique_lock<std::mutex> enter_hdf5() {
  static std::mutex mutex;
  std::unique_lock lock(mutex);
  [[maybe_unused]] static const auto once = H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
  return lock;
}

/// Throws the first error of the HDF5 stack; an error of the system as the system's own.
[[noreturn]] inline void fail(const std::string& place) {
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

/// Returns a result of HDF5, or throws `Error` with the place if the call failed.
template <class Result> Result checked(Result result, const std::string& place) {
  if (result < 0) fail(place);
  return result;
}

/// An HDF5 identifier of any kind, released by the destructor.
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
  /// Releases the identifier and throws if that fails, because HDF5 may write only then.
  void close(const std::string& place) { checked(H5Idec_ref(release()), place); }

 private:
  hid_t id_ = -1;
};

template <Number T> hid_t number_type() {
  if constexpr (std::same_as<T, std::uint8_t>) return H5T_STD_U8LE;
  if constexpr (std::same_as<T, std::int32_t>) return H5T_STD_I32LE;
  if constexpr (std::same_as<T, std::uint32_t>) return H5T_STD_U32LE;
  if constexpr (std::same_as<T, std::int64_t>) return H5T_STD_I64LE;
  if constexpr (std::same_as<T, float>) return H5T_IEEE_F32LE;
  if constexpr (std::same_as<T, double>) return H5T_IEEE_F64LE;
}

/// Returns the type of text of any length.
inline Handle text_type(const std::string& place, H5T_cset_t encoding = H5T_CSET_UTF8) {
  Handle type(H5Tcopy(H5T_C_S1), place);
  checked(H5Tset_size(type, H5T_VARIABLE), place);
  checked(H5Tset_cset(type, encoding), place);
  return type;
}

inline Handle file_access(const std::string& place) {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), place);
  checked(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V110), place);
  checked(H5Pset_fclose_degree(access, H5F_CLOSE_STRONG), place);
  checked(H5Pset_alignment(access, 1, alignment), place);
#if H5_VERSION_GE(1, 10, 7)
  checked(H5Pset_file_locking(access, false, true), place);
#endif
  return access;
}

}  // namespace fovea
