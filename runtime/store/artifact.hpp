#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "graph/port.hpp"
#include "runtime/store/hdf5.hpp"

namespace fovea {

/// Gives the value of another stored artifact by its identity; how an artifact that refers to others is read.
using Resolve = std::function<Item(const Codec& codec, const std::string& object)>;

/// How one kind of artifact is kept on disk and shown to people. One for each kind, made by `make_codec`.
struct Codec {
  std::string_view kind;
  int version = 1;  ///< of the layout; readers refuse newer ones
  std::function<void(const void* value, H5Writer& file)> write;
  std::function<std::shared_ptr<const void>(const H5Reader& file, const Resolve& resolve)> read;
  /// The identities that `read` will resolve; null where it resolves none.
  std::function<std::vector<std::string>(const void* value)> references;
  /// Writes what people see: `target` is the path that the port names in the run directory, `object` the
  /// stored file.
  std::function<void(const void* value, const std::filesystem::path& object,
                     const std::filesystem::path& target)>
      export_to;
};

/// Makes the codec of T of two functions, and optionally a third that exports:
///   void write(const T&, H5Writer&);  T read(const H5Reader&, const Resolve&);
///   void export_to(const T&, const std::filesystem::path& object, const std::filesystem::path& target).
template <class T, class Write, class Read>
Codec make_codec(int version, Write write, Read read) {
  Codec codec;
  codec.kind = T::kind;
  codec.version = version;
  codec.write = [write](const void* value, H5Writer& file) { write(*static_cast<const T*>(value), file); };
  codec.read = [read](const H5Reader& file, const Resolve& resolve) -> std::shared_ptr<const void> {
    return std::make_shared<const T>(read(file, resolve));
  };
  return codec;
}
template <class T, class Write, class Read, class Export>
Codec make_codec(int version, Write write, Read read, Export export_to) {
  auto codec = make_codec<T>(version, write, read);
  codec.export_to = [export_to](const void* value, const std::filesystem::path& object,
                                const std::filesystem::path& target) {
    export_to(*static_cast<const T*>(value), object, target);
  };
  return codec;
}

/// Writes an artifact to a file: its format, the version of its layout, what the codec writes, and `more`;
/// `follow` is that of `H5Writer::close`.
void write_artifact(const Codec& codec, const void* value, const std::filesystem::path& path,
                    const std::function<void(H5Writer&)>& more = {},
                    const std::function<void(std::size_t)>& follow = {});
/// Refuses what was stored where it is not what its kind can be, so that whoever uses it need not look again.
/// Throws `Error`, as in "Metrics: its lists differ in length; make it again".
void expect_stored(std::string_view kind, bool right, const char* what_is_wrong);
/// Why the content of a file is refused whose bytes are those that were written, as `read` finds by an
/// `Error`; "" where it is not. What the system refuses is thrown on.
std::string refusal_of(const std::function<void()>& read);
/// Why this program can't read a file with this codec, as in "version 3 of ...", or "" where it can.
std::string unreadable(const Codec& codec, const H5Reader& file);

}  // namespace fovea
