#include "mock-idp/idp/html_page.h"

#include <fmt/core.h>

#include "common/base/random.h"
#include "common/base/text.h"

namespace embedded {
extern const std::string_view page_login;  // mock-idp/idp/page/login.css
}

namespace idp {
namespace {

constexpr std::string_view kSubmit = "document.forms[0].submit()";

/// There is no form-action: browsers hold it against every redirect that follows the form, and the
/// way back leads to the client, wherever that is.
std::string policy(const std::string& nonce, PagePowers powers) {
  std::string text =
      fmt::format("default-src 'none'; style-src 'nonce-{}'; base-uri 'none'", nonce);
  if (powers.script) text += fmt::format("; script-src 'nonce-{}'", nonce);
  if (!powers.framable) text += "; frame-ancestors 'none'";
  return text;
}

}  // namespace

http::Response html_page(int status, std::string_view title, const std::string& body,
                         PagePowers powers) {
  const std::string nonce = base::random_hex(16);
  std::string script;
  if (powers.script) script = fmt::format("<script nonce=\"{}\">{}</script>", nonce, kSubmit);
  http::Response response = http::Response::text(
      status, fmt::format("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                          "<meta name=\"viewport\" content=\"width=device-width\">"
                          "<title>{}</title><style nonce=\"{}\">{}</style></head>\n"
                          "<body><main><h1>{}</h1>\n{}</main>{}</body></html>\n",
                          title, nonce, embedded::page_login, title, body, script));
  base::set_header(response.headers, "Content-Type", "text/html; charset=utf-8");
  base::Headers& headers = response.headers;
  headers.push_back({"Cache-Control", "no-store"});
  headers.push_back({"Referrer-Policy", "same-origin"});
  headers.push_back({"X-Content-Type-Options", "nosniff"});
  if (!powers.framable) headers.push_back({"X-Frame-Options", "DENY"});
  headers.push_back({"Content-Security-Policy", policy(nonce, powers)});
  return response;
}

std::string html_row(std::string_view term, std::string_view text) {
  if (text.empty()) return {};
  return fmt::format("<dt>{}</dt><dd>{}</dd>", term, base::escape_markup(text));
}

std::string html_hidden(std::string_view name, std::string_view value) {
  return fmt::format("<input type=\"hidden\" name=\"{}\" value=\"{}\">\n",
                     base::escape_markup(name), base::escape_markup(value));
}

http::Response error_page(const TokenError& error) {
  return html_page(400, "This request cannot be served",
                   fmt::format("<p><code>{}</code>: {}</p>\n", base::escape_markup(error.code),
                               base::escape_markup(error.description)));
}

http::Response posting_page(const std::string& url, const base::FormFields& fields) {
  std::string body =
      fmt::format("<form method=\"post\" action=\"{}\">\n", base::escape_markup(url));
  for (const auto& [name, value] : fields) body += html_hidden(name, value);
  body += "<button>Go on</button>\n</form>\n";
  return html_page(200, "Back to the application", body, {.script = true});
}

}  // namespace idp
