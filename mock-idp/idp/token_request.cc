#include "mock-idp/idp/token_request.h"

#include <algorithm>
#include <utility>

#include "common/base/text.h"

namespace idp {
namespace {

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

bool within_scope(std::string_view part, std::string_view whole) {
  const auto granted = base::words(whole);
  const auto asked = base::words(part);
  return std::all_of(asked.begin(), asked.end(),
                     [&](const std::string& one) { return base::contains(granted, one); });
}

Read<std::vector<std::string>> read_audiences(const base::FormFields& fields) {
  std::vector<std::string> resources;
  std::vector<std::string> audiences;
  for (const auto& [name, value] : fields) {
    if (name != "resource" && name != "audience") continue;
    if (name == "resource" && !is_resource(value)) {
      return refuse("invalid_target", "resource has to be an absolute URI without a fragment");
    }
    auto& list = name == "resource" ? resources : audiences;
    if (!base::contains(list, value)) list.push_back(value);
  }
  return resources.empty() ? audiences : resources;
}

Read<std::string> read_scope(const base::FormFields& fields) {
  std::string scope = base::form_value(fields, "scope");
  if (!scope.empty() && !is_scope(scope)) {
    return refuse("invalid_scope", "scope has to be words with one blank between them");
  }
  return scope;
}

Read<TokenRequest> read_token_request(const http::Request& request, bool two_ways) {
  auto fields = request.method == "GET" ? without_repetition(base::parse_form(request.query))
                                        : read_form(request);
  if (!fields) return tl::unexpected(fields.error());
  std::string grant = base::form_value(*fields, "grant_type");
  if (grant.empty()) return refuse("invalid_request", "grant_type is missing");
  auto client = read_client(request, *fields, two_ways);
  if (!client) return tl::unexpected(client.error());
  auto audiences = read_audiences(*fields);
  if (!audiences) return tl::unexpected(audiences.error());
  auto scope = read_scope(*fields);
  if (!scope) return tl::unexpected(scope.error());
  return TokenRequest{std::move(*fields), std::move(grant),      std::move(*client),
                      std::move(*scope),  std::move(*audiences), {}};
}

}  // namespace idp
