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
  const auto most =
      std::max_element(styles.begin(), styles.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == styles.end() ? "" : most->first;
}

void note_run(check::Context& context) {
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
