#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "mock-idp/idp/control.h"

namespace idp {
namespace {

/// The algorithm that was named, or the one that the issuer usually signs with.
Obeyed<std::string> chosen_alg(const ControlCall& call, Issuer& issuer) {
  if (call.has("alg")) return call.text("alg");
  const auto key = issuer.keys().signing_key({});
  if (!key) return refuse_argument("alg", "has to be named: " + key.error().message);
  return key->alg();
}

Obeyed<std::string> chosen_kid(const ControlCall& call, Issuer& issuer) {
  if (call.has("kid")) return call.text("kid");
  const auto key = issuer.keys().signing_key({});
  if (!key) return refuse_argument("kid", "has to be named: " + key.error().message);
  return key->kid();
}

ControlJson keys_json(const KeySet& keys) {
  ControlJson list = ControlJson::array();
  for (const KeyEntry& entry : keys.keys()) list.push_back(key_json(entry));
  return list;
}

/// What every command about keys answers: the key that it was about, and all of them.
http::Response keys_answer(const Issuer& issuer, const KeySet& keys, std::string_view kid) {
  ControlJson json{{"issuer", issuer.name()}};
  if (!kid.empty()) json["kid"] = kid;
  json["keys"] = keys_json(keys);
  return control_answer(json);
}

using ByAlg = base::Result<jose::Key> (*)(KeySet&, const std::string&, const ControlCall&);
using ByKid = base::Result<void> (*)(KeySet&, const std::string&, const ControlCall&);

Obeyed<http::Response> with_alg(const ControlCall& call, ByAlg verb) {
  const auto issuer = call.issuer();
  if (!issuer) return tl::unexpected(issuer.error());
  const auto alg = chosen_alg(call, **issuer);
  if (!alg) return tl::unexpected(alg.error());
  KeySet& keys = (*issuer)->keys();
  const auto key = verb(keys, *alg, call);
  if (!key) return refuse_argument("alg", key.error().message);
  return keys_answer(**issuer, keys, key->kid());
}

Obeyed<http::Response> with_kid(const ControlCall& call, ByKid verb) {
  const auto issuer = call.issuer();
  if (!issuer) return tl::unexpected(issuer.error());
  const auto kid = chosen_kid(call, **issuer);
  if (!kid) return tl::unexpected(kid.error());
  KeySet& keys = (*issuer)->keys();
  if (auto done = verb(keys, *kid, call); !done) {
    return refuse_argument("kid", done.error().message);
  }
  return keys_answer(**issuer, keys, *kid);
}

base::Result<void> without_key(base::Result<jose::Key> key) {
  if (!key) return tl::unexpected(key.error());
  return {};
}

}  // namespace

ControlJson key_json(const KeyEntry& entry) {
  return {{"kid", entry.key.kid()},
          {"alg", entry.key.alg()},
          {"state", to_string(entry.state)},
          {"signs", signs(entry.state)},
          {"published", is_published(entry.state)},
          {"thumbprint", entry.key.thumbprint()}};
}

Obeyed<http::Response> list_keys(const ControlCall& call) {
  const auto issuer = call.issuer();
  if (!issuer) return tl::unexpected(issuer.error());
  KeySet& keys = (*issuer)->keys();
  ControlJson json{{"issuer", (*issuer)->name()}, {"keys", keys_json(keys)}};
  // As text: it need not be JSON any more, once members were published as they are.
  json["document"] = *keys.document();
  return control_answer(json);
}

Obeyed<http::Response> keys_rotate(const ControlCall& call) {
  return with_alg(call, [](KeySet& keys, const std::string& alg, const ControlCall& how) {
    return keys.rotate(alg, how.flag("overlap", true) ? Overlap::passive : Overlap::none);
  });
}

Obeyed<http::Response> keys_announce(const ControlCall& call) {
  return with_alg(call, [](KeySet& keys, const std::string& alg, const ControlCall&) {
    return keys.announce(alg);
  });
}

Obeyed<http::Response> keys_ghost(const ControlCall& call) {
  return with_alg(call, [](KeySet& keys, const std::string& alg, const ControlCall&) {
    return keys.add_ghost(alg);
  });
}

Obeyed<http::Response> keys_withdraw(const ControlCall& call) {
  return with_kid(call, [](KeySet& keys, const std::string& kid, const ControlCall&) {
    return keys.withdraw(kid);
  });
}

Obeyed<http::Response> keys_state(const ControlCall& call) {
  return with_kid(call, [](KeySet& keys, const std::string& kid, const ControlCall& how) {
    return keys.set_state(kid, *key_state_from(how.text("state")));
  });
}

Obeyed<http::Response> keys_decoy(const ControlCall& call) {
  return with_kid(call, [](KeySet& keys, const std::string& kid, const ControlCall&) {
    return keys.set_state(kid, KeyState::decoy);
  });
}

Obeyed<http::Response> keys_reuse_kid(const ControlCall& call) {
  return with_kid(call, [](KeySet& keys, const std::string& kid, const ControlCall&) {
    return without_key(keys.reuse_kid(kid));
  });
}

Obeyed<http::Response> keys_duplicate_kid(const ControlCall& call) {
  return with_kid(call, [](KeySet& keys, const std::string& kid, const ControlCall& how) {
    return without_key(keys.duplicate_kid(kid, how.text("alg")));
  });
}

Obeyed<http::Response> keys_publish(const ControlCall& call) {
  constexpr std::size_t kLongest = 1UL << 20;
  const auto issuer = call.issuer();
  if (!issuer) return tl::unexpected(issuer.error());
  std::string member = control_text(call.arguments.at("member"));
  if (member.size() > kLongest) return refuse_argument("member", "has to be less than 1 MiB");
  (*issuer)->keys().publish_raw(std::move(member));
  return keys_answer(**issuer, (*issuer)->keys(), {});
}

Obeyed<http::Response> keys_clear(const ControlCall& call) {
  const auto issuer = call.issuer();
  if (!issuer) return tl::unexpected(issuer.error());
  (*issuer)->keys().clear_raw();
  return keys_answer(**issuer, (*issuer)->keys(), {});
}

Obeyed<http::Response> keys_caching(const ControlCall& call) {
  constexpr std::size_t kLongest = 200;
  const auto issuer = call.issuer();
  if (!issuer) return tl::unexpected(issuer.error());
  KeyCaching& caching = call.provider.key_caching;
  const std::string& name = (*issuer)->name();
  KeyCaching::Habit habit = caching.of(name);
  if (call.has("cache_control")) habit.cache_control = call.text("cache_control");
  habit.tagged = call.flag("etag", habit.tagged);
  const auto visible = [](char c) { return c >= ' ' && c <= '~'; };
  if (habit.cache_control.size() > kLongest || !std::ranges::all_of(habit.cache_control, visible)) {
    return refuse_argument("cache_control", "has to be at most 200 visible characters");
  }
  caching.set(name, habit);
  return control_answer(
      {{"issuer", name}, {"cache_control", habit.cache_control}, {"etag", habit.tagged}});
}

}  // namespace idp
