#include "harness/check/result.h"

#include <algorithm>

namespace check {

std::size_t RunResult::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(cases.begin(), cases.end(),
                    [&](const CaseResult& one) { return one.judgement.verdict == verdict; }));
}

}  // namespace check
