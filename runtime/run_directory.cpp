#include "runtime/run_directory.hpp"

#include <map>

#include "graph/definition.hpp"
#include "runtime/running_folder.hpp"
#include "runtime/store/draft.hpp"
#include "runtime/store/files.hpp"
#include "runtime/text_file.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Moves a draft to the first free name: `stem`, `stem_2`, `stem_3`, ...
fs::path settle(Draft& draft, const fs::path& parent, const std::string& stem) {
  for (int number = 1;; ++number) {
    const auto target = parent / (number == 1 ? stem : stem + "_" + std::to_string(number));
    if (draft.move_to(target)) return target;
  }
}

}  // namespace

std::vector<Exported> exports_of(const Graph& graph) {
  std::vector<Exported> all;
  std::map<std::string, std::size_t> count;
  for (const auto& node : graph.nodes()) ++count[node.stage->name];
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto& node = graph.nodes()[i];
    const bool alone = count.at(node.stage->name) == 1;
    for (std::size_t port = 0; port < node.stage->outputs.size(); ++port) {
      const auto& file = node.stage->outputs[port].file;
      if (!file.empty()) all.push_back({i, port, alone ? fs::path(file) : fs::path(node.name) / file});
    }
  }
  return all;
}

namespace {

/// What is kept of an exported file: where it lies and what it came from.
Json origin_of(const fs::path& folder, const Exported& file, const Graph& graph,
               std::span<const Record> records) {
  const auto& node = graph.nodes()[file.node];
  return {{"path", file.path.string()},
          {"node", node.name},
          {"port", node.stage->outputs[file.port].name},
          {"object", records[file.node].objects.at(file.port)},
          {"sha256", file_digest(folder / file.path)}};
}

/// Moves the files of one export from where they were written to where they belong, and adds them to the
/// list.
void settle_export(const fs::path& temporary, const fs::path& folder, const Exported& from,
                   const Graph& graph, std::span<const Record> records, Json& files) {
  for (const auto& entry : fs::recursive_directory_iterator(temporary)) {
    if (!entry.is_regular_file()) continue;
    const auto path = entry.path().lexically_relative(temporary);
    fs::create_directories((folder / path).parent_path());
    move_to_new(entry.path(), folder / path);
    files.push_back(origin_of(folder, {from.node, from.port, path}, graph, records));
  }
  fs::remove_all(temporary);
}

/// Exports everything into a folder and lists each file with what it came from; nothing where an object is
/// lost.
std::optional<Json> export_all(const Graph& graph, std::span<const Record> records, Store& store,
                               const fs::path& folder, const MoreExports& more) {
  Json files = Json::array();
  const auto temporary = folder / ".export";
  for (const auto& one : exports_of(graph)) {
    const auto& output = graph.nodes()[one.node].stage->outputs[one.port];
    const auto& object = records[one.node].objects.at(one.port);
    const auto item = store.load(*output.codec, object);
    if (!item) return {};
    fs::create_directories((temporary / one.path).parent_path());
    output.codec->export_to(item->data.get(), store.object_path(object), temporary / one.path);
    settle_export(temporary, folder, one, graph, records, files);
  }
  const auto others = more ? more(folder) : std::vector<Exported>{};
  if (!others) return {};
  for (const auto& file : *others) files.push_back(origin_of(folder, file, graph, records));
  return files;
}

/// What each node was, by its name.
Json nodes_of(const Graph& graph, std::span<const Record> records, const std::set<std::size_t>& ran) {
  Json nodes = Json::object();
  auto& all = nodes.get_ref<Json::object_t&>();  // unique names need no look-up
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto& node = graph.nodes()[i];
    all.push_back({node.name,
                   {{"stage", node.stage->name},
                    {"key", records[i].key},
                    {"objects", records[i].objects},
                    {"ran", ran.contains(i)}}});
  }
  return nodes;
}

}  // namespace

std::optional<fs::path> write_run_directory(const Graph& graph, std::span<const Record> records, Store& store,
                                            const fs::path& output_dir, const RunNotes& notes,
                                            const MoreExports& more) try {
  const auto stem = notes.name + "_" + time_for_names();
  Draft draft(output_dir);
  auto files = export_all(graph, records, store, draft.path(), more);
  if (!files) return {};
  const auto definition = write_definition(graph, fs::current_path());
  write_file(draft.path() / "config.json", definition.dump(2) + "\n");
  write_file(draft.path() / "run.log", notes.log);
  const auto directory = settle(draft, output_dir, stem);
  store.keep_run(directory.filename().string(), {{"name", notes.name},
                                                 {"directory", fs::absolute(directory).string()},
                                                 {"made", now_as_text()},
                                                 {"pipeline", definition},
                                                 {"stages", nodes_of(graph, records, notes.ran)},
                                                 {"files", std::move(*files)}});
  return directory;
} catch (const fs::filesystem_error& error) {
  throw file_error(error.path2().empty() ? error.path1() : error.path2(), error.code().value());
}

}  // namespace fovea
