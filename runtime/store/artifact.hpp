#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "graph/port.hpp"
#include "runtime/store/hdf5.hpp"
#include "runtime/store/tells.hpp"

namespace fovea {

/// A callback that loads another stored artifact by its identity, for artifacts that refer to others.
using Resolve = std::function<Item(const Codec& codec, const std::string& object)>;

/// Stores one kind of artifact on disk and exports it for people. Each kind has one codec, made by
/// `make_codec`.
struct Codec {
  std::string_view kind;
  int version = 1;  ///< the version of the layout; readers refuse newer ones
  std::function<void(const void* value, H5Writer& file)> write;
  std::function<std::shared_ptr<const void>(const H5Reader& file, const Resolve& resolve)> read;
  /// Returns the identities that `read` resolves; null if it resolves none.
  std::function<std::vector<std::string>(const void* value)> references;
  /// Exports the artifact: `target` is the path of the port in the run directory, `object` the stored file.
  std::function<void(const void* value, const std::filesystem::path& object,
                     const std::filesystem::path& target)>
      export_to;
  Tells tells{};
};

/// Makes the codec of T from two functions, and optionally a third that exports:
///   void write(const T&, H5Writer&);  T read(const H5Reader&, const Resolve&);
///   void export_to(const T&, const std::filesystem::path& object, const std::filesystem::path& target).
template <class T, class Write, class Read> Codec make_codec(int version, Write write, Read read) {
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
/// The same codec, whose artifacts also tell something where a port is `tracked`.
inline Codec telling(Codec codec, Tells tells) {
  codec.tells = std::move(tells);
  return codec;
}

/// Writes an artifact to a file: its format, the version of its layout, the output of the codec, and `more`;
/// `follow` is passed to `H5Writer::close`.
void write_artifact(const Codec& codec, const void* value, const std::filesystem::path& path,
                    const std::function<void(H5Writer&)>& more = {},
                    const std::function<void(std::size_t)>& follow = {});
/// Validates a stored artifact, so that its users need no checks of their own. Throws `Error` unless `right`,
/// as in "Metrics: its lists differ in length; make it again".
void expect_stored(std::string_view kind, bool right, std::string_view what_is_wrong);
/// Returns the message of the `Error` with which `read` refuses a file whose digest matches, or "". Errors of
/// the system are rethrown.
std::string refusal_of(const std::function<void()>& read);
/// Returns the reason why the codec cannot read a file, as in "version 3 of ...", or "".
std::string unreadable(const Codec& codec, const H5Reader& file);

}  // namespace fovea
