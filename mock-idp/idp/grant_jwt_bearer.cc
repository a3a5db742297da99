#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/access_token.h"
#include "mock-idp/idp/compact_jws.h"
#include "mock-idp/idp/grant.h"
#include "mock-idp/idp/id_jag.h"

// RFC 7523, section 2.1: an assertion of somebody whom this issuer trusts, for an access token.
// Trusted are the other issuers of the same provider, nobody else.
namespace idp {
namespace {

tl::unexpected<TokenError> bad_jwt_bearer(const std::string& what) {
  return refuse("invalid_grant", "the assertion: " + what);
}

/// The issuer of this provider that has that URL and is not the one asked; null where none has.
Issuer* find_trusted(const Call& call, const std::string& iss) {
  const std::string before = call.provider.origin + "/i/";
  if (iss.rfind(before, 0) != 0) return nullptr;
  const std::string rest = iss.substr(before.size());
  const auto issuer = call.provider.find_issuer(rest.substr(0, rest.find('/')));
  const bool fits = issuer && (*issuer)->url() == iss && *issuer != call.issuer;
  return fits ? *issuer : nullptr;
}

/// Whether a key that the issuer publishes made the signature.
bool is_signed_in_public(Issuer& issuer, const CompactJws& jws) {
  const std::string alg = jws.header("alg");
  const std::string kid = jws.header("kid");
  const auto keys = issuer.keys().published();
  return std::any_of(keys.begin(), keys.end(), [&](const jose::Key& key) {
    return (kid.empty() || key.kid() == kid) && key.alg() == alg &&
           key.verify(alg, jws.input, jws.signature);
  });
}

/// A string or an array of them; empty where it is neither.
std::vector<std::string> one_or_more(const nlohmann::json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end()) return {};
  if (found->is_string()) return {found->get<std::string>()};
  return base::texts(*found);
}

/// `aud` of an ID-JAG is the issuer and nothing else; any other assertion may be for the token
/// endpoint as well (RFC 7523, section 3).
Read<void> check_audience(const Call& call, const CompactJws& jws, bool id_jag) {
  const auto audiences = one_or_more(jws.claims(), "aud");
  const std::string& own = call.issuer->url();
  if (id_jag) {
    if (audiences == std::vector<std::string>{own}) return {};
    return bad_jwt_bearer("its aud is not this issuer alone");
  }
  const std::string endpoint = call.provider.origin + call.request.path;
  if (base::contains(audiences, own) || base::contains(audiences, endpoint)) return {};
  return bad_jwt_bearer("its aud is neither this issuer nor its token endpoint");
}

/// That it was not used before. An ID-JAG has to have a `jti`.
Read<void> check_replay(const Call& call, const CompactJws& jws, bool id_jag) {
  const std::string jti = jws.claim("jti");
  if (jti.empty()) {
    if (id_jag) return bad_jwt_bearer("it has no jti");
    return {};
  }
  // Whatever `exp` says, nothing is remembered for longer than a day.
  constexpr double kLongest = 86'400;
  const double left = jws.claims().at("exp").get<double>() -
                      static_cast<double>(call.provider.clock.epoch_seconds());
  const auto until = call.provider.clock.now() +
                     std::chrono::seconds(static_cast<long long>(std::min(left, kLongest)) + 1);
  const std::string owner = "grant " + call.issuer->name() + " " + jws.claim("iss");
  if (!call.provider.replays.is_first(owner, jti, until)) {
    return bad_jwt_bearer("its jti was used before");
  }
  return {};
}

Read<void> check_id_jag(const CompactJws& jws, const Client& client) {
  if (!client.authenticates()) return refuse_client("client authentication is missing");
  if (jws.claim("client_id") != client.id) {
    return bad_jwt_bearer("its client_id is another client");
  }
  const auto iat = jws.claims().find("iat");
  if (iat == jws.claims().end() || !iat->is_number()) return bad_jwt_bearer("it has no iat");
  return {};
}

/// Everything but the replay, which is last, so that a bad request does not use an assertion up.
Read<void> check_jwt_bearer(const Call& call, const CompactJws& jws, const Client& client) {
  const std::string typ = base::to_lower(jws.header("typ"));
  const bool id_jag = typ == kIdJagTyp;
  if (!id_jag && !typ.empty() && typ != "jwt") {
    return bad_jwt_bearer("its typ is neither oauth-id-jag+jwt nor JWT");
  }
  Issuer* const issuer = find_trusted(call, jws.claim("iss"));
  if (issuer == nullptr) return bad_jwt_bearer("its iss is not trusted here");
  if (!is_signed_in_public(*issuer, jws)) {
    return bad_jwt_bearer("no key that its issuer publishes signed it");
  }
  if (auto good = check_times(call, jws.claims()); !good) {
    return bad_jwt_bearer(good.error().message);
  }
  if (jws.claim("sub").empty()) return bad_jwt_bearer("it has no sub");
  if (auto good = check_audience(call, jws, id_jag); !good) return good;
  if (!id_jag) return {};
  return check_id_jag(jws, client);
}

/// What the assertion allows, as far as the request asks for it.
Read<Granted> granted_by(const CompactJws& jws, const TokenRequest& request) {
  Granted granted{.subject = jws.claim("sub"),
                  .client_id = request.client.id,
                  .scope = jws.claim("scope"),
                  .audiences = one_or_more(jws.claims(), "resource"),
                  .confirmation = request.confirmation};
  const bool limited = jws.claims().contains("scope");
  if (limited && !within_scope(request.scope, granted.scope)) {
    return refuse("invalid_scope", "scope is more than the assertion allows");
  }
  const bool within =
      granted.audiences.empty() ||
      std::all_of(request.audiences.begin(), request.audiences.end(),
                  [&](const std::string& one) { return base::contains(granted.audiences, one); });
  if (!within) return refuse("invalid_target", "resource is not what the assertion allows");
  if (!request.scope.empty()) granted.scope = request.scope;
  if (!request.audiences.empty()) granted.audiences = request.audiences;
  return granted;
}

}  // namespace

/// Without a refresh token: the assertion is what stands for the user (RFC 7521, section 4.1).
Read<jose::Members> grant_jwt_bearer(const Call& call, const TokenRequest& request) {
  const std::string assertion = base::form_value(request.fields, "assertion");
  if (assertion.empty()) return refuse("invalid_request", "assertion is missing");
  const auto jws = read_compact_jws(assertion);
  if (!jws) return bad_jwt_bearer(jws.error().message);
  if (auto good = check_jwt_bearer(call, *jws, request.client); !good) {
    return tl::unexpected(good.error());
  }
  const auto granted = granted_by(*jws, request);
  if (!granted) return tl::unexpected(granted.error());
  const bool id_jag = base::to_lower(jws->header("typ")) == kIdJagTyp;
  if (auto good = check_replay(call, *jws, id_jag); !good) return tl::unexpected(good.error());
  return answer_granted(call, *granted);
}

}  // namespace idp
