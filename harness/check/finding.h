#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace check {

/// How much the source demands. MUST: breaking it is a FAIL. SHOULD: a WARN. BCP (best current
/// practice): a FAIL where a forged or foreign credential is accepted, else a WARN. PROFILE: what
/// the profile declares, a FAIL. OBSERVE: a measured fact, never a failure.
enum class Level { must, should, bcp, profile, observe };
std::string_view to_string(Level level);  ///< "MUST", …

enum class Verdict { pass, fail, warn, skip, inconclusive, error };
std::string_view to_string(Verdict verdict);  ///< "PASS", …

/// Who can exploit the breach of a case. `anyone`: public knowledge is enough. `token_holder`:
/// holds a genuine token, for another audience, user, scope or time. `other_issuer`: issues tokens
/// of an issuer that the server trusts for something else, or not at all. `network`: a web page in
/// the victim's browser, DNS rebinding, or a position on the path. `issuer`: only the trusted
/// issuer itself could produce the input, so this is about robustness. `none`: interoperability.
enum class Attacker { anyone, token_holder, other_issuer, network, issuer, none };
std::string_view to_string(Attacker attacker);  ///< "anyone", "token-holder", …

/// What became of a credential that had to be refused: taken (an authentication bypass), refused
/// but not as specified, or refused as specified.
enum class Outcome { not_applicable, accepted, misrefused, refused };
std::string_view to_string(Outcome outcome);  ///< "n/a", "accepted", "misrefused", "refused"
std::optional<Outcome> outcome_named(std::string_view name);  ///< nothing for other names

/// What a breach does. `bypass`: an invalid credential is accepted. `privilege`: a valid credential
/// does more than it was granted. `exposure`: a secret, data of another user, or a request to a URL
/// that the attacker chose. `failure`: an unhandled error, no response, or valid credentials that
/// are rejected from then on. `laxity`: something malformed or misplaced is accepted, but nothing
/// is forged. `misrefused`: rejected, but not as specified. `requirement`: anything else that a
/// source demands.
enum class Impact { bypass, privilege, exposure, failure, laxity, misrefused, requirement };
std::string_view to_string(Impact impact);  ///< "bypass", …

/// What a case found out, before its level turns it into a verdict.
struct Finding {
  enum class Kind { met, broken, skipped, undecided, failed };
  Kind kind = Kind::met;
  Outcome outcome = Outcome::not_applicable;
  std::string expected;               ///< "401 with a WWW-Authenticate challenge"
  std::string actual;                 ///< "200 with a JSON-RPC result"
  std::string reason;                 ///< one sentence: why this verdict
  std::optional<Impact> impact = {};  ///< where the outcome does not say it, see impact_of
  /// Where what was found breaks less than the case demands, such as a difference that is real but
  /// too small to harm anybody, or more, such as what the server itself has announced.
  std::optional<Level> level = {};
  /// Findings with the same cause are shown together: "401 without WWW-Authenticate".
  std::string cause;

  static Finding met(std::string actual = {});
  static Finding broken(std::string expected, std::string actual, std::string reason = {});
  static Finding skipped(std::string reason);
  static Finding undecided(std::string reason);
  static Finding failed(std::string reason);
  bool ok() const { return kind == Kind::met; }
};

/// Why a case is skipped where only the user's own credential is known.
inline constexpr std::string_view kNoIssuer = "needs an issuer that the server trusts";

/// The worst of several findings; what the others said is kept in `actual`.
Finding worst(std::vector<Finding> findings);

/// `accepted` is a bypass, `misrefused` is misrefused, and the rest breaks a requirement, unless
/// the finding says more.
Impact impact_of(const Finding& finding);

}  // namespace check
