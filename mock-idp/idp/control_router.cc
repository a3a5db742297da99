#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/base/url.h"
#include "mock-idp/idp/control.h"

namespace idp {
namespace {

constexpr std::string_view kControlPrefix = "/_ctl";

/// Whether the path is one of that template; what stands for its names goes to `into`.
bool fits(std::string_view path, std::string_view pattern, ControlJson& into) {
  const auto parts = base::split(path, '/');
  const auto wanted = base::split(pattern, '/');
  if (parts.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string& name = wanted[i];
    if (name.empty() || name.front() != '{') {
      if (parts[i] != name) return false;
      continue;
    }
    const auto value = base::percent_decode(parts[i]);
    if (!value) return false;
    into[name.substr(1, name.size() - 2)] = *value;
  }
  return true;
}

struct Matched {
  const ControlCommand* command = nullptr;
  ControlJson path = ControlJson::object();
  std::vector<std::string> methods;  ///< that the path has
};

Matched match(std::string_view method, std::string_view path) {
  Matched matched;
  for (const ControlCommand& command : control_commands()) {
    ControlJson values = ControlJson::object();
    if (!fits(path, command.path, values)) continue;
    matched.methods.emplace_back(command.method);
    if (command.method != method) continue;
    matched.command = &command;
    matched.path = std::move(values);
  }
  return matched;
}

Obeyed<ControlJson> read_arguments(const ControlCommand& command, std::string_view query,
                                   std::string_view body) {
  const bool by_query = command.method != "POST";
  if (by_query && !body.empty()) {
    return tl::unexpected(Refusal{.message = "this command takes no body"});
  }
  if (!by_query && !query.empty()) {
    return tl::unexpected(Refusal{.message = "this command takes its arguments in the body"});
  }
  auto arguments = by_query ? read_query(query, command.arguments) : read_body(body);
  if (!arguments) return arguments;
  auto good = check_arguments(*arguments, command.arguments, by_query ? "" : "/");
  if (!good) return tl::unexpected(good.error());
  return arguments;
}

}  // namespace

Obeyed<http::Response> obey(Provider& provider, std::string_view method, std::string_view target,
                            std::string_view body, const http::Request* request) {
  const std::size_t mark = std::min(target.find('?'), target.size());
  const Matched matched = match(method, target.substr(0, mark));
  if (matched.methods.empty()) {
    return tl::unexpected(Refusal{404, {}, "there is no such command; GET /_ctl/openapi.json"});
  }
  if (matched.command == nullptr) {
    return tl::unexpected(Refusal{405, {}, base::join(matched.methods, ", ")});
  }
  const std::string_view query = target.substr(std::min(mark + 1, target.size()));
  auto arguments = read_arguments(*matched.command, query, body);
  if (!arguments) return tl::unexpected(arguments.error());
  arguments->update(matched.path);
  return matched.command->obey({provider, *arguments, request});
}

std::string control_text(const ControlJson& json) {
  return json.dump(-1, ' ', false, ControlJson::error_handler_t::replace);
}

http::Response control_answer(const ControlJson& json, int status) {
  http::Response response = http::Response::json(status, control_text(json));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

http::Response control_refusal(const Refusal& refusal) {
  if (refusal.status == 405) return method_not_allowed(refusal.message);
  ControlJson json;
  const bool pointer = refusal.where.rfind('/', 0) == 0;
  json["error"] = refusal.where.empty() ? refusal.message : refusal.where + " " + refusal.message;
  if (!refusal.where.empty()) json[pointer ? "pointer" : "parameter"] = refusal.where;
  http::Response response = control_answer(json, refusal.status);
  if (refusal.status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  return response;
}

http::Response control(const Call& call) {
  if (auto allowed = may_steer(call.provider, call.request); !allowed) {
    return control_refusal(allowed.error());
  }
  const std::string_view target = std::string_view(call.request.target);
  auto answer = obey(call.provider, call.request.method, target.substr(kControlPrefix.size()),
                     call.request.body, &call.request);
  return answer ? std::move(*answer) : control_refusal(answer.error());
}

}  // namespace idp
