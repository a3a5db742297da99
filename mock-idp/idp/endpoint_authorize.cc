#include <fmt/core.h>

#include <utility>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/base/url.h"
#include "mock-idp/idp/login_page.h"
#include "mock-idp/idp/provider.h"
#include "mock-idp/idp/users.h"

// RFC 6749, section 3.1. A GET, or a POST with the same parameters, begins a login; a POST with
// `login` is our own page's form and ends it.
namespace idp {
namespace {

constexpr std::string_view kCookie = "authspec_login";

std::string cookie_of(const http::Request& request) {
  for (const std::string& field : base::all_headers(request.headers, "Cookie")) {
    for (const std::string& pair : base::split(field, ';')) {
      const std::string_view text = base::trim(pair);
      const std::size_t equals = text.find('=');
      if (text.substr(0, equals) == kCookie && equals != std::string_view::npos) {
        return std::string(text.substr(equals + 1));
      }
    }
  }
  return {};
}

/// Sends the browser back to the client, with `iss` in any case (RFC 9207, section 2).
http::Response redirect(const Call& call, const std::string& to, base::FormFields parameters,
                        const std::string& state) {
  if (!state.empty()) parameters.emplace_back("state", state);
  parameters.emplace_back("iss", call.issuer->url());
  http::Response response{.status = call.request.method == "POST" ? 303 : 302};
  const char separator = to.find('?') == std::string::npos ? '?' : '&';
  response.headers = {{"Location", to + separator + base::encode_form(parameters)},
                      {"Cache-Control", "no-store"},
                      {"Referrer-Policy", "no-referrer"}};
  return response;
}

http::Response answer_error(const Call& call, const AuthorizationError& error) {
  if (!error.redirect_uri) return error_page(error.error);
  return redirect(call, *error.redirect_uri,
                  {{"error", error.error.code}, {"error_description", error.error.description}},
                  error.state);
}

http::Response grant(const Call& call, const AuthorizationRequest& request,
                     const std::string& subject) {
  const std::string code = call.provider.grants.add_code(
      {.issuer = call.issuer->name(),
       .granted = {.subject = subject,
                   .client_id = request.client_id,
                   .scope = request.scope,
                   .audiences = request.audiences},
       .redirect_uri = request.redirect_was_sent ? request.redirect_uri : std::string(),
       .challenge = request.challenge,
       .nonce = request.nonce});
  return redirect(call, request.redirect_uri, {{"code", code}}, request.state);
}

http::Response ask(const Call& call, AuthorizationRequest request) {
  std::string browser = cookie_of(call.request);
  if (browser.empty()) browser = base::random_hex(16);
  const std::string id = call.provider.logins.begin(
      {.issuer = call.issuer->name(), .browser = browser, .request = request});
  http::Response response = login_page(request, id);
  response.headers.push_back({"Set-Cookie", fmt::format("{}={}; Path=/i/{}; HttpOnly; SameSite=Lax",
                                                        kCookie, browser, call.issuer->name())});
  return response;
}

http::Response begin(const Call& call, const base::FormFields& fields) {
  auto request = read_authorization_request(call, fields);
  if (!request) return answer_error(call, request.error());
  // Nobody has to press a button in a test: the hint is enough.
  const bool logged_in = call.weak(Weakness::hint_logs_in) && is_subject(request->login_hint);
  if (logged_in) return grant(call, *request, request->login_hint);
  if (request->prompt == "none") {
    return answer_error(
        call, {{"login_required", "nobody is logged in"}, request->redirect_uri, request->state});
  }
  return ask(call, std::move(*request));
}

http::Response finish(const Call& call, const base::FormFields& fields) {
  const auto login = call.provider.logins.take(base::form_value(fields, "login"),
                                               call.issuer->name(), cookie_of(call.request));
  if (!login) {
    return error_page({"invalid_request", "this login is over, or another browser began it"});
  }
  const std::string subject = base::form_value(fields, "user");
  if (!base::form_value(fields, "deny").empty() || !is_subject(subject)) {
    return answer_error(call, {{"access_denied", "the user does not want it"},
                               login->request.redirect_uri,
                               login->request.state});
  }
  return grant(call, login->request, subject);
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
