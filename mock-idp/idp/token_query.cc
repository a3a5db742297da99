#include "mock-idp/idp/token_query.h"

#include <utility>

namespace idp {

namespace {

TokenQuery taken_from_anywhere(const http::Request& request, const OpaqueTokens& tokens) {
  TokenQuery query{.token = base::form_value(base::parse_form(request.body), "token")};
  if (query.token.empty()) query.token = base::form_value(base::parse_form(request.query), "token");
  query.known = tokens.find(query.token);
  return query;
}

}  // namespace

Read<TokenQuery> read_token_query(const Call& call) {
  const OpaqueTokens& tokens = call.issuer->opaque_tokens();
  if (tokens.answers_anybody()) return taken_from_anywhere(call.request, tokens);
  const auto fields = read_form(call.request);
  if (!fields) return tl::unexpected(fields.error());
  auto client = read_client(call.request, *fields);
  if (!client) return tl::unexpected(client.error());
  if (!tokens.may_ask(client->id, client->secret)) {
    return refuse_client("the client is not known or its secret is wrong");
  }
  std::string token = base::form_value(*fields, "token");
  if (token.empty()) return refuse("invalid_request", "token is missing");
  auto known = tokens.find(token);
  return TokenQuery{std::move(client->id), std::move(token), std::move(known)};
}

}  // namespace idp
