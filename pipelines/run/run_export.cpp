#include "pipelines/run/run_export.hpp"

#include "pipelines/tracking/tensorboard.hpp"
#include "runtime/store/files.hpp"

namespace fovea {
namespace {

/// Whether all that is read after a run can be read; what is found damaged is set aside.
bool are_whole(const Graph& graph, std::span<const Record> records, Store& store) {
  bool whole = true;
  for (const auto& [node, port] : read_after_run(graph)) {
    const auto& codec = *graph.nodes()[node].stage->outputs[port].codec;
    whole = store.load(codec, records[node].objects.at(port)).has_value() && whole;
  }
  return whole;
}

}  // namespace

std::optional<std::filesystem::path> export_run(const Graph& graph, std::span<const Record> records,
                                                Store& store, const std::filesystem::path& output_dir,
                                                const RunNotes& notes) {
  if (!are_whole(graph, records, store)) return {};
  return write_run_directory(graph, records, store, output_dir, notes, [&](const auto& folder) {
    return write_tensorboard(graph, records, store, folder);
  });
}

std::optional<std::filesystem::path> export_files(const Graph& graph, std::span<const Record> records,
                                                  Store& store, const std::filesystem::path& folder) {
  if (!are_whole(graph, records, store)) return {};
  if (folder.empty()) return folder;
  for (const auto& one : exports_of(graph)) {
    const auto& codec = *graph.nodes()[one.node].stage->outputs[one.port].codec;
    const auto& object = records[one.node].objects.at(one.port);
    const auto item = store.load(codec, object);
    if (!item) return {};
    make_folder((folder / one.path).parent_path());
    codec.export_to(item->data.get(), store.object_path(object), folder / one.path);
  }
  return folder;
}

}  // namespace fovea
