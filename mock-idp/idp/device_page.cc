#include "mock-idp/idp/device_page.h"

#include <fmt/core.h>

#include "common/base/text.h"
#include "mock-idp/idp/html_page.h"
#include "mock-idp/idp/users.h"

namespace idp {

http::Response device_code_page(std::string_view problem) {
  std::string body;
  if (!problem.empty()) body += fmt::format("<p class=\"note\" role=\"alert\">{}</p>\n", problem);
  body +=
      "<form method=\"get\" action=\"?\">\n"
      "<label>The code that your device shows: <input name=\"user_code\" required maxlength=\"20\" "
      "autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" autofocus></label>\n"
      "<button>Go on</button>\n</form>\n";
  return html_page(problem.empty() ? 200 : 400, "Connect a device", body);
}

http::Response device_login_page(const Granted& wish, const DeviceLogin& login) {
  std::string body = "<p>A device wants to act for you. Go on only if it shows this code:</p><dl>";
  body += html_row("Code", login.user_code);
  body += html_row("Application", login.client);
  body += html_row("Wants to", wish.scope);
  body += html_row("At", base::join(wish.audiences, " "));
  body += fmt::format(
      "</dl>\n<form method=\"post\" action=\"?\">\n"
      "<input type=\"hidden\" name=\"user_code\" value=\"{}\">\n"
      "<input type=\"hidden\" name=\"browser\" value=\"{}\">\n",
      base::escape_markup(login.user_code), base::escape_markup(login.browser));
  for (const User& user : users()) {
    body += fmt::format(
        "<button class=\"user\" name=\"user\" value=\"{}\">Log in and allow as {} ({})</button>\n",
        user.subject, user.name, user.subject);
  }
  body += "<button name=\"deny\" value=\"1\">Deny</button>\n</form>\n";
  return html_page(200, "Connect a device", body);
}

}  // namespace idp
