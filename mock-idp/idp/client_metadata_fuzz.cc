// What clients say of themselves: registrations (RFC 7591) and client metadata documents. What is
// taken has to be told again as JSON.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "mock-idp/idp/client_metadata.h"
#include "mock-idp/idp/provider.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static idp::Provider provider{idp::Options{}};
  static idp::Issuer& issuer = provider.make_issuer("main~strict");
  const auto document = base::parse_json({reinterpret_cast<const char*>(data), size});
  if (!document || !document->is_object()) return 0;
  const http::Request request;
  const idp::Call call{request, provider, &issuer};
  const auto client = idp::read_client_metadata(call, *document);
  if (!client) {
    if (client.error().code.empty() || client.error().description.empty()) std::abort();
    return 0;
  }
  if (!base::parse_json(base::dump(idp::client_information(call, *client)))) std::abort();
  return 0;
}
