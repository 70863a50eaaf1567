#include <cstdio>

#include "pipelines/commands.hpp"
#include "stages/list.hpp"

namespace fovea {
namespace {

Json ports_json(const std::vector<PortInfo>& ports) {
  Json all = Json::array();
  for (const auto& port : ports) all.push_back({{"name", port.name}, {"kind", port.kind}, {"doc", port.doc}});
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

void print_ports(const char* title, const std::vector<PortInfo>& ports) {
  if (ports.empty()) return;
  std::printf("\n%s\n", title);
  for (const auto& port : ports) {
    const auto file = port.file.empty() ? "" : "; exported as " + port.file;
    std::printf("  %-28s %-12s %s%s\n", port.name.c_str(), port.kind.c_str(), port.doc.c_str(), file.c_str());
  }
}

void print_params(const std::vector<FieldInfo>& fields, const std::string& prefix) {
  for (const auto& field : fields) {
    if (!field.members.empty()) {
      print_params(field.members, prefix + field.name + ".");
      continue;
    }
    const auto rule = field.rule.empty() ? field.kind : field.rule;
    std::printf("  %-28s %-12s %s; %s%s\n", (prefix + field.name).c_str(), shown(field.standard).c_str(),
                field.doc.c_str(), rule.c_str(),
                field.role == Role::tuning ? "; never changes the result" : "");
  }
}

const StageInfo& find(const Registry& registry, const std::string& name) {
  const auto* stage = registry.find(name);
  if (stage == nullptr) throw Error("unknown stage " + quote(name) + suggestion(name, registry.names()));
  return *stage;
}

Json stage_schema(const StageInfo& stage) {
  Json inputs = Json::object();
  Json names = Json::array();
  for (const auto& port : stage.inputs) {
    inputs[port.name] = {{"type", "string"},
                         {"pattern", "^[A-Za-z0-9_-]+\\.[a-z0-9_]+$"},
                         {"description", "a " + port.kind + ": " + port.doc}};
    names.push_back(port.name);
  }
  Json schema = {
      {"description", stage.doc},
      {"properties",
       {{"stage", {{"const", stage.name}}},
        {"inputs",
         {{"type", "object"}, {"properties", inputs}, {"required", names}, {"additionalProperties", false}}},
        {"params", detail::object_schema(stage.params)}}},
      {"required", names.empty() ? Json::array({"stage"}) : Json::array({"stage", "inputs"})},
      {"additionalProperties", false}};
  return schema;
}

}  // namespace

int stages_command(const std::string& name, bool json) {
  const auto registry = all_stages();
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
      if (!stage.params.empty()) std::printf("\nparameters, with their defaults\n");
      print_params(stage.params, "");
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
            {"seed", {{"type", "integer"}, {"minimum", 0}}},
            {"stages",
             {{"type", "object"},
              {"minProperties", 1},
              {"propertyNames", {{"pattern", "^[A-Za-z0-9_-]+$"}}},
              {"additionalProperties", {{"type", "object"}, {"oneOf", std::move(stages)}}}}}}}};
}

int schema_command() {
  std::printf("%s\n", definition_schema(all_stages()).dump(2).c_str());
  return 0;
}

}  // namespace fovea
