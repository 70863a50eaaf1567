#include "pipelines/definition_file.hpp"

#include <fstream>
#include <sstream>

#include "graph/setting.hpp"
#include "runtime/store/owner.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& file) {
  if (fs::is_directory(file)) throw Error("is a folder; give the path of a pipeline such as pipeline.json");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    throw Error(fs::exists(file) ? "can't be read; look at its permissions"
                                 : "no such file; give the path of a pipeline such as pipeline.json");
  }
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
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
  for (const auto& setting : settings) apply_setting(definition, setting, registry);
  resolve_paths(definition, registry, fs::current_path());
  return at(file.string(), [&] { return read_definition(definition, registry); });
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
