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
using suites::no_client;
using suites::unusable;

/// An authorization server alone may have its pages wherever it likes.
bool is_own(Flow& flow, const std::string& url) {
  return flow.alone() || url.rfind(flow.probe().target().url.origin() + "/", 0) == 0;
}

/// The first page of the server's own; null if it shows none.
const oauth::Page* own_page(Flow& flow, const oauth::Visit& visit) {
  const auto found = std::find_if(visit.pages.begin(), visit.pages.end(),
                                  [&](const oauth::Page& page) { return is_own(flow, page.url); });
  return found == visit.pages.end() ? nullptr : &*found;
}

/// Where the browser was on its way besides the server: at the upstream.
struct AtUpstream {
  bool asked = false;
  bool with_cookie = false;  ///< the browser was known there
};

AtUpstream at_upstream(Flow& flow, const oauth::Visit& visit, std::uint64_t since) {
  AtUpstream seen;
  seen.asked = std::any_of(visit.pages.begin(), visit.pages.end(),
                           [&](const oauth::Page& page) { return !is_own(flow, page.url); });
  for (const idp::Entry& entry :
       flow.probe().context().provider().journal().entries([&](const idp::Entry& one) {
         return one.sequence > since && one.endpoint == "authorize";
       })) {
    seen.asked = true;
    seen.with_cookie = seen.with_cookie || base::find_header(entry.headers, "Cookie") != nullptr;
  }
  return seen;
}

/// Why it matters that the second client got a code without a page of the server's own.
std::string why_unasked(const AtUpstream& before, const AtUpstream& upstream) {
  if (!before.asked) {
    return "the server gives codes to every client that registers itself without asking the user; "
           "it has no upstream, so no other login is abused";
  }
  if (!upstream.asked) {
    return "the server remembers the user and lets every client in that registers itself, without "
           "asking the upstream again";
  }
  return upstream.with_cookie
             ? "the upstream's cookie lets every client in that registers itself (confused deputy)"
             : "the user is asked by the upstream only, which knows the server as one client, "
               "whichever client it is for (confused deputy)";
}

Finding asks_for_each_client(Flow& flow) {
  const idp::Journal& journal = flow.probe().context().provider().journal();
  const std::uint64_t start = journal.last_sequence();
  const auto first = flow.visit(flow.client, oauth::make_pkce());
  if (!first.has("code")) return Finding::undecided("no first login: " + first.problem);
  const AtUpstream before = at_upstream(flow, first, start);
  const auto other = flow.enroll();
  if (!other) return no_client(flow, other.error());
  const std::uint64_t between = journal.last_sequence();
  const auto second = flow.visit(*other, oauth::make_pkce());
  if (own_page(flow, second) != nullptr) return Finding::met("a page asks for consent");
  if (!second.has("code")) return Finding::undecided("no second login: " + second.problem);
  Finding finding = Finding::broken(
      "a page of the server that asks the user before the second client gets a code",
      "a code, and no page of the server's own",
      why_unasked(before, at_upstream(flow, second, between)));
  // The rule is about proxies: they abuse a login that is not theirs (confused deputy).
  if (before.asked) {
    finding.outcome = check::Outcome::accepted;
  } else {
    finding.level = Level::should;
  }
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
  flow.probe().decisive(page->exchange, true);
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
  if (const auto fresh = flow.use(tokens->access_token); !fresh.taken()) {
    return suites::nobody_knows(flow, fresh);
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
  const auto use = flow.use(tokens->access_token);
  if (use.refused()) return Finding::met(use.words);
  return Finding::broken("the revoked token is refused", use.words,
                         "whoever logs out leaves a token behind that works");
}

/// The browser of somebody who goes up to the last page before the redirect: its form is the one
/// that decides. Where it asks for a password nobody else can send it.
std::optional<oauth::Page> last_page(Flow& flow, std::string& why_none) {
  const auto first = flow.visit(flow.client, oauth::make_pkce());
  if (!first.has("code") || first.pages.empty()) {
    why_none = first.has("code") ? "there is no page on the way to a code" : first.problem;
    return std::nullopt;
  }
  // Where somebody agreed before there is no page any more.
  const oauth::Client other = flow.enroll().value_or(flow.client);
  oauth::Browser fresh(flow.asking());
  std::optional<oauth::Page> last;
  std::size_t seen = 0;
  const auto decide = [&](const oauth::Page& page) -> std::optional<oauth::Form> {
    if (++seen < first.pages.size()) return flow.probe().context().decide()(page);
    last = page;
    return std::nullopt;
  };
  fresh.visit(flow.url(other, oauth::make_pkce()), other.redirect_uris.front(), decide);
  if (!last) why_none = "somebody who agreed once is not asked again";
  return last;
}

Finding decision_from_elsewhere(Flow& flow) {
  std::string why_none;
  const auto page = last_page(flow, why_none);
  if (!page) return Finding::skipped(why_none);
  const auto form = flow.probe().context().decide()(*page);
  if (!form || form->method != "post") return Finding::skipped("the last page has no form");
  if (!form->passwords.empty()) return Finding::skipped("the last page asks for a password");
  oauth::Browser stranger(flow.asking());
  const auto visit = stranger.visit_by_form(page->url, *form, flow.client.redirect_uris.front(),
                                            [](const oauth::Page&) { return std::nullopt; });
  return suites::no_code(visit, "a hostile page can agree in the name of whoever visits it");
}

Finding form_of_another_browser(Flow& flow) {
  return flow.alone() ? decision_from_elsewhere(flow) : form_from_elsewhere(flow);
}

/// The same person in the same browser, and a client that nobody was asked about.
Finding second_client_asks(Flow& flow) {
  const base::FormFields quietly = {{"prompt", ""}};
  const auto first = flow.visit(flow.client, oauth::make_pkce(), quietly);
  if (!first.has("code")) return Finding::undecided("no first login: " + first.problem);
  const auto other = flow.enroll();
  if (!other) return no_client(flow, other.error());
  const auto second = flow.visit(*other, oauth::make_pkce(), quietly);
  if (!second.pages.empty()) return Finding::met("a page asks again");
  Finding finding = Finding::broken(
      "a page that asks the user before the second client gets a code",
      second.has("code") ? "a code, and no page" : second.problem,
      "whoever registers a client gets tokens in the name of everybody who is logged in");
  if (second.has("code")) finding.outcome = check::Outcome::accepted;
  return finding;
}

/// A code without a page: neither a fresh browser nor a hint at who may be meant are enough.
Finding nobody_was_asked(Flow& flow) {
  const oauth::Decide none = [](const oauth::Page&) { return std::nullopt; };
  std::vector<Finding> findings;
  for (const char* hint : {"", "alice"}) {
    oauth::Browser fresh(flow.asking());
    const auto visit = fresh.visit(
        flow.url(flow.client, oauth::make_pkce(), {{"login_hint", hint}, {"prompt", ""}}),
        flow.client.redirect_uris.front(), none);
    findings.push_back(
        check::labelled(*hint == '\0' ? "a fresh browser" : "login_hint",
                        suites::no_code(visit, "whoever knows a name acts for its owner")));
  }
  return check::worst(std::move(findings));
}

Finding revoked_refresh_token(Flow& flow) {
  if (flow.server().revocation_endpoint.empty()) {
    return Finding::skipped("the server has no revocation endpoint");
  }
  const auto tokens = flow.tokens();
  if (!tokens) return unusable("a good login", tokens.error());
  if (tokens->refresh_token.empty()) return Finding::skipped("there are no refresh tokens");
  base::FormFields fields = {{"token", tokens->refresh_token}};
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
  return suites::no_tokens(flow.refresh(flow.client, tokens->refresh_token),
                           "whoever logs out leaves a token behind that gives new ones");
}

const check::Suite consent_cases{
    "authorization-server",
    check::modes::logged_in(),
    {
        {.id = "consent",
         .title = "the user is asked for every client, also when logged in at the upstream",
         .sends = "A login, then one of a second client in the same browser.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "confused-deputy-problem"}, {"RFC 6749", "10.2"}},
         .requirements = {"RS-33"},
         .needs = {.modes = {check::Mode::oauth_proxy}},
         .faults = {"proxy.no-consent", "proxy.consent-once", "proxy.no-upstream"},
         .why = "Whoever gets a user to click on a link has a token in the user's name.",
         .fix = "Keep consent per client, and ask before the upstream is asked.",
         .run = suites::with_flow(asks_for_each_client)},
        {.id = "consent-second-client",
         .title = "a second client does not get a code without a page that asks",
         .sends = "A login, then an authorization request of another client in the same browser.",
         .level = Level::should,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 6749", "10.2"}, {"OAuth 2.1", "7.3.1"}},
         .requirements = {"REF-AS-13"},
         .needs = {.modes = {check::Mode::authorization_server}},
         .faults = {"as.consent-once"},
         .why = "Whoever gets a user to click on a link has a token in the user's name.",
         .fix = "Keep consent per client, and ask for each that is new.",
         .run = suites::with_flow(second_client_asks)},
        {.id = "login",
         .title = "nobody gets a code before somebody was asked",
         .sends = "An authorization request from a fresh browser, and one with login_hint.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 6749", "3.1"}},
         .requirements = {"REF-AS-14"},
         .needs = {.modes = {check::Mode::authorization_server}},
         .faults = {"as.hint-logs-in"},
         .why = "Whoever knows somebody's name can act for them.",
         .fix = "Find out who is there before a code is given; login_hint only fills in a field.",
         .run = suites::with_flow(nobody_was_asked)},
        {.id = "revocation-refresh",
         .title = "a revoked refresh token gives no more tokens",
         .sends = "A good refresh token after its revocation.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7009", "2"}},
         .requirements = {"REF-AS-10"},
         .needs = {.modes = {check::Mode::authorization_server}},
         .faults = {"as.revocation-ignored"},
         .why = "Logging out, or reporting a theft, changes nothing.",
         .fix = "Forget the refresh token, and what came of it, when it is revoked.",
         .run = suites::with_flow(revoked_refresh_token)},
        {.id = "consent-framing",
         .title = "the consent page cannot be framed",
         .sends = "A login up to the consent page.",
         .level = Level::bcp,
         .attacker = check::Attacker::network,
         .references = {{"RFC 9700", "4.16"}, {"RFC 6749", "10.13"}},
         .requirements = {"REF-AS-9"},
         .faults = {"proxy.framable", "as.framable"},
         .why = "A page that is laid over it makes users click on Allow (clickjacking).",
         .fix = "Send Content-Security-Policy: frame-ancestors 'none'.",
         .run = suites::with_flow(cannot_be_framed)},
        {.id = "consent-csrf",
         .title = "the consent form is taken from the browser that was shown it only",
         .sends = "The form of a consent page from a browser without its cookies.",
         .level = Level::must,
         .attacker = check::Attacker::network,
         .references = {{"RFC 6749", "10.12"}},
         .requirements = {"REF-AS-9"},
         .faults = {"proxy.csrf-skip", "as.consent-from-anywhere"},
         .why = "A hostile page can agree in the name of whoever visits it.",
         .fix = "Tie the form to a cookie and compare when it comes back.",
         .run = suites::with_flow(form_of_another_browser)},
        {.id = "upstream-token",
         .title = "a token of the upstream is refused with 401",
         .sends = "A good token of the upstream issuer, for the upstream.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"MCP", "access-token-privilege-restriction"}},
         .requirements = {"RS-12", "RS-13", "AS-32"},
         .needs = {.modes = {check::Mode::oauth_proxy}},
         .faults = {"proxy.upstream-token-ok", "proxy.skip"},
         .why = "Every other client of the upstream can call this server in its users' names.",
         .fix = "Accept tokens that the server issued itself and no others.",
         .run = suites::with_flow(upstream_token)},
        {.id = "register-redirect",
         .title = "redirect URIs that leak or run are not registered",
         .sends = "Registrations with http on another machine, javascript: and a fragment.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"MCP", "communication-security"}, {"RFC 6749", "3.1.2"}},
         .requirements = {"AS-17"},
         .faults = {"proxy.register-anything", "as.register-any-redirect"},
         .why = "Codes travel in the clear, or a script runs with the server's name.",
         .fix = "Take https, http on loopback, and schemes of apps; no fragments.",
         .run = suites::with_flow(registers_safe_uris)},
        {.id = "revocation",
         .title = "a revoked access token is refused with 401",
         .sends = "A good token, its revocation, the token again.",
         .level = Level::must,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7009", "2.1"}},
         .requirements = {"REF-AS-10"},
         .faults = {"proxy.revocation-ignored", "as.revocation-ignored"},
         .why = "Logging out, or reporting a theft, changes nothing.",
         .fix = "Look revocations up when tokens are checked.",
         .run = suites::with_flow(revoked)},
    }};

}  // namespace
