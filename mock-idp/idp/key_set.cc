#include "mock-idp/idp/key_set.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace idp {
namespace {

constexpr std::size_t kMaxKeys = 256;

constexpr std::array<std::pair<KeyState, std::string_view>, 6> kStates{{
    {KeyState::upcoming, "upcoming"},
    {KeyState::active, "active"},
    {KeyState::passive, "passive"},
    {KeyState::retired, "retired"},
    {KeyState::ghost, "ghost"},
    {KeyState::decoy, "decoy"},
}};

}  // namespace

std::string_view to_string(KeyState state) {
  for (const auto& [one, name] : kStates) {
    if (one == state) return name;
  }
  return {};
}

std::optional<KeyState> key_state_from(std::string_view name) {
  for (const auto& [state, text] : kStates) {
    if (text == name) return state;
  }
  return std::nullopt;
}

bool signs(KeyState state) {
  return state == KeyState::active || state == KeyState::ghost || state == KeyState::decoy;
}

bool is_published(KeyState state) {
  return state == KeyState::upcoming || state == KeyState::active || state == KeyState::passive ||
         state == KeyState::decoy;
}

struct KeySet::State {
  mutable std::mutex mutex;
  KeyDress dress;
  unsigned first_index = 0;
  std::map<std::string, unsigned, std::less<>> next_index;  ///< in the pool, by algorithm
  bool generates = false;
  KeySetContents contents;
  std::function<void(const KeySetContents&)> listener;
  std::shared_ptr<const std::string> document;

  /// A key that this set never had. Not under the lock: to make one may take its time.
  base::Result<jose::Key> unused(std::string_view alg) {
    for (;;) {
      auto key = next(alg);
      if (key && dress.rename) key = dress.rename(*key);
      if (!key) return key;
      const std::lock_guard lock(mutex);
      if (find(key->kid()) == nullptr) return key;
    }
  }

  base::Result<jose::Key> next(std::string_view alg) {
    unsigned index = 0;
    bool generate = false;
    {
      const std::lock_guard lock(mutex);
      generate = generates;
      if (!generate) {
        // Even indexes belong to one provider and odd ones to the other, so rotation keeps them
        // apart.
        const auto at = next_index.emplace(alg, first_index).first;
        index = std::exchange(at->second, at->second + 2);
      }
    }
    return generate ? jose::Key::generate(alg) : jose::Key::from_pool(alg, index);
  }

  KeyEntry* find(std::string_view kid) {
    const auto found = std::find_if(contents.keys.begin(), contents.keys.end(),
                                    [&](const KeyEntry& one) { return one.key.kid() == kid; });
    return found == contents.keys.end() ? nullptr : &*found;
  }

  const KeyEntry* find_signer(std::string_view alg) const {
    for (const KeyEntry& entry : contents.keys) {
      if (signs(entry.state) && (alg.empty() || entry.key.alg() == alg)) return &entry;
    }
    return nullptr;
  }

  std::vector<jose::Key> published() const {
    std::vector<jose::Key> keys;
    for (const KeyEntry& entry : contents.keys) {
      if (!is_published(entry.state)) continue;
      const bool decoy = entry.state == KeyState::decoy && entry.decoy;
      keys.push_back(decoy ? *entry.decoy : entry.key);
    }
    return keys;
  }

  static base::Result<void> put(KeyEntry& entry, KeyState state) {
    if (state == KeyState::decoy && !entry.decoy) {
      auto other = jose::Key::generate(entry.key.alg());
      if (!other) return tl::unexpected(other.error());
      entry.decoy = other->with_kid(entry.key.kid());
    }
    entry.state = state;
    return {};
  }

  /// In the place of the first key for its algorithm, so that the issuer's usual algorithm stays
  /// what it was.
  void insert_first(jose::Key key, KeyState state) {
    const auto place =
        std::find_if(contents.keys.begin(), contents.keys.end(),
                     [&](const KeyEntry& one) { return one.key.alg() == key.alg(); });
    contents.keys.insert(place, {std::move(key), state, std::nullopt});
  }

  void forget_oldest() {
    auto& keys = contents.keys;
    while (keys.size() > kMaxKeys) {
      // New keys of an algorithm stand before its old ones.
      auto oldest = keys.rend();
      for (const KeyState state : {KeyState::retired, KeyState::passive, KeyState::upcoming}) {
        if (oldest != keys.rend()) break;
        oldest = std::find_if(keys.rbegin(), keys.rend(),
                              [&](const KeyEntry& one) { return one.state == state; });
      }
      if (oldest == keys.rend()) oldest = keys.rbegin();
      keys.erase(std::next(oldest).base());
    }
  }

  void publish() {
    forget_oldest();
    std::string text = "{\"keys\":[";
    const char* separator = "";
    for (const jose::Key& key : published()) {
      text.append(std::exchange(separator, ","));
      text.append(dress.public_jwk ? dress.public_jwk(key) : key.public_jwk());
    }
    for (const std::string& jwk : contents.raw) {
      text.append(std::exchange(separator, ",")).append(jwk);
    }
    text += "]}";
    document = std::make_shared<const std::string>(std::move(text));
    if (listener) listener(contents);
  }
};

KeySet::KeySet(const std::vector<std::string>& algorithms, unsigned pool_index, KeyDress dress)
    : state_(std::make_unique<State>()) {
  state_->first_index = pool_index;
  state_->dress = std::move(dress);
  for (const std::string& alg : algorithms) {
    if (auto key = state_->unused(alg)) {
      state_->contents.keys.push_back({std::move(*key), KeyState::active, std::nullopt});
    }
  }
  state_->publish();
}

KeySet::~KeySet() = default;

base::Result<jose::Key> KeySet::signing_key(std::string_view alg) {
  {
    const std::lock_guard lock(state_->mutex);
    if (const KeyEntry* const entry = state_->find_signer(alg)) return entry->key;
  }
  if (alg.empty()) return base::fail("no key of this issuer signs");
  auto key = state_->unused(alg);
  if (!key) return key;
  const std::lock_guard lock(state_->mutex);
  // Somebody else may have been faster.
  if (const KeyEntry* const entry = state_->find_signer(alg)) return entry->key;
  state_->contents.keys.push_back({*key, KeyState::active, std::nullopt});
  state_->publish();
  return key;
}

std::vector<KeyEntry> KeySet::keys() const {
  const std::lock_guard lock(state_->mutex);
  return state_->contents.keys;
}

std::vector<jose::Key> KeySet::published() const {
  const std::lock_guard lock(state_->mutex);
  return state_->published();
}

base::Result<jose::Key> KeySet::rotate(std::string_view alg, Overlap overlap) {
  auto key = state_->unused(alg);
  if (!key) return key;
  const KeyState after = overlap == Overlap::passive ? KeyState::passive : KeyState::retired;
  const std::lock_guard lock(state_->mutex);
  for (KeyEntry& entry : state_->contents.keys) {
    if (entry.key.alg() == alg && signs(entry.state)) entry.state = after;
  }
  state_->insert_first(*key, KeyState::active);
  state_->publish();
  return key;
}

base::Result<jose::Key> KeySet::announce(std::string_view alg) {
  auto key = state_->unused(alg);
  if (!key) return key;
  if (auto added = add(*key, KeyState::upcoming); !added) return tl::unexpected(added.error());
  return key;
}

base::Result<jose::Key> KeySet::add_ghost(std::string_view alg) {
  auto key = state_->unused(alg);
  if (!key) return key;
  const std::lock_guard lock(state_->mutex);
  state_->insert_first(*key, KeyState::ghost);
  state_->publish();
  return key;
}

namespace {

tl::unexpected<base::Error> no_key(std::string_view kid) {
  return base::fail(fmt::format("no key \"{}\"", kid));
}

/// Of material that has nothing to do with the pool: a later rotation must not bring it again.
base::Result<jose::Key> other_material(std::string_view alg, std::string_view kid) {
  auto key = jose::Key::generate(alg);
  if (!key) return key;
  return key->with_kid(std::string(kid));
}

}  // namespace

base::Result<jose::Key> KeySet::reuse_kid(std::string_view kid) {
  std::string alg;
  {
    const std::lock_guard lock(state_->mutex);
    const KeyEntry* const entry = state_->find(kid);
    if (entry == nullptr) return no_key(kid);
    alg = entry->key.alg();
  }
  auto key = other_material(alg, kid);
  if (!key) return key;
  const std::lock_guard lock(state_->mutex);
  KeyEntry* const entry = state_->find(kid);
  if (entry == nullptr) return no_key(kid);
  entry->key = *key;
  entry->decoy.reset();
  if (auto put = State::put(*entry, entry->state); !put) return tl::unexpected(put.error());
  state_->publish();
  return key;
}

base::Result<jose::Key> KeySet::duplicate_kid(std::string_view kid, std::string_view alg) {
  std::string chosen(alg);
  {
    const std::lock_guard lock(state_->mutex);
    const KeyEntry* const entry = state_->find(kid);
    if (entry == nullptr) return no_key(kid);
    if (chosen.empty()) chosen = entry->key.alg();
  }
  auto key = other_material(chosen, kid);
  if (!key) return key;
  if (auto added = add(*key, KeyState::active); !added) return tl::unexpected(added.error());
  return key;
}

base::Result<void> KeySet::withdraw(std::string_view kid) {
  return set_state(kid, KeyState::retired);
}

base::Result<void> KeySet::set_state(std::string_view kid, KeyState state) {
  const std::lock_guard lock(state_->mutex);
  bool found = false;
  for (KeyEntry& entry : state_->contents.keys) {
    if (entry.key.kid() != kid) continue;
    found = true;
    if (auto put = State::put(entry, state); !put) return put;
  }
  if (!found) return no_key(kid);
  state_->publish();
  return {};
}

base::Result<void> KeySet::add(jose::Key key, KeyState state) {
  KeyEntry entry{std::move(key), state, std::nullopt};
  if (auto put = State::put(entry, state); !put) return put;
  const std::lock_guard lock(state_->mutex);
  state_->contents.keys.push_back(std::move(entry));
  state_->publish();
  return {};
}

void KeySet::publish_raw(std::string jwk) {
  const std::lock_guard lock(state_->mutex);
  state_->contents.raw.push_back(std::move(jwk));
  state_->publish();
}

void KeySet::clear_raw() {
  const std::lock_guard lock(state_->mutex);
  state_->contents.raw.clear();
  state_->publish();
}

KeySetContents KeySet::contents() const {
  const std::lock_guard lock(state_->mutex);
  return state_->contents;
}

void KeySet::restore(KeySetContents contents) {
  const std::lock_guard lock(state_->mutex);
  state_->contents = std::move(contents);
  state_->next_index.clear();
  state_->publish();
}

void KeySet::generate_new_keys() {
  const std::lock_guard lock(state_->mutex);
  state_->generates = true;
}

void KeySet::on_change(std::function<void(const KeySetContents&)> listener) {
  const std::lock_guard lock(state_->mutex);
  state_->listener = std::move(listener);
}

std::shared_ptr<const std::string> KeySet::document() const {
  const std::lock_guard lock(state_->mutex);
  return state_->document;
}

}  // namespace idp
