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

enum class Severity { info, low, medium, high, critical };
std::string_view to_string(Severity severity);  ///< "info", …

/// Who can exploit the breach of a case. `anyone`: public knowledge is enough. `token_holder`: holds
/// a genuine token, for another audience, user, scope or time. `other_issuer`: issues tokens of an
/// issuer that the server trusts for something else, or not at all. `network`: a web page in the
/// victim's browser, DNS rebinding, or a position on the path. `issuer`: only the trusted issuer
/// itself could produce the input, so this is about robustness. `none`: interoperability.
enum class Attacker { anyone, token_holder, other_issuer, network, issuer, none };
std::string_view to_string(Attacker attacker);  ///< "anyone", "token-holder", …

/// What became of a credential that had to be refused: taken (an authentication bypass), refused
/// but not as specified, or refused as specified.
enum class Outcome { not_applicable, accepted, misrefused, refused };
std::string_view to_string(Outcome outcome);  ///< "n/a", "accepted", "misrefused", "refused"

/// What a case found out, before its level turns it into a verdict.
struct Finding {
  enum class Kind { met, broken, skipped, undecided, failed };
  Kind kind = Kind::met;
  Outcome outcome = Outcome::not_applicable;
  std::string expected;              ///< "401 with a WWW-Authenticate challenge"
  std::string actual;                ///< "200 with a JSON-RPC result"
  std::string reason;                ///< one sentence: why this verdict
  std::optional<Severity> severity;  ///< where the default (see judge) is not right
  /// Where what was found breaks less than the case demands, such as a difference that is real but
  /// too small to harm anybody.
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

struct Judgement {
  Verdict verdict = Verdict::error;
  Severity severity = Severity::info;
};

/// The verdict of a finding at a level. `if_accepted` replaces the level where the outcome is
/// `accepted`, such as for encodings that are wrong but forge nothing.
Judgement judge(Level level, std::optional<Level> if_accepted, const Finding& finding);

}  // namespace check
