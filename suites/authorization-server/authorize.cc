// The authorization endpoint: what a request has to have, and where the answer may go.
#include <fmt/core.h>

#include "common/base/text.h"
#include "harness/check/family.h"
#include "suites/authorization-server/flow.h"

namespace {

using check::Finding;
using check::Level;
using suites::Flow;
using suites::no_client;
using suites::no_code;

Finding without_challenge(Flow& flow) {
  return no_code(flow.visit(flow.client, oauth::make_pkce(),
                            {{"code_challenge", ""}, {"code_challenge_method", ""}}),
                 "whoever gets hold of the code can use it");
}

Finding with_plain_challenge(Flow& flow) {
  const auto pkce = oauth::make_pkce();
  return no_code(
      flow.visit(flow.client, pkce,
                 {{"code_challenge", pkce.verifier}, {"code_challenge_method", "plain"}}),
      "whoever reads the request knows the verifier");
}

Finding with_response_type_token(Flow& flow) {
  return no_code(flow.visit(flow.client, oauth::make_pkce(), {{"response_type", "token"}}),
                 "tokens in URLs end up in histories and logs");
}

/// Whether the request led the browser to a place that nobody registered.
Finding not_sent_to(Flow& flow, const oauth::Client& client, const std::string& uri,
                    const base::FormFields& more = {}) {
  base::FormFields changes = more;
  changes.emplace_back("redirect_uri", uri);
  const auto visit = flow.visit(client, oauth::make_pkce(), changes);
  const bool went = visit.arrived || visit.url.rfind(uri, 0) == 0;
  if (!went && !visit.last.response) return Finding::undecided("no answer: " + visit.problem);
  if (!went) return Finding::met(fmt::format("a page with status {}", visit.last.status()));
  Finding finding = Finding::broken("an error page, no redirect", "a redirect to " + visit.url,
                                    "codes and errors go wherever an attacker wants");
  finding.outcome = visit.has("code") ? check::Outcome::accepted : check::Outcome::misrefused;
  return finding;
}

constexpr const char* kWebRedirect = "https://client.example/callback";
constexpr const char* kAppRedirect = "com.example.app:/callback";

/// Why there is no client with that redirect URI: the server refuses it, or something else.
Finding not_registered(Flow& flow, const std::string& uri, const base::Error& error) {
  if (flow.enrolment() != check::Enrolment::registration) return no_client(flow, error);
  const auto exchange =
      oauth::send_registration(flow.asking(), flow.server(), {.redirect_uris = {uri}});
  if (exchange.status() != 400) return no_client(flow, error);
  return Finding::broken("the client is registered", "the registration is refused with 400",
                         "clients with this redirect URI cannot log in");
}

/// A client with that redirect URI logs in.
Finding logs_in_at(Flow& flow, const std::string& uri) {
  const auto client = flow.enroll("none", {uri});
  if (!client) return not_registered(flow, uri, client.error());
  const auto visit = flow.visit(*client, oauth::make_pkce());
  if (visit.has("code")) return Finding::met("a code");
  if (!visit.last.response) return Finding::undecided("no answer: " + visit.problem);
  return Finding::broken("a redirect with a code",
                         visit.arrived ? "error " + visit.parameter("error") : visit.problem,
                         "the client could register the redirect URI, and cannot log in with it");
}

Finding https_redirects(Flow& flow) {
  if (flow.enrolment() == check::Enrolment::brought) {
    return Finding::skipped("the client that was brought along has its own redirect URI");
  }
  std::vector<Finding> findings;
  for (const char* uri : {kWebRedirect, "https://client.example:8443/oauth/mcp/callback",
                          "https://client.example/callback?server=mcp"}) {
    findings.push_back(check::labelled(uri, logs_in_at(flow, uri)));
  }
  return check::worst(std::move(findings));
}

Finding app_scheme(Flow& flow) {
  if (flow.enrolment() == check::Enrolment::brought) {
    return Finding::skipped("the client that was brought along has its own redirect URI");
  }
  const Finding finding = logs_in_at(flow, kAppRedirect);
  if (finding.kind != Finding::Kind::broken) return finding;
  return Finding::met(finding.actual);
}

/// What is not a redirect URI, but looks like it.
std::vector<std::string> nearly(const std::string& uri) {
  const auto url = base::parse_url(uri);
  std::vector<std::string> list = {uri + "/more",
                                   uri + "?x=1",
                                   uri + ".evil.example",
                                   uri + "#x",
                                   "https://evil.example/callback",
                                   "javascript:alert(1)"};
  if (!url) return list;
  list.push_back(fmt::format("{}://{}@evil.example{}", url->scheme, url->host, url->path));
  // Loopback redirect URIs may have any port.
  if (url->is_loopback()) return list;
  list.push_back(fmt::format("{}://{}:8443{}", url->scheme, url->host, url->path));
  list.push_back(fmt::format("http://{}{}", url->host, url->path));
  return list;
}

Finding foreign_redirects(Flow& flow) {
  // A client that somebody brought along stays what it is.
  const bool own = flow.enrolment() != check::Enrolment::brought;
  const auto client =
      own ? flow.enroll("none", {kWebRedirect}) : base::Result<oauth::Client>(flow.client);
  if (!client) return no_client(flow, client.error());
  std::vector<Finding> findings;
  for (const std::string& uri : nearly(client->redirect_uris.front())) {
    findings.push_back(check::labelled(uri, not_sent_to(flow, *client, uri)));
  }
  return check::worst(std::move(findings));
}

Finding loopback_port(Flow& flow) {
  if (flow.client.redirect_uris.front() != oauth::kNowhere) {
    return Finding::skipped("the client's redirect URI is " + flow.client.redirect_uris.front());
  }
  const auto visit = flow.visit(flow.client, oauth::make_pkce(),
                                {{"redirect_uri", "http://127.0.0.1:33419/callback"}});
  if (visit.has("code")) return Finding::met("redirected to the other port");
  if (!visit.last.response) return Finding::undecided("no answer: " + visit.problem);
  return Finding::broken("a redirect to the same URI at another port",
                         visit.arrived ? "error " + visit.parameter("error") : visit.problem,
                         "an app takes whatever port is free when it starts");
}

Finding errors_stay_here(Flow& flow) {
  return not_sent_to(flow, flow.client, "https://evil.example/callback",
                     {{"response_type", "unknown"}});
}

Finding state_comes_back(Flow& flow) {
  const auto visit = flow.visit(flow.client, oauth::make_pkce());
  if (!visit.arrived) return Finding::undecided(visit.problem);
  const std::string got = visit.parameter("state");
  if (got == flow.state) return Finding::met("unchanged");
  return Finding::broken(fmt::format("state={}", flow.state),
                         got.empty() ? "no state" : fmt::format("state={}", got),
                         "a client that compares it has to refuse the answer");
}

/// RFC 9207, section 2: where the metadata announces iss, it is in every response; where it is
/// there, it is right.
Finding without_iss(const Flow& flow, const std::string& got) {
  const bool announced = flow.server().announces_iss;
  Finding finding = Finding::broken(
      fmt::format("iss={}", flow.server().issuer),
      got.empty() ? "no iss" : fmt::format("iss={}", got),
      announced ? "the metadata announces iss, so clients have to refuse this response (RFC 9207, "
                  "section 2.4)"
                : "a client cannot tell whose answer it got (mix-up)");
  if (announced || !got.empty()) finding.level = Level::must;
  return finding;
}

Finding iss_is_sent(Flow& flow) {
  if (!flow.server().announces_iss &&
      flow.probe().target().revision() < mcp::Revision::r2026_07_28) {
    return Finding::skipped("the metadata does not announce iss, and the revision does not ask it");
  }
  const auto good = flow.visit(flow.client, oauth::make_pkce());
  if (!good.arrived) return Finding::undecided(good.problem);
  const auto bad = flow.visit(flow.client, oauth::make_pkce(), {{"response_type", "unknown"}});
  for (const auto* visit : {&good, &bad}) {
    const std::string got = visit->parameter("iss");
    if (!visit->arrived || got == flow.server().issuer) continue;
    return without_iss(flow, got);
  }
  return Finding::met("iss names the issuer");
}

Finding foreign_resource(Flow& flow) {
  const std::string other = "https://other.example/mcp";
  const auto pkce = oauth::make_pkce();
  const auto visit = flow.visit(flow.client, pkce, {{"resource", other}});
  if (!visit.has("code")) return no_code(visit, "");
  const suites::Code code{visit.parameter("code"), pkce, flow.client.redirect_uris.front()};
  return suites::no_tokens(flow.redeem(flow.client, code, {{"resource", other}}),
                           "a client that asked for a token for another server got one");
}

const check::Suite authorize_cases{
    "authorization-server",
    check::modes::logged_in(),
    {
        {.id = "pkce-missing",
         .title = "an authorization request without code_challenge is refused",
         .sends = "An authorization request without PKCE.",
         .level = Level::must,
         .attacker = check::Attacker::network,
         .references = {{"OAuth 2.1", "4.1.1"}, {"MCP", "authorization-code-protection"}},
         .requirements = {"AS-01", "REF-AS-2"},
         .faults = {"proxy.pkce-optional", "as.pkce-optional"},
         .why = "A code that leaks through a log, a referrer or another app is as good as a token.",
         .fix = "Refuse requests of public clients without code_challenge with invalid_request.",
         .run = suites::with_flow(without_challenge)},
        {.id = "pkce-plain",
         .title = "code_challenge_method plain is refused",
         .sends = "An authorization request whose challenge is the verifier itself.",
         .level = Level::should,
         .attacker = check::Attacker::network,
         .references = {{"RFC 9700", "2.1.1"}, {"RFC 7636", "7.2"}},
         .requirements = {"REF-AS-2"},
         .faults = {"proxy.plain-pkce-ok", "as.pkce-plain"},
         .why = "Whoever reads the authorization request can redeem the code.",
         .fix = "Support S256 only.",
         .run = suites::with_flow(with_plain_challenge)},
        {.id = "response-type-token",
         .title = "response_type token is refused: there is no implicit grant",
         .sends = "An authorization request with response_type=token.",
         .level = Level::must,
         .attacker = check::Attacker::network,
         .references = {{"OAuth 2.1", "10.1"}, {"RFC 9700", "2.1.2"}},
         .requirements = {"AS-01"},
         .faults = {"proxy.implicit", "as.implicit-grant"},
         .why = "Access tokens in URLs end up in histories, logs and referrers.",
         .fix = "Answer every response_type but code with unsupported_response_type.",
         .run = suites::with_flow(with_response_type_token)},
        {.id = "redirect-exact",
         .title = "nobody is redirected to a URI that the client did not register",
         .sends = "Authorization requests with redirect URIs that are nearly the registered one.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 9700", "2.1"}, {"MCP", "open-redirection"}},
         .requirements = {"AS-18", "AS-19", "AS-20"},
         .faults = {"proxy.redirect-prefix", "as.redirect-unchecked", "as.redirect-prefix"},
         .why = "A code is sent to whoever can guess a URI that passes.",
         .fix = "Compare redirect URIs character by character; show an error page otherwise.",
         .run = suites::with_flow(foreign_redirects)},
        {.id = "redirect-loopback-port",
         .title = "a loopback redirect URI may have any port",
         .sends = "The registered http://127.0.0.1 redirect URI with another port.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 8252", "7.3"}},
         .requirements = {"REF-AS-5"},
         .faults = {"proxy.redirect-exact-port", "as.redirect-port-fixed"},
         .why = "Desktop and command-line clients cannot log in whenever the port is taken.",
         .fix = "Leave the port out when loopback redirect URIs are compared.",
         .run = suites::with_flow(loopback_port)},
        {.id = "error-redirect",
         .title = "errors are not sent to a redirect URI that nobody registered",
         .sends = "A request with an unknown response_type and a foreign redirect URI.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 6749", "4.1.2.1"}, {"RFC 9700", "4.11.2"}},
         .requirements = {"AS-19"},
         .faults = {"proxy.error-redirects", "as.errors-redirected-anywhere"},
         .why = "The server is an open redirector: its name vouches for an attacker's page.",
         .fix = "Check client and redirect URI before anything else.",
         .run = suites::with_flow(errors_stay_here)},
        {.id = "state",
         .title = "state comes back unchanged",
         .sends = "An authorization request whose state has characters that need escaping.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6749", "4.1.2"}},
         .requirements = {"REF-AS-4"},
         .faults = {"proxy.state-dropped", "as.state-dropped"},
         .why = "Clients that compare it refuse the login, others are open to forged answers.",
         .fix = "Store state with the request and send it back, form-encoded.",
         .run = suites::with_flow(state_comes_back)},
        {.id = "iss",
         .title = "authorization responses name the issuer, errors included",
         .sends = "A good authorization request, and one with an unknown response_type.",
         .level = Level::should,
         .attacker = check::Attacker::other_issuer,
         .references = {{"RFC 9207", "2"},
                        {"RFC 9207", "3"},
                        {"MCP", "authorization-response-validation"}},
         .requirements = {"AS-09"},
         .faults = {"proxy.no-iss", "as.iss-missing", "as.iss-wrong"},
         .why = "A client that talks to several servers can be made to mix them up.",
         .fix = "Add iss with the issuer identifier to every authorization response.",
         .run = suites::with_flow(iss_is_sent)},
        {.id = "redirect-https",
         .title = "Accepts https redirect URIs, those with a port, a path or a query included",
         .sends = "Clients that register https redirect URIs, and a login of each.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"MCP", "communication-security"}, {"RFC 6749", "3.1.2.3"}},
         .requirements = {"AS-17"},
         .faults = {"proxy.redirect-loopback-only", "proxy.register-loopback-only",
                    "as.redirect-loopback-only", "as.register-loopback-only"},
         .why = "Clients in the web, which have no redirect URI on the user's machine, cannot log "
                "in.",
         .fix = "Allow every https redirect URI at registration, and compare the one of the "
                "request with the registered one only.",
         .run = suites::with_flow(https_redirects)},
        {.id = "redirect-app-scheme",
         .title = "whether redirect URIs with an app's own scheme are accepted",
         .sends = "A client that registers com.example.app:/callback, and a login.",
         // RFC 8252, section 7.1 is about such apps; MCP allows loopback and https only.
         .level = Level::observe,
         .attacker = check::Attacker::none,
         .references = {{"RFC 8252", "7.1"}, {"MCP", "communication-security"}},
         .why = "Apps on phones often have no other redirect URI.",
         .fix = "Nothing has to be changed: MCP asks for loopback and https redirect URIs only.",
         .run = suites::with_flow(app_scheme)},
        {.id = "resource-foreign",
         .title = "no token is given for another server's resource",
         .sends = "An authorization request and a token request with a foreign resource.",
         .level = Level::should,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 8707", "2"}},
         .requirements = {"REF-AS-12"},
         .needs = {.modes = {check::Mode::oauth_proxy}},
         .faults = {"proxy.resource-ignored"},
         .why = "A malicious server can have its clients fetch tokens that are good here.",
         .fix = "Answer resources that are not served with invalid_target.",
         .run = suites::with_flow(foreign_resource)},
    }};

}  // namespace
