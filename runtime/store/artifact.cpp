#include "runtime/store/artifact.hpp"

#include "graph/json.hpp"
#include "runtime/store/files.hpp"

namespace fovea {

void write_artifact(const Codec& codec, const void* value, const std::filesystem::path& path,
                    const std::function<void(H5Writer&)>& more,
                    const std::function<void(std::size_t)>& follow) {
  H5Writer file(path);
  file.attribute("/", "format", "fovea." + std::string(codec.kind));
  file.attribute("/", "version", std::int64_t{codec.version});
  codec.write(value, file);
  if (more) more(file);
  file.close(follow);
}

std::string unreadable(const Codec& codec, const H5Reader& file) {
  const auto format = file.has_attribute("/", "format") ? file.text_attribute("/", "format") : "";
  const auto expected = "fovea." + std::string(codec.kind);
  if (format != expected) return "format " + quote(format) + " instead of " + quote(expected);
  const auto version = file.whole_attribute("/", "version");
  if (version <= codec.version) return "";
  return "version " + std::to_string(version) + " of " + quote(format) + ", but this program reads up to " +
         std::to_string(codec.version);
}

std::string refusal_of(const std::function<void()>& read) {
  try {
    read();
    return "";
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    return "its content is refused (" + std::string(error.what()) + ")";
  } catch (const Json::exception& error) {
    return "its content is refused (" + std::string(error.what()) + ")";
  }
}

void expect_stored(std::string_view kind, bool right, std::string_view what_is_wrong) {
  if (!right) throw Error(std::string(kind) + ": " + std::string(what_is_wrong) + "; make it again");
}

}  // namespace fovea
