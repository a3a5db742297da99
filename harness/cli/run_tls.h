#pragma once

#include <string>

#include "common/base/result.h"
#include "common/tls/stream.h"

namespace CLI {
class App;
}

namespace cli {

/// What `run` is told about targets over https.
struct TlsFlags {
  std::string ca_file;
  bool insecure = false;
  std::string client_certificate;
  std::string client_key;
};

void add_tls_flags(CLI::App& command, TlsFlags& flags);

/// The files read. The error names the option and what is wrong with its file.
base::Result<tls::Options> tls_options(const TlsFlags& flags);

}  // namespace cli
