#include "pipelines/run/definition_file.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>

#include "graph/setting.hpp"
#include "pipelines/run/usage.hpp"
#include "stages/data/formats/input_file.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr const char* a_pipeline = "give a pipeline such as pipeline.json";
constexpr const char* a_figure = "a figure, not a pipeline";
constexpr const char* who_made = "`fovea explain FILE` tells which made it";

/// The type of a file that is no pipeline, and the advice if it lies in no run directory.
struct Kind {
  std::string what;
  std::string advice;
};

/// Recognises file types by their first bytes, which no pipeline has; nothing for others.
std::optional<Kind> kind_of_bytes(std::string_view bytes) {
  const std::pair<std::string_view, Kind> kinds[]{
      {"\x89HDF", {"a model or another result (HDF5), not a pipeline", who_made}},
      {"\x89PNG", {a_figure, who_made}},
      {"%PDF", {a_figure, who_made}},
      {"<svg", {a_figure, who_made}},
      {"<?xml", {a_figure, who_made}},
      {"digraph", {"a drawing of a pipeline (Graphviz), not a pipeline", a_pipeline}},
      {"\xff\xd8\xff", {"an image, not a pipeline", "`fovea train --dataset FOLDER` trains on images"}},
      {"\x7f"
       "ELF",
       {"a program or shared library, not a pipeline", "stages of one's own come with --plugin"}},
      {"PK\x03\x04", {"an archive, not a pipeline", "`fovea train --dataset PATH` trains on data"}},
      {"{\"event\":", {"the events of a run (--json), not a pipeline", a_pipeline}}};
  for (const auto& [begin, kind] : kinds) {
    if (bytes.starts_with(begin)) return kind;
  }
  return {};
}

/// Recognises file types by the name, for content that does not begin as JSON does.
std::optional<Kind> kind_of_name(const fs::path& file) {
  const auto name = lower(file.filename().string());
  const auto ends = [&](std::initializer_list<std::string_view> all) {
    return std::any_of(all.begin(), all.end(), [&](auto end) { return name.ends_with(end); });
  };
  if (name.find(".tfevents.") != std::string::npos)
    return Kind{"the events of a run for TensorBoard, not a pipeline",
                "`tensorboard --logdir FOLDER` shows them"};
  if (ends({".csv", ".tsv"}))
    return Kind{"a table, not a pipeline",
                "`fovea train --dataset FILE` trains on images that a table names"};
  if (ends({".log"})) return Kind{"a log, not a pipeline", a_pipeline};
  if (ends({".yaml", ".yml", ".toml"})) return Kind{"no JSON, as pipelines are", a_pipeline};
  return {};
}

std::optional<Kind> other_kind(const fs::path& file, std::string_view bytes) {
  const auto begin = bytes.find_first_not_of(" \t\r\n");
  const bool json = begin != std::string_view::npos && (bytes[begin] == '{' || bytes[begin] == '[');
  if (auto kind = kind_of_bytes(bytes)) return kind;
  if (auto kind = json ? std::nullopt : kind_of_name(file)) return kind;
  if (bytes.find('\0') == std::string_view::npos) return {};
  return Kind{"no text", a_pipeline};
}

/// Returns an error with the type of a file, and the path of the pipeline that it comes from.
Error not_a_pipeline(const fs::path& file, const Kind& kind) {
  const auto near = pipeline_of_run(file);
  return Error(kind.what + "; " +
               (near.empty() ? kind.advice : "the pipeline of its run is " + near.string()));
}

/// Refuses JSON without any member of a pipeline as another type of file.
void expect_pipeline(const fs::path& file, const Json& json) {
  if (!json.is_object() || json.empty() || json.contains("fovea") || json.contains("stages")) return;
  const bool schema = json.contains("$schema");
  const bool scores = json.contains("accuracy") || json.contains("settings");
  throw not_a_pipeline(file, {(schema   ? "a schema of pipelines"
                               : scores ? "what a run measured"
                                        : "JSON without \"fovea\" and \"stages\"") +
                                  std::string(", not a pipeline"),
                              a_pipeline});
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
  // One byte more than allowed suffices to detect a file that is too large.
  std::string text(max_json_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (const auto kind = other_kind(file, std::string_view(text).substr(0, 512)))
    throw not_a_pipeline(file, *kind);
  return text;
}

}  // namespace

fs::path pipeline_of_run(const fs::path& file) {
  constexpr int most_levels = 5;
  auto folder = fs::absolute(file).lexically_normal().parent_path();
  for (int level = 0; level < most_levels; ++level, folder = folder.parent_path()) {
    const auto config = folder / "config.json";
    std::error_code ignored;
    if (fs::exists(config, ignored) && fs::exists(folder / "run.log", ignored))
      return file.is_absolute() ? config : config.lexically_proximate(fs::current_path());
  }
  return {};
}

Json read_definition_json(const fs::path& file, const Registry& registry) {
  return at(file.string(), [&] {
    auto read = parse_json(read_text(file));
    expect_pipeline(file, read);
    resolve_paths(read, registry, fs::absolute(file).parent_path());
    return read;
  });
}

Error as_written(const Error& error, const fs::path& file) {
  return Error(with_number_as_written(error.what(), read_text(file), ""));
}

Graph read_definition_file(const fs::path& file, const std::vector<std::string>& settings,
                           const Registry& registry) {
  auto definition = read_definition_json(file, registry);
  as_usage([&] { apply_settings(definition, settings, registry); });
  resolve_paths(definition, registry, fs::current_path());
  try {
    return read_definition(definition, registry);
  } catch (const Error& error) {
    if (const auto told = told_of_setting(error, definition, settings, registry)) throw *told;
    throw as_written(error, file).at(file.string());
  }
}

}  // namespace fovea
