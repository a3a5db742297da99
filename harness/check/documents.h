#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "common/base/headers.h"
#include "common/base/result.h"

namespace check {

/// A document that we publish: a client's metadata, its keys, or bait.
struct Published {
  int status = 200;
  base::Headers headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  std::string body;
};

/// A web server of ours for documents that the target is to fetch, and that counts who does. What
/// it serves is below unguessable paths. Thread-safe.
class Documents {
 public:
  /// Listens on that address of this machine, on a port that the system chooses.
  static base::Result<std::unique_ptr<Documents>> start(const std::string& host = "127.0.0.1");
  ~Documents();
  /// A URL where nothing is yet: 404. `name` ends its path.
  std::string reserve(const std::string& name = "document");
  void put(const std::string& url, Published document);
  /// How often it was asked for.
  std::size_t hits(const std::string& url) const;

 private:
  struct Impl;
  explicit Documents(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace check
