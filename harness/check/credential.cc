#include "harness/check/credential.h"

#include <fmt/core.h>

#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/check/profile.h"

namespace check {

Credential nothing() { return {}; }

Credential bearer(std::string_view token) { return authorization(fmt::format("Bearer {}", token)); }

Credential authorization(std::string_view value) {
  return {"Authorization", {{"Authorization", std::string(value)}}};
}

std::string credential_argument(Mode mode, const Profile& profile) {
  if (!profile.credential_argument.empty()) return profile.credential_argument;
  return mode == Mode::stdio_jwt ? "jwt_token" : "auth_token";
}

Credential in_arguments(std::string arguments) {
  return {.label = "arguments", .headers = {}, .arguments = std::move(arguments)};
}

mcp::Operation with_credential(mcp::Operation operation, const Credential& credential) {
  if (credential.arguments.empty() || operation.method != "tools/call") return operation;
  const auto parse = [](const std::string& text) {
    return nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  };
  nlohmann::json params = parse(operation.params);
  const nlohmann::json more = parse(credential.arguments);
  if (!params.is_object() || !more.is_object()) return operation;
  nlohmann::json& arguments = params["arguments"];
  if (!arguments.is_object()) arguments = nlohmann::json::object();
  arguments.update(more);
  operation.params = base::dump(params);
  return operation;
}

Credential carry(Mode mode, const Profile& profile, std::string_view secret) {
  switch (mode) {
    case Mode::none:
    case Mode::stdio_env:
      return nothing();
    case Mode::api_key:
      return {
          profile.api_key_header,
          {{profile.api_key_header, base::replace_all(profile.api_key_template, "{key}", secret)}}};
    case Mode::basic:
      return authorization("Basic " + base::base64_encode(secret));
    case Mode::in_band:
    case Mode::stdio_argument:
    case Mode::stdio_jwt:
      return in_arguments(fmt::format("{{{}:{}}}",
                                      base::json_string(credential_argument(mode, profile)),
                                      base::json_string(secret)));
    default:
      return bearer(secret);
  }
}

}  // namespace check
