#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/access_token.h"
#include "mock-idp/idp/exchanged_token.h"
#include "mock-idp/idp/grant.h"
#include "mock-idp/idp/id_jag.h"

namespace idp {
namespace {

/// Who acts: whoever the actor token is of, else the client; and behind it whoever acted before
/// (RFC 8693, section 4.1).
nlohmann::json act_of(const std::string& actor, const nlohmann::json& subject) {
  nlohmann::json act = {{"sub", actor}};
  const auto before = subject.find("act");
  if (before != subject.end() && before->is_object()) act["act"] = *before;
  return act;
}

/// The subject token may say who may act for its subject (RFC 8693, section 4.4).
Read<void> check_may_act(const Call& call, const nlohmann::json& subject,
                         const std::string& actor) {
  const auto named = subject.find("may_act");
  if (named == subject.end()) return {};
  const std::string iss = base::text_member(*named, "iss");
  const bool may =
      base::text_member(*named, "sub") == actor && (iss.empty() || iss == call.issuer->url());
  if (!may) return refuse("invalid_request", "subject_token: its may_act names somebody else");
  return {};
}

/// Everybody who has a part in the exchange.
struct Parties {
  nlohmann::json subject;  ///< the claims of subject_token
  std::string actor;
};

Read<Parties> read_parties(const Call& call, const TokenRequest& request) {
  auto subject = read_exchanged_token(call, request, "subject_token");
  if (!subject) return tl::unexpected(subject.error());
  Parties parties{std::move(*subject), request.client.id};
  if (!base::form_value(request.fields, "actor_token").empty()) {
    const auto actor = read_exchanged_token(call, request, "actor_token");
    if (!actor) return tl::unexpected(actor.error());
    parties.actor = base::text_member(*actor, "sub");
  } else if (!base::form_value(request.fields, "actor_token_type").empty()) {
    return refuse("invalid_request", "there is an actor_token_type, but no actor_token");
  }
  if (auto may = check_may_act(call, parties.subject, parties.actor); !may) {
    return tl::unexpected(may.error());
  }
  return parties;
}

Read<jose::Members> exchange_for_access(const Call& call, const TokenRequest& request,
                                        const Parties& parties) {
  const std::string scope = base::text_member(parties.subject, "scope");
  // In the profile `lax` the upstream's scopes need not be those of the server in front.
  if (!call.weak(Weakness::exchange_widens_scope) && !within_scope(request.scope, scope)) {
    return refuse("invalid_scope", "scope is more than subject_token allows");
  }
  const Granted granted{.subject = base::text_member(parties.subject, "sub"),
                        .client_id = request.client.id,
                        .scope = request.scope.empty() ? scope : request.scope,
                        .audiences = request.audiences,
                        .confirmation = request.confirmation};
  jose::Members more;
  more.set("act", base::dump(act_of(parties.actor, parties.subject)));
  const auto issued = issue(call, granted, more);
  if (!issued) return tl::unexpected(issued.error());
  jose::Members answer = token_answer(*issued, granted.scope);
  answer.set_string("issued_token_type", kAccessTokenType);
  return answer;
}

/// An ID-JAG is for the authorization server that `audience` names, and through it for `resource`.
Read<jose::Members> exchange_for_id_jag(const Call& call, const TokenRequest& request,
                                        const Parties& parties) {
  const std::string type = base::form_value(request.fields, "subject_token_type");
  if (type != kIdTokenType && type != kRefreshTokenType) {
    return refuse("invalid_request", "an ID-JAG is given for an ID token or a refresh token");
  }
  IdJag jag{.subject = base::text_member(parties.subject, "sub"),
            .client_id = request.client.id,
            .scope = request.scope};
  for (const auto& [name, value] : request.fields) {
    if (name == "resource") jag.resources.push_back(value);
    if (name != "audience") continue;
    if (!jag.audience.empty()) return refuse("invalid_target", "there are two audiences");
    jag.audience = value;
  }
  if (!base::parse_url(jag.audience)) {
    return refuse(jag.audience.empty() ? "invalid_request" : "invalid_target",
                  "audience has to be the issuer of an authorization server");
  }
  const auto text = make_id_jag(call, jag);
  if (!text) return tl::unexpected(text.error());
  return id_jag_answer(*text, jag.scope);
}

}  // namespace

/// RFC 8693: a token of this issuer for another audience, in the name of the same subject. It
/// allows what the client asks for, at most what the first token allowed. Or an ID-JAG, for a token
/// of another issuer.
Read<jose::Members> grant_token_exchange(const Call& call, const TokenRequest& request) {
  if (!request.client.authenticates()) return refuse_client("client authentication is missing");
  const std::string wanted = base::form_value(request.fields, "requested_token_type");
  const bool id_jag = wanted == kIdJagType;
  if (!id_jag && !wanted.empty() && wanted != kAccessTokenType && wanted != kJwtType) {
    return refuse("invalid_request", "requested_token_type is none that is given here");
  }
  const auto parties = read_parties(call, request);
  if (!parties) return tl::unexpected(parties.error());
  return id_jag ? exchange_for_id_jag(call, request, *parties)
                : exchange_for_access(call, request, *parties);
}

}  // namespace idp
