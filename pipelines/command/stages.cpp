#include <algorithm>
#include <array>
#include <cstdio>

#include "pipelines/command/commands.hpp"
#include "pipelines/run/text_width.hpp"
#include "pipelines/run/usage.hpp"
#include "runtime/library.hpp"
#include "stages/list.hpp"

namespace fovea {
namespace {

Json ports_json(const std::vector<PortInfo>& ports) {
  Json all = Json::array();
  for (const auto& port : ports) {
    Json one = {{"name", port.name}, {"kind", port.kind}, {"doc", port.doc}};
    if (port.many) one["many"] = true;
    all.push_back(std::move(one));
  }
  return all;
}

Json params_json(const std::vector<FieldInfo>& fields) {
  Json all = Json::array();
  for (const auto& field : fields) {
    Json one = {{"name", field.name}, {"kind", field.kind}, {"default", field.standard}, {"doc", field.doc}};
    if (!field.rule.empty()) one["rule"] = field.rule;
    if (field.role == Role::tuning) one["tuning"] = true;
    if (!field.members.empty()) one["members"] = params_json(field.members);
    all.push_back(std::move(one));
  }
  return all;
}

/// Lines of a name, a short value and a text, in columns that fit the widest.
void print_columns(const std::vector<std::array<std::string, 3>>& rows) {
  std::array<std::size_t, 2> width{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < 2; ++i) width[i] = std::max(width[i], columns_of(row[i]));
  }
  for (const auto& [first, second, text] : rows) {
    std::printf("  %s  %s  %s\n", padded(first, width[0]).c_str(), padded(second, width[1]).c_str(),
                text.c_str());
  }
}

void print_ports(const char* title, const std::vector<PortInfo>& ports) {
  if (ports.empty()) return;
  std::printf("\n%s\n", title);
  std::vector<std::array<std::string, 3>> rows;
  for (const auto& port : ports) {
    rows.push_back({port.name, port.kind + (port.many ? ", one or more" : ""),
                    port.doc + (port.file.empty() ? "" : "; exported as " + port.file)});
  }
  print_columns(rows);
}

void add_params(const std::vector<FieldInfo>& fields, const std::string& prefix,
                std::vector<std::array<std::string, 3>>& rows) {
  for (const auto& field : fields) {
    if (!field.members.empty()) {
      add_params(field.members, prefix + field.name + ".", rows);
      continue;
    }
    const auto rule = field.rule.empty() ? field.kind : field.rule;
    rows.push_back(
        {prefix + field.name, shown(field.standard),
         field.doc + "; " + rule + (field.role == Role::tuning ? "; never changes the result" : "")});
  }
}

void print_params(const std::vector<FieldInfo>& fields) {
  if (fields.empty()) return;
  std::printf("\nparameters, with their defaults\n");
  std::vector<std::array<std::string, 3>> rows;
  add_params(fields, "", rows);
  print_columns(rows);
}

/// What may stand in a list of alternatives, such as the ops of a policy: each with its own parameters.
void print_alternatives(const FieldInfo& field) {
  const auto items = field.schema.value("items", Json::object());
  if (!items.contains("anyOf")) return;
  std::vector<std::array<std::string, 3>> rows;
  for (const auto& alternative : items["anyOf"]) {
    std::string name;
    for (const auto& [key, value] : alternative.at("properties").items()) {
      if (value.contains("const")) name = value["const"].get<std::string>();
    }
    for (const auto& [key, value] : alternative.at("properties").items()) {
      if (!value.contains("const"))
        rows.push_back({name + " " + key, shown(value.at("default")), value.at("description")});
    }
  }
  std::printf("\n%s, any of these with their parameters\n", field.name.c_str());
  print_columns(rows);
}

const StageInfo& find(const Registry& registry, const std::string& name) {
  const auto* stage = registry.find(name);
  if (stage == nullptr) throw UsageError("unknown stage " + quote(name) + suggestion(name, registry.names()));
  return *stage;
}

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

}  // namespace

Registry stages_with(const std::vector<std::filesystem::path>& plugins) {
  auto registry = all_stages();
  for (const auto& plugin : plugins) load_plugin(plugin, registry);
  return registry;
}

int stages_command(const std::string& name, const std::vector<std::filesystem::path>& plugins, bool json) {
  const auto registry = stages_with(plugins);
  const auto names = name.empty() ? registry.names() : std::vector{name};
  for (const auto& each : names) {
    const auto& stage = find(registry, each);
    if (json) {
      const Json line = {{"name", stage.name},
                         {"doc", stage.doc},
                         {"version", stage.version},
                         {"inputs", ports_json(stage.inputs)},
                         {"outputs", ports_json(stage.outputs)},
                         {"params", params_json(stage.params)}};
      std::printf("%s\n", line.dump().c_str());
    } else if (name.empty()) {
      std::printf("  %-24s %s\n", stage.name.c_str(), stage.doc.c_str());
    } else {
      std::printf("%s: %s\n", stage.name.c_str(), stage.doc.c_str());
      print_ports("inputs", stage.inputs);
      print_ports("outputs", stage.outputs);
      print_params(stage.params);
      for (const auto& field : stage.params) print_alternatives(field);
    }
  }
  return 0;
}

Json definition_schema(const Registry& registry) {
  Json stages = Json::array();
  for (const auto& name : registry.names()) stages.push_back(stage_schema(find(registry, name)));
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

int schema_command(const std::vector<std::filesystem::path>& plugins) {
  std::printf("%s\n", definition_schema(stages_with(plugins)).dump(2).c_str());
  return 0;
}

}  // namespace fovea
