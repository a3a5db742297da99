// What the pages of a server that need no credentials say about its callers.
#include <fmt/core.h>

#include "common/base/base64.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "harness/check/sessions.h"
#include "suites/isolation/pages.h"

namespace suites::isolation {
namespace {

using check::Finding;
using check::Level;
using check::Probe;

/// Shorter texts are on a page by chance.
constexpr std::size_t kTelling = 8;
constexpr std::size_t kTellingPart = 20;

/// Something that only one caller and the server know, and what it is.
struct Confidence {
  std::string what;
  std::string text;
};

/// A caller that just used the target: its name is on no page by chance.
struct Visitor {
  check::Credential credential;
  std::string subject;  ///< empty where the user cannot be chosen
  std::string secret;   ///< the token or key
  std::string session;  ///< live; empty: none
};

Visitor visitor_of(Probe& probe) {
  if (!probe.context().calibration().accepted) {
    const std::string secret = probe.context().control_secret();
    return {.credential = probe.carry(secret), .secret = secret};
  }
  Visitor visitor{.subject = "visitor-" + base::random_hex(8)};
  visitor.secret = probe.mint(probe.good_for(visitor.subject));
  visitor.credential = probe.carry(visitor.secret);
  return visitor;
}

/// What of its credential a visitor wants to keep to itself.
std::vector<Confidence> secrets_of(const Visitor& visitor) {
  std::vector<Confidence> secrets = {{"a credential", visitor.secret}};
  // Of user and password the password; of a token that has parts the last one, its signature.
  const std::size_t colon = visitor.secret.find(':');
  const std::size_t dot = visitor.secret.rfind('.');
  if (colon != std::string::npos) {
    secrets.push_back({"a password", visitor.secret.substr(colon + 1)});
    secrets.push_back({"a credential", base::base64_encode(visitor.secret)});
  } else if (dot != std::string::npos && visitor.secret.size() - dot > kTellingPart) {
    secrets.push_back({"the signature of a token", visitor.secret.substr(dot + 1)});
  }
  return secrets;
}

std::string shown_by(const wire::Response& response) {
  std::string text = response.body;
  for (const base::Header& field : response.headers) text += "\n" + field.value;
  return text;
}

Finding judge(Probe& probe, const std::vector<Confidence>& confidences, const std::string& reason) {
  const std::vector<Page> pages = open_pages(probe);
  for (const Page& page : pages) {
    const std::string text = shown_by(*page.exchange.response);
    for (const auto& [what, confidence] : confidences) {
      if (confidence.size() < kTelling || text.find(confidence) == std::string::npos) continue;
      probe.decisive(page.exchange, true);
      Finding finding = Finding::broken(
          "nothing about a caller without credentials",
          fmt::format("GET {} without credentials shows {}", page.path, what), reason);
      finding.impact = check::Impact::exposure;
      finding.cause = "an open page tells about callers: " + page.path;
      return finding;
    }
  }
  if (!probe.control_accepted()) return Finding::undecided("valid credentials are rejected");
  std::vector<std::string> paths;
  for (const Page& page : pages) paths.push_back(page.path);
  return Finding::met(paths.empty() ? "there are no open pages"
                                    : "open pages: " + base::join(paths, ", "));
}

/// With the sessions of an older revision, where the target keeps them in that one only.
Finding with_visitor(Probe& probe, Finding (*body)(Probe&, const Visitor&)) {
  check::Context& context = probe.context();
  check::Context& view = context.legacy() != nullptr ? *context.legacy() : context;
  wire::Connection connection = view.connect();
  Probe own(view, probe.subject(), connection, probe.limit());
  Visitor visitor = visitor_of(own);
  const mcp::Greeting greeting = check::begin_session(own, visitor.credential);
  visitor.session = greeting.ok() ? greeting.session_id : "";
  check::Attempt visit{.credential = visitor.credential};
  // A server may have one session for all: the run's.
  if (!visitor.session.empty()) visit.session = visitor.session;
  const mcp::Answer answer = own.send(visit);
  Finding finding = answer.kind == mcp::Kind::result
                        ? body(own, visitor)
                        : Finding::undecided("valid credentials are rejected: " + answer.summary());
  check::end_session(own, visitor.credential, visitor.session);
  probe.include(own);
  return finding;
}

Finding credentials(Probe& probe) {
  return with_visitor(probe, [](Probe& own, const Visitor& visitor) {
    std::vector<Confidence> all = {
        {"the id of a live session", visitor.session},
        {"the id of a live session", own.context().framing().session_id}};
    for (Confidence& secret : secrets_of(visitor)) all.push_back(std::move(secret));
    return judge(own, all, "what identifies a caller to the server is shown to everyone");
  });
}

Finding users(Probe& probe) {
  return with_visitor(probe, [](Probe& own, const Visitor& visitor) {
    return judge(own, {{"the name of a user", visitor.subject}},
                 "everyone can see who uses the server");
  });
}

const check::Suite kOpenPageCases{
    "isolation",
    check::modes::protected_http(),
    {
        {.id = "open-pages-credentials",
         .title = "Shows no session ids and no credentials on pages that are open to everyone",
         .sends = "A request of a caller in a live session; then GET of the usual open pages "
                  "(health, status, metrics, debug, environment and what the root page names) "
                  "without credentials.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "access-token-privilege-restriction"},
                        {"RFC 6749", "10.3"},
                        {"MCP best practices", "session-hijacking"},
                        {"CWE-200", ""}},
         .requirements = {"RS-16"},
         .faults = {"health.skip", "health.tells-sessions", "health.tells-tokens"},
         .why = "An attacker takes over a caller's session, or acts with its token, by reading a "
                "page.",
         .fix = "Show numbers about the whole server there, such as how many sessions there are. "
                "Put everything else behind authentication.",
         .run = credentials},
        {.id = "open-pages-users",
         .title = "Names no user on pages that are open to everyone",
         .sends =
             "A request of a user with a random name; then GET of the usual open pages without "
             "credentials.",
         .level = Level::bcp,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "access-token-privilege-restriction"}, {"CWE-200", ""}},
         .requirements = {"RS-16"},
         .needs = {.issuer = true},
         .faults = {"health.skip", "health.tells-users"},
         .why = "An attacker learns who uses the server, and whose account is worth an attack.",
         .fix = "Leave users out of health and metrics pages, labels included; put what is about "
                "users behind authentication.",
         .run = users},
    }};

}  // namespace
}  // namespace suites::isolation
