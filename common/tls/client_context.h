#pragma once

#include "common/base/result.h"
#include "common/tls/openssl.h"
#include "common/tls/stream.h"

namespace tls {

/// The context of clients with these options. Contexts are shared within the process, for to load
/// the system's trust store takes 40 ms. The error names what cannot be read.
base::Result<SslContext> client_context(const Options& options);

/// OpenSSL's number of a version.
int number_of(Version version);
/// "http/1.1", as ALPN writes lists (RFC 7301, section 3.1).
inline constexpr std::string_view kHttp11 = "\x08http/1.1";

}  // namespace tls
