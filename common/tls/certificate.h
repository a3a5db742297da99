#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace tls {

/// A certificate with its private key, both PEM. The certificate may be a chain, leaf first.
struct Identity {
  std::string certificate;
  std::string key;
};

/// Names that every server of ours is reached by.
inline const std::vector<std::string> kLoopbackNames = {"127.0.0.1", "::1", "localhost"};

/// What is unusual about a certificate that is to be made; seconds from now, by the system's clock.
struct Validity {
  long long from = -86'400;
  long long until = 30LL * 86'400;
};

/// A certificate authority of our own, with an EC key that is generated for it. Its certificates
/// are for tests: nobody else trusts them. Copies are cheap; thread-safe.
class Authority {
 public:
  /// A new authority, valid for ten years from now.
  static base::Result<Authority> make(std::string_view name = "mcp-authspec test CA");
  /// One that was made before. The error says which of the two PEM texts is broken, or that they do
  /// not belong together.
  static base::Result<Authority> from_pem(std::string_view certificate, std::string_view key);
  /// PEM: what a peer has to trust.
  const std::string& certificate() const;
  /// PEM: what makes certificates in its name.
  std::string private_key() const;
  /// For a server of these names: addresses or host names.
  base::Result<Identity> server(const std::vector<std::string>& names = kLoopbackNames,
                                Validity validity = {}) const;
  /// For a client of that common name.
  base::Result<Identity> client(std::string_view name) const;

 private:
  struct Impl;
  explicit Authority(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// A server's identity that is signed with its own key, by no authority.
base::Result<Identity> self_signed(const std::vector<std::string>& names = kLoopbackNames);

/// DER of the first certificate of a PEM text; empty where there is none.
std::string certificate_der(std::string_view pem);
/// The `x5t#S256` of a certificate in DER: base64url of its SHA-256 (RFC 8705, section 3.1).
std::string certificate_thumbprint(std::string_view der);

}  // namespace tls
