// JWTs that clients make: assertions (RFC 7523) and DPoP proofs (RFC 9449). The input is header,
// claims and a rest, a line each; where the rest is empty the client's own key signs them, so that
// what is behind the signature is reached as well.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/base/base64.h"
#include "mock-idp/idp/client_assertion.h"
#include "mock-idp/idp/dpop.h"
#include "mock-idp/idp/provider.h"

namespace {

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

const jose::Key& client_key() {
  static const jose::Key key = jose::Key::from_pool("EdDSA", 1).value();
  return key;
}

std::string jwt_of(std::string_view rest) {
  const std::string header = base::base64url_encode(take_line(rest));
  const std::string input = header + "." + base::base64url_encode(take_line(rest));
  if (!rest.empty()) return input + std::string(rest);
  return input + "." + base::base64url_encode(client_key().sign("EdDSA", input).value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static idp::Provider provider{idp::Options{}};
  static idp::Issuer& issuer = provider.make_issuer("main~strict~dpop-nonce");
  static const idp::RegisteredClient client{
      .id = "me",
      .how = idp::ClientAuthentication::private_key_jwt,
      .jwks = "{\"keys\":[" + client_key().public_jwk() + "]}"};
  const std::string jwt = jwt_of({reinterpret_cast<const char*>(data), size});
  const http::Request request{
      .method = "POST", .path = "/i/main/token", .headers = {{"DPoP", jwt}}};
  const idp::Call call{request, provider, &issuer};
  const auto proven = idp::check_assertion(call, client, jwt);
  if (!proven && proven.error().code != "invalid_client") std::abort();
  const auto confirmed = idp::read_confirmation(call, "access");
  if (!confirmed && confirmed.error().code != "invalid_dpop_proof" &&
      confirmed.error().code != "use_dpop_nonce") {
    std::abort();
  }
  return 0;
}
