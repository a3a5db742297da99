#include "harness/check/treatment.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"

namespace check {
namespace {

using nlohmann::json;

constexpr std::size_t kQuoted = 80;

/// How texts begin that reject without being marked as errors.
constexpr std::array kWordsOfRefusal = {
    "auth",  "denied", "invalid", "expired", "forbid",  "missing",    "permission", "not allowed",
    "token", "error",  "log in",  "login",   "sign in", "credential", "api key",    "not logged"};

/// What revisions and transports add to a result.
constexpr std::array kAdded = {"_meta", "resultType", "ttlMs", "cacheScope", "nextCursor"};

/// The lists that a result can consist of, and what tells their items apart.
struct List {
  const char* member;
  const char* name;
  const char* noun;
};
constexpr std::array kLists = {List{"tools", "name", "tools"},
                               List{"resources", "uri", "resources"},
                               List{"resourceTemplates", "uriTemplate", "resource templates"},
                               List{"prompts", "name", "prompts"}};

json as_json(const std::string& text) {
  return json::parse(text, nullptr, /*allow_exceptions=*/false);
}

std::set<std::string> names_in(const json& list, const char* name) {
  std::set<std::string> names;
  for (const json& item : list) names.insert(base::text_member(item, name));
  return names;
}

bool has_list(const json& result, const List& list) {
  return result.is_object() && result.contains(list.member) && result.at(list.member).is_array();
}

std::set<std::string> members_of(const json& result) {
  std::set<std::string> names;
  for (const auto& [name, value] : result.items()) {
    if (std::find(kAdded.begin(), kAdded.end(), name) == kAdded.end()) names.insert(name);
  }
  return names;
}

std::string tool_error(const mcp::Answer& answer) {
  const std::string text = mcp::tool_text(answer);
  if (text.empty()) return "a tool result that is an error";
  return fmt::format("the tool error \"{}\"", base::abbreviate(text, kQuoted));
}

Comparison compare_lists(const json& got, const json& wanted, const List& list) {
  const auto all = names_in(wanted.at(list.member), list.name);
  if (all.empty()) return {};
  if (!has_list(got, list)) return {Share::none, fmt::format("a result without {}", list.noun)};
  const auto there = names_in(got.at(list.member), list.name);
  const auto shared = std::count_if(all.begin(), all.end(),
                                    [&](const auto& name) { return there.count(name) > 0; });
  if (static_cast<std::size_t>(shared) == all.size()) return {};
  if (there.empty()) return {Share::none, fmt::format("an empty list of {}", list.noun)};
  if (shared == 0) return {Share::none, fmt::format("a list of other {}", list.noun)};
  return {Share::part,
          fmt::format("{} of the {} {} that valid credentials get", shared, all.size(), list.noun)};
}

Comparison compare_content(const mcp::Answer& answer, const mcp::Answer& control) {
  if (yield_of(answer) == yield_of(control)) return {};
  const std::string text = mcp::tool_text(answer);
  if (text.empty()) return {Share::none, "a result without the tool's content"};
  return {Share::none, fmt::format("a result that says \"{}\"", base::abbreviate(text, kQuoted))};
}

bool is_notification(const json& message) {
  return message.is_object() && message.contains("method") && !message.contains("id");
}

/// Whether no answer is due: to a notification, or to a batch of them.
bool needs_no_answer(const wire::Request& request) {
  const json body = as_json(request.body);
  if (body.is_array()) {
    return !body.empty() && std::all_of(body.begin(), body.end(), is_notification);
  }
  return is_notification(body);
}

}  // namespace

std::string yield_of(const mcp::Answer& answer) {
  const json result = as_json(answer.result);
  if (!result.is_object()) return answer.result;
  json yield = json::object();
  for (const char* name : {"content", "structuredContent"}) {
    if (result.contains(name)) yield[name] = result.at(name);
  }
  return base::dump(yield);
}

bool sounds_like_refusal(const mcp::Answer& answer, const mcp::Answer& control) {
  const std::string text = base::to_lower(mcp::tool_text(answer));
  const std::string good = base::to_lower(mcp::tool_text(control));
  return std::any_of(kWordsOfRefusal.begin(), kWordsOfRefusal.end(), [&](const char* word) {
    return text.find(word) != std::string::npos && good.find(word) == std::string::npos;
  });
}

Comparison compare(const mcp::Answer& answer, const mcp::Answer& control) {
  if (answer.result.empty()) return {Share::none, "no result"};
  if (answer.is_error && !control.is_error) return {Share::none, tool_error(answer)};
  if (control.result.empty()) {
    // What valid credentials get is not known, or it is an error, or nothing as for a notification.
    const bool known = control.kind != mcp::Kind::none;
    return known ? Comparison{Share::none, "a result that valid credentials do not get"}
                 : Comparison{};
  }
  const json got = as_json(answer.result);
  const json wanted = as_json(control.result);
  if (!got.is_object() || !wanted.is_object()) {
    return got == wanted ? Comparison{} : Comparison{Share::none, "another result"};
  }
  for (const List& list : kLists) {
    if (has_list(wanted, list)) return compare_lists(got, wanted, list);
  }
  if (wanted.contains("content")) return compare_content(answer, control);
  if (members_of(got) == members_of(wanted)) return {};
  return {Share::none,
          got.contains("content") ? compare_content(answer, control).difference : "another result"};
}

void mark_denial(mcp::Answer& answer, const mcp::Answer& control) {
  if (answer.kind != mcp::Kind::result) return;
  Comparison comparison = compare(answer, control);
  if (comparison.share != Share::none) return;
  // A tool may say something else each time. Only words of a rejection are one.
  const bool says_something = !answer.is_error && !mcp::tool_text(answer).empty();
  const bool both_say = says_something && !mcp::tool_text(control).empty();
  if (both_say && !sounds_like_refusal(answer, control)) return;
  answer.kind = mcp::Kind::denied;
  answer.denial = std::move(comparison.difference);
}

bool was_served(const mcp::Answer& answer, const mcp::Answer& control) {
  const wire::Request& request = answer.exchange.request;
  switch (answer.kind) {
    case mcp::Kind::denied:
      return false;
    case mcp::Kind::accepted:
      return request.method == "DELETE" || needs_no_answer(request) ||
             control.kind == mcp::Kind::accepted;
    case mcp::Kind::strange:
      return request.method == "GET" && answer.exchange.response && answer.status() / 100 == 2 &&
             mcp::opens_stream(*answer.exchange.response);
    default:
      // Whatever the status says: what was given away counts.
      return !answer.result.empty() && compare(answer, control).share == Share::all;
  }
}

}  // namespace check
