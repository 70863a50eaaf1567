#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>

#include "pipelines/command/options.hpp"
#include "pipelines/command/print.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/text_width.hpp"
#include "pipelines/run/usage.hpp"
#include "render/text.hpp"

namespace fovea {
namespace {

Json ports_json(const std::vector<PortInfo>& ports) {
  Json all = Json::array();
  for (const auto& port : ports) {
    Json one = {{"name", port.name}, {"kind", port.kind}, {"doc", port.doc}};
    if (port.many) one["many"] = true;
    if (port.tracked) one["tracked"] = true;
    if (!port.file.empty()) one["file"] = port.file;
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

/// Prints rows of a name, a short value and a text, in columns as wide as the widest entry.
void print_columns(const std::vector<std::array<std::string, 3>>& rows) {
  std::array<std::size_t, 2> width{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < 2; ++i) width[i] = std::max(width[i], render::columns_of(row[i]));
  }
  for (const auto& [first, second, text] : rows) {
    print("  {}  {}  {}\n", padded(first, width[0]), padded(second, width[1]), text);
  }
}

void print_ports(const char* title, const std::vector<PortInfo>& ports) {
  if (ports.empty()) return;
  print("\n{}\n", title);
  std::vector<std::array<std::string, 3>> rows;
  for (const auto& port : ports) {
    rows.push_back({port.name, port.kind + (port.many ? ", one or more" : ""),
                    port.doc + (port.file.empty() ? "" : "; exported as " + port.file) +
                        (port.tracked ? "; told to trackers" : "")});
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
  print("\nparameters, with their defaults\n");
  std::vector<std::array<std::string, 3>> rows;
  add_params(fields, "", rows);
  print_columns(rows);
}

/// Prints the alternatives of a list, such as the ops of a policy, each with its own parameters.
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
  print("\n{}, any of these with their parameters\n", field.name);
  print_columns(rows);
}

void print_stages(const Registry& registry, const std::string& name, bool json) {
  const auto names = name.empty() ? registry.names() : std::vector{name};
  for (const auto& each : names) {
    if (registry.find(each) == nullptr)
      throw UsageError("unknown stage " + quote(each) + suggestion(each, registry.names()));
    const auto& stage = *registry.find(each);
    if (json) {
      const Json line = {{"name", stage.name},
                         {"doc", stage.doc},
                         {"version", stage.version},
                         {"inputs", ports_json(stage.inputs)},
                         {"outputs", ports_json(stage.outputs)},
                         {"params", params_json(stage.params)}};
      print("{}\n", line.dump());
    } else if (name.empty()) {
      print("  {:<24} {}\n", stage.name, stage.doc);
    } else {
      print("{}: {}\n", stage.name, stage.doc);
      print_ports("inputs", stage.inputs);
      print_ports("outputs", stage.outputs);
      print_params(stage.params);
      for (const auto& field : stage.params) print_alternatives(field);
    }
  }
}

}  // namespace

void add_stages(CLI::App& app, Action& chosen) {
  struct Command {
    std::string stage;
    std::vector<std::filesystem::path> plugins;
    bool json = false;
  };
  auto* verb = app.add_subcommand("stages", "list the stages, or show one with its ports and parameters");
  const auto command = std::make_shared<Command>();
  verb->add_option("NAME", command->stage, "a stage");
  verb->add_flag("--json", command->json, "one JSON object a line");
  add_plugin_option(*verb, command->plugins);
  verb->callback([command, &chosen] {
    chosen = [command](Signals&) {
      print_stages(stages_with(command->plugins), command->stage, command->json);
      return 0;
    };
  });
}

}  // namespace fovea
