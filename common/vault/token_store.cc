#include "common/vault/token_store.h"

#include <map>

#include <nlohmann/json.hpp>

#include "common/base/base64.h"
#include "common/base/json.h"
#include "common/base/random.h"

namespace vault {
namespace {

using nlohmann::json;

constexpr std::string_view kFormat = "mcp-authspec/token-store/1";
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kMaxUsers = 10'000;
constexpr std::size_t kMaxEntry = 256UL << 10;
constexpr std::chrono::seconds kLockTime{10};

/// The keys of one file, by purpose.
struct Keys {
  Keys(const MasterKey& master, std::string_view salt)
      : entry(master.derive(salt, "entry")),
        name(master.derive(salt, "name")),
        whole(master.derive(salt, "whole")),
        check(master.derive(salt, "check")) {}
  ~Keys() {
    for (std::string* secret : {&entry, &name, &whole}) wipe(*secret);
  }
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;
  std::string entry;
  std::string name;
  std::string whole;
  std::string check;  ///< stands in the file: who has another key derives another one
};

/// An entry is good for this format and the user under whose name it stands only.
std::string bound_to(std::string_view name) {
  return std::string(kFormat) + '\n' + std::string(name);
}

std::string write_tokens(std::string_view user, const Tokens& tokens) {
  json text = {{"user", user}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) text[name] = value;
  };
  add("access_token", tokens.access_token);
  add("refresh_token", tokens.refresh_token);
  add("scope", tokens.scope);
  add("token_endpoint", tokens.token_endpoint);
  add("client_id", tokens.client_id);
  add("client_secret", tokens.client_secret);
  if (tokens.expires_at) {
    text["expires_at"] =
        std::chrono::duration_cast<std::chrono::seconds>(tokens.expires_at->time_since_epoch())
            .count();
  }
  return base::dump(text);
}

Tokens read_tokens(const json& text) {
  Tokens tokens{.access_token = base::text_member(text, "access_token"),
                .refresh_token = base::text_member(text, "refresh_token"),
                .scope = base::text_member(text, "scope"),
                .token_endpoint = base::text_member(text, "token_endpoint"),
                .client_id = base::text_member(text, "client_id"),
                .client_secret = base::text_member(text, "client_secret")};
  const auto expires = text.find("expires_at");
  if (expires != text.end() && expires->is_number_integer()) {
    tokens.expires_at = base::Time(std::chrono::seconds(expires->get<long long>()));
  }
  return tokens;
}

}  // namespace

/// The file taken apart: entries still sealed, by the name under which a user stands.
struct TokenStore::Document {
  std::string salt;
  std::map<std::string, std::string> entries;

  std::string name_of(const Keys& keys, std::string_view user) const {
    return base::base64url_encode(hmac(keys.name, user));
  }
  /// What the seal over the whole file is made of: every length is fixed or written down.
  std::string sealed_text() const {
    std::string text = std::string(kFormat) + '\n' + salt;
    for (const auto& [name, entry] : entries) {
      text += name + '\n' + std::to_string(entry.size()) + '\n' + entry;
    }
    return text;
  }
};

base::Result<TokenStore::Document> TokenStore::load() const {
  const auto bytes = file_.read();
  if (!bytes) return tl::unexpected(bytes.error());
  Document document;
  if (!*bytes) {
    document.salt = base::random_bytes(kSaltBytes);
    return document;
  }
  const auto damaged = [&](std::string_view what) {
    return base::fail(file_.path() +
                      ": the token store was changed or damaged: " + std::string(what));
  };
  const auto text = base::parse_json(**bytes);
  if (!text || !text->is_object()) return damaged("it is no JSON object");
  if (base::text_member(*text, "format") != kFormat) {
    return base::fail(file_.path() + ": is no token store of the format " + std::string(kFormat));
  }
  const auto salt = base::base64url_decode(base::text_member(*text, "salt"));
  if (!salt || salt->size() != kSaltBytes) return damaged("its salt is none");
  document.salt = *salt;
  const Keys keys(key_, document.salt);
  const auto check = base::base64url_decode(base::text_member(*text, "check"));
  if (!check || !equal(*check, keys.check)) {
    return base::fail(file_.path() + ": the token store was written with another encryption key");
  }
  const auto entries = text->find("entries");
  if (entries == text->end() || !entries->is_object()) return damaged("it has no entries");
  for (const auto& [name, value] : entries->items()) {
    auto entry =
        value.is_string() ? base::base64url_decode(value.get<std::string>()) : std::nullopt;
    if (!entry) return damaged("an entry is not encoded right");
    document.entries.emplace(name, std::move(*entry));
  }
  const auto whole = base::base64url_decode(base::text_member(*text, "seal"));
  if (!whole || !equal(*whole, hmac(keys.whole, document.sealed_text()))) {
    return damaged("its seal does not fit");
  }
  return document;
}

base::Result<void> TokenStore::save(const GuardedFile::Lock& held, Document& document) const {
  if (document.entries.size() > kMaxUsers) {
    return base::fail(file_.path() + ": the token store is full");
  }
  const Keys keys(key_, document.salt);
  json entries = json::object();
  for (const auto& [name, entry] : document.entries) entries[name] = base::base64url_encode(entry);
  const json text = {{"format", kFormat},
                     {"salt", base::base64url_encode(document.salt)},
                     {"check", base::base64url_encode(keys.check)},
                     {"entries", std::move(entries)},
                     {"seal", base::base64url_encode(hmac(keys.whole, document.sealed_text()))}};
  return file_.replace(held, base::dump(text) + "\n");
}

base::Result<TokenStore> TokenStore::open(std::string path, const MasterKey& key) {
  TokenStore store(std::move(path), key);
  if (auto document = store.load(); !document) return tl::unexpected(document.error());
  return store;
}

base::Result<std::optional<Tokens>> TokenStore::find(std::string_view user) const {
  const auto document = load();
  if (!document) return tl::unexpected(document.error());
  const Keys keys(key_, document->salt);
  const std::string name = document->name_of(keys, user);
  const auto entry = document->entries.find(name);
  if (entry == document->entries.end()) return std::nullopt;
  auto opened = vault::open(keys.entry, entry->second, bound_to(name));
  const auto text = opened ? base::parse_json(*opened) : base::Result<json>(base::fail(""));
  if (opened) wipe(*opened);
  // The seal over the whole was right: only a fault of ours leads here.
  if (!text) return base::fail(file_.path() + ": an entry of the token store cannot be opened");
  return read_tokens(*text);
}

base::Result<void> TokenStore::put(std::string_view user, const Tokens& tokens) {
  const auto updated = update(
      user, [&](const auto&) { return tokens; }, base::Deadline::after(kLockTime));
  if (!updated) return tl::unexpected(updated.error());
  return {};
}

base::Result<Tokens> TokenStore::update(std::string_view user, const Change& change,
                                        base::Deadline deadline) {
  const auto held = file_.lock(deadline);
  if (!held) return tl::unexpected(held.error());
  const auto before = find(user);
  if (!before) return tl::unexpected(before.error());
  auto after = change(*before);
  if (!after) return after;
  auto document = load();
  if (!document) return tl::unexpected(document.error());
  const Keys keys(key_, document->salt);
  const std::string name = document->name_of(keys, user);
  std::string text = write_tokens(user, *after);
  if (text.size() > kMaxEntry) return base::fail("the tokens of one user are larger than 256 KiB");
  document->entries[name] = seal(keys.entry, text, bound_to(name));
  wipe(text);
  if (auto saved = save(*held, *document); !saved) return tl::unexpected(saved.error());
  return after;
}

base::Result<void> TokenStore::remove(std::string_view user) {
  const auto held = file_.lock(base::Deadline::after(kLockTime));
  if (!held) return tl::unexpected(held.error());
  auto document = load();
  if (!document) return tl::unexpected(document.error());
  const Keys keys(key_, document->salt);
  if (document->entries.erase(document->name_of(keys, user)) == 0) return {};
  return save(*held, *document);
}

base::Result<std::vector<std::string>> TokenStore::users() const {
  const auto document = load();
  if (!document) return tl::unexpected(document.error());
  const Keys keys(key_, document->salt);
  std::vector<std::string> names;
  for (const auto& [name, entry] : document->entries) {
    auto opened = vault::open(keys.entry, entry, bound_to(name));
    const auto text = opened ? base::parse_json(*opened) : base::Result<json>(base::fail(""));
    if (!text) return base::fail(file_.path() + ": an entry of the token store cannot be opened");
    names.push_back(base::text_member(*text, "user"));
    wipe(*opened);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace vault
