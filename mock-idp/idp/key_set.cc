#include "mock-idp/idp/key_set.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace idp {
namespace {

bool signs(KeyState state) {
  return state == KeyState::active || state == KeyState::ghost || state == KeyState::decoy;
}

bool is_published(KeyState state) {
  return state == KeyState::upcoming || state == KeyState::active || state == KeyState::passive ||
         state == KeyState::decoy;
}

}  // namespace

std::string_view to_string(KeyState state) {
  switch (state) {
    case KeyState::upcoming:
      return "upcoming";
    case KeyState::active:
      return "active";
    case KeyState::passive:
      return "passive";
    case KeyState::retired:
      return "retired";
    case KeyState::ghost:
      return "ghost";
    case KeyState::decoy:
      return "decoy";
  }
  return {};
}

struct KeySet::State {
  struct Slot {
    KeyEntry entry;
    std::optional<jose::Key> decoy;  ///< what a decoy shows instead of itself
  };

  mutable std::mutex mutex;
  unsigned pool_index = 0;
  KeyDress dress;
  std::vector<Slot> slots;
  std::vector<std::string> raw;
  std::shared_ptr<const std::string> document;

  /// A pool key that this set never had, whatever became of those that it had.
  base::Result<jose::Key> unused(std::string_view alg) const {
    // Even indexes belong to one provider and odd ones to the other, so rotation keeps them apart.
    for (unsigned index = pool_index;; index += 2) {
      auto key = jose::Key::from_pool(alg, index);
      if (key && dress.rename) key = dress.rename(*key);
      if (!key || find(key->kid()) == nullptr) return key;
    }
  }

  const Slot* find(std::string_view kid) const {
    for (const Slot& slot : slots) {
      if (slot.entry.key.kid() == kid) return &slot;
    }
    return nullptr;
  }

  std::vector<jose::Key> published() const {
    std::vector<jose::Key> keys;
    for (const Slot& slot : slots) {
      if (!is_published(slot.entry.state)) continue;
      const bool decoy = slot.entry.state == KeyState::decoy && slot.decoy;
      keys.push_back(decoy ? *slot.decoy : slot.entry.key);
    }
    return keys;
  }

  base::Result<void> put(Slot& slot, KeyState state) {
    if (state == KeyState::decoy && !slot.decoy) {
      auto other = jose::Key::generate(slot.entry.key.alg());
      if (!other) return tl::unexpected(other.error());
      slot.decoy = other->with_kid(slot.entry.key.kid());
    }
    slot.entry.state = state;
    return {};
  }

  void publish() {
    std::string text = "{\"keys\":[";
    const char* separator = "";
    for (const jose::Key& key : published()) {
      text.append(std::exchange(separator, ","));
      text.append(dress.public_jwk ? dress.public_jwk(key) : key.public_jwk());
    }
    for (const std::string& jwk : raw) text.append(std::exchange(separator, ",")).append(jwk);
    text += "]}";
    document = std::make_shared<const std::string>(std::move(text));
  }
};

KeySet::KeySet(const std::vector<std::string>& algorithms, unsigned pool_index, KeyDress dress)
    : state_(std::make_unique<State>()) {
  state_->pool_index = pool_index;
  state_->dress = std::move(dress);
  for (const std::string& alg : algorithms) {
    if (auto key = state_->unused(alg)) {
      state_->slots.push_back({{std::move(*key), KeyState::active}, std::nullopt});
    }
  }
  state_->publish();
}

KeySet::~KeySet() = default;

base::Result<jose::Key> KeySet::signing_key(std::string_view alg) {
  const std::lock_guard lock(state_->mutex);
  for (const State::Slot& slot : state_->slots) {
    const jose::Key& key = slot.entry.key;
    if (signs(slot.entry.state) && (alg.empty() || key.alg() == alg)) return key;
  }
  if (alg.empty()) return base::fail("no key of this issuer signs");
  auto key = state_->unused(alg);
  if (!key) return key;
  state_->slots.push_back({{*key, KeyState::active}, std::nullopt});
  state_->publish();
  return key;
}

std::vector<KeyEntry> KeySet::keys() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<KeyEntry> all;
  for (const State::Slot& slot : state_->slots) all.push_back(slot.entry);
  return all;
}

std::vector<jose::Key> KeySet::published() const {
  const std::lock_guard lock(state_->mutex);
  return state_->published();
}

base::Result<jose::Key> KeySet::rotate(std::string_view alg) {
  const std::lock_guard lock(state_->mutex);
  auto key = state_->unused(alg);
  if (!key) return key;
  auto& slots = state_->slots;
  auto place = slots.end();
  for (auto slot = slots.begin(); slot != slots.end(); ++slot) {
    if (slot->entry.key.alg() != alg) continue;
    if (place == slots.end()) place = slot;
    if (signs(slot->entry.state)) slot->entry.state = KeyState::passive;
  }
  // In the place of the first, so that the issuer's default algorithm stays what it was.
  slots.insert(place, {{*key, KeyState::active}, std::nullopt});
  state_->publish();
  return key;
}

base::Result<jose::Key> KeySet::announce(std::string_view alg) {
  const std::lock_guard lock(state_->mutex);
  auto key = state_->unused(alg);
  if (!key) return key;
  state_->slots.push_back({{*key, KeyState::upcoming}, std::nullopt});
  state_->publish();
  return key;
}

base::Result<void> KeySet::withdraw(std::string_view kid) {
  return set_state(kid, KeyState::retired);
}

base::Result<void> KeySet::set_state(std::string_view kid, KeyState state) {
  const std::lock_guard lock(state_->mutex);
  bool found = false;
  for (State::Slot& slot : state_->slots) {
    if (slot.entry.key.kid() != kid) continue;
    found = true;
    if (auto put = state_->put(slot, state); !put) return put;
  }
  if (!found) return base::fail(fmt::format("no key \"{}\"", kid));
  state_->publish();
  return {};
}

base::Result<void> KeySet::add(jose::Key key, KeyState state) {
  const std::lock_guard lock(state_->mutex);
  State::Slot slot{{std::move(key), state}, std::nullopt};
  if (auto put = state_->put(slot, state); !put) return put;
  state_->slots.push_back(std::move(slot));
  state_->publish();
  return {};
}

void KeySet::publish_raw(std::string jwk) {
  const std::lock_guard lock(state_->mutex);
  state_->raw.push_back(std::move(jwk));
  state_->publish();
}

void KeySet::clear_raw() {
  const std::lock_guard lock(state_->mutex);
  state_->raw.clear();
  state_->publish();
}

std::shared_ptr<const std::string> KeySet::document() const {
  const std::lock_guard lock(state_->mutex);
  return state_->document;
}

}  // namespace idp
