#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "common/base/result.h"
#include "mock-idp/idp/mock_idp.h"

namespace idp {

/// Keeps the keys of issuers in a directory, a file each: `keys-NAME.json`, for the owner alone.
/// They survive a restart, and several providers on one directory serve the same keys: what one of
/// them changes the others have within half a second. Thread-safe.
class KeyStore {
 public:
  /// Makes the directory where there is none. The error names what cannot be read or written, or
  /// the file that is wrong, and where in it.
  static base::Result<std::unique_ptr<KeyStore>> open(const std::string& directory);
  ~KeyStore();
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  /// Its keys are those that are kept under its name, or new ones, which are kept from now on. The
  /// issuer has to outlive the store.
  void attach(Issuer& issuer);
  /// Why something could not be kept; empty: all is well.
  std::string problem() const;

 private:
  explicit KeyStore(std::string directory);
  std::string path_of(const std::string& issuer) const;
  base::Result<void> load_or_make(Issuer& issuer);
  void keep(const std::string& issuer, const KeySetContents& contents);
  void refresh(Issuer& issuer);
  void watch();
  void note(const base::Result<void>& done);

  const std::string directory_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::string problem_;
  std::map<std::string, Issuer*> attached_;
  std::map<std::string, std::string> texts_;  ///< of the files, as they were last
  std::thread watcher_;                       // last: it uses the others
};

/// The file of an issuer's keys, and back. The error begins with a JSON pointer.
std::string write_keys(const KeySetContents& contents);
base::Result<KeySetContents> read_keys(std::string_view text);

}  // namespace idp
