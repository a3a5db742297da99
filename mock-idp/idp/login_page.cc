#include "mock-idp/idp/login_page.h"

#include <fmt/core.h>

#include "common/base/random.h"
#include "common/base/text.h"
#include "mock-idp/idp/users.h"

namespace idp {
namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem;"
    "color-scheme:light dark}"
    "button,input{font:inherit;padding:.4rem .8rem;margin:.2rem 0}"
    "button.user{display:block;width:100%;text-align:left}"
    "dt{font-weight:600}dd{margin:0 0 .5rem;overflow-wrap:anywhere}";

/// There is no form-action: browsers hold it against every redirect that follows the form, and the
/// way back leads to the client, wherever that is.
http::Response page(int status, std::string_view title, const std::string& body) {
  const std::string nonce = base::random_hex(16);
  http::Response response = http::Response::text(
      status, fmt::format("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                          "<meta name=\"viewport\" content=\"width=device-width\">"
                          "<title>{}</title><style nonce=\"{}\">{}</style></head>\n"
                          "<body><main><h1>{}</h1>\n{}</main></body></html>\n",
                          title, nonce, kStyle, title, body));
  base::set_header(response.headers, "Content-Type", "text/html; charset=utf-8");
  base::Headers& headers = response.headers;
  headers.push_back({"Cache-Control", "no-store"});
  headers.push_back({"Referrer-Policy", "same-origin"});
  headers.push_back({"X-Content-Type-Options", "nosniff"});
  headers.push_back({"X-Frame-Options", "DENY"});
  headers.push_back({"Content-Security-Policy",
                     fmt::format("default-src 'none'; style-src 'nonce-{}'; base-uri 'none'; "
                                 "frame-ancestors 'none'",
                                 nonce)});
  return response;
}

std::string row(std::string_view term, std::string_view text) {
  if (text.empty()) return {};
  return fmt::format("<dt>{}</dt><dd>{}</dd>", term, base::escape_markup(text));
}

}  // namespace

http::Response login_page(const AuthorizationRequest& request, std::string_view login_id) {
  std::string body = "<p>An application wants to act for you:</p><dl>";
  body += row("Application", request.client_name);
  body += row("Sends you back to", request.redirect_uri);
  body += row("Wants to", request.scope);
  body += row("At", base::join(request.audiences, " "));
  body += "</dl>\n<form method=\"post\" action=\"?\">\n";
  body += fmt::format("<input type=\"hidden\" name=\"login\" value=\"{}\">\n", login_id);
  for (const User& user : users()) {
    body += fmt::format(
        "<button class=\"user\" name=\"user\" value=\"{}\">Log in and allow as {} ({})</button>\n",
        user.subject, user.name, user.subject);
  }
  body += "<button name=\"deny\" value=\"1\">Deny</button>\n</form>\n";
  body += fmt::format(
      "<form method=\"post\" action=\"?\"><input type=\"hidden\" name=\"login\" "
      "value=\"{}\"><label>Somebody else: <input name=\"user\" required maxlength=\"255\" "
      "value=\"{}\" autocomplete=\"off\"></label> <button>Log in and allow</button></form>\n",
      login_id, base::escape_markup(request.login_hint));
  return page(200, "Log in", body);
}

http::Response error_page(const TokenError& error) {
  return page(400, "This request cannot be served",
              fmt::format("<p><code>{}</code>: {}</p>\n", base::escape_markup(error.code),
                          base::escape_markup(error.description)));
}

}  // namespace idp
