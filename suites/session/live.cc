#include "suites/session/live.h"

#include <utility>

#include "harness/check/second_caller.h"
#include "harness/check/sessions.h"

namespace suites::session {

using check::Finding;
using check::Probe;

bool is_only_one(const mcp::Greeting& greeting) {
  const int status = greeting.last.status();
  return !greeting.ok() && !greeting.refused && status / 100 == 4 && status != 429;
}

mcp::Answer use(Probe& probe, const check::Credential& credential, const std::string& id) {
  return probe.send({.credential = credential, .session = id});
}

check::Attempt without_body(const check::Credential& credential, const std::string& method,
                            const std::string& id) {
  return {.credential = credential,
          .edit =
              [method](wire::Request& request) {
                request.method = method;
                request.body.clear();
                base::remove_header(request.headers, "Content-Type");
                base::set_header(request.headers, "Accept", "text/event-stream");
              },
          .session = id};
}

check::Body about_session(OfSession body) {
  return [body = std::move(body)](Probe& probe) {
    if (probe.target().greeting.session_id.empty()) {
      return Finding::skipped("the server keeps no sessions");
    }
    Live live{.credential = probe.good_credential(), .id = {}};
    const mcp::Greeting greeting = check::begin_session(probe, live.credential);
    live.id = greeting.session_id;
    if (is_only_one(greeting)) return Finding::skipped("the server begins no second session");
    if (!greeting.ok() || live.id.empty()) {
      return Finding::undecided("no session could be begun: " + greeting.last.summary());
    }
    const mcp::Answer first = use(probe, live.credential, live.id);
    if (first.kind != mcp::Kind::result) {
      return Finding::undecided("a session that was just begun is not served: " + first.summary());
    }
    Finding finding = body(probe, live);
    check::end_session(probe, live.credential, live.id);
    return finding;
  };
}

check::Body about_token(check::Change change, OfOther body) {
  return about_session([change = std::move(change), body = std::move(body)](Probe& probe,
                                                                            const Live& live) {
    jose::Recipe token = probe.good();
    change(token);
    const check::Credential credential = probe.carry(probe.mint(token));
    const mcp::Greeting own = check::begin_session(probe, credential);
    if (!own.ok()) {
      return Finding::skipped("the server does not accept such a token in a session of its own: " +
                              own.last.summary());
    }
    Finding finding = body(probe, live, credential);
    check::end_session(probe, credential, own.session_id);
    return finding;
  });
}

check::Body about_other(OfOther body) {
  return about_session([body = std::move(body)](Probe& probe, const Live& live) {
    const auto other = check::credential_of_another(probe, "session-mallory");
    if (!other) return Finding::skipped(check::kNoSecondCaller);
    const mcp::Greeting own = check::begin_session(probe, *other);
    if (!own.ok()) {
      return Finding::undecided("good credentials of a second caller begin no session: " +
                                own.last.summary());
    }
    Finding finding = body(probe, live, *other);
    check::end_session(probe, *other, own.session_id);
    return finding;
  });
}

}  // namespace suites::session
