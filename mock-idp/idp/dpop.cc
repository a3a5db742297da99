#include "mock-idp/idp/dpop.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "common/tls/certificate.h"
#include "mock-idp/idp/compact_jws.h"
#include "mock-idp/idp/provider.h"
#include "mock-idp/jose/proof.h"

namespace idp {
namespace {

constexpr double kProofSeconds = 300;  ///< a proof may be as old
constexpr double kAheadSeconds = 60;   ///< and its clock as far ahead
constexpr std::string_view kPrivateMembers[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

tl::unexpected<TokenError> bad_proof(const std::string& what) {
  return refuse("invalid_dpop_proof", "the DPoP proof: " + what);
}

/// Of a key or signature. `Ed25519` is what RFC 9864 calls the one kind of EdDSA that is known
/// here.
std::string algorithm_of(const nlohmann::json& object) {
  std::string alg = base::text_member(object, "alg");
  return alg == "Ed25519" ? "EdDSA" : alg;
}

/// The key in the header, under the algorithm of the header.
Read<jose::Key> key_of_proof(const nlohmann::json& header) {
  const std::string alg = algorithm_of(header);
  if (!base::contains(jose::signing_algorithms(), alg)) {
    return bad_proof("its alg is none that is known here");
  }
  const auto jwk = header.find("jwk");
  if (jwk == header.end() || !jwk->is_object()) return bad_proof("it has no jwk");
  if (std::any_of(std::begin(kPrivateMembers), std::end(kPrivateMembers),
                  [&](std::string_view name) { return jwk->contains(name); })) {
    return bad_proof("its jwk is not public");
  }
  nlohmann::json named = *jwk;
  if (named.contains("alg") && algorithm_of(named) != alg) {
    return bad_proof("its jwk is for another alg");
  }
  named["alg"] = alg;
  auto key = jose::Key::from_public_jwk(base::dump(named));
  if (!key) return bad_proof(key.error().message);
  return std::move(*key);
}

bool is_same_place(std::string_view url, std::string_view own) {
  const auto one = base::parse_url(url);
  const auto other = base::parse_url(own);
  return one && other && !one->has_userinfo && one->origin() == other->origin() &&
         one->path == other->path;
}

Read<void> check_request(const Call& call, const nlohmann::json& claims,
                         std::string_view access_token) {
  if (base::text_member(claims, "htm") != call.request.method) {
    return bad_proof("its htm is not the method");
  }
  if (!is_same_place(base::text_member(claims, "htu"), call.provider.origin + call.request.path)) {
    return bad_proof("its htu is not the URL of the request");
  }
  const bool has_hash = access_token.empty() ||
                        base::text_member(claims, "ath") == jose::access_token_hash(access_token);
  if (!has_hash) return bad_proof("its ath is not the hash of the access token");
  return {};
}

Read<void> check_nonce(const Call& call, const nlohmann::json& claims) {
  if (!call.issuer->behaviour().dpop_nonce) return {};
  if (call.provider.nonces.is_good(base::text_member(claims, "nonce"))) return {};
  return refuse("use_dpop_nonce", "the DPoP proof needs the nonce of the DPoP-Nonce field");
}

/// That it is fresh, and was not used before.
Read<void> check_freshness(const Call& call, const nlohmann::json& claims, const std::string& jkt) {
  const auto iat = claims.find("iat");
  if (iat == claims.end() || !iat->is_number()) return bad_proof("its iat is not a number");
  const double age = static_cast<double>(call.provider.clock.epoch_seconds()) - iat->get<double>();
  const bool fresh = age < kProofSeconds && age > -kAheadSeconds;
  if (!fresh) return bad_proof("its iat is too far from now");
  const std::string jti = base::text_member(claims, "jti");
  if (jti.empty()) return bad_proof("it has no jti");
  const auto until = call.provider.clock.now() +
                     std::chrono::seconds(static_cast<long long>(kProofSeconds + kAheadSeconds));
  if (!call.provider.replays.is_first("dpop " + jkt, jti, until)) {
    return bad_proof("its jti was used before");
  }
  return {};
}

Read<std::string> check_proof(const Call& call, const std::string& proof,
                              std::string_view access_token) {
  const auto jws = read_compact_jws(proof);
  if (!jws) return bad_proof(jws.error().message);
  const auto key = key_of_proof(jws->header());
  if (!key) return tl::unexpected(key.error());
  std::string jkt = key->thumbprint();
  if (call.weak(Weakness::dpop_unchecked)) return jkt;
  if (jws->header("typ") != "dpop+jwt") {
    return bad_proof("its typ is not dpop+jwt");
  }
  if (!key->verify(key->alg(), jws->input, jws->signature)) {
    return bad_proof("its signature is not of its key");
  }
  if (auto good = check_request(call, jws->claims(), access_token); !good) {
    return tl::unexpected(good.error());
  }
  if (auto good = check_nonce(call, jws->claims()); !good) return tl::unexpected(good.error());
  if (auto good = check_freshness(call, jws->claims(), jkt); !good) {
    return tl::unexpected(good.error());
  }
  return jkt;
}

}  // namespace

Read<Confirmation> read_confirmation(const Call& call, std::string_view access_token) {
  const auto proofs = base::all_headers(call.request.headers, "DPoP");
  if (proofs.size() > 1) return bad_proof("there are two DPoP fields");
  if (proofs.empty()) {
    if (call.request.certificate.empty()) return Confirmation{};
    return Confirmation{.x5t = tls::certificate_thumbprint(call.request.certificate)};
  }
  auto jkt = check_proof(call, proofs.front(), access_token);
  if (!jkt) return tl::unexpected(jkt.error());
  return Confirmation{.jkt = std::move(*jkt)};
}

http::Response with_dpop_nonce(const Call& call, http::Response response) {
  if (call.issuer->behaviour().dpop_nonce) {
    response.headers.push_back({"DPoP-Nonce", call.provider.nonces.current()});
  }
  return response;
}

}  // namespace idp
