#pragma once

#include <string>
#include <string_view>

#include "common/base/headers.h"
#include "harness/check/mode.h"
#include "harness/mcp/protocol.h"

namespace check {

struct Profile;

/// What identifies a caller: header fields, or arguments of a tool call.
struct Credential {
  std::string label = "no credentials";
  base::Headers headers;
  std::string arguments = {};  ///< a JSON object whose members join those of a tool call
};
Credential nothing();
/// `Authorization: Bearer <token>`
Credential bearer(std::string_view token);
/// `Authorization: <value>`
Credential authorization(std::string_view value);
/// The argument of tool calls that carries the credential.
std::string credential_argument(Mode mode, const Profile& profile);
/// Members of a JSON object for the arguments of a tool call.
Credential in_arguments(std::string arguments);
/// The call with the credential's arguments among its own. Other operations stay as they are.
mcp::Operation with_credential(mcp::Operation operation, const Credential& credential);
/// A secret where clients of that mode put it: behind `Bearer`, in the API key's header field and
/// template, as "user:password" behind `Basic`, or in the argument that the profile names.
Credential carry(Mode mode, const Profile& profile, std::string_view secret);

}  // namespace check
