#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "mock-idp/idp/access_token.h"
#include "mock-idp/idp/cookies.h"
#include "mock-idp/idp/html_page.h"
#include "mock-idp/idp/login_page.h"
#include "mock-idp/idp/provider.h"
#include "mock-idp/idp/users.h"

// RFC 6749, section 3.1. A GET, or a POST with the same parameters, begins a login; a POST with
// `login` is our own page's form and ends it.
namespace idp {
namespace {

/// Of the browser that was shown the page.
constexpr std::string_view kLoginCookie = "authspec_login";
constexpr std::size_t kMaxClaims = 16UL << 10;

long long epoch_seconds(base::Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

http::Response answer_error(const Call& call, const AuthorizationError& error) {
  if (!error.back) return error_page(error.error);
  return answer_client(
      call, *error.back,
      {{"error", error.error.code}, {"error_description", error.error.description}});
}

http::Response grant_token(const Call& call, const AuthorizationRequest& request,
                           const Granted& granted) {
  const auto token = issue(call, granted);
  if (!token) return answer_error(call, {token.error(), request.back});
  base::FormFields answer = {{"access_token", token->text},
                             {"token_type", "Bearer"},
                             {"expires_in", std::to_string(token->lifetime)}};
  if (!granted.scope.empty()) answer.emplace_back("scope", granted.scope);
  return answer_client(call, request.back, std::move(answer));
}

http::Response grant(const Call& call, const AuthorizationRequest& request, const Person& person) {
  const Granted granted{.subject = person.subject,
                        .client_id = request.client_id,
                        .scope = request.scope,
                        .audiences = request.audiences,
                        .claims = person.claims,
                        .auth_time = epoch_seconds(person.since)};
  if (request.implicit) return grant_token(call, request, granted);
  const std::string code = call.provider.grants.add_code(
      {.issuer = call.issuer->name(),
       .granted = granted,
       .redirect_uri = request.redirect_was_sent ? request.back.redirect_uri : std::string(),
       .challenge = request.challenge,
       .plain = request.plain,
       .nonce = request.nonce,
       .dpop_jkt = request.dpop_jkt});
  return answer_client(call, request.back, {{"code", code}});
}

http::Response ask(const Call& call, const AuthorizationRequest& request, LoginPage page) {
  std::string browser = cookie(call.request, kLoginCookie);
  if (browser.empty()) browser = base::random_hex(16);
  const std::string id = call.provider.logins.begin(
      {.issuer = call.issuer->name(), .browser = browser, .request = request});
  page.login_id = id;
  page.framable = call.weak(Weakness::framable);
  http::Response response = login_page(request, page);
  set_cookie(call, response, kLoginCookie, browser);
  return response;
}

/// The session that the request may use without a login: nobody is somebody else, or too old.
std::optional<Session> usable_session(const Call& call, const AuthorizationRequest& request) {
  auto session =
      call.provider.sessions.find(cookie(call.request, kSessionCookie), call.issuer->name());
  if (!session) return std::nullopt;
  const std::string& hint = request.login_hint;
  if (!hint.empty() && hint != session->person.subject) return std::nullopt;
  const auto age = call.provider.clock.now() - session->person.since;
  if (request.max_age && age > std::chrono::seconds(*request.max_age)) return std::nullopt;
  return session;
}

bool has_consent(const Call& call, const AuthorizationRequest& request, const Session& session) {
  if (call.weak(Weakness::consent_once) && !session.consents.empty()) return true;
  return session.allows(request.client_id, request.scope, request.audiences);
}

/// The request itself, or the one that was pushed before (RFC 9126, section 4), whose parameters
/// are all that counts.
tl::expected<AuthorizationRequest, AuthorizationError> read_request(
    const Call& call, const base::FormFields& fields) {
  const std::string uri = base::form_value(fields, "request_uri");
  if (!PushedRequests::is_reference(uri)) return read_authorization_request(call, fields);
  std::optional<std::string> client_id = base::form_value(fields, "client_id");
  if (call.weak(Weakness::pushed_for_any_client)) client_id.reset();
  auto pushed = call.provider.pushed_requests.take(uri, call.issuer->name(), client_id,
                                                   call.weak(Weakness::pushed_reusable));
  if (!pushed) {
    return tl::unexpected(AuthorizationError{
        {"invalid_request_uri", "request_uri is used up, expired or another client's"}, {}});
  }
  if (!client_id) {
    // Whoever refers to it is the client.
    std::erase_if(*pushed, [](const auto& field) { return field.first == "client_id"; });
    pushed->emplace_back("client_id", base::form_value(fields, "client_id"));
  }
  return read_authorization_request(call, *pushed, Delivery::pushed);
}

http::Response begin(const Call& call, const base::FormFields& fields) {
  const auto request = read_request(call, fields);
  if (!request) return answer_error(call, request.error());
  // What was put into the queue for this request comes first.
  const std::string& issuer = call.issuer->name();
  if (auto error = call.provider.queue.next_error(issuer)) {
    return answer_error(call, {std::move(*error), request->back});
  }
  if (auto next = call.provider.queue.next_user(issuer)) {
    return grant(call, *request,
                 {.subject = std::move(next->subject),
                  .claims = std::move(next->claims),
                  .since = call.provider.clock.now()});
  }
  // Nobody has to press a button in a test: the hint is enough.
  if (call.weak(Weakness::hint_logs_in) && is_subject(request->login_hint)) {
    return grant(call, *request,
                 {.subject = request->login_hint, .since = call.provider.clock.now()});
  }
  const auto session = usable_session(call, *request);
  const auto wants = [&](std::string_view what) { return base::contains(request->prompt, what); };
  if (wants("none") && !session) {
    return answer_error(call, {{"login_required", "nobody is logged in"}, request->back});
  }
  const bool again = wants("login") || wants("consent") || wants("select_account");
  if (session && !again && has_consent(call, *request, *session)) {
    return grant(call, *request, session->person);
  }
  if (wants("none")) {
    return answer_error(call, {{"consent_required", "the user was not asked"}, request->back});
  }
  const bool known = session && !wants("login");
  return ask(call, *request, {.logged_in = known ? session->person.subject : std::string_view()});
}

/// The claims that somebody wants in the tokens of this login.
base::Result<jose::Members> read_claims(const std::string& text) {
  jose::Members claims;
  if (base::trim(text).empty()) return claims;
  if (text.size() > kMaxClaims) return base::fail("the claims are too long");
  const auto json = base::parse_json(text);
  if (!json) return base::fail("the claims are no JSON: " + json.error().message);
  if (!json->is_object()) return base::fail("the claims have to be a JSON object");
  for (const auto& [name, value] : json->items()) claims.set(name, base::dump(value));
  return claims;
}

/// Who pressed a button: somebody who logs in now, or who was logged in and allows more.
http::Response log_in(const Call& call, const AuthorizationRequest& request, Person person) {
  const std::string before = cookie(call.request, kSessionCookie);
  const auto session = call.provider.sessions.find(before, call.issuer->name());
  const bool stays = session && session->person.subject == person.subject &&
                     person.claims.members().empty() && !base::contains(request.prompt, "login") &&
                     usable_session(call, request);
  if (stays) person = session->person;
  const std::string id = call.provider.sessions.log_in(
      call.issuer->name(), person,
      {.client_id = request.client_id, .scope = request.scope, .audiences = request.audiences},
      before);
  http::Response response = grant(call, request, person);
  set_cookie(call, response, kSessionCookie, id);
  return response;
}

http::Response finish(const Call& call, const base::FormFields& fields) {
  const std::string browser = cookie(call.request, kLoginCookie);
  const bool anybody = call.weak(Weakness::consent_from_anywhere);
  const auto login = call.provider.logins.take(base::form_value(fields, "login"),
                                               call.issuer->name(), anybody ? nullptr : &browser);
  if (!login) {
    return error_page({"invalid_request", "this login is over, or another browser began it"});
  }
  const std::string subject = base::form_value(fields, "user");
  if (!base::form_value(fields, "deny").empty() || !is_subject(subject)) {
    return answer_error(call,
                        {{"access_denied", "the user does not want it"}, login->request.back});
  }
  const std::string text = base::form_value(fields, "claims");
  auto claims = read_claims(text);
  if (!claims) {
    return ask(call, login->request, {.problem = claims.error().message, .claims = text});
  }
  return log_in(
      call, login->request,
      {.subject = subject, .claims = std::move(*claims), .since = call.provider.clock.now()});
}

}  // namespace

http::Response authorize(const Call& call) {
  if (!allows(call.request, "GET, HEAD, POST")) return method_not_allowed("GET, HEAD, POST");
  if (call.request.method != "POST") {
    base::FormFields fields = base::parse_form(call.request.query);
    std::erase_if(fields, [](const auto& field) { return field.second.empty(); });
    return begin(call, fields);
  }
  const auto form = read_form(call.request);
  if (!form) return error_page(form.error());
  return base::form_value(*form, "login").empty() ? begin(call, *form) : finish(call, *form);
}

}  // namespace idp
