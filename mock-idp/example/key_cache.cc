#include "key_cache.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

// A real program has an HTTP client and base64url of its own; this one borrows those at hand.
#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/http/client.h"

namespace example {

std::optional<bool> KeyCache::knows_key_of(const std::string& token) {
  const auto text = base::base64url_decode(token.substr(0, token.find('.')));
  if (!text) return false;
  const auto header = base::parse_json(*text);
  if (!header) return false;
  const std::string kid = base::text_member(*header, "kid");
  if (has(kid)) return true;
  if (!refresh()) return std::nullopt;
  return has(kid);
}

bool KeyCache::has(const std::string& kid) const {
  return std::find(kids_.begin(), kids_.end(), kid) != kids_.end();
}

bool KeyCache::refresh() {
  const auto answer =
      http::fetch({.url = jwks_uri_}, base::Deadline::after(std::chrono::seconds(2)));
  if (!answer || answer->status != 200) return false;
  const auto set = base::parse_json(answer->body);
  if (!set || !set->contains("keys") || !set->at("keys").is_array()) return false;
  std::vector<std::string> kids;
  for (const auto& key : set->at("keys")) kids.push_back(base::text_member(key, "kid"));
  kids_ = std::move(kids);
  return true;
}

}  // namespace example
