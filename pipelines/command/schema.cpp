#include <CLI/CLI.hpp>
#include <cstdio>

#include "pipelines/command/options.hpp"
#include "pipelines/command/verbs.hpp"

namespace fovea {
namespace {

Json seed_schema() {
  return {{"type", "integer"}, {"minimum", 0}};
}

Json input_schema(const PortInfo& port) {
  const Json wire = {{"type", "string"}, {"pattern", "^[A-Za-z0-9_-]+\\.[a-z0-9_]+$"}};
  Json schema = wire;
  if (port.many) {
    schema = {{"anyOf", Json::array({wire, {{"type", "array"}, {"minItems", 1}, {"items", wire}}})}};
  }
  schema["description"] = (port.many ? "one or more " : "a ") + port.kind + ": " + port.doc;
  return schema;
}

Json stage_schema(const StageInfo& stage) {
  Json inputs = Json::object();
  Json names = Json::array();
  for (const auto& port : stage.inputs) {
    inputs[port.name] = input_schema(port);
    names.push_back(port.name);
  }
  Json schema = {
      {"description", stage.doc},
      {"properties",
       {{"stage", {{"const", stage.name}}},
        {"inputs",
         {{"type", "object"}, {"properties", inputs}, {"required", names}, {"additionalProperties", false}}},
        {"params", detail::object_schema(stage.params)},
        {"each",
         {{"description", "of a copy: the values that it stands for, which change nothing here"},
          {"type", "object"}}}}},
      {"required", names.empty() ? Json::array({"stage"}) : Json::array({"stage", "inputs"})},
      {"additionalProperties", false}};
  if (stage.random) {
    schema["properties"]["seed"] = seed_schema();
    schema["properties"]["seed"]["description"] = "instead of the pipeline's seed";
  }
  return schema;
}

Json each_schema() {
  const Json object = {{"type", "object"},
                       {"propertyNames", {{"pattern", "^(seed|[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)+)$"}}},
                       {"additionalProperties", {{"type", "array"}, {"minItems", 1}}}};
  return {
      {"description",
       "settings, each with a list of values that go together, or a list of such objects whose values are "
       "combined each with each: stages that depend on them stand once for each value"},
      {"anyOf", {object, {{"type", "array"}, {"items", object}}}}};
}

/// Returns the JSON Schema of saved pipelines.
Json definition_schema(const Registry& registry) {
  Json stages = Json::array();
  for (const auto& name : registry.names()) stages.push_back(stage_schema(*registry.find(name)));
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"title", "A Fovea pipeline"},
          {"type", "object"},
          {"required", Json::array({"fovea", "stages"})},
          {"additionalProperties", false},
          {"properties",
           {{"fovea", {{"const", 1}}},
            {"name", {{"type", "string"}, {"pattern", "^[A-Za-z0-9_-]+$"}}},
            {"seed", seed_schema()},
            {"each", each_schema()},
            {"stages",
             {{"type", "object"},
              {"minProperties", 1},
              {"propertyNames", {{"pattern", "^[A-Za-z0-9_-]+$"}}},
              {"additionalProperties", {{"type", "object"}, {"oneOf", std::move(stages)}}}}}}}};
}

}  // namespace

void add_schema(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("schema", "print a JSON Schema of saved pipelines, for editors");
  const auto plugins = std::make_shared<std::vector<std::filesystem::path>>();
  add_plugin_option(*verb, *plugins);
  verb->callback([plugins, &chosen] {
    chosen = [plugins](Signals&) {
      std::printf("%s\n", definition_schema(stages_with(*plugins)).dump(2).c_str());
      return 0;
    };
  });
}

}  // namespace fovea
