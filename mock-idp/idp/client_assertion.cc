#include "mock-idp/idp/client_assertion.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/compact_jws.h"
#include "mock-idp/idp/documents.h"
#include "mock-idp/idp/persona_spec.h"
#include "mock-idp/idp/provider.h"
#include "mock-idp/jose/key.h"

namespace idp {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxAssertion = 16UL << 10;
constexpr double kLongestLife = 24 * 60 * 60;  ///< seconds
constexpr double kSkew = 60;                   ///< seconds that a client's clock may be ahead

tl::unexpected<TokenError> bad_assertion(const std::string& why) {
  return refuse_client("client_assertion: " + why);
}

/// A NumericDate that is a number.
std::optional<double> time_claim(const CompactJws& jws, const char* name) {
  const auto found = jws.claims().find(name);
  if (found == jws.claims().end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

bool is_for_us(const Call& call, const CompactJws& jws) {
  const auto aud = jws.claims().find("aud");
  if (aud == jws.claims().end()) return false;
  const Issuer& issuer = *call.issuer;
  const std::vector<std::string> ours = {
      issuer.url(), issuer.url() + "/token",
      issuer.base() + path_of(spec_of(issuer.persona()), "/token"),
      call.provider.origin + call.request.path};
  const std::vector<std::string> named =
      aud->is_string() ? std::vector<std::string>{aud->get<std::string>()} : base::texts(*aud);
  return std::any_of(named.begin(), named.end(),
                     [&](const std::string& one) { return base::contains(ours, one); });
}

/// The key of a JWK, where it may have made a signature of that header.
std::optional<jose::Key> key_for(json jwk, const CompactJws& jws) {
  const std::string alg = jws.header("alg");
  if (!jwk.is_object() || jwk.value("use", json("sig")) != "sig") return std::nullopt;
  if (jws.header().contains("kid") && jwk.value("kid", json()) != jws.header("kid")) {
    return std::nullopt;
  }
  if (jwk.value("alg", json(alg)) != alg) return std::nullopt;
  jwk["alg"] = alg;
  auto key = jose::Key::from_public_jwk(base::dump(jwk));
  if (!key) return std::nullopt;
  return std::move(*key);
}

bool is_signed_by_one_of(const std::string& key_set, const CompactJws& jws) {
  const auto document = base::parse_json(key_set);
  if (!document || !document->is_object()) return false;
  const auto keys = document->find("keys");
  if (keys == document->end() || !keys->is_array()) return false;
  return std::any_of(keys->begin(), keys->end(), [&](const json& jwk) {
    const auto key = key_for(jwk, jws);
    return key && key->verify(jws.header("alg"), jws.input, jws.signature);
  });
}

Read<void> check_signature(const Call& call, const RegisteredClient& client,
                           const CompactJws& jws) {
  const std::string alg = jws.header("alg");
  if (!base::contains(jose::signing_algorithms(), alg)) {
    return bad_assertion("its alg is not one of those that are supported");
  }
  if (!client.signing_alg.empty() && alg != client.signing_alg) {
    return bad_assertion("its alg is not the registered one");
  }
  if (!client.jwks.empty()) {
    if (is_signed_by_one_of(client.jwks, jws)) return {};
    return bad_assertion("none of the client's keys made its signature");
  }
  // Keys that are new may be missing from what was kept.
  for (const bool fresh : {false, true}) {
    const auto keys = call.provider.documents.get(call, client.jwks_uri, kClientKeys, fresh);
    if (!keys) return bad_assertion(keys.error().message);
    if (is_signed_by_one_of(*keys, jws)) return {};
  }
  return bad_assertion("none of the client's keys made its signature");
}

Read<void> check_times(const Call& call, const CompactJws& jws) {
  const auto now = static_cast<double>(call.provider.clock.epoch_seconds());
  const auto exp = time_claim(jws, "exp");
  if (!exp) return bad_assertion("it has no exp");
  if (now >= *exp && !call.weak(Weakness::assertion_expired)) {
    return bad_assertion("it has expired");
  }
  if (*exp > now + kLongestLife) return bad_assertion("its exp is more than a day ahead");
  for (const char* name : {"nbf", "iat"}) {
    if (!jws.claims().contains(name)) continue;
    const auto time = time_claim(jws, name);
    if (!time || *time > now + kSkew) {
      return bad_assertion(std::string("its ") + name + " is in the future, or no time");
    }
  }
  return {};
}

/// Comes last: only what is good in all else is used up.
Read<void> check_first_use(const Call& call, const RegisteredClient& client,
                           const CompactJws& jws) {
  const std::string jti = jws.claim("jti");
  if (jti.empty()) return bad_assertion("it has no jti");
  const auto life = std::chrono::duration_cast<base::Time::duration>(
      std::chrono::duration<double>(*time_claim(jws, "exp")));
  const base::Time until = base::Time(life);
  const std::string owner = "assertion " + call.issuer->name() + " " + client.id;
  const bool first = call.provider.replays.is_first(owner, jti, until);
  if (first || call.weak(Weakness::assertion_replayed)) return {};
  return bad_assertion("it was used before");
}

}  // namespace

Read<void> check_assertion(const Call& call, const RegisteredClient& client,
                           const std::string& assertion) {
  if (assertion.size() > kMaxAssertion) return bad_assertion("it is too long");
  const auto jws = read_compact_jws(assertion);
  if (!jws) return bad_assertion(jws.error().message);
  if (jws->claim("iss") != client.id || jws->claim("sub") != client.id) {
    return bad_assertion("its iss and sub have to be the client");
  }
  if (!is_for_us(call, *jws) && !call.weak(Weakness::assertion_for_anyone)) {
    return bad_assertion("its aud is not this issuer");
  }
  if (auto times = check_times(call, *jws); !times) return times;
  if (!call.weak(Weakness::assertion_unsigned)) {
    if (auto good = check_signature(call, client, *jws); !good) return good;
  }
  return check_first_use(call, client, *jws);
}

}  // namespace idp
