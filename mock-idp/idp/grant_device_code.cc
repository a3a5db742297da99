#include "mock-idp/idp/grant.h"

namespace idp {

/// RFC 8628, section 3.4.
Read<jose::Members> grant_device_code(const Call& call, const TokenRequest& request) {
  const std::string code = base::form_value(request.fields, "device_code");
  if (code.empty()) return refuse("invalid_request", "device_code is missing");
  auto granted = call.provider.devices.ask(code, call.issuer->name(), request.client.id);
  if (!granted) return tl::unexpected(granted.error());
  granted->confirmation = request.confirmation;
  return answer_exchange(call, call.provider.grants.begin(call.issuer->name(), *granted,
                                                          !request.client.authenticates()));
}

}  // namespace idp
