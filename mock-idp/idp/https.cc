#include "mock-idp/idp/https.h"

#include <sys/stat.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "common/base/file.h"
#include "common/base/url.h"

namespace idp {
namespace {

constexpr unsigned kSecret = 0600;

bool exists(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0;
}

base::Result<tls::Authority> kept_authority(const std::string& certificate_file,
                                            const std::string& key_file) {
  const auto certificate = base::read_file(certificate_file);
  if (!certificate) return tl::unexpected(certificate.error());
  const auto key = base::read_file(key_file);
  if (!key) return tl::unexpected(key.error());
  auto authority = tls::Authority::from_pem(*certificate, *key);
  if (!authority) return base::fail(certificate_file + ": " + authority.error().message);
  return authority;
}

base::Result<tls::Authority> authority_of(const std::string& directory) {
  if (directory.empty()) return tls::Authority::make();
  const std::string certificate_file = directory + "/ca.pem";
  const std::string key_file = directory + "/ca.key";
  if (exists(certificate_file) || exists(key_file)) {
    return kept_authority(certificate_file, key_file);
  }
  auto made = tls::Authority::make();
  if (!made) return made;
  std::error_code ignored;  // writing says why
  std::filesystem::create_directories(directory, ignored);
  if (auto put = base::write_file(key_file, made->private_key(), kSecret); !put) {
    return tl::unexpected(put.error());
  }
  if (auto put = base::write_file(certificate_file, made->certificate()); !put) {
    return tl::unexpected(put.error());
  }
  return made;
}

std::vector<std::string> names_of(const Options& options) {
  std::vector<std::string> names = options.names;
  if (options.host != "0.0.0.0" && options.host != "::") names.push_back(options.host);
  if (const auto url = base::parse_url(options.origin)) names.push_back(url->host);
  names.insert(names.end(), tls::kLoopbackNames.begin(), tls::kLoopbackNames.end());
  return names;
}

}  // namespace

base::Result<Https> open_https(const Options& options) {
  const auto authority = authority_of(options.key_directory);
  if (!authority) return tl::unexpected(authority.error());
  auto identity = authority->server(names_of(options));
  if (!identity) return tl::unexpected(identity.error());
  tls::ServerOptions listen;
  listen.identity = std::move(*identity);
  listen.client_certificate = tls::ServerOptions::ClientCertificate::optional;
  auto acceptor = tls::Acceptor::create(listen);
  if (!acceptor) return tl::unexpected(acceptor.error());
  return Https{std::move(*acceptor), authority->certificate()};
}

}  // namespace idp
