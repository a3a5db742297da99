#include "mock-idp/idp/token_request.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/base/base64.h"
#include "common/base/text.h"
#include "common/base/url.h"

namespace idp {
namespace {

template <typename T>
using Read = tl::expected<T, TokenError>;

tl::unexpected<TokenError> refuse(std::string code, std::string description) {
  return tl::unexpected(TokenError{std::move(code), std::move(description)});
}

tl::unexpected<TokenError> refuse_client(std::string description) {
  return tl::unexpected(TokenError{"invalid_client", std::move(description), true});
}

struct Client {
  std::string id;
  std::string secret;
};

std::string value_of(const base::FormFields& fields, std::string_view name) {
  for (const auto& [field, value] : fields) {
    if (field == name) return value;
  }
  return {};
}

Read<base::FormFields> read_form(const http::Request& request) {
  const std::string* const type = request.header("Content-Type");
  const std::string_view media = type == nullptr ? std::string_view() : std::string_view(*type);
  if (!base::equal_ignoring_case(base::trim(media.substr(0, media.find(';'))),
                                 "application/x-www-form-urlencoded")) {
    return refuse("invalid_request",
                  "the content type has to be application/x-www-form-urlencoded");
  }
  base::FormFields fields = base::parse_form(request.body);
  // Without a value is as if it were not there (RFC 6749, section 3.2).
  std::erase_if(fields, [](const auto& field) { return field.second.empty(); });
  std::set<std::string_view> seen;
  for (const auto& [name, value] : fields) {
    if (name != "resource" && !seen.insert(name).second) {
      return refuse("invalid_request", "the parameter " + name + " is there twice");
    }
  }
  return fields;
}

/// HTTP Basic with both halves form-encoded (RFC 6749, section 2.3.1).
Read<Client> read_basic(std::string_view value) {
  const std::size_t blank = value.find(' ');
  if (!base::equal_ignoring_case(value.substr(0, blank), "Basic") ||
      blank == std::string_view::npos) {
    return refuse_client("the authorization scheme has to be Basic");
  }
  const auto pair = base::base64_decode(base::trim(value.substr(blank)));
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return refuse_client("the Basic credentials cannot be read");
  auto id = base::percent_decode(pair->substr(0, colon), true);
  auto secret = base::percent_decode(pair->substr(colon + 1), true);
  if (!id || !secret) return refuse_client("the Basic credentials are not form-encoded");
  return Client{std::move(*id), std::move(*secret)};
}

/// Any client and secret will do, but they have to be there, and in one way only.
Read<std::string> read_client(const http::Request& request, const base::FormFields& fields) {
  const std::vector<std::string> headers = base::all_headers(request.headers, "Authorization");
  Client posted{value_of(fields, "client_id"), value_of(fields, "client_secret")};
  if (headers.size() > 1) return refuse("invalid_request", "there are two Authorization fields");
  if (!headers.empty()) {
    const auto basic = read_basic(headers.front());
    if (!basic) return tl::unexpected(basic.error());
    if (!posted.secret.empty()) {
      return refuse("invalid_request", "the client authenticates in two ways");
    }
    if (!posted.id.empty() && posted.id != basic->id) {
      return refuse("invalid_request", "client_id is not the client that authenticates");
    }
    posted = *basic;
  }
  if (posted.id.empty() || posted.secret.empty()) {
    return refuse_client("client authentication is missing");
  }
  return posted.id;
}

Read<std::vector<std::string>> read_audiences(const base::FormFields& fields) {
  std::vector<std::string> audiences;
  for (const auto& [name, value] : fields) {
    if (name != "resource") continue;
    if (!is_resource(value)) {
      return refuse("invalid_target", "resource has to be an absolute URI without a fragment");
    }
    if (std::find(audiences.begin(), audiences.end(), value) == audiences.end()) {
      audiences.push_back(value);
    }
  }
  if (audiences.empty()) {
    if (std::string audience = value_of(fields, "audience"); !audience.empty()) {
      audiences.push_back(std::move(audience));
    }
  }
  return audiences;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

bool is_resource(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size() || !is_letter(text[0])) {
    return false;
  }
  const std::string_view scheme = text.substr(0, colon);
  return std::all_of(scheme.begin(), scheme.end(),
                     [](char c) {
                       return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
                              c == '.';
                     }) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && c < 0x7f &&
                  std::string_view("#\"<>\\^`{|}").find(c) == std::string_view::npos;
         });
}

bool is_scope(std::string_view text) {
  return !text.empty() && text.front() != ' ' && text.back() != ' ' &&
         text.find("  ") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

tl::expected<TokenRequest, TokenError> read_token_request(const http::Request& request) {
  const auto fields = read_form(request);
  if (!fields) return tl::unexpected(fields.error());
  const std::string grant = value_of(*fields, "grant_type");
  if (grant.empty()) return refuse("invalid_request", "grant_type is missing");
  auto client = read_client(request, *fields);
  if (!client) return tl::unexpected(client.error());
  if (grant != "client_credentials") {
    return refuse("unsupported_grant_type", "the only grant is client_credentials");
  }
  auto audiences = read_audiences(*fields);
  if (!audiences) return tl::unexpected(audiences.error());
  std::string scope = value_of(*fields, "scope");
  if (!scope.empty() && !is_scope(scope)) {
    return refuse("invalid_scope", "scope has to be words with one blank between them");
  }
  return TokenRequest{std::move(*client), std::move(scope), std::move(*audiences)};
}

}  // namespace idp
