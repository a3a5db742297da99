// Configuration files: what is refused says why, and nothing is too odd to be refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mock-idp/idp/configuration.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  idp::Configuration configuration;
  const auto taken = idp::configure({reinterpret_cast<const char*>(data), size}, configuration);
  if (!taken && taken.error().message.empty()) std::abort();
  return 0;
}
