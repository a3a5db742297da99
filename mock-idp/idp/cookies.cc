#include "mock-idp/idp/cookies.h"

#include <fmt/core.h>

#include "common/base/text.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

void add(const Call& call, http::Response& response, std::string_view name, std::string_view value,
         std::string_view more) {
  response.headers.push_back(
      {"Set-Cookie",
       fmt::format("{}={}; Path=/i/{}; HttpOnly; SameSite=Lax{}{}", name, value,
                   call.issuer->name(), call.request.encrypted ? "; Secure" : "", more)});
}

}  // namespace

std::string cookie(const http::Request& request, std::string_view name) {
  for (const std::string& field : base::all_headers(request.headers, "Cookie")) {
    for (const std::string& pair : base::split(field, ';')) {
      const std::string_view text = base::trim(pair);
      const std::size_t equals = text.find('=');
      if (equals != std::string_view::npos && text.substr(0, equals) == name) {
        return std::string(text.substr(equals + 1));
      }
    }
  }
  return {};
}

void set_cookie(const Call& call, http::Response& response, std::string_view name,
                std::string_view value) {
  add(call, response, name, value, "");
}

void drop_cookie(const Call& call, http::Response& response, std::string_view name) {
  add(call, response, name, "", "; Max-Age=0");
}

}  // namespace idp
