#include <fmt/core.h>

#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/access_token.h"
#include "mock-idp/idp/compact_jws.h"
#include "mock-idp/idp/cookies.h"
#include "mock-idp/idp/html_page.h"
#include "mock-idp/idp/provider.h"
#include "mock-idp/idp/redirect_uri.h"
#include "mock-idp/jose/key.h"

// OpenID Connect RP-Initiated Logout 1.0: ends the session of the browser. Who shows an ID token of
// whoever is logged in is believed; otherwise the user is asked.
namespace idp {
namespace {

/// What a client wants.
struct Logout {
  std::string client_id;     ///< empty: it does not say who it is
  std::string subject;       ///< of id_token_hint; empty: there was none
  std::string redirect_uri;  ///< that is the client's; empty: none
  std::string state;
};

/// Takes client and subject from an ID token of ours; that it has expired does not matter.
Read<void> read_hint(const Call& call, const std::string& hint, Logout& logout) {
  const auto jws = read_compact_jws(hint);
  const bool ours = jws && signed_by(*call.issuer, *jws) &&
                    jws->claim("iss") == call.issuer->url() && jws->header("typ") != "at+jwt";
  if (!ours) return refuse("invalid_request", "id_token_hint is no ID token of this issuer");
  const auto aud = jws->claims().find("aud");
  const bool listed = aud != jws->claims().end() && aud->is_array() && !aud->empty();
  const std::string client = listed ? base::texts(*aud).front() : jws->claim("aud");
  if (!logout.client_id.empty() && logout.client_id != client) {
    return refuse("invalid_request", "client_id is not that of id_token_hint");
  }
  logout.client_id = client;
  logout.subject = jws->claim("sub");
  return {};
}

Read<void> check_way_back(const Call& call, const Logout& logout) {
  if (logout.client_id.empty()) {
    return refuse("invalid_request",
                  "post_logout_redirect_uri takes an id_token_hint or a client_id");
  }
  const auto client = find_client(call, logout.client_id);
  const bool anywhere_here =
      !client && call.weak(Weakness::any_client) && is_loopback_redirect(logout.redirect_uri);
  const bool registered =
      client && base::contains(client->post_logout_redirect_uris, logout.redirect_uri);
  if (anywhere_here || registered) return {};
  return refuse("invalid_request",
                "post_logout_redirect_uri is not one that the client registered");
}

Read<Logout> read_logout(const Call& call, const base::FormFields& fields) {
  const auto once = without_repetition(fields);
  if (!once) return tl::unexpected(once.error());
  Logout logout{.client_id = base::form_value(*once, "client_id"),
                .redirect_uri = base::form_value(*once, "post_logout_redirect_uri"),
                .state = base::form_value(*once, "state")};
  const std::string hint = base::form_value(*once, "id_token_hint");
  if (!hint.empty()) {
    if (auto read = read_hint(call, hint, logout); !read) return tl::unexpected(read.error());
  }
  if (!logout.redirect_uri.empty()) {
    if (auto good = check_way_back(call, logout); !good) return tl::unexpected(good.error());
  }
  return logout;
}

/// What our own page sends back: no other site knows it.
std::string confirmation(const std::string& session_id) {
  return base::base64url_encode(jose::sha256("end session " + session_id));
}

http::Response ask(const std::string& session_id, const Session& session,
                   const base::FormFields& fields) {
  std::string body =
      fmt::format("<p>You are logged in as {}. Log out?</p>\n<form method=\"post\">\n",
                  base::escape_markup(session.person.subject));
  for (const auto& [name, value] : fields) {
    if (name == "confirm" || name == "deny") continue;
    body += html_hidden(name, value);
  }
  body += html_hidden("confirm", confirmation(session_id));
  body +=
      "<button>Log out</button> <button name=\"deny\" value=\"1\">Stay logged in</button>\n"
      "</form>\n";
  return html_page(200, "Log out", body);
}

http::Response done(const Call& call, const Logout& logout) {
  if (logout.redirect_uri.empty()) {
    return html_page(200, "You are logged out", "<p>Nobody is logged in here now.</p>\n");
  }
  std::string location = logout.redirect_uri;
  if (!logout.state.empty()) {
    location += location.find('?') == std::string::npos ? '?' : '&';
    location += base::encode_form({{"state", logout.state}});
  }
  http::Response response{.status = call.request.method == "POST" ? 303 : 302};
  response.headers = {{"Location", std::move(location)}, {"Cache-Control", "no-store"}};
  return response;
}

http::Response end(const Call& call, const base::FormFields& fields) {
  const auto logout = read_logout(call, fields);
  if (!logout) return error_page(logout.error());
  const std::string id = cookie(call.request, kSessionCookie);
  const auto session = call.provider.sessions.find(id, call.issuer->name());
  if (!session) return done(call, *logout);
  const bool from_page =
      call.request.method == "POST" && base::form_value(fields, "confirm") == confirmation(id);
  if (from_page && !base::form_value(fields, "deny").empty()) {
    return html_page(200, "You stay logged in", "<p>Nothing has changed.</p>\n");
  }
  if (!from_page && logout->subject != session->person.subject) return ask(id, *session, fields);
  call.provider.sessions.log_out(id, call.issuer->name());
  http::Response response = done(call, *logout);
  drop_cookie(call, response, kSessionCookie);
  return response;
}

}  // namespace

http::Response end_session(const Call& call) {
  if (!allows(call.request, "GET, HEAD, POST")) return method_not_allowed("GET, HEAD, POST");
  if (call.request.method != "POST") {
    base::FormFields fields = base::parse_form(call.request.query);
    std::erase_if(fields, [](const auto& field) { return field.second.empty(); });
    return end(call, fields);
  }
  const auto form = read_form(call.request);
  if (!form) return error_page(form.error());
  return end(call, *form);
}

}  // namespace idp
