#include "harness/mcp/protocol.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"

namespace mcp {
namespace {

using nlohmann::json;

constexpr std::string_view kAccept = "application/json, text/event-stream";
constexpr std::string_view kMetaVersion = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kMetaClient = "io.modelcontextprotocol/clientInfo";
constexpr std::string_view kMetaCapabilities = "io.modelcontextprotocol/clientCapabilities";

constexpr std::array<std::string_view, 4> kRevisions = {"2025-03-26", "2025-06-18", "2025-11-25",
                                                        "2026-07-28"};

/// The methods whose subject goes into Mcp-Name, and the member that holds it (2026-07-28,
/// Streamable HTTP, "Standard Request Headers").
struct Named {
  std::string_view method;
  std::string_view member;
};
constexpr std::array<Named, 3> kNamed = {
    {{"tools/call", "name"}, {"prompts/get", "name"}, {"resources/read", "uri"}}};

json client_info() { return {{"name", "mcp-authspec"}, {"version", AUTHSPEC_VERSION}}; }

json parse_lenient(std::string_view text) {
  return json::parse(text, nullptr, /*allow_exceptions=*/false);
}

std::string version_of(const Framing& framing) {
  return framing.protocol_version.empty() ? std::string(to_string(framing.revision))
                                          : framing.protocol_version;
}

/// As a header value; in the base64 form where the plain one would be changed or misread on its
/// way.
std::string header_form(const std::string& value) {
  const bool plain = !value.empty() && base::trim(value).size() == value.size() &&
                     std::all_of(value.begin(), value.end(),
                                 [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); });
  const bool looks_encoded = value.starts_with("=?base64?") && value.ends_with("?=");
  if (plain && !looks_encoded) return value;
  return fmt::format("=?base64?{}?=", base::base64_encode(value));
}

std::optional<std::string> name_of(const Operation& operation) {
  for (const Named& named : kNamed) {
    if (operation.method != named.method) continue;
    const json params = parse_lenient(operation.params);
    if (!params.is_object()) return std::nullopt;
    const auto found = params.find(named.member);
    if (found == params.end() || !found->is_string()) return std::nullopt;
    return header_form(found->get<std::string>());
  }
  return std::nullopt;
}

/// The parameters as they go out. What is no JSON object is sent as it stands: some cases want
/// that.
std::string params_of(const Framing& framing, const Operation& operation) {
  json params = parse_lenient(operation.params);
  if (!params.is_object()) return operation.params;
  if (era_of(framing.revision) == Era::modern) {
    json& meta = params["_meta"];
    if (!meta.is_object()) meta = json::object();
    meta[std::string(kMetaVersion)] = version_of(framing);
    meta[std::string(kMetaClient)] = client_info();
    meta[std::string(kMetaCapabilities)] = json::object();
  }
  return base::dump(params);
}

wire::Request post(const Framing& framing, std::string body) {
  wire::Request request;
  request.method = "POST";
  request.target = framing.target;
  request.headers = {{"Content-Type", "application/json"}, {"Accept", std::string(kAccept)}};
  request.body = std::move(body);
  return request;
}

}  // namespace

std::string_view to_string(Revision revision) {
  return kRevisions.at(static_cast<std::size_t>(revision));
}

std::optional<Revision> revision_from(std::string_view text) {
  for (std::size_t i = 0; i < kRevisions.size(); ++i) {
    if (kRevisions.at(i) == text) return static_cast<Revision>(i);
  }
  return std::nullopt;
}

std::string_view to_string(Era era) { return era == Era::modern ? "modern" : "legacy"; }

Era era_of(Revision revision) {
  return revision >= Revision::r2026_07_28 ? Era::modern : Era::legacy;
}

Operation Operation::call_tool(std::string_view name, std::string_view arguments) {
  return {.method = "tools/call",
          .params = fmt::format(R"({{"name":{},"arguments":{}}})", base::json_string(name),
                                arguments.empty() ? "{}" : arguments)};
}

std::string frame_body(const Framing& framing, const Operation& operation, std::string_view id) {
  const std::string method = base::json_string(operation.method);
  const std::string params = params_of(framing, operation);
  if (operation.notification) {
    return fmt::format(R"({{"jsonrpc":"2.0","method":{},"params":{}}})", method, params);
  }
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":{},"params":{}}})", id, method, params);
}

wire::Request frame(const Framing& framing, const Operation& operation, std::string_view id) {
  wire::Request request = post(framing, frame_body(framing, operation, id));
  if (framing.revision >= Revision::r2025_06_18) {
    request.headers.push_back({"MCP-Protocol-Version", version_of(framing)});
  }
  if (era_of(framing.revision) == Era::modern) {
    request.headers.push_back({"Mcp-Method", operation.method});
    if (const auto name = name_of(operation)) request.headers.push_back({"Mcp-Name", *name});
  } else if (!framing.session_id.empty()) {
    request.headers.push_back({"Mcp-Session-Id", framing.session_id});
  }
  return request;
}

wire::Request frame_initialize(const Framing& framing, std::string_view id) {
  const json params = {{"protocolVersion", version_of(framing)},
                       {"capabilities", json::object()},
                       {"clientInfo", client_info()}};
  return post(framing,
              fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"initialize","params":{}}})", id,
                          base::dump(params)));
}

wire::Request frame_initialized(const Framing& framing) {
  return frame(framing, {.method = "notifications/initialized", .notification = true}, "");
}

}  // namespace mcp
