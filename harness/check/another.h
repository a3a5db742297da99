#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/base/result.h"
#include "harness/check/finding.h"
#include "harness/wire/connection.h"
#include "mock-idp/idp/mock_idp.h"

namespace check {

class Context;
class Probe;

/// A running server; ended with its object.
class Instance {
 public:
  explicit Instance(std::string url) : url_(std::move(url)) {}
  virtual ~Instance() = default;
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  const std::string& url() const { return url_; }

 private:
  std::string url_;
};

/// What one more server is told of the secrets of its mode. `unset`: the variables that hold one
/// are missing; `empty`: they are there with nothing in them.
enum class SecretsTold { all, unset, empty };

/// Why a server did not get ready. `impossible`: it cannot be started like that at all; `ended`: it
/// ended by itself; `silent`: it did not answer in time.
struct NoStart {
  enum class Kind { impossible, ended, silent };
  Kind kind = Kind::impossible;
  std::string message;
};

/// Starts one more server of the kind that is judged, which trusts that provider's issuer.
using StartInstance =
    std::function<tl::expected<std::unique_ptr<Instance>, NoStart>(idp::MockIdp&, SecretsTold)>;

/// One more process of a target that we started, with a provider of its own: nobody has asked
/// either anything yet. For what only shows on a server that just started, and for what would spoil
/// the one that is judged.
class Another {
 public:
  /// Starts the provider, and leaves the server to `start`: the provider can be spoiled before.
  static base::Result<std::unique_ptr<Another>> prepare(Probe& judge);
  ~Another();
  Another(const Another&) = delete;
  Another& operator=(const Another&) = delete;

  /// The probe of the case, which sends to the server that is judged.
  Probe& judge() { return judge_; }
  idp::MockIdp& provider() { return *provider_; }
  /// Starts it, or another one in its place.
  tl::expected<void, NoStart> start(SecretsTold secrets = SecretsTold::all);
  /// To send with, once it was started. What it sent is in the report of the judging case.
  Probe& probe() { return *probe_; }
  /// A probe on a connection of its own, for requests at the same time.
  std::unique_ptr<Probe> one_more(wire::Connection& connection);
  wire::Connection connect() const;
  /// How often its keys were asked for.
  std::size_t key_fetches() const;

 private:
  Another(Probe& judge, std::unique_ptr<idp::MockIdp> provider);
  Probe& judge_;
  std::unique_ptr<idp::MockIdp> provider_;
  std::unique_ptr<Instance> instance_;
  std::unique_ptr<Context> context_;
  std::unique_ptr<wire::Connection> connection_;
  std::unique_ptr<Probe> probe_;
};

/// The body of a case that needs a server of its own; skipped where none can be started.
std::function<Finding(Probe&)> on_another(std::function<Finding(Another&)> body);
/// The body of a case that spoils what others rely on (Needs::own_server): on a server of its own
/// where one can be started, else on the one that is judged. `prepare` has the provider of a
/// server of its own before that is started.
std::function<Finding(Probe&)> on_own_server(std::function<Finding(Probe&)> body,
                                             std::function<void(idp::MockIdp&)> prepare = {});

}  // namespace check
