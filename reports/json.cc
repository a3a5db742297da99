#include "reports/json.h"

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "reports/groups.h"
#include "reports/text.h"

namespace reports {
namespace {

using Json = nlohmann::ordered_json;

/// An exchange is evidence, not an archive: this much of each direction.
constexpr std::size_t kMaxExchangeBytes = 16UL << 10;

Json printable_list(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const auto& text : texts) list.push_back(printable(text));
  return list;
}

Json target_member(const check::TargetFacts& target) {
  return {{"url", printable(target.url)},
          {"mode", target.mode},
          {"mode_evidence", printable(target.mode_evidence)},
          {"notes", printable_list(target.notes)},
          {"revision", target.revision},
          {"era", target.era},
          {"session_revision", target.session_revision},
          {"issuer", printable(target.issuer)},
          {"fingerprint", printable(target.fingerprint)},
          {"dialect", target.dialect},
          {"framework", target.framework},
          {"spawned", printable(target.spawned)},
          {"output", printable(target.output)}};
}

Json summary_member(const check::RunResult& result) {
  using check::Verdict;
  return {{"planned", result.planned},
          {"emitted", result.cases.size()},
          {"pass", result.count(Verdict::pass)},
          {"fail", result.count(Verdict::fail)},
          {"warn", result.count(Verdict::warn)},
          {"skip", result.count(Verdict::skip)},
          {"inconclusive", result.count(Verdict::inconclusive)},
          {"error", result.count(Verdict::error)},
          {"critical", critical(result)}};
}

Json decision_member(const check::Decision& decision) {
  return {{"exit_code", decision.exit_code},
          {"fail_on", check::to_string(decision.policy.fail_on)},
          {"strict", decision.policy.strict},
          {"reason", decision.reason}};
}

Json exchange_member(const wire::Exchange& exchange) {
  return {{"url", printable(exchange.url)},
          {"request", printable(base::abbreviate(exchange.raw_request, kMaxExchangeBytes))},
          {"response", printable(base::abbreviate(exchange.raw_response, kMaxExchangeBytes))},
          {"failure", printable(exchange.failure_text)},
          {"sent_us", exchange.sent_us},
          {"first_byte_us", exchange.first_byte_us},
          {"done_us", exchange.done_us}};
}

Json references_member(const check::Case& subject, mcp::Revision revision) {
  Json references = Json::array();
  for (const auto& reference : subject.references) {
    references.push_back({{"document", reference.document},
                          {"section", reference.section},
                          {"url", reference.url(revision)}});
  }
  return references;
}

Json case_member(const check::CaseResult& one, const check::RunResult& result) {
  const auto& subject = one.subject;
  const auto revision = revision_of(result, one);
  const auto advice = advice_on(one, result);
  Json exchanges = Json::array();
  for (const auto& exchange : one.exchanges) exchanges.push_back(exchange_member(exchange));
  Json member = {{"id", subject.id},
                 {"suite", subject.suite()},
                 {"title", subject.title},
                 {"sends", subject.what_is_sent()},
                 {"level", check::to_string(one.level)},
                 {"verdict", check::to_string(one.judgement.verdict)},
                 {"severity", check::to_string(one.judgement.severity)},
                 {"outcome", check::to_string(one.finding.outcome)},
                 {"attacker", attacker_of(one)},
                 {"impact", one.finding.kind == check::Finding::Kind::broken
                                ? check::to_string(check::impact_of(one.finding))
                                : "n/a"},
                 {"expected", printable(one.finding.expected)},
                 {"actual", printable(one.finding.actual)},
                 {"reason", printable(one.finding.reason)},
                 {"cause", printable(one.finding.cause)},
                 {"why", subject.why},
                 {"fix", subject.fix},
                 {"advice", {{"why", advice.why}, {"fix", advice.fix}}},
                 {"requirements", subject.requirements},
                 {"references", references_member(subject, revision)},
                 {"faults", subject.faults},
                 {"aliases", subject.aliases},
                 {"baselined", one.baselined},
                 {"baseline_reason", printable(one.baseline_reason)},
                 {"duration_ms", static_cast<double>(one.duration.count()) / 1000.0},
                 {"repro", printable(one.repro)},
                 {"exchanges", std::move(exchanges)}};
  if (one.revision) member["revision"] = mcp::to_string(*one.revision);
  return member;
}

/// "jwks.fetches" becomes a member of "jwks", unless that name is taken by something else;
/// "timing[]" an element of the list "timing".
void put(Json& object, std::string_view name, Json value) {
  if (name.ends_with("[]")) {
    Json& list = object[std::string(name.substr(0, name.size() - 2))];
    if (!list.is_array()) list = Json::array();
    list.push_back(std::move(value));
    return;
  }
  const auto dot = name.find('.');
  const std::string head(name.substr(0, dot));
  const bool nests =
      dot != std::string_view::npos && (!object.contains(head) || object.at(head).is_object());
  if (nests) {
    if (!object.contains(head)) object[head] = Json::object();
    put(object.at(head), name.substr(dot + 1), std::move(value));
  } else {
    object[std::string(name)] = std::move(value);
  }
}

Json observations_member(const std::vector<check::Observation>& observations) {
  Json object = Json::object();
  for (const auto& [name, text] : observations) {
    auto value = Json::parse(text, nullptr, false);
    put(object, name, value.is_discarded() ? Json(printable(text)) : std::move(value));
  }
  return object;
}

}  // namespace

std::string write_json(const check::RunResult& result, const Options& options) {
  Json cases = Json::array();
  for (const auto& one : result.cases) cases.push_back(case_member(one, result));
  const Json report = {
      {"schema", "mcp-authspec/report/1"},
      {"tool", {{"name", "mcp-authspec"}, {"version", AUTHSPEC_VERSION}}},
      {"target", target_member(result.target)},
      {"started", base::iso_time(result.started)},
      {"duration_ms", result.duration.count()},
      {"problem", printable(result.problem)},
      {"interrupted", result.interrupted},
      {"summary", summary_member(result)},
      {"decision", decision_member(options.decision)},
      {"cases", std::move(cases)},
      {"observations", observations_member(result.observations)},
      {"baseline",
       {{"accepted", printable_list(result.baseline_accepted)},
        {"stale", printable_list(result.baseline_stale)},
        {"worse", printable_list(result.baseline_worse)}}},
  };
  return base::dump_pretty(report) + "\n";
}

}  // namespace reports
