#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/base/url.h"
#include "common/http/server.h"

namespace cli {

/// Waits on this machine for the one redirect that ends a login.
class RedirectListener {
 public:
  /// For a redirect URI such as "http://127.0.0.1/callback"; without a port the system chooses. The
  /// error says why nobody can listen there. Answers are taken with this `state` only: anybody on
  /// the machine can send others.
  static base::Result<std::unique_ptr<RedirectListener>> start(const std::string& redirect_uri,
                                                               std::string state);
  ~RedirectListener();
  /// With the port that was chosen.
  const std::string& redirect_uri() const { return redirect_uri_; }
  /// The parameters of the answer; nothing when the deadline passed.
  std::optional<base::FormFields> wait(base::Deadline deadline);

 private:
  RedirectListener(std::string path, std::string state)
      : path_(std::move(path)), state_(std::move(state)) {}
  http::Response answer(const http::Request& request);

  const std::string path_;
  const std::string state_;
  std::string redirect_uri_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::optional<base::FormFields> answer_;
  std::unique_ptr<http::Server> server_;  // last: it ends before what it calls
};

}  // namespace cli
