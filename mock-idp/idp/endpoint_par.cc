#include <fmt/core.h>

#include <utility>

#include "common/base/json.h"
#include "mock-idp/idp/authorization_request.h"
#include "mock-idp/idp/dpop.h"
#include "mock-idp/idp/provider.h"

namespace idp {
namespace {

/// What proves who the client is, and is no part of the request.
bool is_authentication(std::string_view name) {
  return name == "client_secret" || name == "client_assertion" || name == "client_assertion_type";
}

/// A proof with the request is as good as `dpop_jkt` in it (RFC 9449, section 10.1).
Read<void> bind_to_key(const Call& call, base::FormFields& fields) {
  const auto confirmation = read_confirmation(call);
  if (!confirmation) return tl::unexpected(confirmation.error());
  if (confirmation->jkt.empty()) return {};
  const std::string wanted = base::form_value(fields, "dpop_jkt");
  if (wanted.empty()) {
    fields.emplace_back("dpop_jkt", confirmation->jkt);
  } else if (wanted != confirmation->jkt) {
    return refuse("invalid_request", "dpop_jkt is not the key of the DPoP proof");
  }
  return {};
}

Read<std::string> push(const Call& call) {
  auto fields = read_form(call.request);
  if (!fields) return tl::unexpected(fields.error());
  auto client = read_client(call.request, *fields, call.weak(Weakness::two_authentications));
  if (!client) return tl::unexpected(client.error());
  if (auto known = check_authentication(call, *client); !known) {
    return tl::unexpected(known.error());
  }
  if (!base::form_value(*fields, "request_uri").empty()) {
    return refuse("invalid_request", "request_uri cannot be pushed");
  }
  if (auto bound = bind_to_key(call, *fields); !bound) return tl::unexpected(bound.error());
  std::erase_if(*fields, [](const auto& field) { return is_authentication(field.first); });
  if (base::form_value(*fields, "client_id").empty()) fields->emplace_back("client_id", client->id);
  const auto request = read_authorization_request(call, *fields, Delivery::pushed);
  if (!request) return tl::unexpected(request.error().error);
  return call.provider.pushed_requests.add(call.issuer->name(), client->id, std::move(*fields));
}

}  // namespace

/// RFC 9126, section 2: the request is judged right here, and again when it is used.
http::Response push_request(const Call& call) {
  if (!allows(call.request, "POST")) return not_stored(method_not_allowed("POST"));
  const auto uri = push(call);
  if (!uri) return with_dpop_nonce(call, refused(uri.error()));
  return not_stored(http::Response::json(
      201, fmt::format(R"({{"request_uri":{},"expires_in":{}}})", base::json_string(*uri),
                       PushedRequests::kLifeSeconds)));
}

}  // namespace idp
