#include "suites/surface/forged.h"

#include <chrono>
#include <utility>

#include "common/base/base64.h"
#include "common/base/text.h"
#include "harness/check/fixed_secret.h"
#include "mock-idp/jose/mutation.h"

namespace suites::surface {
namespace {

using check::Mode;
using check::Probe;

constexpr const char* kGarbage = "this-is-not-a-token";
constexpr const char* kOtherSecret =
    "another-secret-that-the-server-was-never-told-0123456789abcdef";
constexpr std::chrono::hours kLongAgo{-2};
constexpr const char* kJwtHeader = "eyJ";  ///< base64url of `{"`

void add(Probe& probe, Forgeries& list, std::string label, const std::string& secret) {
  if (secret.empty() || secret == probe.context().control_secret()) return;
  if (probe.context().options().supplied.given()) probe.context().redactor().add(secret);
  list.push_back({std::move(label), probe.carry(secret)});
}

/// The valid token with a named mutation; nothing where it does not apply.
void add_mutated(Probe& probe, Forgeries& list, std::string label, std::string_view mutation) {
  const jose::Mutation* const found = jose::find_mutation(mutation);
  jose::Recipe token = probe.good();
  if (found == nullptr || !found->apply(token, probe.context().issuer().surroundings())) return;
  add(probe, list, std::move(label), probe.mint(token));
}

/// A JWT that we did not make: its claims, unsigned.
void add_unsigned_copy(Probe& probe, Forgeries& list, const std::string& token) {
  const std::vector<std::string> parts = base::split(token, '.');
  if (parts.size() != 3 || !token.starts_with(kJwtHeader)) return;
  const std::string header = base::base64url_encode(R"({"alg":"none","typ":"JWT"})");
  add(probe, list, "an unsigned copy of the token", header + "." + parts[1] + ".");
}

void add_of_same_form(Probe& probe, Forgeries& list) {
  const std::string valid = probe.context().control_secret();
  if (valid.empty()) return;
  add(probe, list, "a text of the same form", check::near_miss::unlike(valid).front().secret);
}

void add_user_and_password(Probe& probe, Forgeries& list) {
  const std::string valid = probe.context().control_secret();
  const std::size_t colon = valid.find(':');
  if (colon == std::string::npos) return;
  add(probe, list, "a wrong password", valid.substr(0, colon) + ":not-the-password");
  add(probe, list, "an unknown user", "nobody:not-the-password");
}

bool mints_tokens(Probe& probe) {
  return probe.context().calibration().accepted && !probe.context().options().supplied.given();
}

/// What the mode's credentials can be forged into without knowing any.
void add_of_mode(Probe& probe, Forgeries& list) {
  const Mode mode = probe.target().mode;
  if (mode == Mode::basic) return add_user_and_password(probe, list);
  if (!mints_tokens(probe) || !check::modes::contains(check::modes::jwt(), mode)) {
    add_of_same_form(probe, list);
    return add_unsigned_copy(probe, list, probe.context().control_secret());
  }
  add_mutated(probe, list, "an unsigned token (alg: none)", "alg-none-lower");
  if (mode != Mode::jwt_shared) {
    return add_mutated(probe, list, "a token signed with a foreign key", "wrong-key-same-kid");
  }
  jose::Recipe token = probe.good();
  token.signed_with_secret(kOtherSecret);
  add(probe, list, "a token signed with another secret", probe.mint(token));
}

}  // namespace

Forgeries presented_by_anyone(Probe& probe) {
  Forgeries list;
  if (probe.target().mode != Mode::basic) add(probe, list, "garbage", kGarbage);
  add_of_mode(probe, list);
  return list;
}

Forgeries known_to_anyone(Probe& probe) {
  Forgeries list = {{"no credentials", check::nothing()}};
  for (Forged& forged : presented_by_anyone(probe)) list.push_back(std::move(forged));
  return list;
}

Forgeries expired(Probe& probe) {
  Forgeries list;
  if (!mints_tokens(probe)) return list;
  if (!check::modes::contains(check::modes::opaque(), probe.target().mode)) {
    add(probe, list, "an expired token", probe.mint(probe.good().expiring_in(kLongAgo)));
    return list;
  }
  // The issuer says of such a token that it is no longer active (RFC 7662, section 2.2).
  const std::string token = probe.mint(probe.good());
  if (probe.context().issuer().opaque_tokens().revoke(token)) {
    add(probe, list, "a revoked token", token);
  }
  return list;
}

Forgeries for_another_server(Probe& probe) {
  Forgeries list;
  if (!mints_tokens(probe)) return list;
  if (!check::modes::contains(check::modes::jwt(), probe.target().mode)) return list;
  add_mutated(probe, list, "a token for another server", "aud-other");
  return list;
}

Forgeries without_scopes(Probe& probe) {
  Forgeries list;
  if (!mints_tokens(probe) || probe.target().scopes.empty()) return list;
  jose::Recipe token = probe.good();
  token.without_claim(probe.target().profile.scope_claim);
  add(probe, list, "a token without the scope", probe.mint(token));
  return list;
}

}  // namespace suites::surface
