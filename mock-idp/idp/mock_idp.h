#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "mock-idp/idp/journal.h"
#include "mock-idp/idp/key_set.h"
#include "mock-idp/idp/opaque_tokens.h"
#include "mock-idp/jose/mutation.h"
#include "mock-idp/jose/recipe.h"

namespace idp {

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: the system chooses
  /// What each issuer publishes from the start; the first one signs by default.
  std::vector<std::string> algorithms = {"ES256", "RS256", "EdDSA"};
  /// Which keys of the fixed pool are used, so that two providers do not share keys.
  unsigned pool_index = 0;
  std::size_t journal_capacity = 10'000;
};

/// Whether an issuer may be called that: 1 to 64 letters, digits or . _ ~ - (the characters that
/// a URL never escapes; RFC 3986, section 2.3).
bool is_issuer_name(std::string_view name);

/// One issuer of the provider: its URL, its keys, its tokens. Thread-safe.
class Issuer {
 public:
  Issuer(std::string name, std::string url, const Options& options, const base::Clock& clock);
  const std::string& name() const { return name_; }
  const std::string& url() const { return url_; }  ///< the `iss` of its tokens
  std::string jwks_uri() const;
  std::string introspection_url() const;
  std::string userinfo_url() const;
  KeySet& keys() { return keys_; }
  /// Tokens of which introspection and userinfo tell, and who may ask.
  OpaqueTokens& opaque_tokens() { return opaque_tokens_; }
  /// A good access token of RFC 9068 for that audience: typ at+jwt, alg, kid; iss, sub, aud,
  /// client_id, scope (where given), iat, exp in five minutes, jti.
  base::Result<jose::Recipe> recipe(std::string_view audience, std::string_view scope = {},
                                    std::string_view alg = {});
  /// What mutations of this issuer's tokens draw on.
  jose::Surroundings surroundings(std::string bait_url = {}) const;

 private:
  std::string name_;
  std::string url_;
  const base::Clock& clock_;
  KeySet keys_;
  OpaqueTokens opaque_tokens_;
};

/// The mock identity provider: every `/i/<name>` is an issuer, made when it is first asked for.
///
/// `MockIdp::start({})` listens on loopback; the destructor stops it. `start` fails on an unknown
/// algorithm or a port in use, which it names.
class MockIdp {
 public:
  static base::Result<std::unique_ptr<MockIdp>> start(Options options = {});
  ~MockIdp();
  const std::string& origin() const;  ///< "http://127.0.0.1:PORT"
  std::uint16_t port() const;
  /// Made when first asked for; the name has to be one (is_issuer_name).
  Issuer& issuer(std::string_view name = "main");
  Journal& journal();
  base::AdjustableClock& clock();
  /// A fresh URL with an unguessable path; requests to it are journaled as endpoint "bait".
  std::string bait();
  void stop();

 private:
  struct Impl;
  explicit MockIdp(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace idp
