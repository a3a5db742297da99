#include "suites/authorization-server/flow.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "common/base/text.h"

namespace suites {
namespace {

using check::Finding;

base::FormFields changed(base::FormFields fields, const base::FormFields& changes) {
  for (const auto& [name, value] : changes) {
    std::erase_if(fields, [&, key = name](const auto& field) { return field.first == key; });
    if (!value.empty()) fields.emplace_back(name, value);
  }
  return fields;
}

}  // namespace

oauth::Ask Flow::asking() {
  return [this](const base::Url& url, wire::Request request) {
    return probe_.ask(url, std::move(request));
  };
}

base::Result<void> Flow::begin() {
  if (enrolment() == check::Enrolment::brought) {
    client = probe_.context().login()->client;
    return {};
  }
  auto enrolled = enroll();
  if (!enrolled) return tl::unexpected(enrolled.error());
  client = std::move(*enrolled);
  return {};
}

base::Result<oauth::Client> Flow::enroll(std::string authentication,
                                         std::vector<std::string> redirect_uris) {
  if (redirect_uris.empty()) redirect_uris = {oauth::kNowhere};
  return enroll(oauth::Registration{.redirect_uris = std::move(redirect_uris),
                                    .authentication = std::move(authentication)});
}

base::Result<oauth::Client> Flow::enroll(oauth::Registration registration) {
  if (!alone()) return oauth::enroll(asking(), server(), registration);
  return check::enroll(probe_.context(), asking(), server(), std::move(registration));
}

base::Result<oauth::Client> Flow::enroll_confidential() {
  if (enrolment() == check::Enrolment::brought) {
    if (!client.secret.empty()) return client;
    return base::fail("the client that was brought along has no secret");
  }
  const bool in_form = alone() && !server().has_authentication("client_secret_basic") &&
                       server().has_authentication("client_secret_post");
  return enroll(in_form ? "client_secret_post" : "client_secret_basic");
}

check::Enrolment Flow::enrolment() const {
  if (!alone()) return check::Enrolment::registration;
  return check::enrolment_of(probe_.context(), server());
}

std::string Flow::scope() const { return base::join(probe_.target().scopes, " "); }

std::string Flow::url(const oauth::Client& by, const oauth::Pkce& pkce,
                      const base::FormFields& changes) {
  return oauth::authorization_url(
      server(), changed(oauth::authorization_parameters(server(), by, by.redirect_uris.front(),
                                                        pkce, state, scope()),
                        changes));
}

oauth::Visit Flow::visit(const oauth::Client& by, const oauth::Pkce& pkce,
                         const base::FormFields& changes) {
  std::string goal = by.redirect_uris.front();
  for (const auto& [name, value] : changes) {
    if (name == "redirect_uri" && !value.empty()) goal = value;
  }
  return browser.visit(url(by, pkce, changes), goal, probe_.context().decide());
}

base::Result<Code> Flow::code(const oauth::Client& by, const base::FormFields& changes) {
  Code code{.pkce = oauth::make_pkce(), .redirect_uri = by.redirect_uris.front()};
  const oauth::Visit answer = visit(by, code.pkce, changes);
  if (!answer.arrived) return base::fail(answer.problem);
  code.text = answer.parameter("code");
  if (code.text.empty()) return base::fail("the answer is the error " + answer.parameter("error"));
  return code;
}

oauth::TokenAnswer Flow::redeem(const oauth::Client& by, const Code& code,
                                const base::FormFields& changes, base::Headers headers) {
  return oauth::ask_for_token(asking(), server(), by,
                              changed(oauth::code_grant(code.text, code.redirect_uri,
                                                        code.pkce.verifier, server().resource),
                                      changes),
                              std::move(headers));
}

oauth::TokenAnswer Flow::refresh(const oauth::Client& by, const std::string& refresh_token,
                                 const base::FormFields& changes) {
  return oauth::ask_for_token(
      asking(), server(), by,
      changed(oauth::refresh_grant(refresh_token, server().resource), changes));
}

base::Result<oauth::Tokens> Flow::tokens() { return tokens(client); }

base::Result<oauth::Tokens> Flow::tokens(const oauth::Client& by) {
  const auto good = code(by);
  if (!good) return tl::unexpected(good.error());
  auto answer = redeem(by, *good);
  if (!answer.ok()) return base::fail("a good code was answered with " + answer.summary());
  return std::move(answer.tokens);
}

Use Flow::use(const std::string& access_token) {
  using Kind = oauth::Standing::Kind;
  if (alone()) {
    if (!asker_) asker_ = enroll_confidential().value_or(client);
    auto standing = oauth::ask_about(asking(), server(), *asker_, access_token);
    return {standing.kind, std::move(standing.words)};
  }
  const auto answer = probe_.send({.credential = check::bearer(access_token), .own_session = true});
  if (answer.kind == mcp::Kind::result) return {Kind::live, answer.summary()};
  return {answer.kind == mcp::Kind::unauthorized ? Kind::dead : Kind::unknown, answer.summary()};
}

check::Body with_flow(Judge judge) {
  return [judge](check::Probe& probe) {
    if (probe.context().login() == nullptr) {
      return Finding::skipped(
          "nobody logged in through the server: a credential was brought along");
    }
    Flow flow(probe);
    if (auto begun = flow.begin(); !begun) return unusable("a registration", begun.error());
    Finding finding = judge(flow);
    if (!probe.exchanges().empty()) probe.decisive(probe.exchanges().back(), !finding.ok());
    if (!finding.ok()) return finding;
    if (const auto good = flow.tokens(); !good) return unusable("a good login", good.error());
    return finding;
  };
}

Finding no_code(const oauth::Visit& visit, const std::string& reason) {
  if (!visit.last.response) return Finding::undecided("no answer: " + visit.problem);
  const bool given = visit.has("code") || visit.has("access_token");
  if (given) {
    Finding finding = Finding::broken("an error", "a code or token", reason);
    finding.outcome = check::Outcome::accepted;
    return finding;
  }
  if (visit.arrived) return Finding::met("error " + visit.parameter("error"));
  return Finding::met(fmt::format("a page with status {}", visit.last.status()));
}

Finding no_tokens(const oauth::TokenAnswer& answer, const std::string& reason) {
  if (!answer.exchange.response) return Finding::undecided("no answer: " + answer.summary());
  if (answer.ok()) {
    Finding finding =
        Finding::broken("an error of RFC 6749, section 5.2", answer.summary(), reason);
    finding.outcome = check::Outcome::accepted;
    return finding;
  }
  const int status = answer.exchange.status();
  if (status / 100 == 4) return Finding::met(answer.summary());
  return Finding::broken("a status of 4xx", answer.summary(), "an unhandled error");
}

Finding no_client(Flow& flow, const base::Error& error) {
  if (!flow.alone()) return unusable("a registration", error);
  return Finding::skipped("it gives us no client for this: " + error.message);
}

Finding nobody_knows(Flow& flow, const Use& use) {
  const std::string text = "the fresh access token is not known to be good: " + use.words;
  return flow.alone() ? Finding::skipped(text) : Finding::undecided(text);
}

Finding unusable(const std::string& step, const base::Error& error) {
  return Finding::undecided(step + " did not come about: " + error.message);
}

}  // namespace suites
