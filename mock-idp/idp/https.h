#pragma once

#include <memory>
#include <string>

#include "common/base/result.h"
#include "common/tls/acceptor.h"
#include "mock-idp/idp/mock_idp.h"

namespace idp {

/// How the provider speaks TLS.
struct Https {
  std::shared_ptr<const tls::Acceptor> acceptor;
  std::string ca_certificate;  ///< PEM: what clients have to trust
};

/// The authority is that of the options' key directory, where there is one: it is made, and kept
/// there as `ca.pem` and `ca.key`, if it is not yet. The error names the file that is wrong.
base::Result<Https> open_https(const Options& options);

}  // namespace idp
