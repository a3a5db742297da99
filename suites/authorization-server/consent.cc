// What a proxy owes to its users: consent per client, tokens of its own, and an end to them.
#include <fmt/core.h>

#include <algorithm>

#include "common/base/text.h"
#include "harness/check/family.h"
#include "suites/authorization-server/flow.h"

namespace {

using check::Finding;
using check::Level;
using suites::Flow;
using suites::unusable;

bool is_own(Flow& flow, const std::string& url) {
  return url.rfind(flow.probe().target().url.origin() + "/", 0) == 0;
}

/// The first page of the server's own; null if it shows none.
const oauth::Page* own_page(Flow& flow, const oauth::Visit& visit) {
  const auto found = std::find_if(visit.pages.begin(), visit.pages.end(),
                                  [&](const oauth::Page& page) { return is_own(flow, page.url); });
  return found == visit.pages.end() ? nullptr : &*found;
}

Finding asks_for_each_client(Flow& flow) {
  const auto first = flow.visit(flow.client, oauth::make_pkce());
  if (!first.has("code")) return Finding::undecided("no first login: " + first.problem);
  const auto other = flow.enroll();
  if (!other) return unusable("a registration", other.error());
  const auto second = flow.visit(*other, oauth::make_pkce());
  if (own_page(flow, second) != nullptr) return Finding::met("a page asks for consent");
  Finding finding = Finding::broken(
      "a page of the server that asks the user before the second client gets a code",
      second.has("code") ? "a code, and no page of the server's own" : second.problem,
      "the upstream's cookie lets every client in that registers itself (confused deputy)");
  if (second.has("code")) finding.outcome = check::Outcome::accepted;
  return finding;
}

Finding cannot_be_framed(Flow& flow) {
  const auto visit = flow.visit(flow.client, oauth::make_pkce());
  const oauth::Page* const page = own_page(flow, visit);
  if (page == nullptr) return Finding::skipped("there is no consent page: see consent");
  const wire::Response& response = *page->exchange.response;
  const std::string* const policy = response.header("Content-Security-Policy");
  const std::string* const frame = response.header("X-Frame-Options");
  if (policy != nullptr && policy->find("frame-ancestors") != std::string::npos) {
    return Finding::met(*policy);
  }
  if (frame != nullptr && !frame->empty()) return Finding::met("X-Frame-Options: " + *frame);
  return Finding::broken("Content-Security-Policy with frame-ancestors, or X-Frame-Options",
                         "neither", "a hostile page can have its visitors click on Allow");
}

/// The consent form with every secret of the page replaced, sent by a browser that never saw it.
Finding form_from_elsewhere(Flow& flow) {
  std::optional<oauth::Page> page;
  flow.browser.visit(flow.url(flow.client, oauth::make_pkce()), oauth::kNowhere,
                     [&](const oauth::Page& seen) -> std::optional<oauth::Form> {
                       if (is_own(flow, seen.url) && !page) page = seen;
                       return std::nullopt;
                     });
  if (!page) return Finding::skipped("there is no consent page: see consent");
  auto form = oauth::agreeing()(*page);
  if (!form || form->method != "post") return Finding::skipped("its consent page has no form");
  oauth::Browser stranger(flow.asking());
  const auto exchange = stranger.submit(page->url, *form);
  if (!exchange.response) return Finding::undecided("no answer: " + exchange.failure_text);
  const bool refused = exchange.status() >= 400;
  if (refused) return Finding::met(fmt::format("status {}", exchange.status()));
  const std::string* const location = exchange.response->header("Location");
  if (location != nullptr && location->find("error=") != std::string::npos) {
    return Finding::met("an error is sent to the client");
  }
  return Finding::broken("a refusal: the form comes from a browser that never saw the page",
                         fmt::format("status {}", exchange.status()),
                         "a hostile page can agree in the name of whoever visits it");
}

Finding upstream_token(Flow& flow) {
  check::Probe& probe = flow.probe();
  // What the upstream gives the server's own client: signed, fresh, with every scope.
  auto recipe = probe.context().issuer().recipe(probe.context().issuer().url(),
                                                base::join(probe.target().scopes, " "));
  if (!recipe) return Finding::failed(recipe.error().message);
  return probe.refuses({.credential = check::bearer(probe.mint(*recipe))});
}

Finding registers_safe_uris(Flow& flow) {
  std::vector<Finding> findings;
  for (const char* uri : {"http://client.example/callback", "javascript:alert(1)",
                          "https://client.example/callback#fragment"}) {
    const auto exchange =
        oauth::send_registration(flow.asking(), flow.server(), {.redirect_uris = {uri}});
    Finding finding = Finding::met(std::to_string(exchange.status()));
    if (!exchange.response) finding = Finding::undecided("no answer: " + exchange.failure_text);
    if (exchange.status() / 100 == 2) {
      finding = Finding::broken("400 invalid_redirect_uri", std::to_string(exchange.status()),
                                "codes can be sent to such a place");
    }
    findings.push_back(check::labelled(uri, std::move(finding)));
  }
  return check::worst(std::move(findings));
}

Finding revoked(Flow& flow) {
  if (flow.server().revocation_endpoint.empty()) {
    return Finding::skipped("the server has no revocation endpoint");
  }
  const auto tokens = flow.tokens();
  if (!tokens) return unusable("a good login", tokens.error());
  if (flow.use(tokens->access_token).kind != mcp::Kind::result) {
    return Finding::undecided("the fresh token is not accepted");
  }
  base::FormFields fields = {{"token", tokens->access_token}};
  base::Headers headers;
  oauth::authenticate(flow.client, fields, headers);
  const auto exchange =
      oauth::post(flow.asking(), flow.server().revocation_endpoint,
                  "application/x-www-form-urlencoded", base::encode_form(fields), headers);
  if (exchange.status() != 200) {
    return Finding::skipped(
        exchange.response ? fmt::format("the revocation is answered with {}", exchange.status())
                          : exchange.failure_text);
  }
  const auto answer = flow.use(tokens->access_token);
  if (answer.kind == mcp::Kind::unauthorized) return Finding::met(answer.summary());
  return Finding::broken("401 for the revoked token", answer.summary(),
                         "whoever logs out leaves a token behind that works");
}

const check::Suite consent_cases{
    "authorization-server",
    {check::Mode::oauth_proxy},
    {
        {.id = "consent",
         .title = "the user is asked for every client, also when logged in at the upstream",
         .sends = "A login, then one of a second client in the same browser.",
         .level = Level::must,
         .references = {{"MCP", "confused-deputy-problem"}},
         .requirements = {"RS-33"},
         .faults = {"proxy.no-consent", "proxy.consent-once"},
         .why = "Whoever gets a user to click on a link has a token in the user's name.",
         .fix = "Keep consent per client, and ask before the upstream is asked.",
         .run = suites::with_flow(asks_for_each_client)},
        {.id = "consent-framing",
         .title = "the consent page cannot be framed",
         .sends = "A login up to the consent page.",
         .level = Level::bcp,
         .references = {{"RFC 9700", "4.16"}, {"RFC 6749", "10.13"}},
         .requirements = {"REF-AS-9"},
         .faults = {"proxy.framable"},
         .why = "A page that is laid over it makes users click on Allow (clickjacking).",
         .fix = "Send Content-Security-Policy: frame-ancestors 'none'.",
         .run = suites::with_flow(cannot_be_framed)},
        {.id = "consent-csrf",
         .title = "the consent form is taken from the browser that was shown it only",
         .sends = "The form of a consent page from a browser without its cookies.",
         .level = Level::must,
         .references = {{"RFC 6749", "10.12"}},
         .requirements = {"REF-AS-9"},
         .faults = {"proxy.csrf-skip"},
         .why = "A hostile page can agree in the name of whoever visits it.",
         .fix = "Tie the form to a cookie and compare when it comes back.",
         .run = suites::with_flow(form_from_elsewhere)},
        {.id = "upstream-token",
         .title = "a token of the upstream is refused with 401",
         .sends = "A good token of the upstream issuer, for the upstream.",
         .level = Level::must,
         .references = {{"MCP", "access-token-privilege-restriction"}},
         .requirements = {"RS-12", "RS-13", "AS-32"},
         .faults = {"proxy.upstream-token-ok", "proxy.skip"},
         .why = "Every other client of the upstream can call this server in its users' names.",
         .fix = "Accept tokens that the server issued itself and no others.",
         .run = suites::with_flow(upstream_token)},
        {.id = "register-redirect",
         .title = "redirect URIs that leak or run are not registered",
         .sends = "Registrations with http on another machine, javascript: and a fragment.",
         .level = Level::must,
         .references = {{"MCP", "communication-security"}, {"RFC 6749", "3.1.2"}},
         .requirements = {"AS-17"},
         .faults = {"proxy.register-anything"},
         .why = "Codes travel in the clear, or a script runs with the server's name.",
         .fix = "Take https, http on loopback, and schemes of apps; no fragments.",
         .run = suites::with_flow(registers_safe_uris)},
        {.id = "revocation",
         .title = "a revoked access token is refused with 401",
         .sends = "A good token, its revocation, the token again.",
         .level = Level::must,
         .references = {{"RFC 7009", "2.1"}},
         .requirements = {"REF-AS-10"},
         .faults = {"proxy.revocation-ignored"},
         .why = "Logging out, or reporting a theft, changes nothing.",
         .fix = "Look revocations up when tokens are checked.",
         .run = suites::with_flow(revoked)},
    }};

}  // namespace
