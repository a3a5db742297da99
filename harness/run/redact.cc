#include "harness/run/redact.h"

namespace run {
namespace {

/// Replaces texts in place.
class Eraser {
 public:
  explicit Eraser(const base::Redactor& redactor) : redactor_(redactor) {}

  template <typename... Texts>
  void operator()(Texts&... texts) const {
    ((texts = redactor_.apply(texts)), ...);
  }

  void operator()(base::Headers& headers) const {
    for (base::Header& header : headers) (*this)(header.name, header.value);
  }

  void operator()(wire::Exchange& exchange) const {
    (*this)(exchange.url, exchange.failure_text, exchange.raw_request, exchange.raw_response,
            exchange.request.target, exchange.request.body);
    (*this)(exchange.request.headers);
    if (!exchange.response) return;
    (*this)(exchange.response->reason, exchange.response->body);
    (*this)(exchange.response->headers);
  }

 private:
  const base::Redactor& redactor_;
};

}  // namespace

void redact(check::CaseResult& one, const base::Redactor& redactor) {
  if (redactor.empty()) return;
  const Eraser erase(redactor);
  erase(one.finding.expected, one.finding.actual, one.finding.reason, one.finding.cause, one.repro);
  for (wire::Exchange& exchange : one.exchanges) erase(exchange);
}

void redact(check::RunResult& result, const base::Redactor& redactor) {
  if (redactor.empty()) return;
  const Eraser erase(redactor);
  check::TargetFacts& target = result.target;
  erase(target.url, target.mode_evidence, target.issuer, target.fingerprint, target.spawned,
        target.output, result.problem);
  for (std::string& note : target.notes) erase(note);
  for (check::CaseResult& one : result.cases) redact(one, redactor);
  for (check::Observation& observation : result.observations) erase(observation.second);
}

}  // namespace run
