#include <utility>

#include "mock-idp/idp/access_token.h"
#include "mock-idp/idp/dpop.h"
#include "mock-idp/idp/grant.h"

namespace idp {
namespace {

constexpr Grant kGrants[] = {
    {"authorization_code", grant_authorization_code},
    {"refresh_token", grant_refresh_token},
    {"client_credentials", grant_client_credentials},
    {"urn:ietf:params:oauth:grant-type:token-exchange", grant_token_exchange},
    {kDeviceGrant, grant_device_code},
    {"urn:ietf:params:oauth:grant-type:jwt-bearer", grant_jwt_bearer},
};

/// No client can register for it.
constexpr Grant kPassword = {"password", grant_password};

bool has_password_grant(const Issuer& issuer) {
  return issuer.behaviour().weaknesses.has(Weakness::password_grant);
}

/// A client that registered for bound tokens gets no others (RFC 9449, section 5.2).
Read<void> check_promise(const Call& call, const TokenRequest& request) {
  const auto client = find_client(call, request.client.id);
  if (!client) return {};
  if (client->preferences.dpop && request.confirmation.jkt.empty()) {
    return refuse("invalid_request", "the client registered for DPoP, and there is no proof");
  }
  if (client->preferences.bound_by_certificate && call.request.certificate.empty()) {
    return refuse("invalid_request", "the client registered to show its certificate");
  }
  return {};
}

/// What grants do with requests whose client is known.
Read<jose::Members> run(const Call& call, const Grant& grant, TokenRequest& request) {
  auto confirmation = read_confirmation(call);
  if (!confirmation) return tl::unexpected(confirmation.error());
  request.confirmation = std::move(*confirmation);
  if (auto kept = check_promise(call, request); !kept) return tl::unexpected(kept.error());
  return grant.run(call, request);
}

Read<jose::Members> answer(const Call& call) {
  auto request = read_token_request(call.request, call.weak(Weakness::two_authentications));
  if (!request) return tl::unexpected(request.error());
  if (request->grant_type == kPassword.type && has_password_grant(*call.issuer)) {
    if (auto known = check_authentication(call, request->client); !known) {
      return tl::unexpected(known.error());
    }
    return run(call, kPassword, *request);
  }
  for (const Grant& grant : kGrants) {
    if (grant.type != request->grant_type) continue;
    if (auto known = check_client(call, request->client, grant.type); !known) {
      return tl::unexpected(known.error());
    }
    return run(call, grant, *request);
  }
  return refuse("unsupported_grant_type", "there is no such grant here");
}

}  // namespace

std::span<const Grant> grants() { return kGrants; }

Read<jose::Members> answer_granted(const Call& call, const Granted& granted) {
  const auto token = issue(call, granted);
  if (!token) return tl::unexpected(token.error());
  return token_answer(*token, granted.scope);
}

std::vector<std::string_view> grant_types(const Issuer& issuer) {
  std::vector<std::string_view> types;
  for (const Grant& grant : kGrants) types.push_back(grant.type);
  if (has_password_grant(issuer)) types.push_back(kPassword.type);
  return types;
}

/// RFC 6749, section 3.2.
http::Response token(const Call& call) {
  const char* const methods = call.weak(Weakness::token_by_get) ? "GET, POST" : "POST";
  if (!allows(call.request, methods)) return not_stored(method_not_allowed(methods));
  const auto answered = answer(call);
  if (!answered) return with_dpop_nonce(call, refused(answered.error()));
  http::Response response = with_dpop_nonce(call, http::Response::json(200, answered->to_json()));
  if (call.weak(Weakness::token_cacheable)) return response;
  return not_stored(std::move(response));
}

}  // namespace idp
