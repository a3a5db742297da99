#include "harness/check/probe.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "common/base/text.h"
#include "harness/check/call_refusal.h"
#include "harness/check/curl.h"
#include "harness/check/front.h"
#include "harness/check/patience.h"
#include "harness/check/refusal.h"
#include "harness/check/treatment.h"
#include "harness/oauth/ask.h"

namespace check {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxExchanges = 12;    ///< kept of one case
constexpr std::size_t kMaxKept = 8UL << 10;  ///< bytes kept of each raw message

/// What of the credential a refusal must not repeat.
std::string secret_part(const Credential& credential) {
  const std::string* value = base::find_header(credential.headers, "Authorization");
  if (value == nullptr) return credential.headers.empty() ? "" : credential.headers.front().value;
  const std::size_t blank = value->find(' ');
  return blank == std::string::npos ? *value : std::string(base::trim(value->substr(blank)));
}

/// That a run waits for rate limits.
constexpr milliseconds kMostLimited{900'000};

void bound(std::string& text) { text = base::abbreviate(text, kMaxKept); }

}  // namespace

Probe::Probe(Context& context, const Case& subject, wire::Connection& connection,
             base::Deadline limit)
    : context_(context), subject_(subject), connection_(connection), limit_(limit) {}

base::Deadline Probe::deadline(std::chrono::milliseconds patience) const {
  return base::Deadline::earlier(context_.request_deadline(patience), limit_);
}

jose::Recipe Probe::good() { return good_for("alice"); }

jose::Recipe Probe::good_for(std::string_view subject) { return context_.control(subject); }

std::string Probe::mint(const jose::Recipe& recipe) {
  if (context_.options().supplied.given()) wanted_issuer_ = true;
  auto token = context_.mint(recipe);
  if (token) return *token;
  error_ = "the token could not be made: " + token.error().message;
  return {};
}

Credential Probe::good_credential() { return context_.control_credential(); }

Credential Probe::carry(std::string_view secret) const { return context_.carry(secret); }

mcp::Answer Probe::send(const Attempt& attempt) {
  mcp::Answer answer = send_once(attempt);
  for (int i = 0; i < kMaxPatience && answer.kind == mcp::Kind::limited; ++i) {
    if (!wait_out(answer.exchange)) break;
    answer = send_once(attempt);
  }
  return answer;
}

mcp::Answer Probe::send_once(const Attempt& attempt) {
  const bool takes_runs = !attempt.own_session && context_.session_takes(attempt.credential);
  mcp::Framing framing = context_.framing();
  if (attempt.session) {
    framing.session_id = *attempt.session;
  } else if (!takes_runs && !framing.session_id.empty()) {
    const auto greeting = mcp::greet(
        [&](wire::Request request, std::string_view id) {
          for (const auto& header : attempt.credential.headers) request.headers.push_back(header);
          return mcp::interpret(context_.exchange(connection_, request, deadline(attempt.patience),
                                                  {}, {}, repeat_of(attempt)),
                                id);
        },
        framing.target, framing.revision);
    if (!greeting.ok()) {
      record(greeting.last.exchange);
      return greeting.last;
    }
    framing.session_id = greeting.session_id;
  }
  // Servers tell the answers of a session apart by these numbers.
  const std::string id = std::to_string(context_.count_exchange());
  const mcp::Operation operation =
      with_credential(attempt.operation.value_or(target().control()), attempt.credential);
  wire::Request request = mcp::frame(framing, operation, id);
  for (const auto& header : attempt.credential.headers) request.headers.push_back(header);
  if (attempt.edit) attempt.edit(request);
  auto answer = carry_out(attempt, request, id);
  record(answer.exchange);
  const mcp::Operation control = target().control();
  const bool is_control = !attempt.operation || (attempt.operation->method == control.method &&
                                                 attempt.operation->params == control.params);
  if (is_control) answer = compared(std::move(answer));
  if (is_refusal(answer, attempt.credential)) {
    context_.remember_refused({subject_.id, secret_part(attempt.credential), answer.exchange});
  }
  return answer;
}

/// Good credentials are not what a request was refused for that is wrong otherwise.
bool Probe::is_refusal(const mcp::Answer& answer, const Credential& credential) {
  const int status = answer.status();
  if (status == 401 || status == 403) return true;
  return status >= 400 && credential.headers != good_credential().headers;
}

mcp::Answer Probe::carry_out(const Attempt& attempt, const wire::Request& request,
                             const std::string& id) {
  if (StdioTarget* stdio = context_.stdio()) return stdio->exchange(request.body, id, deadline());
  std::optional<wire::Connection> other;
  if (attempt.certificate) {
    wire::TlsOptions tls = context_.tls_options();
    tls.certificate = *attempt.certificate;
    other.emplace(target().url, std::move(tls));
  }
  const auto enough = [&](const wire::Response& response) {
    return mcp::has_response(response, id);
  };
  return mcp::interpret(
      context_.exchange(other ? *other : connection_, request, deadline(attempt.patience), enough,
                        attempt.proofs, repeat_of(attempt)),
      id);
}

mcp::Answer Probe::compared(mcp::Answer answer) const {
  // Over standard input and output a result is compared with the control around it.
  if (!modes::contains(modes::tool_calls(), target().mode)) {
    mark_denial(answer, target().control_answer);
  }
  return answer;
}

/// What an issuer that fails on purpose, or a flood, brings about is no stray failure.
Repeat Probe::repeat_of(const Attempt& attempt) const {
  const Needs& needs = subject_.needs;
  // Once stray failures are known, a failure that was provoked is known by coming again.
  const bool provoked = (needs.own_server || needs.loud) && context_.steadiness().strays() == 0;
  return provoked && attempt.repeat == Repeat::yes ? Repeat::broken_connections : attempt.repeat;
}

mcp::StdioGreeting Probe::start_process(const Secrets& secrets) {
  auto met = context_.stdio()->start(secrets, target().revision());
  record(met.greeting.last.exchange);
  return met;
}

mcp::Answer Probe::send_to(mcp::StdioGreeting& process, const Credential& credential) {
  const std::string id = std::to_string(context_.count_exchange());
  mcp::Framing framing{.target = "",
                       .revision = process.greeting.revision,
                       .protocol_version = process.greeting.protocol_version};
  const auto request = mcp::frame(framing, with_credential(target().control(), credential), id);
  mcp::Answer answer = process.peer->exchange(request.body, id, deadline());
  record(answer.exchange);
  return answer;
}

wire::Exchange Probe::fetch(wire::Request request) {
  return with_patience(*this, [&] { return fetch_once(request); });
}

wire::Exchange Probe::fetch_once(wire::Request request) {
  context_.count_exchange();
  wire::Exchange exchange =
      context_.exchange(connection_, request, deadline(), {}, {}, repeat_of({}));
  record(exchange);
  return exchange;
}

wire::Exchange Probe::fetch_from(const base::Url& server, wire::Request request) {
  context_.complete(request);
  context_.count_exchange();
  wire::Connection connection(server, context_.tls_options());
  wire::Exchange exchange = connection.exchange(request, deadline());
  record(exchange);
  return exchange;
}

wire::Exchange Probe::fetch_until(wire::Request request, const wire::Enough& enough,
                                  milliseconds span) {
  return with_patience(*this, [&] {
    context_.count_exchange();
    wire::Connection connection = context_.connect();
    const auto until = base::Deadline::earlier(base::Deadline::after(span), deadline());
    wire::Exchange exchange =
        context_.exchange(connection, request, until, enough, {}, Repeat::broken_connections);
    record(exchange);
    return exchange;
  });
}

wire::Exchange Probe::get(std::string_view path, const base::Headers& headers) {
  wire::Request request;
  request.target = path;
  request.headers = headers;
  return fetch(std::move(request));
}

wire::Exchange Probe::get_url(std::string_view url) {
  const oauth::Ask asking = [this](const base::Url& place, wire::Request request) {
    return ask(place, std::move(request));
  };
  return oauth::get_json(asking, std::string(url));
}

wire::Exchange Probe::ask(const base::Url& url, wire::Request request) {
  const bool own = url.origin() == target().url.origin();
  if (own) context_.complete(request);
  if (auto unsent = context_.withheld(url, request)) {
    record(*unsent);
    return std::move(*unsent);
  }
  wire::Connection connection(url, own ? context_.tls_options() : context_.options().tls);
  context_.count_exchange();
  // A code is good once, so only what changes nothing is repeated here; see the runner for the
  // rest.
  const bool safe = request.method == "GET";
  const auto send = [&](base::Deadline until, bool fresh) {
    if (fresh) connection.close();
    return connection.exchange(request, until);
  };
  const auto pause = [&](milliseconds span) { return context_.pause(span); };
  wire::Exchange exchange =
      context_.steadiness().steadily(send, pause, deadline(), context_.options().request_timeout,
                                     safe ? repeat_of({}) : Repeat::never);
  record(exchange);
  if (!safe && may_be_stray(exchange)) trouble_ = exchange;
  return exchange;
}

bool Probe::control_accepted() {
  const Attempt control{.credential = good_credential()};
  control_ = send(control);
  const mcp::Answer& answer = control_;
  if (modes::contains(modes::tool_calls(), target().mode)) return was_run(answer);
  if (answer.kind == mcp::Kind::result) return true;
  // A legacy session can end at any time; that says nothing about credentials.
  const bool session_lost = answer.status() == 404 || answer.status() == 400;
  return session_lost && context_.renew_session() && send(control).kind == mcp::Kind::result;
}

void Probe::decisive(const wire::Exchange& exchange, bool broken) {
  if (repro_shows_breach_) return;
  repro_ = curl_line(exchange);
  repro_shows_breach_ = broken;
}

void Probe::include(const Probe& other) {
  for (const wire::Exchange& exchange : other.exchanges_) record(exchange);
  if (other.repro_.empty() || repro_shows_breach_) return;
  repro_ = other.repro_;
  repro_shows_breach_ = other.repro_shows_breach_;
}

Finding Probe::refuses(const Attempt& attempt, const Refusal& wanted) {
  Refusal refusal = wanted;
  // A key in a field of its own has no scheme that a challenge could name; that there is none is
  // one warning, of api-key.challenge, not a failure of every refusal.
  if (target().mode == Mode::api_key) refusal.challenge = false;
  if (!error_.empty()) return Finding::failed(error_);
  if (!control_accepted()) {
    return Finding::undecided(
        "good credentials were refused just before, so a refusal proves "
        "nothing: " +
        last_answer_);
  }
  if (modes::contains(modes::tool_calls(), target().mode) && refusal.challenge) {
    return refuses_call(attempt);
  }
  Attempt sent = attempt;
  const bool errors_are_due = std::any_of(refusal.statuses.begin(), refusal.statuses.end(),
                                          [](int status) { return status / 100 == 5; });
  if (errors_are_due) sent.repeat = Repeat::broken_connections;
  const mcp::Answer answer = send(sent);
  Finding finding = rejected_or(attempt, answer, refusal);
  decisive(answer.exchange, finding.kind == Finding::Kind::broken);
  if (finding.ok() && !control_accepted()) {
    return Finding::undecided(
        "good credentials were refused just after, so the refusal proves "
        "nothing: " +
        last_answer_);
  }
  return finding;
}

Finding Probe::rejected_or(const Attempt& attempt, mcp::Answer answer, const Refusal& refusal) {
  Circumstances known{.control = twin_of(attempt, answer)};
  mark_denial(answer, known.control);
  if (answer.status() == 403) known.like_a_missing_scope = is_like_a_missing_scope(answer);
  Finding finding = judge_refusal(answer, refusal, known);
  if (finding.outcome != Outcome::misrefused) return finding;
  if (auto excuse = excused(answer)) return *excuse;
  if (const auto blocked = answered_in_front(*this, attempt, answer); !blocked.empty()) {
    return Finding::skipped(blocked);
  }
  return finding;
}

mcp::Answer Probe::twin_of(const Attempt& attempt, const mcp::Answer& answer) {
  const bool matters = answer.kind == mcp::Kind::rpc_error ||
                       (!answer.result.empty() && answer.kind != mcp::Kind::denied);
  if (!matters || answer.exchange.request.method != "POST") return control_;
  const Attempt twin{.credential = good_credential(), .operation = attempt.operation};
  const mcp::Answer first = attempt.operation ? send(twin) : control_;
  if (compare(answer, first).share == Share::all) return first;
  if (attempt.edit) {
    // The message may be another one. Where the edit makes valid credentials invalid, as another
    // Host does, what they get says nothing.
    Attempt edited = twin;
    edited.edit = attempt.edit;
    const mcp::Answer same = send(edited);
    const bool says_something = same.kind == mcp::Kind::result || same.kind == mcp::Kind::rpc_error;
    if (says_something) return same;
  }
  const bool has_text = answer.kind == mcp::Kind::result && !answer.is_error &&
                        !mcp::tool_text(answer).empty() && !sounds_like_refusal(answer, first);
  if (!has_text || compare(answer, first).share != Share::none) return first;
  // A tool that says something else each time has said it here as well.
  return yield_of(first) == yield_of(send(twin)) ? first : answer;
}

bool Probe::is_like_a_missing_scope(const mcp::Answer& answer) {
  const mcp::Answer& known = context_.once<mcp::Answer>("403 for a missing scope", [&] {
    if (!context_.calibration().accepted || target().required_scopes.empty()) return mcp::Answer{};
    jose::Recipe token = good();
    token.without_claim(target().profile.scope_claim);
    return send({.credential = carry(mint(token))});
  });
  const auto error = [](const mcp::Answer& one) {
    for (const auto& challenge : one.challenges) {
      if (const std::string* text = challenge.parameter("error")) return *text;
    }
    return std::string();
  };
  return known.status() == 403 && error(known) == error(answer) &&
         known.rpc_code == answer.rpc_code && known.rpc_message == answer.rpc_message &&
         mcp::describe_body(*known.exchange.response) ==
             mcp::describe_body(*answer.exchange.response);
}

std::optional<Finding> Probe::excused(const mcp::Answer& answer) {
  const int status = answer.status();
  const bool gateway = status == 502 || status == 503 || status == 504;
  const bool late = context_.steadiness().was_late_since(answer.exchange.sent_us);
  if (!late || (status != 0 && !gateway)) return std::nullopt;
  return Finding::undecided(
      "this process was late itself, so its provider may have been too; the answer was: " +
      answer.summary());
}

Finding Probe::refuses_call(const Attempt& attempt) {
  const mcp::Answer before = control_;
  const mcp::Answer answer = send(attempt);
  const bool good_after = control_accepted();
  Finding finding = judge_call(answer, before, control_);
  decisive(answer.exchange, finding.kind == Finding::Kind::broken);
  if (finding.ok() && !good_after) {
    return Finding::undecided(
        "good credentials were refused just after, so the refusal proves "
        "nothing: " +
        last_answer_);
  }
  return finding;
}

Finding Probe::refuses(const jose::Recipe& token, const Refusal& refusal) {
  return refuses(Attempt{.credential = carry(mint(token))}, refusal);
}

Finding Probe::accepts(const Attempt& attempt) {
  if (!error_.empty()) return Finding::failed(error_);
  if (!control_accepted()) {
    return Finding::undecided("good credentials were refused just before: " + last_answer_);
  }
  const mcp::Answer answer = send(attempt);
  const bool by_call = modes::contains(modes::tool_calls(), target().mode);
  const bool taken = by_call ? was_run(answer) : answer.kind == mcp::Kind::result;
  decisive(answer.exchange, !taken);
  if (taken) return Finding::met(answer.summary());
  if (answer.kind == mcp::Kind::limited) {
    return Finding::undecided("the server kept answering 429");
  }
  if (auto excuse = excused(answer)) return *excuse;
  if (const auto blocked = valid_answered_in_front(*this, answer); !blocked.empty()) {
    return Finding::skipped(blocked);
  }
  if (!control_accepted()) {
    return Finding::undecided("good credentials were refused just after: " + last_answer_);
  }
  Finding finding = Finding::broken("a JSON-RPC result", answer.summary());
  finding.reason = "a good credential was refused";
  finding.cause = fmt::format("good credentials refused with {}",
                              answer.status() == 0 ? "no answer" : std::to_string(answer.status()));
  return finding;
}

Finding Probe::accepts(const jose::Recipe& token) {
  return accepts(Attempt{.credential = carry(mint(token)), .own_session = true});
}

Finding Probe::observes(const Attempt& attempt, std::string_view observation) {
  if (!error_.empty()) return Finding::failed(error_);
  const mcp::Answer answer = send(attempt);
  decisive(answer.exchange);
  if (!observation.empty()) {
    note(observation, answer.kind == mcp::Kind::result
                          ? "\"accepted\""
                          : fmt::format("\"refused ({})\"", answer.status()));
  }
  return Finding::met(answer.summary());
}

bool Probe::wait(milliseconds span, std::string_view reason) { return context_.wait(span, reason); }

bool Probe::wait_out(const wire::Exchange& limited) {
  const auto left = context_.once<std::shared_ptr<std::atomic<long long>>>(
      "rate-limits", [] { return std::make_shared<std::atomic<long long>>(kMostLimited.count()); });
  const milliseconds span = time_to_wait(limited);
  if ((*left -= span.count()) < 0 || !wait(span, "the server limits our rate")) return false;
  limit_ = limit_.later_by(span);
  return true;
}

void Probe::note(std::string_view name, std::string_view json) { context_.note(name, json); }

void Probe::record(const wire::Exchange& exchange) {
  if (may_be_stray(exchange) && context_.steadiness().strays() > 0) trouble_ = exchange;
  if (exchange.url == mcp::kStdioUrl) {
    last_answer_ = mcp::interpret(exchange, "").summary();
  } else if (exchange.response) {
    last_answer_ = fmt::format("status {}", exchange.response->status);
  } else {
    last_answer_ = exchange.failure_text;
  }
  if (exchanges_.size() >= kMaxExchanges) return;
  wire::Exchange kept = exchange;
  const base::Redactor& redactor = context_.redactor();
  kept.url = redactor.apply(kept.url);
  kept.raw_request = redactor.apply(kept.raw_request);
  kept.raw_response = redactor.apply(kept.raw_response);
  bound(kept.raw_request);
  bound(kept.raw_response);
  // The raw bytes say it all; large bodies need not be kept twice.
  bound(kept.request.body);
  if (kept.response) bound(kept.response->body);
  exchanges_.push_back(std::move(kept));
}

}  // namespace check
