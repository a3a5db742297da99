#include "harness/check/profile.h"

namespace check {

bool Profile::scopes_are_text() const {
  if (!persona) return scope_claim == "scope";
  const idp::Habits& habits = idp::habits_of(*persona);
  return scope_claim == habits.scope_claim ? habits.scopes_are_text : scope_claim == "scope";
}

}  // namespace check
