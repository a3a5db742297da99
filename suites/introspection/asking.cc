// How the server asks the introspection endpoint.
#include <fmt/core.h>

#include <algorithm>

#include <tl/expected.hpp>

#include "common/base/base64.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "harness/check/family.h"
#include "harness/check/opaque.h"

namespace {

using check::Finding;
using check::Level;
using check::Probe;

constexpr std::string_view kEndpoint = "introspection";

bool mentions(const idp::Entry& entry, const std::string& token) {
  return entry.body.find(token) != std::string::npos ||
         entry.target.find(token) != std::string::npos;
}

/// What the server asked about a token that it could not know yet, and accepted.
using Questions = tl::expected<std::vector<idp::Entry>, Finding>;
Questions questions_about_fresh(Probe& probe, std::string& token) {
  token = probe.mint(probe.good());
  const auto answer = probe.send({.credential = probe.carry(token)});
  probe.decisive(answer.exchange);
  if (answer.kind != mcp::Kind::result) {
    return tl::unexpected(Finding::undecided("a fresh token was refused: " + answer.summary()));
  }
  return probe.context().provider().journal().entries([&](const idp::Entry& entry) {
    return entry.endpoint == kEndpoint && mentions(entry, token);
  });
}

/// Judges the first question about a fresh token.
check::Body about_question(std::function<Finding(Probe&, const idp::Entry&)> judge) {
  return [judge = std::move(judge)](Probe& probe) {
    std::string token;
    const Questions questions = questions_about_fresh(probe, token);
    if (!questions) return questions.error();
    if (questions->empty()) {
      return Finding::undecided("the server accepted a fresh token without asking about it");
    }
    return judge(probe, questions->front());
  };
}

Finding asks(Probe& probe) {
  std::string token;
  const Questions questions = questions_about_fresh(probe, token);
  if (!questions) return questions.error();
  if (!questions->empty()) return Finding::met("the endpoint was asked");
  Finding finding = Finding::broken("a question to the introspection endpoint",
                                    "the token was accepted, and nobody asked about it",
                                    "the token says nothing by itself, so nothing was checked");
  finding.outcome = check::Outcome::accepted;
  return finding;
}

Finding by_post(Probe& /*probe*/, const idp::Entry& entry) {
  const std::string* const type = base::find_header(entry.headers, "Content-Type");
  const std::string media =
      base::to_lower(base::trim(type == nullptr ? "" : type->substr(0, type->find(';'))));
  const std::string actual =
      fmt::format("{} with Content-Type {}", entry.method, type == nullptr ? "missing" : *type);
  if (entry.method == "POST" && media == "application/x-www-form-urlencoded" &&
      !base::form_value(base::parse_form(entry.body), "token").empty()) {
    return Finding::met(actual);
  }
  return Finding::broken("POST of a form with the parameter token", actual,
                         "endpoints that hold to RFC 7662 do not understand the question");
}

struct Shown {
  std::string how;  ///< empty: nothing was shown
  std::string id;
  std::string secret;
  bool form_encoded = true;
};

Shown shown_by_basic(std::string_view value) {
  const auto pair = base::base64_decode(base::trim(value.substr(value.find(' '))));
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return {.how = "Basic credentials that cannot be read"};
  const auto id = base::percent_decode(pair->substr(0, colon), true);
  const auto secret = base::percent_decode(pair->substr(colon + 1), true);
  return {.how = "HTTP Basic",
          .id = id.value_or(""),
          .secret = secret.value_or(""),
          .form_encoded = id && secret};
}

/// RFC 7662 leaves the way open: client authentication, or an access token of the server's own.
Shown shown_by(const idp::Entry& entry) {
  if (const std::string* const field = base::find_header(entry.headers, "Authorization")) {
    const std::string scheme = field->substr(0, field->find(' '));
    if (base::equal_ignoring_case(scheme, "Basic") && scheme != *field) {
      return shown_by_basic(*field);
    }
    return {.how = scheme};
  }
  const base::FormFields form = base::parse_form(entry.body);
  if (!base::form_value(form, "client_assertion").empty()) return {.how = "client_assertion"};
  const std::string secret = base::form_value(form, "client_secret");
  if (secret.empty()) return {};
  return {.how = "client_secret in the form",
          .id = base::form_value(form, "client_id"),
          .secret = secret};
}

Finding authenticates(Probe& /*probe*/, const idp::Entry& entry) {
  const Shown shown = shown_by(entry);
  if (!shown.how.empty()) return Finding::met(shown.how);
  return Finding::broken("client authentication, or an access token of the server's own",
                         "the question came without any",
                         "an endpoint that answers anybody tells a finder of a token what it is "
                         "worth; so it has to know who asks");
}

/// Where we gave the server its secret we know what is due.
Finding encodes_credentials(Probe& probe, const idp::Entry& entry) {
  const Shown shown = shown_by(entry);
  if (shown.how != "HTTP Basic") return Finding::skipped("the server does not use HTTP Basic");
  const check::Secrets& own = probe.context().options().secrets;
  if (shown.id == own.client_id && shown.secret == own.client_secret) {
    return Finding::met("id and secret as they were given, form-encoded");
  }
  return Finding::broken(
      "base64 of id and secret, each form-encoded",
      "after form-decoding, id and secret are not those that the server was given",
      "a secret with a percent sign, a plus or a colon in it is read as another one");
}

/// Tokens that would write parameters of their own into the server's question.
check::Family injections(Probe& probe) {
  const std::string token = probe.mint(probe.good());
  check::Family family;
  for (const std::string& text :
       {token + "&token_type_hint=refresh_token", token + "&active=1", token + "%26active=1"}) {
    family.push_back({text.substr(token.size()), {.credential = probe.carry(text)}});
  }
  return family;
}

/// All characters that RFC 6750 allows in a token.
Finding keeps_token_whole(Probe& probe) {
  const std::string token = probe.context().issuer().opaque_tokens().add(
      probe.good(), {.text = probe.mint(probe.good()) + "-._~+/=="});
  return probe.accepts(check::Attempt{.credential = probe.carry(token)});
}

const check::Suite asking_cases{
    "introspection",
    {check::Mode::introspection},
    {
        {.id = "asks",
         .title = "a token is accepted only after the endpoint was asked about it",
         .sends = "A fresh token; then we look at what the endpoint was asked.",
         .level = Level::must,
         .attacker = check::Attacker::anyone,
         .references = {{"RFC 7662", "2"}, {"MCP", "token-handling"}},
         .requirements = {"RS-08"},
         .needs = {.issuer = true},
         .faults = {"introspection.skip"},
         .why = "An opaque token says nothing by itself: who does not ask, checks nothing.",
         .fix = "Ask the introspection endpoint about each token that is not known yet.",
         .run = asks},
        {.id = "by-post",
         .title = "the endpoint is asked by POST of a form",
         .sends = "A fresh token; then we look at how the endpoint was asked.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 7662", "2.1"}},
         .requirements = {"REF-7662-1"},
         .needs = {.issuer = true},
         .faults = {"introspection.get"},
         .why = "Authorization servers refuse questions that come otherwise.",
         .fix = "Send token, and token_type_hint if you like, as "
                "application/x-www-form-urlencoded by POST.",
         .run = about_question(by_post)},
        {.id = "authenticates",
         .title = "the server says who it is when it asks",
         .sends = "A fresh token; then we look at what credentials the question carried.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 7662", "2.1"}, {"RFC 7662", "4"}},
         .requirements = {"REF-7662-1"},
         .needs = {.issuer = true},
         .faults = {"introspection.no-client-auth"},
         .why = "Only an endpoint that knows who asks can keep others from testing stolen tokens.",
         .fix = "Register the server as a client of the authorization server and authenticate by "
                "client_secret_basic, private_key_jwt or an access token of its own.",
         .run = about_question(authenticates)},
        {.id = "credentials-encoded",
         .title = "the server's id and secret are form-encoded for HTTP Basic",
         .sends = "A fresh token; then we decode the credentials that the question carried.",
         .level = Level::should,
         .attacker = check::Attacker::none,
         .references = {{"RFC 6749", "2.3.1"}},
         .requirements = {"REF-6749-1"},
         .needs = {.issuer = true, .spawned = true},
         .faults = {"introspection.raw-credentials"},
         .why = "The day the secret is renewed and has a special character, nobody gets in.",
         .fix = "Form-encode id and secret before they are joined by a colon and base64-encoded.",
         .run = about_question(encodes_credentials)},
        {.id = "token-not-in-url",
         .title = "the token is in no URL that the server asks for",
         .sends = "A fresh token; then we look for it in the URLs of all requests to its issuer.",
         .level = Level::bcp,
         .attacker = check::Attacker::network,
         .references = {{"RFC 7662", "4"}, {"RFC 9700", "4.3.2"}},
         .requirements = {"REF-7662-1"},
         .needs = {.issuer = true},
         .faults = {"introspection.token-in-url", "introspection.get"},
         .why = "Access logs keep URLs for months; a token in them can be used by who reads them.",
         .fix = "Send the token in the body of a POST.",
         .run = check::keeps_token_out_of_urls},
        {.id = "token-characters",
         .title = "a token with any character that RFC 6750 allows is accepted",
         .sends = "A good token that ends in -._~+/==.",
         .level = Level::must,
         .attacker = check::Attacker::none,
         .references = {{"RFC 7662", "2.1"}, {"RFC 6750", "2.1"}},
         .requirements = {"REF-7662-1"},
         .needs = {.issuer = true},
         .faults = {"introspection.raw-form"},
         .why = "A plus that is not encoded arrives as a blank, and a good user is turned away.",
         .fix = "Form-encode the token; do not paste it into the body.",
         .run = keeps_token_whole},
        {.id = "form-injection",
         .title = "a token cannot write parameters into the server's question",
         .sends = "A good token with &token_type_hint=refresh_token, &active=1 or %26active=1 "
                  "behind it.",
         .level = Level::bcp,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7662", "2.1"}, {"CWE-88", ""}},
         .requirements = {"RS-08", "REF-7662-1"},
         .needs = {.issuer = true},
         .faults = {"introspection.raw-form"},
         .why = "Whoever sends a token decides on what the server says to its issuer, with the "
                "server's own credentials.",
         .fix = "Form-encode the token; do not paste it into the body.",
         .run = check::milder(check::refuses_family(injections, {.statuses = {400, 401}}),
                              "the token in front was good, but what followed it was read as "
                              "parameters of the server's own question")},
        {.id = "revoked-mid-run",
         .title = "a token that is revoked while it is in use is refused soon after",
         .sends = "A good token, which is then revoked, again and again for as long as the profile "
                  "allows answers to be cached.",
         .level = Level::bcp,
         .attacker = check::Attacker::token_holder,
         .references = {{"RFC 7662", "4"}, {"RFC 7009", "3"}, {"MCP", "token-handling"}},
         .requirements = {"RS-08", "RS-35"},
         .needs = {.issuer = true, .waits = true},
         .faults = {"introspection.cached-forever"},
         .why = "Revocation is what a user has against a thief; a cache without an end takes it "
                "away.",
         .fix = "Keep answers for a few seconds or a minute, and never beyond exp.",
         .run = check::refuses_revoked_in_use},
    }};

}  // namespace
