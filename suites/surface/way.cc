#include "suites/surface/way.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "common/base/text.h"
#include "harness/check/family.h"

namespace suites::surface {
namespace {

using check::Finding;
using check::Impact;
using check::Outcome;
using check::Probe;

constexpr const char* kOpenHandshake =
    "the handshake does not verify the credential: it tells the server's name and abilities, and "
    "may begin a session";
constexpr const char* kExpected = "401, and nothing of what valid credentials get";

/// What a finding on that much says, and how bad it is by itself.
struct Weight {
  const char* reason;
  Impact impact;
};

Weight weight_of(Got got) {
  switch (got) {
    case Got::result:
      return {"the credential is not verified on this way: it gets what a valid one gets",
              Impact::bypass};
    case Got::error:
      return {
          "the request was processed: it got the same error as with a valid credential, where "
          "an invalid one has to get 401",
          Impact::laxity};
    default:
      return {
          "the request was accepted like one with a valid credential; what the server did with "
          "it cannot be seen from outside",
          Impact::laxity};
  }
}

bool is_event_stream(const wire::Response& response) {
  const std::string* type = response.header("Content-Type");
  return type != nullptr && base::to_lower(*type).starts_with("text/event-stream");
}

/// What may be no more than an accident, and is asked for once more.
bool is_stray(const mcp::Answer& answer) {
  const wire::Failure failure = answer.exchange.failure;
  return answer.kind == mcp::Kind::server_error || failure == wire::Failure::reset ||
         failure == wire::Failure::closed;
}

bool is_public(const Probe& probe, const Way& way) {
  return !way.method.empty() && base::contains(probe.target().profile.public_methods, way.method);
}

Finding no_such_way(const Way& way, const mcp::Answer& valid) {
  return Finding::skipped(fmt::format("{}: valid credentials get {}", way.name, valid.summary()));
}

/// Keeps what several forgeries got on one way, the most of it deciding.
class Tally {
 public:
  void add(const std::string& label, const mcp::Answer& answer, Got got) {
    if (got == Got::nothing) {
      seen_.push_back(fmt::format("{}: {}", label, answer.summary()));
      return;
    }
    if (got > most_) labels_.clear();
    if (got < most_) return;
    most_ = got;
    labels_.push_back(label);
    const bool stream = answer.result.empty() && opens_stream(answer);
    shown_ = stream ? "200, and the event stream is open" : answer.summary();
  }
  bool any() const { return most_ != Got::nothing; }
  Got most() const { return most_; }
  const std::vector<std::string>& labels() const { return labels_; }
  const std::string& shown() const { return shown_; }
  std::string rejected() const { return base::join(seen_, ", "); }

 private:
  Got most_ = Got::nothing;
  std::vector<std::string> labels_;
  std::string shown_;
  std::vector<std::string> seen_;
};

Finding met(std::string actual) {
  Finding finding = Finding::met(std::move(actual));
  finding.outcome = Outcome::refused;
  return finding;
}

/// Nothing where an answer needs that of a valid credential to be understood.
std::optional<Finding> all_rejected(const Way& way, const Forgeries& forgeries) {
  std::vector<std::string> seen;
  for (const Forged& forged : forgeries) {
    const mcp::Answer answer = way.send(forged.credential);
    const bool rejected =
        (answer.status() == 401 || answer.status() == 403) && answer.result.empty();
    if (!rejected) return std::nullopt;
    seen.push_back(fmt::format("{}: {}", forged.label, answer.summary()));
  }
  return met(fmt::format("{}: {}", way.name, base::join(seen, ", ")));
}

}  // namespace

Finding let_in(const std::string& way, const std::vector<std::string>& labels, Got got,
               const std::string& actual) {
  const Weight weight = weight_of(got);
  const std::string who = base::join(labels, ", ");
  Finding finding =
      Finding::broken(kExpected, fmt::format("{} with {}: {}", way, who, actual), weight.reason);
  finding.outcome = Outcome::accepted;
  finding.impact = weight.impact;
  finding.cause = fmt::format("{} accepts {}", way, who);
  return finding;
}

Finding verified(Probe& probe, const Way& way, const Forgeries& forgeries) {
  if (is_public(probe, way)) {
    return Finding::skipped(fmt::format("{} is public by the profile", way.name));
  }
  if (way.forgeries_first) {
    if (auto rejected = all_rejected(way, forgeries)) return std::move(*rejected);
  }
  const mcp::Answer valid = way.send(probe.good_credential());
  if (!exists(valid)) return no_such_way(way, valid);
  const auto again = [&] { return way.send(probe.good_credential()); };
  Tally tally;
  for (const Forged& forged : forgeries) {
    const mcp::Answer answer = way.send(forged.credential);
    if (answer.kind == mcp::Kind::limited) {
      return Finding::undecided("the server kept answering 429");
    }
    const Got got = compare(answer, valid, again);
    const bool open = got != Got::nothing && forged.credential.headers.empty();
    if (open && !way.reported_by.empty()) {
      return Finding::skipped(
          fmt::format("{} is open without credentials: see {}", way.name, way.reported_by));
    }
    probe.decisive(answer.exchange, got != Got::nothing);
    tally.add(forged.label, answer, got);
  }
  if (tally.any()) {
    Finding finding = let_in(way.name, tally.labels(), tally.most(), tally.shown());
    return way.handshake ? check::no_bypass(std::move(finding), kOpenHandshake) : finding;
  }
  const mcp::Answer after = again();
  if (!exists(after)) {
    return Finding::undecided(
        fmt::format("{}: valid credentials got {} just after", way.name, after.summary()));
  }
  return met(fmt::format("{}: {}", way.name, tally.rejected()));
}

Finding verified(Probe& probe, const Ways& ways, const Forgeries& forgeries) {
  return on_each(ways, [&](const Way& way) { return verified(probe, way, forgeries); });
}

Finding on_each(const Ways& ways, const std::function<Finding(const Way&)>& judge) {
  std::vector<Finding> findings;
  findings.reserve(ways.size());
  for (const Way& way : ways) findings.push_back(judge(way));
  if (findings.empty()) return Finding::skipped("the server offers nothing of this kind");
  const bool none = std::all_of(findings.begin(), findings.end(), [](const Finding& one) {
    return one.kind == Finding::Kind::skipped;
  });
  if (!none) return check::worst(std::move(findings));
  std::vector<std::string> reasons;
  for (const Finding& one : findings) reasons.push_back(one.reason);
  return Finding::skipped(base::join(reasons, "; "));
}

std::optional<Finding> not_judgeable(Probe& probe) {
  if (!probe.context().refuses_something()) {
    return Finding::undecided(
        "the server accepts requests without credentials and with garbage: see "
        "wiring.refuses-something");
  }
  if (!probe.control_accepted()) {
    return Finding::undecided("valid credentials were rejected just before");
  }
  return std::nullopt;
}

Forgeries rejected_by_control(Probe& probe, Forgeries forgeries) {
  const Way control = of_operation(probe, probe.target().control());
  const mcp::Answer valid = control.send(probe.good_credential());
  const auto again = [&] { return control.send(probe.good_credential()); };
  std::erase_if(forgeries, [&](const Forged& forged) {
    // What a forgery got there once holds for the run.
    return probe.context().once<bool>("surface control " + forged.label, [&] {
      return compare(control.send(forged.credential), valid, again) != Got::nothing;
    });
  });
  return forgeries;
}

check::Body verifies(MakeWays make) {
  return [make = std::move(make)](Probe& probe) {
    if (auto obstacle = not_judgeable(probe)) return std::move(*obstacle);
    const Forgeries forgeries = rejected_by_control(probe, known_to_anyone(probe));
    if (forgeries.empty()) return Finding::skipped(kAcceptedAnywhere);
    return verified(probe, make(probe), forgeries);
  };
}

mcp::Answer ask(Probe& probe, wire::Request request, const check::Credential& credential,
                std::string_view id, std::chrono::milliseconds span) {
  for (const auto& header : credential.headers) request.headers.push_back(header);
  const std::string own_id(id);
  const auto enough = [&](const wire::Response& response) {
    return own_id.empty() ? is_event_stream(response) : mcp::has_response(response, own_id);
  };
  mcp::Answer answer = mcp::interpret(probe.fetch_until(request, enough, span), id);
  if (!is_stray(answer)) return answer;
  return mcp::interpret(probe.fetch_until(std::move(request), enough, span), id);
}

mcp::Answer ask(Probe& probe, const mcp::Framing& framing, const mcp::Operation& operation,
                const check::Credential& credential) {
  const std::string id = std::to_string(probe.context().count_exchange());
  return ask(probe, mcp::frame(framing, operation, id), credential, id, kForAnAnswer);
}

Way of_operation(Probe& probe, mcp::Operation operation, std::string name) {
  if (name.empty()) name = operation.method;
  std::string method = operation.method;
  return {.name = std::move(name),
          .send =
              [&probe, operation = std::move(operation)](const check::Credential& credential) {
                return ask(probe, probe.context().framing(), operation, credential);
              },
          .method = std::move(method)};
}

std::optional<mcp::Framing> begin_legacy(Probe& probe, const check::Credential& credential,
                                         mcp::Revision preferred) {
  const mcp::Revision own = probe.target().revision();
  const bool legacy = mcp::era_of(own) == mcp::Era::legacy;
  const std::string target = probe.target().url.target();
  const mcp::Greeting greeting = mcp::greet(
      [&](wire::Request request, std::string_view id) {
        return ask(probe, std::move(request), credential, id, kForAnAnswer);
      },
      target, legacy ? own : preferred);
  if (!greeting.ok()) return std::nullopt;
  return mcp::Framing{.target = target,
                      .revision = greeting.revision,
                      .session_id = greeting.session_id,
                      .protocol_version = greeting.protocol_version};
}

}  // namespace suites::surface
