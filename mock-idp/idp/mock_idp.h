#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "mock-idp/idp/behaviour.h"
#include "mock-idp/idp/journal.h"
#include "mock-idp/idp/key_set.h"
#include "mock-idp/idp/opaque_tokens.h"
#include "mock-idp/jose/mutation.h"
#include "mock-idp/jose/recipe.h"

namespace idp {

/// A command that is obeyed as the provider starts, as if it had come to `/_ctl`.
struct StartCommand {
  std::string command;  ///< "POST /faults"
  std::string json;     ///< its body
  std::string where;    ///< before the error, where it is wrong
};

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: the system chooses
  /// What each issuer publishes from the start; the first one signs by default.
  std::vector<std::string> algorithms = {"ES256", "RS256", "EdDSA"};
  /// Which keys of the fixed pool are used, so that two providers do not share keys.
  unsigned pool_index = 0;
  std::size_t journal_capacity = 10'000;
  /// What issuers imitate whose name does not say it: `/i/main~okta` is Okta's in any case.
  Persona persona = Persona::generic;
  /// The profile of issuers whose name does not say it. Strict: clients have to register, PKCE is
  /// not optional, and a login needs a person. Otherwise (`lax`) any client and any secret will do,
  /// redirected to this machine, and `login_hint` logs in.
  bool strict = false;
  /// Where clients reach the provider, where that is not where it listens: "https://idp.test:9400".
  std::string origin;
  /// Whether it speaks TLS. Its certificate is of an authority made for it, for the names of this
  /// machine, `host` and those in `names`; clients are asked for a certificate, which need not be
  /// anybody's (RFC 8705).
  bool https = false;
  std::vector<std::string> names;
  /// Where keys, and the authority of `https`, are kept over restarts. They are generated then.
  /// Empty: nowhere, and the keys are those that everybody knows.
  std::string key_directory;
  /// Who steers has to show it as a bearer token. Empty: nobody has to, as long as only this
  /// machine reaches the provider; else one is made.
  std::string admin_token;
  /// Obeyed at the start, and again after a reset.
  std::vector<StartCommand> at_start;

  /// How issuers behave whose name does not say it.
  Behaviour usual() const;
};

/// Whether an issuer may be called that: 1 to 128 letters, digits or . _ ~ - (the characters that
/// a URL never escapes; RFC 3986, section 2.3), each word behind a tilde a scenario. The error says
/// what is wrong.
base::Result<void> check_issuer_name(std::string_view name);

/// One issuer of the provider: its URL, its keys, its tokens. Thread-safe.
class Issuer {
 public:
  /// `base` is the URL that everything of the issuer is below: "http://127.0.0.1:9400/i/main".
  Issuer(std::string name, std::string base, const Options& options, const base::Clock& clock);
  const std::string& name() const { return name_; }
  const std::string& base() const { return base_; }
  const std::string& url() const { return url_; }  ///< the `iss` of its tokens
  const Behaviour& behaviour() const { return behaviour_; }
  Persona persona() const { return behaviour_.persona; }
  std::string jwks_uri() const;
  std::string introspection_url() const;
  std::string userinfo_url() const;
  std::string tokeninfo_url() const;
  std::string upstream_url() const;  ///< of an API behind the server under test
  KeySet& keys() { return keys_; }
  /// Tokens of which introspection and userinfo tell, and who may ask.
  OpaqueTokens& opaque_tokens() { return opaque_tokens_; }
  /// A good access token of RFC 9068 for that audience: typ at+jwt, alg, kid; iss, sub, aud,
  /// client_id, scope (where given), iat, exp in five minutes, jti.
  base::Result<jose::Recipe> recipe(std::string_view audience, std::string_view scope = {},
                                    std::string_view alg = {});
  /// A token of that kind (`kinds_of` its persona; empty: the usual access token, and the generic
  /// persona has no other), expiring in five minutes.
  base::Result<jose::Recipe> token(std::string_view kind, const TokenFacts& facts);
  /// The access token as clients get it: signed, or registered where the persona's say nothing by
  /// themselves.
  base::Result<std::string> issue(const jose::Recipe& recipe);
  /// The usual good access token at once, as clients get it.
  base::Result<std::string> mint(std::string_view audience, std::string_view scope = {});
  /// Makes it a token of that client, in the claim where the persona has it.
  void name_client(jose::Recipe& recipe, std::string_view client_id) const;
  /// What mutations of this issuer's tokens draw on.
  jose::Surroundings surroundings(std::string bait_url = {}) const;

 private:
  std::string url_below(std::string_view generic_path) const;
  base::Result<jose::Recipe> imitation(std::string_view kind, const TokenFacts& facts);
  base::Result<jose::Recipe> signed_recipe(std::string_view alg);

  std::string name_;
  std::string base_;
  Behaviour behaviour_;
  std::string url_;
  const base::Clock& clock_;
  KeySet keys_;
  OpaqueTokens opaque_tokens_;
};

struct Provider;

/// The mock identity provider: every `/i/<name>` is an issuer, made when it is first asked for.
///
/// `MockIdp idp;` listens on loopback until the end of its scope, and throws std::runtime_error
/// where it cannot; `start` gives the reason instead: an unknown algorithm or a port in use, which
/// it names.
class MockIdp {
 public:
  MockIdp() : MockIdp(Options()) {}
  explicit MockIdp(Options options);
  static base::Result<std::unique_ptr<MockIdp>> start(Options options = {});
  ~MockIdp();
  MockIdp(const MockIdp&) = delete;
  MockIdp& operator=(const MockIdp&) = delete;
  const std::string& origin() const;  ///< "http://127.0.0.1:PORT"
  std::uint16_t port() const;
  /// Made when first asked for; the name has to be one (check_issuer_name).
  Issuer& issuer(std::string_view name = "main");
  Journal& journal();
  base::AdjustableClock& clock();
  /// A fresh URL with an unguessable path; requests to it are journaled as endpoint "bait".
  std::string bait();
  /// What `/_ctl` answers to a command, JSON text: `control("POST /faults", R"({"endpoint":"jwks",
  /// "kind":"status"})")`. The error says what is wrong with the command.
  base::Result<std::string> control(std::string_view command, std::string_view json = {});
  const std::string& admin_token() const;     ///< empty: nobody has to show one
  const std::string& ca_certificate() const;  ///< PEM; empty without https
  /// Closes the port and all connections to it, so that clients are refused, until it is opened
  /// again. The error says that somebody else has taken it just as it was closed.
  void close_port();
  base::Result<void> open_port();
  /// How the API behind `/i/<name>/upstream` answers from now on: 200, 401 with a challenge, ….
  void answer_upstream_with(int status);
  /// What the endpoints share, for what this class has no word for: see provider.h.
  Provider& provider();
  void stop();

 private:
  struct Impl;
  explicit MockIdp(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace idp
