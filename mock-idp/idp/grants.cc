#include "mock-idp/idp/grants.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "common/base/base64.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "mock-idp/idp/token_request.h"
#include "mock-idp/jose/key.h"

namespace idp {
namespace {

using namespace std::chrono_literals;

constexpr auto kCodeLife = 60s;
constexpr auto kRefreshLife = 24h;
constexpr auto kFamilyLife = 30 * 24h;
constexpr std::size_t kMaxEntries = 10'000;
constexpr std::size_t kMaxAccessTokens = 100;
constexpr std::size_t kFamilyBytes = 16;
constexpr std::size_t kSecretBytes = 24;

std::string family_of(std::string_view token) {
  return std::string(token.substr(0, token.find('.')));
}

/// Makes room for one more: forgets the oldest.
template <typename Entries>
void bound(Entries& entries, std::deque<std::string>& order) {
  while (order.size() >= kMaxEntries) {
    entries.erase(order.front());
    order.pop_front();
  }
}

/// Why this client may not redeem this code; empty if it may.
std::string objection(const Code& code, const Redemption& by) {
  if (code.issuer != by.issuer) return "the code is of another issuer";
  const bool own_client =
      code.granted.client_id == by.client_id || by.weaknesses.has(Weakness::code_for_any_client);
  if (!own_client) return "the code was given to another client";
  const bool own_redirect =
      code.redirect_uri == by.redirect_uri || by.weaknesses.has(Weakness::code_for_any_redirect);
  if (!own_redirect) {
    return "redirect_uri is not that of the authorization request";
  }
  if (!code.dpop_jkt.empty() && code.dpop_jkt != by.confirmation.jkt) {
    return "the code is bound to another DPoP key";
  }
  if (code.challenge.empty()) {
    return by.verifier.empty() ? "" : "there is a code_verifier, but there was no code_challenge";
  }
  if (by.verifier.empty()) {
    return by.weaknesses.has(Weakness::verifier_optional) ? "" : "code_verifier is missing";
  }
  if (by.weaknesses.has(Weakness::pkce_unchecked)) return "";
  const bool fits =
      code.plain ? by.verifier == code.challenge : fits_challenge(by.verifier, code.challenge);
  return fits ? "" : "code_verifier does not fit";
}

/// What is asked for, where that is within what was granted.
Read<Granted> narrowed(Granted granted, const std::string& scope,
                       const std::vector<std::string>& audiences, bool widens = false) {
  if (!widens && !within_scope(scope, granted.scope)) {
    return refuse("invalid_scope", "scope is more than what was granted");
  }
  const bool within = granted.audiences.empty() ||
                      std::all_of(audiences.begin(), audiences.end(), [&](const std::string& one) {
                        return base::contains(granted.audiences, one);
                      });
  if (!within) return refuse("invalid_target", "resource is not what was granted");
  if (!scope.empty()) granted.scope = scope;
  if (!audiences.empty()) granted.audiences = audiences;
  return granted;
}

}  // namespace

bool is_verifier(std::string_view text) {
  return text.size() >= 43 && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  std::string_view("-._~").find(c) != std::string_view::npos;
         });
}

bool fits_challenge(std::string_view verifier, std::string_view challenge) {
  return is_verifier(verifier) && base::base64url_encode(jose::sha256(verifier)) == challenge;
}

bool is_challenge(std::string_view challenge) {
  const auto digest = base::base64url_decode(challenge);
  return digest && digest->size() == 32;
}

std::string Grants::add_code(Code code) {
  const std::string text = base::base64url_encode(base::random_bytes(kSecretBytes));
  const std::lock_guard lock(mutex_);
  bound(codes_, code_order_);
  codes_[text] = {.code = std::move(code),
                  .family = base::random_hex(kFamilyBytes),
                  .expires = clock_.now() + kCodeLife};
  code_order_.push_back(text);
  return text;
}

Read<Exchanged> Grants::redeem(const std::string& code, const Redemption& by) {
  const std::lock_guard lock(mutex_);
  const auto found = codes_.find(code);
  if (found == codes_.end()) return refuse("invalid_grant", "there is no such code");
  StoredCode& stored = found->second;
  if (std::string why = objection(stored.code, by); !why.empty()) {
    return refuse("invalid_grant", std::move(why));
  }
  if (stored.used && !by.weaknesses.has(Weakness::code_reusable)) {
    if (!by.weaknesses.has(Weakness::code_reuse_tolerated)) revoke_family(stored.family);
    return refuse("invalid_grant", "the code was used before; what it gave is revoked");
  }
  if (clock_.now() >= stored.expires && !by.weaknesses.has(Weakness::code_everlasting)) {
    return refuse("invalid_grant", "the code has expired");
  }
  auto granted = narrowed(stored.code.granted, {}, by.audiences);
  if (!granted) return tl::unexpected(granted.error());
  if (stored.used) stored.family = base::random_hex(kFamilyBytes);
  stored.used = true;
  granted->client_id = by.client_id;
  granted->confirmation = by.confirmation;
  stored.code.granted.client_id = by.client_id;
  stored.code.granted.confirmation = by.confirmation;
  std::string token = begin_family(stored.family, by.issuer, stored.code.granted, by.is_public);
  return Exchanged{std::move(*granted), stored.family, std::move(token), stored.code.nonce};
}

Exchanged Grants::begin(const std::string& issuer, const Granted& granted, bool is_public) {
  const std::lock_guard lock(mutex_);
  const std::string name = base::random_hex(kFamilyBytes);
  return {granted, name, begin_family(name, issuer, granted, is_public), {}};
}

std::string Grants::begin_family(const std::string& name, const std::string& issuer,
                                 const Granted& granted, bool is_public) {
  bound(families_, family_order_);
  Family& family = families_[name];
  family.issuer = issuer;
  family.granted = granted;
  if (is_public) family.bound = granted.confirmation;
  family.ends = clock_.now() + kFamilyLife;
  family_order_.push_back(name);
  return renew(name, family);
}

Read<Exchanged> Grants::refresh(const std::string& token, const Refresh& by) {
  const std::lock_guard lock(mutex_);
  const std::string name = family_of(token);
  const auto found = families_.find(name);
  if (found == families_.end() || found->second.issuer != by.issuer) {
    return refuse("invalid_grant", "there is no such refresh token");
  }
  Family& family = found->second;
  if (family.granted.client_id != by.client_id) {
    return refuse("invalid_grant", "the refresh token was given to another client");
  }
  if (family.revoked) return refuse("invalid_grant", "the refresh token is revoked");
  if (!family.bound.empty() && family.bound != by.confirmation) {
    return refuse("invalid_grant", "the refresh token is bound to another key");
  }
  if (token != name + "." + family.secret) {
    if (!by.weaknesses.has(Weakness::refresh_reuse_tolerated)) revoke_family(name);
    return refuse("invalid_grant", "the refresh token was used before; its kin are revoked");
  }
  if (clock_.now() >= family.expires) {
    return refuse("invalid_grant", "the refresh token has expired");
  }
  auto granted = narrowed(family.granted, by.scope, by.audiences,
                          by.weaknesses.has(Weakness::refresh_widens_scope));
  if (!granted) return tl::unexpected(granted.error());
  granted->confirmation = by.confirmation;
  const bool kept = by.weaknesses.has(Weakness::refresh_kept);
  return Exchanged{std::move(*granted), name, kept ? token : renew(name, family), {}};
}

std::string Grants::renew(const std::string& name, Family& family) {
  family.secret = base::base64url_encode(base::random_bytes(kSecretBytes));
  family.expires = std::min(clock_.now() + base::Time::duration(kRefreshLife), family.ends);
  return name + "." + family.secret;
}

void Grants::note_access_token(const std::string& family, std::string jti) {
  const std::lock_guard lock(mutex_);
  const auto found = families_.find(family);
  if (found == families_.end()) return;
  auto& tokens = found->second.access_tokens;
  if (tokens.size() >= kMaxAccessTokens) tokens.pop_front();
  tokens.push_back(std::move(jti));
}

bool Grants::is_revoked(const std::string& jti) const {
  const std::lock_guard lock(mutex_);
  return revoked_.count(jti) > 0;
}

void Grants::revoke_access_token(const std::string& jti) {
  const std::lock_guard lock(mutex_);
  bound(revoked_, revoked_order_);
  if (revoked_.insert(jti).second) revoked_order_.push_back(jti);
}

bool Grants::revoke_refresh_token(const std::string& token, std::string_view issuer,
                                  std::string_view client_id) {
  const std::lock_guard lock(mutex_);
  const Family* const family = live(token, issuer);
  if (family == nullptr || family->granted.client_id != client_id) return false;
  revoke_family(family_of(token));
  return true;
}

void Grants::revoke_client(std::string_view issuer, std::string_view client_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(codes_, [&](const auto& one) {
    const Code& code = one.second.code;
    return code.issuer == issuer && code.granted.client_id == client_id;
  });
  for (const auto& [name, family] : families_) {
    if (family.issuer == issuer && family.granted.client_id == client_id) revoke_family(name);
  }
}

std::optional<Granted> Grants::look_up_refresh_token(const std::string& token,
                                                     std::string_view issuer) const {
  const std::lock_guard lock(mutex_);
  const Family* const family = live(token, issuer);
  if (family == nullptr) return std::nullopt;
  return family->granted;
}

void Grants::revoke_family(const std::string& family) {
  const auto found = families_.find(family);
  if (found == families_.end()) return;
  found->second.revoked = true;
  for (const std::string& jti : found->second.access_tokens) {
    bound(revoked_, revoked_order_);
    if (revoked_.insert(jti).second) revoked_order_.push_back(jti);
  }
}

const Grants::Family* Grants::live(const std::string& token, std::string_view issuer) const {
  const std::string name = family_of(token);
  const auto found = families_.find(name);
  if (found == families_.end()) return nullptr;
  const Family& family = found->second;
  const bool good = family.issuer == issuer && !family.revoked &&
                    token == name + "." + family.secret && clock_.now() < family.expires;
  return good ? &family : nullptr;
}

void Grants::clear() {
  const std::lock_guard lock(mutex_);
  codes_.clear();
  code_order_.clear();
  families_.clear();
  family_order_.clear();
  revoked_.clear();
  revoked_order_.clear();
}

}  // namespace idp
