#include "mock-idp/idp/login_page.h"

#include <fmt/core.h>

#include "common/base/text.h"
#include "mock-idp/idp/html_page.h"
#include "mock-idp/idp/redirect_uri.h"
#include "mock-idp/idp/users.h"

namespace idp {
namespace {

std::string about(const AuthorizationRequest& request) {
  std::string body = "<p>An application wants to act for you:</p><dl>";
  body += html_row("Application", request.client_name);
  if (request.from_document) body += html_row("Described at", request.client_id);
  body += html_row("Sends you back to", request.back.redirect_uri);
  body += html_row("Wants to", request.scope);
  body += html_row("At", base::join(request.audiences, " "));
  body += "</dl>\n";
  // Any program on this machine can listen there and say that it is that application.
  if (request.from_document && is_loopback_redirect(request.back.redirect_uri)) {
    body +=
        "<p class=\"note\">The application runs on this machine. Go on only if you started it "
        "yourself.</p>\n";
  }
  return body;
}

std::string opening(std::string_view login_id) {
  return fmt::format(
      "<form method=\"post\" action=\"?\">\n"
      "<input type=\"hidden\" name=\"login\" value=\"{}\">\n",
      login_id);
}

std::string button(std::string_view verb, std::string_view subject, std::string_view name) {
  return fmt::format("<button class=\"user\" name=\"user\" value=\"{}\">{} as {} ({})</button>\n",
                     base::escape_markup(subject), verb, base::escape_markup(name),
                     base::escape_markup(subject));
}

std::string buttons(std::string_view logged_in) {
  std::string text;
  if (!logged_in.empty()) {
    const User* const user = find_user(logged_in);
    text += button("Allow", logged_in, user == nullptr ? logged_in : user->name);
  }
  for (const User& user : users()) {
    if (user.subject != logged_in) text += button("Log in and allow", user.subject, user.name);
  }
  return text + "<button name=\"deny\" value=\"1\">Deny</button>\n";
}

std::string somebody_else(const AuthorizationRequest& request, const LoginPage& page) {
  return fmt::format(
      "<label>Somebody else: <input name=\"user\" required maxlength=\"255\" value=\"{}\" "
      "autocomplete=\"off\"></label>\n"
      "<label>with these claims in the tokens (JSON): <textarea name=\"claims\" rows=\"4\" "
      "placeholder=\"{{&quot;roles&quot;: [&quot;admin&quot;]}}\" spellcheck=\"false\">{}"
      "</textarea></label>\n"
      "<button>Log in and allow</button>\n",
      base::escape_markup(request.login_hint), base::escape_markup(page.claims));
}

}  // namespace

http::Response login_page(const AuthorizationRequest& request, const LoginPage& page) {
  std::string body;
  if (!page.problem.empty()) {
    body +=
        fmt::format("<p class=\"note\" role=\"alert\">{}</p>\n", base::escape_markup(page.problem));
  }
  body += about(request);
  body += opening(page.login_id) + buttons(page.logged_in) + "</form>\n";
  body += opening(page.login_id) + somebody_else(request, page) + "</form>\n";
  return html_page(page.problem.empty() ? 200 : 400, "Log in", body, {.framable = page.framable});
}

}  // namespace idp
