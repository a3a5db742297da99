#include "mock-idp/idp/token_query.h"

#include <utility>

namespace idp {

namespace {

Read<void> check_asker(const Call& call, Client& client, Askers askers) {
  const bool anyhow = askers == Askers::public_ones_too;
  if (find_client(call, client.id)) {
    if (auto known = check_authentication(call, client); !known) return known;
    if (client.authenticates() || anyhow) return {};
    return refuse_client("client authentication is missing");
  }
  const OpaqueTokens& tokens = call.issuer->opaque_tokens();
  const bool anybody = tokens.names_clients() || call.weak(Weakness::any_client);
  if (anybody && tokens.may_ask(client.id, client.secret)) return {};
  const bool nobody_known = !client.authenticates() && call.weak(Weakness::any_client);
  if (anyhow && nobody_known) return {};
  return refuse_client("the client is not known or its secret is wrong");
}

TokenQuery look_up(const Call& call, std::string client_id, std::string token) {
  TokenQuery query{std::move(client_id), std::move(token), {}, {}};
  query.known = find_opaque_token(call, query.token);
  if (!query.known) query.own = find_own_token(call, query.token);
  return query;
}

TokenQuery taken_from_anywhere(const Call& call) {
  std::string token = base::form_value(base::parse_form(call.request.body), "token");
  if (token.empty()) token = base::form_value(base::parse_form(call.request.query), "token");
  return look_up(call, {}, std::move(token));
}

}  // namespace

Read<TokenQuery> read_token_query(const Call& call, Askers askers) {
  if (call.issuer->opaque_tokens().answers_anybody()) return taken_from_anywhere(call);
  const auto fields = read_form(call.request);
  if (!fields) return tl::unexpected(fields.error());
  auto client = read_client(call.request, *fields, call.weak(Weakness::two_authentications));
  if (!client) return tl::unexpected(client.error());
  if (auto may = check_asker(call, *client, askers); !may) return tl::unexpected(may.error());
  std::string token = base::form_value(*fields, "token");
  if (token.empty()) return refuse("invalid_request", "token is missing");
  return look_up(call, std::move(client->id), std::move(token));
}

}  // namespace idp
