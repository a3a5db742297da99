#include <algorithm>

#include "common/base/text.h"
#include "common/base/url.h"
#include "mock-idp/idp/control.h"

// Who may steer. A web page in a browser on this machine reaches the provider as well as we do, and
// with a name of its own that it makes resolve to 127.0.0.1 it even reads the answers.
namespace idp {
namespace {

tl::unexpected<Refusal> forbid(int status, std::string message) {
  return tl::unexpected(Refusal{.status = status, .where = {}, .message = std::move(message)});
}

/// Takes the same time whatever is right about it.
bool same_secret(std::string_view a, std::string_view b) {
  unsigned char differ = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    differ |= static_cast<unsigned char>(a[i] ^ b[i]);
  }
  return differ == 0;
}

bool shows_token(const http::Request& request, const std::string& token) {
  constexpr std::string_view kScheme = "bearer ";
  const std::string* const field = request.header("Authorization");
  return field != nullptr &&
         base::to_lower(std::string_view(*field).substr(0, kScheme.size())) == kScheme &&
         same_secret(base::trim(std::string_view(*field).substr(kScheme.size())), token);
}

/// An address, or a name that no page can have for its own.
bool is_our_host(const Provider& provider, std::string_view host) {
  const auto url = base::parse_url("http://" + std::string(host));
  if (!url) return false;
  if (url->is_loopback() || url->host == provider.options.host) return true;
  const auto own = base::parse_url(provider.origin);
  return own && own->host == url->host;
}

/// Whether the page, if a page asks, is our own.
bool from_own_page(const http::Request& request, std::string_view host) {
  if (const std::string* const site = request.header("Sec-Fetch-Site")) {
    if (*site != "same-origin" && *site != "none") return false;
  }
  const std::string* const origin = request.header("Origin");
  if (origin == nullptr) return true;
  return *origin == "http://" + std::string(host) || *origin == "https://" + std::string(host);
}

bool is_json(const http::Request& request) {
  const std::string* const type = request.header("Content-Type");
  if (type == nullptr) return false;
  return base::to_lower(base::trim(std::string_view(*type).substr(0, type->find(';')))) ==
         "application/json";
}

}  // namespace

Obeyed<void> may_steer(const Provider& provider, const http::Request& request) {
  const std::string* const host = request.header("Host");
  if (host == nullptr || !is_our_host(provider, *host)) {
    return forbid(403, "Host has to be the provider's own name or an address of this machine");
  }
  if (!from_own_page(request, *host)) return forbid(403, "pages of other origins may not steer");
  const std::string& token = provider.admin_token;
  if (!token.empty() && !shows_token(request, token)) {
    return forbid(401, "steering takes the admin token, as Authorization: Bearer");
  }
  // A page cannot send this type to another origin without asking first.
  if (!request.body.empty() && !is_json(request)) {
    return forbid(415, "the content type has to be application/json");
  }
  return {};
}

}  // namespace idp
