#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/tls/certificate.h"
#include "harness/wire/exchange.h"
#include "mock-idp/jose/proof.h"

namespace check {

/// The certificates of a run: what a server that we start is given to speak TLS with, and what we
/// show to servers that want to see one. All are signed by one authority that is made for it.
struct Certificates {
  std::string ca;
  tls::Identity server;
  tls::Identity client;  ///< the control's
  tls::Identity other;   ///< good as well, but another one
};
base::Result<Certificates> make_certificates();

/// The DPoP fields to send, made of the good proof: usually its text. None, or several, to break
/// the rules.
using MakeProofs = std::function<std::vector<std::string>(const jose::Recipe& good)>;

/// How access tokens are bound to who holds them, with a key of ours (DPoP, RFC 9449) or a
/// certificate (RFC 8705). Thread-safe.
class Binding {
 public:
  Binding();
  /// With the same keys; nonces are another server's.
  Binding(const Binding& other);
  Binding& operator=(const Binding&) = delete;

  // What the target asks for; set before any case runs.
  bool dpop = false;               ///< the control's tokens are bound to a key
  bool offered = false;            ///< the target does DPoP, demanded or not
  bool mtls = false;               ///< the control's tokens are bound to a certificate
  std::string client_certificate;  ///< DER, of the control
  /// The members of its metadata that speak of a binding, as they are written there.
  std::vector<std::string> claims;
  /// The target speaks of DPoP, but rejected a token that is bound to a key.
  bool dpop_rejected = false;

  /// Uses the first of these algorithms that we have; false if there is none.
  bool use_algorithm(const std::vector<std::string>& names);
  const jose::Key& key() const { return *key_; }
  /// A key of the same algorithm that no token is bound to.
  const jose::Key& other_key() const { return *other_key_; }

  /// The scheme that the control's tokens come behind.
  std::string_view scheme() const { return dpop ? "DPoP" : "Bearer"; }
  bool bound() const { return dpop || mtls; }
  /// Binds a token as the control's are.
  void bind(jose::Recipe& token) const;
  void bind_to_key(jose::Recipe& token) const;
  void bind_to_certificate(jose::Recipe& token) const;

  /// The good proof for a request, if its Authorization field has the scheme DPoP.
  std::optional<jose::Recipe> proof_for(const wire::Request& request, std::string_view origin,
                                        long long now) const;
  /// Gives the request its proof, or what `make` makes of it. Requests without a token behind
  /// DPoP, and raw ones, stay as they are.
  void prove(wire::Request& request, std::string_view origin, long long now,
             const MakeProofs& make = {}) const;
  /// Remembers the nonce that the answer hands out (RFC 9449, section 8.2).
  void learn(const wire::Exchange& exchange);
  std::string nonce() const;

 private:
  std::optional<jose::Key> key_;
  std::optional<jose::Key> other_key_;
  mutable std::mutex mutex_;
  std::string nonce_;
};

/// Whether the answer asks for a (new) nonce.
bool wants_nonce(const wire::Exchange& exchange);

}  // namespace check
