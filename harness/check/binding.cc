#include "harness/check/binding.h"

#include "common/base/text.h"
#include "harness/mcp/protocol.h"

namespace check {
namespace {

/// The pool's keys that no issuer of ours signs with.
constexpr unsigned kProofKey = 2;
constexpr unsigned kOtherKey = 3;

/// What follows the scheme DPoP, up to what no token has in it; empty for another scheme.
std::string dpop_token(const wire::Request& request) {
  const std::string* field = base::find_header(request.headers, "Authorization");
  if (field == nullptr) return {};
  const std::string_view value = base::trim(*field);
  const std::size_t blank = value.find(' ');
  if (!base::equal_ignoring_case(value.substr(0, blank), "DPoP")) return {};
  if (blank == std::string_view::npos) return {};
  const std::string_view rest = base::trim(value.substr(blank));
  return std::string(rest.substr(0, rest.find_first_of(" ,")));
}

}  // namespace

base::Result<Certificates> make_certificates() {
  const auto authority = tls::Authority::make();
  if (!authority) return tl::unexpected(authority.error());
  auto server = authority->server();
  if (!server) return tl::unexpected(server.error());
  auto client = authority->client("alice");
  if (!client) return tl::unexpected(client.error());
  auto other = authority->client("mallory");
  if (!other) return tl::unexpected(other.error());
  return Certificates{.ca = authority->certificate(),
                      .server = std::move(*server),
                      .client = std::move(*client),
                      .other = std::move(*other)};
}

Binding::Binding() { use_algorithm({"ES256"}); }

Binding::Binding(const Binding& other)
    : dpop(other.dpop),
      offered(other.offered),
      mtls(other.mtls),
      client_certificate(other.client_certificate),
      claims(other.claims),
      dpop_rejected(other.dpop_rejected),
      key_(other.key_),
      other_key_(other.other_key_) {}

bool Binding::use_algorithm(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    auto key = jose::Key::from_pool(name, kProofKey);
    auto other = jose::Key::from_pool(name, kOtherKey);
    if (!key || !other) continue;
    key_ = std::move(*key);
    other_key_ = std::move(*other);
    return true;
  }
  return false;
}

void Binding::bind(jose::Recipe& token) const {
  if (dpop) bind_to_key(token);
  if (mtls) bind_to_certificate(token);
}

void Binding::bind_to_key(jose::Recipe& token) const {
  token.claims.set("cnf", jose::confirmed_by_key(key_->thumbprint()));
}

void Binding::bind_to_certificate(jose::Recipe& token) const {
  token.claims.set("cnf",
                   jose::confirmed_by_certificate(tls::certificate_thumbprint(client_certificate)));
}

std::optional<jose::Recipe> Binding::proof_for(const wire::Request& request,
                                               std::string_view origin, long long now) const {
  const std::string token = dpop_token(request);
  if (token.empty()) return std::nullopt;
  // A client that knows the server by another name writes that in both places.
  const std::string* host = base::find_header(request.headers, "Host");
  const std::string own(origin);
  const std::string server = host == nullptr ? own : own.substr(0, own.find("//") + 2) + *host;
  return jose::proof(*key_, {.method = request.method,
                             .url = server + request.target,
                             .access_token = token,
                             .nonce = nonce(),
                             .now = now});
}

void Binding::prove(wire::Request& request, std::string_view origin, long long now,
                    const MakeProofs& make) const {
  if (request.raw) return;
  const auto proof = proof_for(request, origin, now);
  if (!proof) return;
  if (make) {
    for (std::string& text : make(*proof)) request.headers.push_back({"DPoP", std::move(text)});
  } else {
    request.headers.push_back({"DPoP", proof->mint().value_or("")});
  }
}

void Binding::learn(const wire::Exchange& exchange) {
  const std::string* nonce = exchange.response ? exchange.response->header("DPoP-Nonce") : nullptr;
  if (nonce == nullptr || nonce->empty()) return;
  const std::lock_guard lock(mutex_);
  nonce_ = *nonce;
}

std::string Binding::nonce() const {
  const std::lock_guard lock(mutex_);
  return nonce_;
}

bool wants_nonce(const wire::Exchange& exchange) {
  if (exchange.status() != 401 || exchange.response->header("DPoP-Nonce") == nullptr) return false;
  for (const mcp::Challenge& challenge : mcp::read_challenges(*exchange.response)) {
    const std::string* error = challenge.parameter("error");
    if (base::equal_ignoring_case(challenge.scheme, "DPoP") && error != nullptr &&
        *error == "use_dpop_nonce") {
      return true;
    }
  }
  return false;
}

}  // namespace check
