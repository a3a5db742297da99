#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "mock-idp/idp/key_store.h"

namespace idp {
namespace {

using KeyJson = nlohmann::ordered_json;

tl::unexpected<base::Error> bad_key_file(const std::string& pointer, std::string_view what) {
  return base::fail(fmt::format("{} {}", pointer, what));
}

base::Result<jose::Key> read_private_key(const nlohmann::json& json, const std::string& pointer,
                                         const char* member) {
  const std::string alg = base::text_member(json, "alg");
  auto key = jose::Key::from_pem(base::text_member(json, member), alg);
  if (!key) return bad_key_file(pointer + "/" + member, key.error().message);
  const auto& known = jose::signing_algorithms();
  if (!base::contains(known, key->alg())) {
    return bad_key_file(pointer + "/alg", "has to be one of " + base::join(known, ", "));
  }
  return key->with_kid(base::text_member(json, "kid"));
}

base::Result<KeyEntry> read_entry(const nlohmann::json& json, const std::string& pointer) {
  constexpr std::array<std::string_view, 5> kMembers = {"kid", "alg", "state", "private_key",
                                                        "decoy_key"};
  if (!json.is_object()) return bad_key_file(pointer, "has to be an object");
  for (const auto& [name, value] : json.items()) {
    const bool known = std::find(kMembers.begin(), kMembers.end(), name) != kMembers.end();
    if (!known) return bad_key_file(pointer + "/" + name, "is unknown here");
    if (!value.is_string()) return bad_key_file(pointer + "/" + name, "has to be a string");
  }
  if (base::text_member(json, "kid").empty()) return bad_key_file(pointer + "/kid", "is missing");
  const auto state = key_state_from(base::text_member(json, "state"));
  if (!state) {
    return bad_key_file(pointer + "/state",
                        "has to be upcoming, active, passive, retired, ghost or decoy");
  }
  auto key = read_private_key(json, pointer, "private_key");
  if (!key) return tl::unexpected(key.error());
  KeyEntry entry{std::move(*key), *state, std::nullopt};
  if (!json.contains("decoy_key")) {
    if (*state == KeyState::decoy) return bad_key_file(pointer + "/decoy_key", "is missing");
    return entry;
  }
  auto decoy = read_private_key(json, pointer, "decoy_key");
  if (!decoy) return tl::unexpected(decoy.error());
  entry.decoy = std::move(*decoy);
  return entry;
}

}  // namespace

std::string write_keys(const KeySetContents& contents) {
  KeyJson keys = KeyJson::array();
  for (const KeyEntry& entry : contents.keys) {
    KeyJson json{{"kid", entry.key.kid()},
                 {"alg", entry.key.alg()},
                 {"state", to_string(entry.state)},
                 {"private_key", entry.key.private_pem()}};
    if (entry.decoy) json["decoy_key"] = entry.decoy->private_pem();
    keys.push_back(std::move(json));
  }
  return base::dump_pretty(KeyJson{{"keys", std::move(keys)}, {"members", contents.raw}}) + "\n";
}

base::Result<KeySetContents> read_keys(std::string_view text) {
  const auto json = base::parse_json(text);
  if (!json) return tl::unexpected(json.error());
  if (!json->is_object()) return base::fail("has to be a JSON object");
  for (const auto& [name, value] : json->items()) {
    if (name != "keys" && name != "members") return bad_key_file("/" + name, "is unknown here");
    if (!value.is_array()) return bad_key_file("/" + name, "has to be an array");
  }
  KeySetContents contents;
  const nlohmann::json keys = json->value("keys", nlohmann::json::array());
  for (std::size_t index = 0; index < keys.size(); ++index) {
    auto entry = read_entry(keys[index], "/keys/" + std::to_string(index));
    if (!entry) return tl::unexpected(entry.error());
    contents.keys.push_back(std::move(*entry));
  }
  if (json->contains("members")) contents.raw = base::texts(json->at("members"));
  return contents;
}

}  // namespace idp
