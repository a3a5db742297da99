// Static bearer tokens: what comes close to the one that was configured.
#include "harness/check/fixed_secret.h"

namespace {

const check::Suite bearer_cases{
    "bearer",
    {check::Mode::bearer},
    check::fixed_secret_cases({.noun = "token",
                               .field = "the Authorization field",
                               .empty_fault = {"credential.empty-bearer"}})};

}  // namespace
