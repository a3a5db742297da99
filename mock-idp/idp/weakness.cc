#include "mock-idp/idp/weakness.h"

#include <algorithm>
#include <array>

namespace idp {
namespace {

using enum Weakness;

constexpr std::array<WeaknessFact, kWeaknesses> kFacts = {{
    {any_client, "any-client", "a client that nobody registered is served", true},
    {hint_logs_in, "hint-logs-in", "login_hint logs in, and nobody is asked", true},
    {redirect_unchecked, "redirect-unchecked", "redirect_uri is not compared with the registered"},
    {redirect_prefix, "redirect-prefix", "redirect_uri has to begin with a registered one only"},
    {redirect_port_fixed, "redirect-port-fixed",
     "the port of a loopback redirect_uri has to be the registered one"},
    {redirect_loopback_only, "redirect-loopback-only",
     "an authorization request is refused whose registered redirect_uri is https"},
    {errors_redirected_anywhere, "errors-redirected-anywhere",
     "errors are sent to whatever redirect_uri the request names"},
    {implicit_grant, "implicit-grant", "response_type token gives a token without a code"},
    {state_dropped, "state-dropped", "state does not come back"},
    {iss_missing, "iss-missing", "authorization responses have no iss"},
    {iss_wrong, "iss-wrong", "the iss of authorization responses is another issuer"},
    {consent_once, "consent-once", "consent to one client is consent to all"},
    {consent_from_anywhere, "consent-from-anywhere",
     "the consent form is taken from a browser that was not shown it"},
    {framable, "framable", "the login page can be framed"},
    {pkce_optional, "pkce-optional", "a request without code_challenge is served", true},
    {pkce_plain, "pkce-plain", "code_challenge_method plain is served"},
    {pkce_unchecked, "pkce-unchecked", "code_verifier is not compared"},
    {verifier_optional, "verifier-optional", "a missing code_verifier passes"},
    {code_reusable, "code-reusable", "a code works more than once"},
    {code_reuse_tolerated, "code-reuse-tolerated",
     "the tokens of a code that is used twice live on"},
    {code_for_any_client, "code-for-any-client", "a code works for any client"},
    {code_for_any_redirect, "code-for-any-redirect",
     "redirect_uri is not compared when a code is used"},
    {code_everlasting, "code-everlasting", "a code never expires"},
    {secret_unchecked, "secret-unchecked", "a registered client's secret is not compared"},
    {client_secret_early_exit, "client-secret-early-exit",
     "secrets of clients are compared up to the first difference, 1 us for each byte"},
    {two_authentications, "two-authentications", "a client may authenticate in two ways at once"},
    {assertion_for_anyone, "assertion-for-anyone", "a client assertion may have another audience"},
    {assertion_expired, "assertion-expired", "a client assertion may have expired"},
    {assertion_replayed, "assertion-replayed", "a client assertion works more than once"},
    {assertion_unsigned, "assertion-unsigned",
     "the signature of a client assertion is not checked"},
    {token_by_get, "token-by-get", "the token endpoint can be used by GET"},
    {token_cacheable, "token-cacheable", "tokens come without Cache-Control"},
    {error_code_wrong, "error-code-wrong", "a bad code is answered with 401 invalid_request"},
    {password_grant, "password-grant", "any password gets a token"},
    {resource_ignored, "resource-ignored", "tokens are for the issuer, whatever resource says"},
    {refresh_kept, "refresh-kept", "refresh tokens stay the same"},
    {refresh_reuse_tolerated, "refresh-reuse-tolerated",
     "an old refresh token does not revoke the new one"},
    {refresh_widens_scope, "refresh-widens-scope", "a refresh can ask for more scope"},
    {exchange_widens_scope, "exchange-widens-scope",
     "a token exchange can ask for more scope than the token has", true},
    {dpop_unchecked, "dpop-unchecked", "any DPoP proof binds a token to the key in it"},
    {register_any_redirect, "register-any-redirect", "any redirect URI can be registered"},
    {register_loopback_only, "register-loopback-only",
     "redirect URIs with https cannot be registered"},
    {register_two_key_sets, "register-two-key-sets",
     "a client may register jwks and jwks_uri at once"},
    {register_anything_long, "register-anything-long", "a registration may be of any size"},
    {software_statement_trusted, "software-statement-trusted",
     "the claims of an unknown software statement are taken"},
    {document_of_another, "document-of-another",
     "a client metadata document may have another client_id than its URL"},
    {document_redirect_unchecked, "document-redirect-unchecked",
     "redirect_uri need not be in the client metadata document"},
    {document_from_private_address, "document-from-private-address",
     "client metadata documents are fetched from private addresses"},
    {revocation_ignored, "revocation-ignored", "revoked tokens live on"},
    {pushed_for_any_client, "pushed-for-any-client",
     "a pushed authorization request can be used by any client"},
    {pushed_reusable, "pushed-reusable",
     "a pushed authorization request can be used more than once"},
    {metadata_of_another, "metadata-of-another", "the metadata names another issuer"},
    {endpoint_in_the_clear, "endpoint-in-the-clear",
     "the metadata names an endpoint of another machine by http"},
    {pkce_unannounced, "pkce-unannounced", "the metadata does not say that PKCE is supported"},
    {iss_unannounced, "iss-unannounced",
     "the metadata does not say that authorization responses have iss"},
    {keys_private, "keys-private", "the published keys have their private numbers"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kFacts.size(); ++i) {
    if (static_cast<std::size_t>(kFacts[i].weakness) != i) return false;
  }
  return true;
}
static_assert(in_order(), "the facts have to be in the order of the enumeration");

}  // namespace

std::span<const WeaknessFact> weakness_facts() { return kFacts; }

std::optional<Weakness> weakness_from(std::string_view id) {
  const auto* const found = std::find_if(kFacts.begin(), kFacts.end(),
                                         [&](const WeaknessFact& fact) { return fact.id == id; });
  if (found == kFacts.end()) return std::nullopt;
  return found->weakness;
}

Weaknesses lax() {
  Weaknesses all;
  for (const WeaknessFact& fact : kFacts) {
    if (fact.lax) all.add(fact.weakness);
  }
  return all;
}

}  // namespace idp
