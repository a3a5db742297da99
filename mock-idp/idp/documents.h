#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace idp {

struct Call;

/// What of a client's is fetched: the document that describes it, or its keys.
struct DocumentKind {
  std::string_view name;
  std::size_t max_bytes;
};
inline constexpr DocumentKind kClientMetadata{"the client metadata document", 5UL << 10};
inline constexpr DocumentKind kClientKeys{"the client's key set", 64UL << 10};

/// Documents of clients, fetched with care, since it is the client that says from where: https only
/// and public addresses only; this machine, by http too, as `127.0.0.1`, `[::1]` or `localhost` and
/// only where the provider itself is for this machine alone. 2.5 seconds at most, no redirects, 200
/// and JSON or nothing. What came is kept as long as its Cache-Control allows, two seconds at least
/// and a day at most; a thousand documents, the oldest go first. Thread-safe.
class Documents {
 public:
  explicit Documents(const base::Clock& clock) : clock_(clock) {}

  /// The text of the document. `fresh`: what is kept does not count.
  base::Result<std::string> get(const Call& call, const std::string& url, DocumentKind kind,
                                bool fresh = false);
  void clear();

 private:
  struct Kept {
    std::string text;
    base::Time until;
  };
  void keep(const std::string& key, const std::string& text, long long seconds);

  const base::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;
  std::deque<std::string> order_;
};

/// Whether a client may name that URL for something to be fetched: https, or http on this machine;
/// no user, no fragment. Nobody is asked.
base::Result<void> check_document_url(const std::string& url);

}  // namespace idp
