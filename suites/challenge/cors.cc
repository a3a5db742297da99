// Clients in web pages: whether a server that means to serve them does so.
#include <fmt/core.h>

#include <optional>

#include "common/base/text.h"
#include "harness/check/declared.h"
#include "harness/check/family.h"
#include "harness/check/sessions.h"

namespace {

using check::Attacker;
using check::Finding;
using check::Level;
using check::Probe;

constexpr const char* kAnyPage = "https://client.example";
constexpr const char* kHostilePage = "https://attacker.example";

std::string field_of(const wire::Exchange& exchange, const char* name) {
  const std::string* value = exchange.response ? exchange.response->header(name) : nullptr;
  return value == nullptr ? "" : base::to_lower(*value);
}

/// What a page of one origin is sent.
struct Shared {
  std::string origin;
  wire::Exchange preflight;
  wire::Exchange refused;  ///< to a request without credentials
  wire::Exchange served;   ///< to one with valid credentials
};

/// The field that credentials come in, in lower case; empty where they come in none.
std::string credential_field(Probe& probe) {
  const base::Headers headers = probe.good_credential().headers;
  return headers.empty() ? "" : base::to_lower(headers.front().name);
}

check::Attempt from_page(const std::string& origin, check::Credential credential) {
  return {.credential = std::move(credential), .edit = [origin](wire::Request& request) {
            base::set_header(request.headers, "Origin", origin);
          }};
}

Shared ask_as_page(Probe& probe, const std::string& origin) {
  const std::string credential = credential_field(probe);
  Shared shared{.origin = origin};
  shared.preflight = probe.fetch(
      {.method = "OPTIONS",
       .target = probe.target().url.target(),
       .headers = {{"Origin", origin},
                   {"Access-Control-Request-Method", "POST"},
                   {"Access-Control-Request-Headers",
                    credential.empty() ? "content-type" : credential + ",content-type"}}});
  shared.refused = probe.send(from_page(origin, {})).exchange;
  shared.served = probe.send(from_page(origin, probe.good_credential())).exchange;
  return shared;
}

bool shares(const wire::Exchange& exchange, const std::string& origin) {
  const std::string allowed = field_of(exchange, "Access-Control-Allow-Origin");
  return allowed == "*" || allowed == base::to_lower(origin);
}

bool shares_any(const Shared& shared) {
  return shares(shared.preflight, shared.origin) || shares(shared.refused, shared.origin) ||
         shares(shared.served, shared.origin);
}

/// Whether a list of field names has that one, or stands for all.
bool has_field_name(const std::string& text, const std::string& name) {
  for (const std::string& item : base::split(text, ',')) {
    const std::string_view one = base::trim(item);
    if (one == name || one == "*") return true;
  }
  return false;
}

/// The origin whose pages the server means to serve: the declared one or its own, else any.
std::optional<Shared> shared_with_page(Probe& probe) {
  return probe.context().once<std::optional<Shared>>("challenge.cors", [&] {
    std::string own = check::declared(probe).allowed_origin;
    if (own.empty()) own = probe.target().url.origin();
    for (const std::string& origin : {own, std::string(kAnyPage)}) {
      Shared shared = ask_as_page(probe, origin);
      if (shares_any(shared)) return std::optional(std::move(shared));
    }
    return std::optional<Shared>();
  });
}

using OfShared = Finding (*)(Probe&, const Shared&);

check::Body about_pages(OfShared judge) {
  return [judge](Probe& probe) {
    const std::optional<Shared> shared = shared_with_page(probe);
    if (!shared) {
      return Finding::skipped(
          "the server sends no Access-Control-Allow-Origin, so it is not meant for web pages");
    }
    return judge(probe, *shared);
  };
}

/// What keeps a browser from sending the request after this preflight; empty: nothing.
std::string preflight_problem(Probe& probe, const Shared& shared) {
  const wire::Exchange& preflight = shared.preflight;
  if (preflight.status() / 100 != 2) return fmt::format("status {}", preflight.status());
  if (!shares(preflight, shared.origin)) {
    return fmt::format("status {} without Access-Control-Allow-Origin", preflight.status());
  }
  const std::string allowed = field_of(preflight, "Access-Control-Allow-Headers");
  for (const std::string& name : {credential_field(probe), std::string("content-type")}) {
    if (name.empty() || has_field_name(allowed, name)) continue;
    return fmt::format("Access-Control-Allow-Headers is \"{}\", without {}", allowed, name);
  }
  return {};
}

Finding preflight_passes(Probe& probe, const Shared& shared) {
  const std::string problem = preflight_problem(probe, shared);
  if (shared.preflight.status() == 0 || shared.preflight.status() == 429) {
    return Finding::undecided("the preflight was not answered: " + problem);
  }
  probe.decisive(shared.preflight, !problem.empty());
  if (problem.empty()) return Finding::met(fmt::format("status {}", shared.preflight.status()));
  return Finding::broken(
      "2xx that allows the origin and the fields authorization and content-type", problem,
      fmt::format("other responses share their content with {}, but a browser does not send a "
                  "request whose preflight fails",
                  shared.origin));
}

/// Whether a page can read that field of a response that has it.
bool exposes(const wire::Exchange& exchange, const char* name) {
  const std::string exposed = field_of(exchange, "Access-Control-Expose-Headers");
  const bool with_credentials = field_of(exchange, "Access-Control-Allow-Credentials") == "true";
  return has_field_name(exposed, base::to_lower(name)) && !(with_credentials && exposed == "*");
}

Finding judge_exposed(Probe& probe, const Shared& shared, const wire::Exchange& exchange,
                      const char* name, const char* reason) {
  if (field_of(exchange, name).empty()) {
    return Finding::skipped(fmt::format("the response has no {}", name));
  }
  const std::string expected = fmt::format("Access-Control-Expose-Headers with {}", name);
  const bool shared_at_all = shares(exchange, shared.origin);
  const bool good = shared_at_all && exposes(exchange, name);
  probe.decisive(exchange, !good);
  if (good) return Finding::met(fmt::format("{} is exposed", name));
  if (!shared_at_all) {
    return Finding::broken(
        expected, fmt::format("status {} without Access-Control-Allow-Origin", exchange.status()),
        "other responses have it; of this one a page cannot read even the status");
  }
  const std::string exposed = field_of(exchange, "Access-Control-Expose-Headers");
  return Finding::broken(expected, exposed.empty() ? "nothing is exposed" : "exposed: " + exposed,
                         reason);
}

Finding challenge_exposed(Probe& probe, const Shared& shared) {
  if (shared.refused.status() != 401) {
    return Finding::skipped(fmt::format("a request without credentials from {} is answered with {}",
                                        shared.origin, shared.refused.status()));
  }
  return judge_exposed(probe, shared, shared.refused, "WWW-Authenticate",
                       "the 401 names the metadata in a field that a page cannot read");
}

Finding session_exposed(Probe& probe, const Shared& shared) {
  if (probe.target().greeting.session_id.empty()) {
    return Finding::skipped("the server keeps no sessions");
  }
  const check::Credential credential = probe.good_credential();
  mcp::Framing framing = probe.target().framing();
  framing.session_id.clear();
  framing.protocol_version.clear();
  wire::Request request = mcp::frame_initialize(framing, "1");
  for (const base::Header& header : credential.headers) request.headers.push_back(header);
  base::set_header(request.headers, "Origin", shared.origin);
  const wire::Exchange begun = probe.fetch(std::move(request));
  const std::string* id = begun.response ? begun.response->header("Mcp-Session-Id") : nullptr;
  if (id != nullptr) check::end_session(probe, credential, *id);
  return judge_exposed(probe, shared, begun, "Mcp-Session-Id",
                       "a page cannot read the id of the session that it began");
}

/// Whether any page is told that it may send cookies and client certificates along.
Finding no_credentials_for_any(Probe& probe, const Shared&) {
  const Shared hostile = ask_as_page(probe, kHostilePage);
  for (const wire::Exchange* exchange : {&hostile.served, &hostile.refused, &hostile.preflight}) {
    const bool reflected = field_of(*exchange, "Access-Control-Allow-Origin") == hostile.origin &&
                           field_of(*exchange, "Access-Control-Allow-Credentials") == "true";
    if (!reflected) continue;
    probe.decisive(*exchange, true);
    return Finding::broken(
        "no Access-Control-Allow-Credentials for an origin that is not known",
        fmt::format("Access-Control-Allow-Origin: {} with Access-Control-Allow-Credentials: true",
                    kHostilePage),
        "whatever origin is sent is allowed, credentials included");
  }
  return Finding::met("not for an unknown origin");
}

check::Case about_page(std::string id, std::string title, std::string sends,
                       std::vector<std::string> faults, OfShared judge) {
  return {.id = std::move(id),
          .title = std::move(title),
          .sends = std::move(sends),
          .level = Level::should,
          .attacker = Attacker::none,
          .references = {{"Fetch", ""}},
          .faults = std::move(faults),
          .run = about_pages(judge)};
}

std::vector<check::Case> page_cases() {
  check::Case preflight =
      about_page("cors-preflight", "Answers CORS preflights without asking for credentials",
                 "OPTIONS with Origin, as a browser sends it before a POST with credentials.",
                 {"cors.skip", "cors.credential-not-allowed"}, preflight_passes);
  preflight.why =
      "Browsers send no credentials with a preflight. Where it fails, no client in a web page can "
      "use the server, though its other responses allow it.";
  preflight.fix =
      "Put the CORS middleware before authentication, and list Authorization and Content-Type in "
      "Access-Control-Allow-Headers.";

  check::Case challenge = about_page(
      "cors-challenge-exposed", "Lets web pages that it serves read WWW-Authenticate of a 401",
      "A request without credentials, with Origin.",
      {"cors.challenge-hidden", "cors.refusals-unshared"}, challenge_exposed);
  challenge.why =
      "A client in a web page cannot find the protected resource metadata and cannot log in.";
  challenge.fix = "Add WWW-Authenticate to Access-Control-Expose-Headers, on errors too.";

  check::Case session = about_page(
      "cors-session-exposed", "Lets web pages that it serves read Mcp-Session-Id",
      "`initialize` with valid credentials and Origin.", {"cors.session-hidden"}, session_exposed);
  session.needs.until = mcp::Revision::r2025_11_25;
  session.why = "A client in a web page cannot name its session, so its second request fails.";
  session.fix = "Add Mcp-Session-Id to Access-Control-Expose-Headers.";

  check::Case any =
      about_page("cors-any-origin-credentials", "Does not allow credentials for any origin",
                 "Requests with Origin: https://attacker.example.", {"cors.any-origin"},
                 no_credentials_for_any);
  any.level = Level::bcp;
  any.attacker = Attacker::network;
  any.references = {{"Fetch", ""}, {"CWE-942", ""}};
  any.why =
      "Any web page can send requests with the cookies and client certificates of its visitors and "
      "read the responses.";
  any.fix =
      "Leave Access-Control-Allow-Credentials out, or send it for the origins of known clients "
      "only.";
  return {preflight, challenge, session, any};
}

const check::Suite cors_cases{"challenge", check::modes::protected_http(), page_cases()};

}  // namespace
