#pragma once

#include <bitset>
#include <optional>
#include <span>
#include <string_view>

namespace idp {

/// What an authorization server can get wrong, one by one. A strict issuer has none of them, a lax
/// one those that make life easy in development (`WeaknessFact::lax`); an issuer's name chooses
/// others: `/i/main~strict~code-reusable`.
enum class Weakness {
  // Who may ask, and where the answer goes.
  any_client,
  hint_logs_in,
  redirect_unchecked,
  redirect_prefix,
  redirect_port_fixed,
  redirect_loopback_only,
  errors_redirected_anywhere,
  implicit_grant,
  state_dropped,
  iss_missing,
  iss_wrong,
  // Consent.
  consent_once,
  consent_from_anywhere,
  framable,
  // Proof Key for Code Exchange.
  pkce_optional,
  pkce_plain,
  pkce_unchecked,
  verifier_optional,
  // Codes.
  code_reusable,
  code_reuse_tolerated,
  code_for_any_client,
  code_for_any_redirect,
  code_everlasting,
  // Client authentication.
  secret_unchecked,
  client_secret_early_exit,
  two_authentications,
  assertion_for_anyone,
  assertion_expired,
  assertion_replayed,
  assertion_unsigned,
  // The token endpoint.
  token_by_get,
  token_cacheable,
  error_code_wrong,
  password_grant,
  resource_ignored,
  refresh_kept,
  refresh_reuse_tolerated,
  refresh_widens_scope,
  exchange_widens_scope,
  dpop_unchecked,
  // Clients and their documents.
  register_any_redirect,
  register_loopback_only,
  register_two_key_sets,
  register_anything_long,
  software_statement_trusted,
  document_of_another,
  document_redirect_unchecked,
  document_from_private_address,
  // Revocation.
  revocation_ignored,
  // Pushed requests.
  pushed_for_any_client,
  pushed_reusable,
  // What the issuer says of itself.
  metadata_of_another,
  endpoint_in_the_clear,
  pkce_unannounced,
  iss_unannounced,
  keys_private,
};

inline constexpr std::size_t kWeaknesses = static_cast<std::size_t>(Weakness::keys_private) + 1;

/// What is known of one weakness.
struct WeaknessFact {
  Weakness weakness;
  std::string_view id;       ///< as in the name of an issuer: "pkce-plain"
  std::string_view summary;  ///< what the issuer does, for people
  bool lax = false;          ///< whether the profile `lax` has it
};

/// In the order of the enumeration.
std::span<const WeaknessFact> weakness_facts();
std::optional<Weakness> weakness_from(std::string_view id);

/// A set of them.
class Weaknesses {
 public:
  bool has(Weakness weakness) const { return bits_[static_cast<std::size_t>(weakness)]; }
  void add(Weakness weakness) { bits_.set(static_cast<std::size_t>(weakness)); }
  bool operator==(const Weaknesses&) const = default;

 private:
  std::bitset<kWeaknesses> bits_;
};

/// What the profile `lax` has.
Weaknesses lax();
/// None: the profile `strict`.
inline Weaknesses strict() { return {}; }

}  // namespace idp
