#include "pipelines/run/scoring_graph.hpp"

#include <algorithm>
#include <optional>

#include "graph/plan.hpp"
#include "pipelines/run/definition_file.hpp"
#include "pipelines/train/data_source.hpp"
#include "stages/data/formats/formats.hpp"
#include "stages/data/formats/image_csv.hpp"
#include "stages/data/formats/letters.hpp"
#include "stages/evaluate/metrics.hpp"
#include "stages/evaluate/predictions.hpp"
#include "stages/model/model_file.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

std::size_t port_of(const std::vector<PortInfo>& ports, std::string_view name) {
  const auto found =
      std::find_if(ports.begin(), ports.end(), [&](const auto& each) { return each.name == name; });
  return static_cast<std::size_t>(found - ports.begin());
}

/// Returns the output that feeds a single input of a node.
Output feeding(const Node& node, std::string_view input) {
  const auto port = port_of(node.stage->inputs, input);
  const auto wire = std::find_if(node.inputs.begin(), node.inputs.end(),
                                 [&](const Wire& each) { return each.input == port; });
  return {wire->node, wire->port};
}

/// Adds a stage under the first free name of `name`, `name_2`, ... with a wire to each of its inputs.
std::size_t add(Graph& graph, const std::string& name, const StageInfo& stage, const Json& params,
                const std::vector<Output>& inputs, std::optional<Seed> seed = {}) {
  const auto is_taken = [&](const std::string& one) {
    return std::any_of(graph.nodes().begin(), graph.nodes().end(),
                       [&](const Node& node) { return node.name == one; });
  };
  auto free = name;
  for (int number = 2; is_taken(free); ++number) free = name + "_" + std::to_string(number);
  std::vector<Wire> wires;
  for (std::size_t i = 0; i < inputs.size(); ++i) wires.push_back({inputs[i].node, inputs[i].port, i});
  return graph.add(free, stage, params, wires, seed);
}

/// The run that a model comes from, as its config.json tells.
class RunOfModel {
 public:
  RunOfModel(const fs::path& config, const fs::path& model, const Registry& registry)
      : graph_(read_definition_file(config, {}, registry)), train_(train_of(config, model)) {
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
      const auto& node = graph_.nodes()[i];
      if (node.stage->name == "predict" && feeding(node, "model").node == train_) predict_.push_back(i);
    }
  }

  /// Returns the graph that gives a part of the run's data, and the output in it.
  std::pair<Graph, Output> data(const std::string& part) const {
    const auto validation = feeding(graph_.nodes()[train_], "validation");
    if (part == "validation") return needed_for(validation);
    if (part == "test") {
      if (const auto said = predicted("test")) return needed_for(*said);
    }
    const auto [resizes, from] = behind_resizes(validation);
    const auto& split = graph_.nodes()[from.node];
    if (split.stage->name != "split") {
      throw Error(quote(part) + " is not known: the parts of " + quote(graph_.name()) + " come from " +
                  quote(split.name) + ", which is no split; give --part validation, or data with --data");
    }
    const auto base =
        part == "all" ? feeding(split, "data") : Output{from.node, port_of(split.stage->outputs, part)};
    auto [graph, output] = needed_for(base);
    return through(resizes, std::move(graph), output);
  }

  /// Adds to a graph the resizes that stand between the run's split and its model.
  std::pair<Graph, Output> resized(Graph graph, const Output& data) const {
    const auto validation = feeding(graph_.nodes()[train_], "validation");
    return through(behind_resizes(validation).first, std::move(graph), data);
  }

  /// Returns the parameters of the run's first stage `predict` of the model, and of its `evaluate`; without
  /// one, none.
  Json predict_params() const {
    return predict_.empty() ? Json::object() : graph_.nodes()[predict_[0]].params;
  }
  Json evaluate_params() const {
    for (const auto& node : graph_.nodes()) {
      if (node.stage->name != "evaluate") continue;
      const auto from = feeding(node, "predictions").node;
      if (std::find(predict_.begin(), predict_.end(), from) != predict_.end()) return node.params;
    }
    return Json::object();
  }

 private:
  /// Returns the training that made a model: the run's only one, or that in whose folder the model lies.
  std::size_t train_of(const fs::path& config, const fs::path& model) const {
    const auto folder = fs::absolute(model).lexically_normal().parent_path();
    const bool alone = folder == fs::absolute(config).lexically_normal().parent_path();
    const auto& nodes = graph_.nodes();
    const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const Node& node) {
      return node.stage->name == "train" && (alone || node.name == folder.filename());
    });
    if (found != nodes.end()) return static_cast<std::size_t>(found - nodes.begin());
    throw Error(model.string() + ": " + config.string() +
                " has no training that made it; give the data with --data");
  }

  /// Returns the data of a stage `predict` of the model that is a part of that name.
  std::optional<Output> predicted(std::string_view part) const {
    for (const auto at : predict_) {
      const auto data = feeding(graph_.nodes()[at], "data");
      const auto [resizes, from] = behind_resizes(data);
      if (graph_.nodes()[from.node].stage->outputs[from.port].name == part) return data;
    }
    return {};
  }

  /// Follows a wire back through resizes; returns those in the order of the data, and what they begin with.
  std::pair<std::vector<std::size_t>, Output> behind_resizes(Output from) const {
    std::vector<std::size_t> resizes;
    while (graph_.nodes()[from.node].stage->name == "resize") {
      resizes.insert(resizes.begin(), from.node);
      from = feeding(graph_.nodes()[from.node], "data");
    }
    return {resizes, from};
  }

  std::pair<Graph, Output> needed_for(const Output& output) const {
    auto graph = graph_.only(graph_.needed_by({output.node}));
    const auto node = graph.find(graph_.nodes()[output.node].name);
    return {std::move(graph), {node, output.port}};
  }

  std::pair<Graph, Output> through(const std::vector<std::size_t>& resizes, Graph graph, Output data) const {
    for (const auto at : resizes) {
      const auto& node = graph_.nodes()[at];
      data = {add(graph, node.name, *node.stage, node.params, {data}), 0};
    }
    return {std::move(graph), data};
  }

  Graph graph_;
  std::size_t train_;
  std::vector<std::size_t> predict_;  ///< the stages `predict` of the model
};

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const auto& each) { return normal_name(each) == normal_name(name); });
}

/// Refuses data with classes that the model does not know. Numbers may stand for its classes.
void expect_known(const std::string& place, const std::vector<std::string>& classes,
                  const std::vector<std::string>& known) {
  std::vector<std::string> unknown;
  for (const auto& one : classes) {
    if (!has(known, one)) unknown.push_back(quote(one));
  }
  if (unknown.empty()) return;
  const bool are_numbers =
      unknown.size() == classes.size() && std::all_of(classes.begin(), classes.end(), [&](const auto& one) {
        return is_whole_number(one) && one.size() < 7 && std::stoul(one) < known.size();
      });
  if (are_numbers) return;
  throw Error(place + ": the model does not know " + (unknown.size() == 1 ? "the class " : "the classes ") +
              join(unknown, ", ") + "; it tells " + join(known, ", ") + " apart");
}

/// Returns the parameters of `load` for other data, whose classes get the model's order.
Json load_params(const std::string& data, const std::vector<std::string>& known) {
  auto params = load_params_of(data);
  std::vector<std::string> classes;
  if (params.contains("class_names")) {
    classes = params["class_names"].get<std::vector<std::string>>();
  } else if (params.contains("path")) {
    const auto found = find_data(params["path"].get<std::string>(), "auto");
    if (found.format->list != nullptr)
      classes = reading(found, [&] { return found.format->list(found.path); }).class_names;
  }
  expect_known(data, classes, known);
  params["class_names"] = known;
  return params;
}

/// Returns the graph of other data, and the output in it that gives the part.
std::pair<Graph, Output> other_data(const ScoringRequest& request, const std::optional<RunOfModel>& run,
                                    const Registry& registry) {
  Graph graph("val");
  const auto known = read_model_file(request.model).class_names;
  const auto params = at("--data", [&] { return load_params(request.data, known); });
  Output data{add(graph, "load", *registry.find("load"), params, {}), 0};
  if (request.part != "all" && !request.part.empty()) {
    const auto& split = *registry.find("split");
    const Json own_parts = {{"validation", 0}, {"test", 0}};
    data = {add(graph, "split", split, own_parts, {data}), port_of(split.outputs, request.part)};
  }
  return run ? run->resized(std::move(graph), data) : std::pair{std::move(graph), data};
}

/// Adds every figure that is drawn from predictions or metrics alone.
void add_figures(Graph& graph, const Output& predictions, const Output& metrics, const Registry& registry) {
  for (const auto& name : registry.names()) {
    const auto& stage = *registry.find(name);
    if (!name.starts_with("plot_") || stage.inputs.empty()) continue;
    std::vector<Output> inputs;
    for (const auto& port : stage.inputs) {
      if (port.kind == Predictions::kind && !port.many) inputs.push_back(predictions);
      if (port.kind == Metrics::kind && !port.many) inputs.push_back(metrics);
    }
    if (inputs.size() == stage.inputs.size())
      add(graph, name.substr(std::string_view("plot_").size()), stage, Json::object(), inputs);
  }
}

}  // namespace

Graph scoring_graph(const ScoringRequest& request, const Registry& registry) {
  const auto config = pipeline_of_run(request.model);
  if (config.empty() && request.data.empty()) {
    throw Error(request.model.string() +
                ": lies in no run directory, whose config.json would tell its data; give data with --data");
  }
  std::optional<RunOfModel> run;
  if (!config.empty()) run.emplace(config, request.model, registry);
  auto [graph, data] = request.data.empty() ? run->data(request.part.empty() ? "test" : request.part)
                                            : other_data(request, run, registry);
  const auto model =
      add(graph, "load_model", *registry.find("load_model"), {{"path", request.model.string()}}, {});
  auto predict_params = run ? run->predict_params() : Json::object();
  if (!request.precision.empty()) predict_params["precision"] = request.precision;
  const auto predict = add(graph, "predict", *registry.find("predict"), predict_params, {{model, 0}, data});
  const auto evaluate = add(graph, "evaluate", *registry.find("evaluate"),
                            run ? run->evaluate_params() : Json::object(), {{predict, 0}});
  if (request.figures) add_figures(graph, {predict, 0}, {evaluate, 0}, registry);
  return std::move(graph);
}

}  // namespace fovea
