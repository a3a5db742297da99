#include <fmt/core.h>

#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "mock-idp/idp/control.h"

// The description of `/_ctl` in OpenAPI 3.1, made from the table that also checks the arguments.
namespace idp {
namespace {

ControlJson one_or_more_texts() { return {{"type", "array"}, {"items", {{"type", "string"}}}}; }

ControlJson numeric(const char* type, const Argument& argument) {
  return {{"type", type}, {"minimum", argument.least}, {"maximum", argument.most}};
}

ControlJson schema_of(const Argument& argument) {
  switch (argument.type) {
    case ArgumentType::text: {
      ControlJson schema{{"type", "string"}};
      if (!argument.choices.empty()) schema["enum"] = base::words(argument.choices);
      return schema;
    }
    case ArgumentType::flag:
      return {{"type", "boolean"}};
    case ArgumentType::integer:
      return numeric("integer", argument);
    case ArgumentType::number:
      return numeric("number", argument);
    case ArgumentType::texts:
      return one_or_more_texts();
    case ArgumentType::text_or_texts:
      return {{"oneOf", ControlJson::array({{{"type", "string"}}, one_or_more_texts()})}};
    case ArgumentType::object:
      return {{"type", "object"}};
    case ArgumentType::times:
      return {{"oneOf", ControlJson::array(
                            {{{"type", "integer"}, {"minimum", 1}}, {{"const", "forever"}}})}};
    case ArgumentType::anything:
      break;
  }
  return ControlJson::object();
}

ControlJson parameter(std::string_view name, const char* where, bool required, ControlJson schema,
                      std::string_view summary) {
  return {{"name", name},
          {"in", where},
          {"required", required},
          {"description", summary},
          {"schema", std::move(schema)}};
}

ControlJson parameters_of(const ControlCommand& command) {
  ControlJson list = ControlJson::array();
  for (const std::string& part : base::split(command.path, '/')) {
    if (part.empty() || part.front() != '{') continue;
    list.push_back(parameter(part.substr(1, part.size() - 2), "path", true, {{"type", "string"}},
                             "the name of an issuer"));
  }
  if (command.method == "POST") return list;
  for (const Argument& argument : command.arguments) {
    list.push_back(parameter(argument.name, "query", argument.required, schema_of(argument),
                             argument.summary));
  }
  return list;
}

ControlJson body_of(const ControlCommand& command) {
  ControlJson schema = arguments_schema(command.arguments);
  const bool needed = schema.contains("required");
  return {{"required", needed}, {"content", {{"application/json", {{"schema", schema}}}}}};
}

ControlJson answer(std::string_view description, std::string_view type) {
  return {{"description", description}, {"content", {{type, ControlJson::object()}}}};
}

ControlJson operation(const ControlCommand& command) {
  ControlJson json{{"summary", command.summary}};
  if (auto parameters = parameters_of(command); !parameters.empty()) {
    json["parameters"] = std::move(parameters);
  }
  if (command.method == "POST" && !command.arguments.empty()) {
    json["requestBody"] = body_of(command);
  }
  const bool stream = command.obey == stream_journal;
  json["responses"] = {
      {"2XX", answer("obeyed", stream ? "text/event-stream" : "application/json")},
      {"4XX",
       {{"description", "what is wrong, and with which member"},
        {"content",
         {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Refusal"}}}}}}}}}};
  return json;
}

ControlJson refusal_schema() {
  const ControlJson text{{"type", "string"}};
  return {{"type", "object"},
          {"required", ControlJson::array({"error"})},
          {"properties", {{"error", text}, {"pointer", text}, {"parameter", text}}}};
}

}  // namespace

ControlJson arguments_schema(std::span<const Argument> arguments) {
  ControlJson members = ControlJson::object();
  ControlJson required = ControlJson::array();
  for (const Argument& argument : arguments) {
    ControlJson schema = schema_of(argument);
    schema["description"] = argument.summary;
    members[std::string(argument.name)] = std::move(schema);
    if (argument.required) required.push_back(argument.name);
  }
  ControlJson schema{
      {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(members)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

Obeyed<http::Response> show_openapi(const ControlCall& call) {
  ControlJson paths = ControlJson::object();
  for (const ControlCommand& command : control_commands()) {
    paths[std::string(command.path)][base::to_lower(command.method)] = operation(command);
  }
  ControlJson json{{"openapi", "3.1.0"},
                   {"info",
                    {{"title", "Steering a mock identity provider"},
                     {"version", AUTHSPEC_VERSION},
                     {"description", "What can be done to the provider while it runs."}}},
                   {"servers", ControlJson::array({{{"url", call.provider.origin + "/_ctl"}}})},
                   {"paths", std::move(paths)}};
  json["components"]["schemas"]["Refusal"] = refusal_schema();
  if (!call.provider.admin_token.empty()) {
    json["components"]["securitySchemes"]["admin"] = {{"type", "http"}, {"scheme", "bearer"}};
    json["security"] = ControlJson::array({{{"admin", ControlJson::array()}}});
  }
  return control_answer(json);
}

}  // namespace idp
