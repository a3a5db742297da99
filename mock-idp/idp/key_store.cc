#include "mock-idp/idp/key_store.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <utility>

#include "common/base/file.h"
#include "common/base/socket.h"
#include "mock-idp/idp/persona_spec.h"

namespace idp {
namespace {

using namespace std::chrono_literals;

constexpr auto kWatch = 250ms;
constexpr unsigned kForOwner = 0600;
constexpr std::string_view kPrefix = "keys-";
constexpr std::string_view kSuffix = ".json";

/// Held while a file is looked for and made, so that of two providers one makes it.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::string& directory)
      : fd_(::open((directory + "/.lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, kForOwner)) {
    if (fd_) flock(fd_.get(), LOCK_EX);
  }
  base::Result<void> held(const std::string& directory) const {
    if (fd_) return {};
    return base::fail(directory + ": " + std::strerror(errno));
  }

 private:
  base::Descriptor fd_;
};

bool is_there(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0;
}

base::Result<KeySetContents> read_key_file(const std::string& path, const std::string& text) {
  auto contents = read_keys(text);
  if (!contents) return base::fail(path + ": " + contents.error().message);
  return contents;
}

/// Other material in the same places: that of the pool is public.
base::Result<KeySetContents> regenerated(const Issuer& issuer, KeySetContents contents) {
  for (KeyEntry& entry : contents.keys) {
    auto key = jose::Key::generate(entry.key.alg());
    if (!key) return tl::unexpected(key.error());
    const bool generic = issuer.persona() == Persona::generic;
    entry.key =
        generic ? key->with_kid(key->thumbprint()) : renamed(spec_of(issuer.persona()).keys, *key);
    entry.decoy.reset();
  }
  return contents;
}

/// Every file of keys is read once, so that a wrong one is known at the start.
base::Result<void> check_directory(const std::string& directory) {
  std::error_code failed;
  for (const auto& item : std::filesystem::directory_iterator(directory, failed)) {
    const std::string name = item.path().filename().string();
    const bool is_keys = name.rfind(kPrefix, 0) == 0 && name.size() > kSuffix.size() &&
                         name.substr(name.size() - kSuffix.size()) == kSuffix;
    if (!is_keys) continue;
    const auto text = base::read_file(item.path().string());
    if (!text) return tl::unexpected(text.error());
    if (auto good = read_key_file(item.path().string(), *text); !good) {
      return tl::unexpected(good.error());
    }
  }
  if (failed) return base::fail(directory + ": " + failed.message());
  return {};
}

}  // namespace

base::Result<std::unique_ptr<KeyStore>> KeyStore::open(const std::string& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) return base::fail(directory + ": " + failed.message());
  const DirectoryLock lock(directory);
  if (auto held = lock.held(directory); !held) return tl::unexpected(held.error());
  if (auto good = check_directory(directory); !good) return tl::unexpected(good.error());
  return std::unique_ptr<KeyStore>(new KeyStore(directory));
}

KeyStore::KeyStore(std::string directory)
    : directory_(std::move(directory)), watcher_([this] { watch(); }) {}

KeyStore::~KeyStore() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  watcher_.join();
}

std::string KeyStore::path_of(const std::string& issuer) const {
  return fmt::format("{}/{}{}{}", directory_, kPrefix, issuer, kSuffix);
}

void KeyStore::attach(Issuer& issuer) {
  note(load_or_make(issuer));
  issuer.keys().generate_new_keys();
  issuer.keys().on_change(
      [this, name = issuer.name()](const KeySetContents& contents) { keep(name, contents); });
  const std::lock_guard lock(mutex_);
  attached_[issuer.name()] = &issuer;
}

base::Result<void> KeyStore::load_or_make(Issuer& issuer) {
  const std::string path = path_of(issuer.name());
  const DirectoryLock lock(directory_);
  if (is_there(path)) {
    auto text = base::read_file(path);
    if (!text) return tl::unexpected(text.error());
    auto contents = read_key_file(path, *text);
    if (!contents) return tl::unexpected(contents.error());
    issuer.keys().restore(std::move(*contents));
    const std::lock_guard guard(mutex_);
    texts_[issuer.name()] = std::move(*text);
    return {};
  }
  auto made = regenerated(issuer, issuer.keys().contents());
  if (!made) return tl::unexpected(made.error());
  std::string text = write_keys(*made);
  issuer.keys().restore(std::move(*made));
  if (auto put = base::write_file(path, text, kForOwner); !put) return put;
  const std::lock_guard guard(mutex_);
  texts_[issuer.name()] = std::move(text);
  return {};
}

/// Called by the key set, under its lock.
void KeyStore::keep(const std::string& issuer, const KeySetContents& contents) {
  std::string text = write_keys(contents);
  {
    const std::lock_guard lock(mutex_);
    std::string& last = texts_[issuer];
    if (last == text) return;
    last = text;
  }
  note(base::write_file(path_of(issuer), text, kForOwner));
}

/// Takes over what another provider changed.
void KeyStore::refresh(Issuer& issuer) {
  const std::string path = path_of(issuer.name());
  auto text = base::read_file(path);
  if (!text) return note(tl::unexpected(text.error()));
  {
    const std::lock_guard lock(mutex_);
    if (texts_[issuer.name()] == *text) return;
  }
  auto contents = read_key_file(path, *text);
  if (!contents) return note(tl::unexpected(contents.error()));
  {
    const std::lock_guard lock(mutex_);
    texts_[issuer.name()] = *text;
  }
  issuer.keys().restore(std::move(*contents));
}

void KeyStore::watch() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kWatch, [this] { return stopping_; })) {
    const auto attached = attached_;
    lock.unlock();
    for (const auto& [name, issuer] : attached) refresh(*issuer);
    lock.lock();
  }
}

void KeyStore::note(const base::Result<void>& done) {
  if (done) return;
  const std::lock_guard lock(mutex_);
  problem_ = done.error().message;
}

std::string KeyStore::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

}  // namespace idp
