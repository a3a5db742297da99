#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/url.h"
#include "mock-idp/idp/control.h"

namespace idp {
namespace {

std::uint16_t port_of(const Provider& provider) {
  const auto url = base::parse_url(provider.origin);
  return url ? url->port : std::uint16_t{0};
}

/// The same bait by other ways to this machine.
ControlJson other_urls(Provider& provider, const std::string& path) {
  ControlJson urls = ControlJson::array();
  const std::uint16_t port = port_of(provider);
  for (const std::string& origin : provider.bait_listeners.origins(port)) {
    urls.push_back(origin + path);
  }
  if (!provider.options.https) {
    for (const std::string& origin : spellings_of_loopback(port)) urls.push_back(origin + path);
  }
  return urls;
}

}  // namespace

Obeyed<http::Response> make_bait(const ControlCall& call) {
  Provider& provider = call.provider;
  const std::string path = provider.baits.make(call.flag("redirect"));
  ControlJson json{{"url", provider.origin + path}};
  json["others"] = other_urls(provider, path);
  return control_answer(json, 201);
}

Obeyed<http::Response> list_baits(const ControlCall& call) {
  ControlJson list = ControlJson::array();
  for (const Bait& bait : call.provider.baits.list()) {
    list.push_back({{"url", call.provider.origin + bait.path},
                    {"redirect", bait.redirect},
                    {"hits", bait.hits}});
  }
  return control_answer({{"baits", std::move(list)}});
}

Obeyed<http::Response> clear_baits(const ControlCall& call) {
  call.provider.baits.clear();
  return list_baits(call);
}

}  // namespace idp
