#include "pipelines/definition_file.hpp"

#include <fstream>

#include "graph/setting.hpp"
#include "pipelines/usage.hpp"
#include "runtime/store/owner.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// What a file is whose first bytes no pipeline has, and what to do with it; "" for all others.
std::string other_kind(std::string_view bytes) {
  const std::pair<std::string_view, const char*> kinds[]{
      {"\x89HDF",
       "a model or another result (HDF5), not a pipeline; `fovea explain FILE` tells which made it"},
      {"\x89PNG", "a figure, not a pipeline; `fovea explain FILE` tells which made it"},
      {"%PDF", "a figure, not a pipeline; `fovea explain FILE` tells which made it"},
      {"\x7f"
       "ELF",
       "a program or shared library, not a pipeline; stages of one's own come with --plugin"},
      {"PK\x03\x04", "an archive, not a pipeline; `fovea train --dataset PATH` trains on data"}};
  for (const auto& [begin, kind] : kinds) {
    if (bytes.starts_with(begin)) return kind;
  }
  return bytes.find('\0') == std::string_view::npos ? "" : "no text; give a pipeline such as pipeline.json";
}

std::string read_text(const fs::path& file) {
  if (fs::is_directory(file)) {
    throw Error(fs::exists(file / "config.json")
                    ? "a run directory; its pipeline is " + (file / "config.json").string()
                    : "is a folder; give the path of a pipeline such as pipeline.json");
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    throw Error(fs::exists(file) ? "can't be read; look at its permissions"
                                 : "no such file; give the path of a pipeline such as pipeline.json");
  }
  // One byte more than is allowed is enough to be refused.
  std::string text(max_json_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (const auto kind = other_kind(std::string_view(text).substr(0, 512)); !kind.empty()) throw Error(kind);
  return text;
}

}  // namespace

Json read_definition_json(const fs::path& file, const Registry& registry) {
  return at(file.string(), [&] {
    auto read = parse_json(read_text(file));
    resolve_paths(read, registry, fs::absolute(file).parent_path());
    return read;
  });
}

Graph read_definition_file(const fs::path& file, const std::vector<std::string>& settings,
                           const Registry& registry) {
  auto definition = read_definition_json(file, registry);
  for (const auto& setting : settings) as_usage([&] { apply_setting(definition, setting, registry); });
  resolve_paths(definition, registry, fs::current_path());
  try {
    return read_definition(definition, registry);
  } catch (const Error& error) {
    if (const auto told = told_of_setting(error, definition, settings, registry)) throw *told;
    throw error.at(file.string());
  }
}

void write_whole_file(const fs::path& file, std::string_view bytes) {
  const auto draft = file.string() + "." + unique_name() + ".partial";
  std::ofstream stream(draft, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  std::error_code failed;
  if (stream) fs::rename(draft, file, failed);
  if (!stream || failed) {
    throw Error(file.string() +
                ": can't be written; look at the folder's permissions and the disk's free space");
  }
}

}  // namespace fovea
