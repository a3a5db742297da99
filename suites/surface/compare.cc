// What of the answer to a valid credential another answer gives.
#include <algorithm>
#include <array>
#include <set>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "suites/surface/way.h"

namespace suites::surface {
namespace {

using nlohmann::json;

/// What a revision adds to a result, which says nothing about what was asked for.
constexpr std::array kTrimmings = {"_meta", "resultType", "ttlMs", "cacheScope", "nextCursor"};
/// A JSON-RPC error that says: no such method here, or no such way of asking.
constexpr std::array kNoSuchWay = {-32601, -32700, -32600, -32020, -32021, -32022};
/// Errors about what a request asks for: it was understood, and somebody looked.
constexpr std::array kLookedAt = {-32602, -32002};

/// Words of rejections that are not marked as errors.
constexpr std::array kRejecting = {"auth",    "denied",     "invalid",     "expired",    "forbid",
                                   "missing", "permission", "not allowed", "token",      "error",
                                   "log in",  "login",      "sign in",     "credential", "reject"};

template <typename List>
bool has(const List& list, int code) {
  return std::find(list.begin(), list.end(), code) != list.end();
}

bool is_success(int status) { return status / 100 == 2; }

json result_of(const mcp::Answer& answer) {
  json result = json::parse(answer.result, nullptr, /*allow_exceptions=*/false);
  if (!result.is_object()) return result;
  for (const char* name : kTrimmings) result.erase(name);
  return result;
}

/// Whether there is anything in it: an object without members or with empty lists gives nothing.
bool is_empty(const json& result) {
  if (!result.is_object()) return result.is_null() || result.is_discarded();
  return std::all_of(result.begin(), result.end(),
                     [](const json& member) { return member.is_structured() && member.empty(); });
}

/// How the items of the result's lists are called.
std::set<std::string> names_in(const json& result) {
  std::set<std::string> names;
  if (!result.is_object()) return names;
  for (const json& list : result) {
    if (!list.is_array()) continue;
    for (const json& item : list) {
      for (const char* member : {"name", "uri", "uriTemplate", "taskId"}) {
        if (std::string text = base::text_member(item, member); !text.empty()) names.insert(text);
      }
    }
  }
  return names;
}

bool share_a_name(const json& a, const json& b) {
  const auto names = names_in(a);
  const auto others = names_in(b);
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return others.count(name) > 0; });
}

/// The result of a handshake: both name one server.
bool greet_alike(const json& a, const json& b) {
  const auto is_handshake = [](const json& result) {
    return result.is_object() &&
           (result.contains("protocolVersion") || result.contains("supportedVersions"));
  };
  return is_handshake(a) && is_handshake(b);
}

std::set<std::string> members_of(const json& result) {
  std::set<std::string> names;
  if (!result.is_object()) return names;
  for (const auto& [name, value] : result.items()) names.insert(name);
  return names;
}

/// Whether a tool ran, though with another result, rather than rejected its caller with 200.
bool was_carried_out(const mcp::Answer& answer, const mcp::Answer& valid) {
  const std::string given = base::to_lower(mcp::tool_text(answer));
  const std::string wanted = base::to_lower(mcp::tool_text(valid));
  if (given.empty() && !wanted.empty()) return false;
  return std::none_of(kRejecting.begin(), kRejecting.end(), [&](const char* word) {
    return given.find(word) != std::string::npos && wanted.find(word) == std::string::npos;
  });
}

bool give_alike(const mcp::Answer& answer, const mcp::Answer& valid,
                const std::function<mcp::Answer()>& again) {
  const json given = result_of(answer);
  const json wanted = result_of(valid);
  if (given == wanted || share_a_name(given, wanted) || greet_alike(given, wanted)) return true;
  if (members_of(given) != members_of(wanted)) return false;
  // What a tool says may depend on the time, and on who is calling.
  if (wanted.is_object() && wanted.contains("content")) return was_carried_out(answer, valid);
  // A result that is another one each time cannot be compared as it is.
  return result_of(again()) != wanted && !is_empty(given);
}

bool is_error(const mcp::Answer& answer) {
  return answer.kind == mcp::Kind::rpc_error || (!answer.result.empty() && answer.is_error);
}

bool same_error(const mcp::Answer& answer, const mcp::Answer& valid) {
  return is_error(answer) && is_error(valid) && answer.rpc_code == valid.rpc_code &&
         answer.rpc_message == valid.rpc_message && answer.status() == valid.status() &&
         mcp::tool_text(answer) == mcp::tool_text(valid);
}

}  // namespace

bool opens_stream(const mcp::Answer& answer) {
  if (!is_success(answer.status())) return false;
  const std::string* type = answer.exchange.response->header("Content-Type");
  return type != nullptr && base::to_lower(*type).starts_with("text/event-stream");
}

bool exists(const mcp::Answer& valid) {
  if (!valid.result.empty()) return is_success(valid.status());
  if (valid.kind == mcp::Kind::rpc_error) {
    if (has(kNoSuchWay, valid.rpc_code)) return false;
    return is_success(valid.status()) || has(kLookedAt, valid.rpc_code);
  }
  return valid.kind == mcp::Kind::accepted || opens_stream(valid);
}

Got compare(const mcp::Answer& answer, const mcp::Answer& valid,
            const std::function<mcp::Answer()>& again) {
  if (!valid.result.empty() && !valid.is_error) {
    if (answer.result.empty() || answer.is_error) return Got::nothing;
    if (!give_alike(answer, valid, again)) return Got::nothing;
    return is_empty(result_of(answer)) ? Got::acknowledgement : Got::result;
  }
  if (is_error(valid)) return same_error(answer, valid) ? Got::error : Got::nothing;
  if (opens_stream(valid)) return opens_stream(answer) ? Got::result : Got::nothing;
  if (valid.kind == mcp::Kind::accepted && answer.kind == mcp::Kind::accepted) {
    return Got::acknowledgement;
  }
  return Got::nothing;
}

}  // namespace suites::surface
