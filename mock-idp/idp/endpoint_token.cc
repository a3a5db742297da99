#include <algorithm>

#include "common/base/text.h"
#include "mock-idp/idp/grant.h"

namespace idp {
namespace {

constexpr Grant kGrants[] = {
    {"authorization_code", grant_authorization_code},
    {"refresh_token", grant_refresh_token},
    {"client_credentials", grant_client_credentials},
    {"urn:ietf:params:oauth:grant-type:token-exchange", grant_token_exchange},
};

Read<jose::Members> answer(const Call& call) {
  const auto request = read_token_request(call.request);
  if (!request) return tl::unexpected(request.error());
  for (const Grant& grant : kGrants) {
    if (grant.type != request->grant_type) continue;
    if (auto known = check_client(call, request->client, grant.type); !known) {
      return tl::unexpected(known.error());
    }
    return grant.run(call, *request);
  }
  return refuse("unsupported_grant_type", "there is no such grant here");
}

}  // namespace

std::span<const Grant> grants() { return kGrants; }

/// RFC 6749, section 3.2.
http::Response token(const Call& call) {
  if (!allows(call.request, "POST")) return not_stored(method_not_allowed("POST"));
  const auto answered = answer(call);
  if (!answered) return refused(answered.error());
  return not_stored(http::Response::json(200, answered->to_json()));
}

}  // namespace idp
