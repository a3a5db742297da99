#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace tls {

/// What a certificate says of its owner.
struct CertificateFacts {
  std::string subject;           ///< distinguished name as RFC 4514 writes it
  std::vector<std::string> dns;  ///< alternative names, by kind
  std::vector<std::string> uris;
  std::vector<std::string> addresses;  ///< IPv4 or IPv6, as inet_ntop writes them
  std::vector<std::string> emails;
  std::string public_key;  ///< SubjectPublicKeyInfo, DER
};

/// Of a certificate in DER. The error says that it is none.
base::Result<CertificateFacts> read_certificate_facts(std::string_view der);

/// Whether one of the authorities (PEM) signed the certificate (DER), which is valid now by the
/// system's clock and may be a client's.
bool is_signed_by(std::string_view der, std::string_view authorities);

}  // namespace tls
