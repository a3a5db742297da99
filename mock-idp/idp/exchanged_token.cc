#include "mock-idp/idp/exchanged_token.h"

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "mock-idp/idp/access_token.h"
#include "mock-idp/idp/compact_jws.h"
#include "mock-idp/idp/own_token.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

using Claims = base::Result<nlohmann::json>;

base::Result<nlohmann::json> as_json(const jose::Members& members) {
  return base::parse_json(members.to_json());
}

Claims read_access_token(const Call& call, const std::string& text, const std::string& /*client*/) {
  const auto opaque = find_opaque_token(call, text);
  if (!opaque) return read_own_token(call, text);
  if (!opaque->is_valid(call.provider.clock.epoch_seconds())) {
    return base::fail("it has expired, or is revoked");
  }
  return as_json(opaque->claims);
}

Claims read_refresh_token(const Call& call, const std::string& text, const std::string& client) {
  const auto token = find_own_token(call, text);
  if (!token || token->kind != OwnToken::Kind::refresh) {
    return base::fail("there is no such refresh token");
  }
  if (token->client_id != client) return base::fail("it was given to another client");
  return as_json(token->claims);
}

Claims read_id_token(const Call& call, const std::string& text, const std::string& client) {
  const auto jws = read_compact_jws(text);
  if (!jws) return tl::unexpected(jws.error());
  if (!signed_by(*call.issuer, *jws)) return base::fail("this issuer did not sign it");
  if (jws->claim("iss") != call.issuer->url()) return base::fail("its iss is not this issuer");
  if (auto good = check_times(call, jws->claims()); !good) return tl::unexpected(good.error());
  if (jws->claim("aud") != client) return base::fail("its aud is another client");
  return jws->claims();
}

struct Kind {
  std::string_view type;
  Claims (*read)(const Call& call, const std::string& text, const std::string& client);
};

constexpr Kind kKinds[] = {
    {kAccessTokenType, read_access_token},
    {kJwtType, read_access_token},
    {kRefreshTokenType, read_refresh_token},
    {kIdTokenType, read_id_token},
};

}  // namespace

Read<nlohmann::json> read_exchanged_token(const Call& call, const TokenRequest& request,
                                          std::string_view parameter) {
  const std::string name(parameter);
  const std::string text = base::form_value(request.fields, name);
  const std::string type = base::form_value(request.fields, name + "_type");
  if (text.empty()) return refuse("invalid_request", name + " is missing");
  for (const Kind& kind : kKinds) {
    if (kind.type != type) continue;
    auto claims = kind.read(call, text, request.client.id);
    if (!claims) return refuse("invalid_request", name + ": " + claims.error().message);
    return std::move(*claims);
  }
  return refuse("invalid_request", name + "_type is missing or none that is known here");
}

}  // namespace idp
