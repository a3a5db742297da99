#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/check/family.h"

// Cases on secrets that are fixed: static bearer tokens and API keys. What comes close to such a
// secret is the same wherever it is carried, so the suites of both share them.

namespace check {

/// How the secret of a mode is spoken of.
struct FixedSecret {
  std::string noun;                      ///< "token", "key"
  std::string field;                     ///< "the Authorization field"
  std::vector<std::string> empty_fault;  ///< that an empty one is taken for a good one
};

/// The cases that modes with one secret have in common, without the name of a suite.
std::vector<Case> fixed_secret_cases(const FixedSecret& about);

/// A good secret with something changed, and what was changed.
struct NearMiss {
  std::string label;
  std::string secret;
};
using NearMisses = std::vector<NearMiss>;

/// Values that come close to `good`: none of them is empty or `good` itself.
namespace near_miss {

NearMisses unlike(const std::string& good);  ///< of the same length and kind of characters
NearMisses beginnings(const std::string& good);
NearMisses endings(const std::string& good);
NearMisses longer(const std::string& good);  ///< with text before or after it
NearMisses first_byte(const std::string& good);
NearMisses middle_byte(const std::string& good);
NearMisses last_byte(const std::string& good);
NearMisses other_case(const std::string& good);
NearMisses blanks(const std::string& good);  ///< that HTTP does not strip from a field
NearMisses null_bytes(const std::string& good);
NearMisses non_ascii(const std::string& good);
/// Placeholders of well-known documentation.
NearMisses samples(const std::string& good);

}  // namespace near_miss

/// As attempts, carried where the target looks for its credentials. What comes close to a secret
/// of the user's is taught to the redactor: a report must not show most of it either.
Family carried(Probe& probe, const NearMisses& near_misses);
/// A family for a case: the near misses of the run's own secret.
MakeFamily near_misses_of(NearMisses (*make)(const std::string& good));

/// The good credential beside a bad one in a second field of the same name, in both orders.
Family doubled_field(Probe& probe);
/// Accepted in a field whose name is written in other cases.
Family field_name_cases(Probe& probe);

/// Good ones where none belong.
Attempt secret_in_query(Probe& probe);
Attempt secret_in_form(Probe& probe);
Family secret_in_cookies(Probe& probe);
Family secret_in_other_fields(Probe& probe);

}  // namespace check
