#include "harness/run/facts.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"

namespace run {
namespace {

using nlohmann::json;

std::string style_of(const wire::Response& response) {
  const std::string_view body = base::trim(response.body);
  if (body.empty()) return "empty";
  const std::string* type = response.header("Content-Type");
  if (type != nullptr && base::to_lower(*type).find("html") != std::string::npos) return "html";
  const auto value = base::parse_json(body);
  if (!value) return body.starts_with("<") ? "html" : "text";
  if (!value->is_object()) return "json";
  if (value->contains("jsonrpc")) return "json-rpc";
  const auto error = value->find("error");
  return error != value->end() && error->is_string() ? "oauth-json" : "json";
}

std::string header_of(const wire::Response& response, const char* name) {
  const std::string* value = response.header(name);
  return value == nullptr ? "" : base::to_lower(*value);
}

bool has_members(const json& object, std::initializer_list<const char*> names) {
  return object.is_object() && std::all_of(names.begin(), names.end(),
                                           [&](const char* name) { return object.contains(name); });
}

/// By marks that frameworks leave in their answers unless they are told otherwise.
std::string framework_in(const wire::Response& response) {
  const std::string server = header_of(response, "Server");
  const auto parsed = base::parse_json(response.body);
  const json body = parsed ? *parsed : json();
  if (has_members(body, {"timestamp", "status", "error", "path"})) return "spring";
  if (has_members(body, {"statusCode", "message"})) return "nest";
  if (header_of(response, "X-Powered-By").starts_with("express")) return "express";
  if (server.starts_with("kestrel") || has_members(body, {"type", "title", "traceId"})) {
    return "aspnet";
  }
  if (server.find("werkzeug") != std::string::npos) return "flask";
  if (body.is_object() && body.size() == 1 && body.contains("detail")) return "fastapi";
  if (server.starts_with("uvicorn") || server.starts_with("hypercorn")) return "starlette";
  return {};
}

/// The most frequent word that is not empty.
std::string most_frequent(const std::map<std::string, std::size_t>& counts) {
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? "" : most->first;
}

/// Failures that did not repeat, where there were any.
void note_strays(check::Context& context) {
  const std::size_t strays = context.steadiness().strays();
  if (strays == 0) return;
  context.note("stray_failures", base::dump({{"requests", context.exchanges_counted()},
                                             {"failed_once", strays},
                                             {"kinds", context.steadiness().kinds()}}));
}

std::size_t fetches(check::Context& context, std::string_view endpoint) {
  return context.provider().journal().count(
      [&](const idp::Entry& entry) { return entry.endpoint == endpoint; });
}

/// Whatever a tool's arguments hold has been before the model, and is in what it remembers.
void note_call(check::Context& context) {
  const check::Target& target = context.target();
  json note = {{"call", json::parse(target.control().params, nullptr, false)}};
  if (check::modes::contains(check::modes::in_arguments(), target.mode)) {
    note["argument"] = check::credential_argument(target.mode, target.profile);
    note["seen_by"] = {"the model", "its context", "logs of client and server"};
  }
  context.note("credential", base::dump(note));
}

}  // namespace

void add_greeting(check::TargetFacts& facts, const check::Context& context) {
  const check::Target& target = context.target();
  // An authorization server alone speaks no MCP.
  if (target.mode == check::Mode::authorization_server) return;
  facts.revision = mcp::to_string(target.revision());
  facts.era = mcp::to_string(target.era());
  if (const check::Context* legacy = context.legacy()) {
    facts.session_revision = mcp::to_string(legacy->target().revision());
  }
  facts.fingerprint = target.greeting.server_name;
  if (!target.greeting.server_version.empty()) {
    facts.fingerprint += (facts.fingerprint.empty() ? "" : " ") + target.greeting.server_version;
  }
}

std::string dialect_of(const std::vector<check::Refused>& refused) {
  std::map<std::string, std::size_t> styles;
  for (const check::Refused& one : refused) {
    if (one.exchange.response) ++styles[style_of(*one.exchange.response)];
  }
  return most_frequent(styles);
}

std::string framework_of(const std::vector<check::Refused>& refused) {
  std::map<std::string, std::size_t> frameworks;
  for (const check::Refused& one : refused) {
    if (!one.exchange.response) continue;
    if (auto framework = framework_in(*one.exchange.response); !framework.empty()) {
      ++frameworks[framework];
    }
  }
  return most_frequent(frameworks);
}

void note_run(check::Context& context) {
  note_strays(context);
  const check::Mode mode = context.target().mode;
  // Fixed secrets have no form that could be told.
  if (mode == check::Mode::none || check::modes::contains(check::modes::fixed(), mode)) return;
  if (check::modes::contains(check::modes::tool_calls(), mode)) return note_call(context);
  const check::Calibration& calibration = context.calibration();
  if (mode == check::Mode::authorization_server) {
    json control = {{"scopes", context.target().scopes}, {"tried", calibration.tried}};
    const std::string& resource = context.target().profile.audience;
    if (!resource.empty()) control["resource"] = resource;
    return context.note("control", base::dump(control));
  }
  json control = {{"audience", context.target().audience},
                  {"scopes", context.target().scopes},
                  {"tried", calibration.tried}};
  if (check::modes::contains(check::modes::opaque(), context.target().mode)) {
    context.note("control", base::dump(control));
    context.note("questions", base::dump({{"introspection", fetches(context, "introspection")},
                                          {"userinfo", fetches(context, "userinfo")}}));
    return;
  }
  if (mode == check::Mode::oauth_proxy) return context.note("control", base::dump(control));
  control["alg"] = calibration.alg;
  control["typ"] = calibration.typ ? json(*calibration.typ) : json();
  context.note("control", base::dump(control));
  context.note("jwks", base::dump({{"fetches", fetches(context, "jwks")},
                                   {"discovery_fetches", fetches(context, "discovery") +
                                                             fetches(context, "oauth-metadata")}}));
}

}  // namespace run
