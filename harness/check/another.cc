#include "harness/check/another.h"

#include <utility>

#include "harness/check/context.h"
#include "harness/check/probe.h"

namespace check {

base::Result<std::unique_ptr<Another>> Another::prepare(Probe& judge) {
  const Profile& profile = judge.target().profile;
  auto provider = idp::MockIdp::start({.persona = profile.persona.value_or(idp::Persona::generic)});
  if (!provider) return tl::unexpected(provider.error());
  return std::unique_ptr<Another>(new Another(judge, std::move(*provider)));
}

Another::Another(Probe& judge, std::unique_ptr<idp::MockIdp> provider)
    : judge_(judge), provider_(std::move(provider)) {}

Another::~Another() {
  if (probe_ != nullptr) judge_.include(*probe_);
}

tl::expected<void, NoStart> Another::start(SecretsTold secrets) {
  Context& original = judge_.context();
  if (!original.options().start_instance) {
    return tl::unexpected(NoStart{.message = "no server can be started once more"});
  }
  auto instance = original.options().start_instance(*provider_, secrets);
  if (!instance) return tl::unexpected(instance.error());
  if (probe_ != nullptr) judge_.include(*probe_);
  probe_.reset();
  instance_ = std::move(*instance);
  context_ = std::make_unique<Context>(original, instance_->url(), *provider_);
  if (secrets != SecretsTold::all) context_->forget_refused();
  connection_ = std::make_unique<wire::Connection>(context_->connect());
  probe_ = one_more(*connection_);
  return {};
}

std::unique_ptr<Probe> Another::one_more(wire::Connection& connection) {
  return std::make_unique<Probe>(*context_, judge_.subject(), connection, judge_.limit());
}

wire::Connection Another::connect() const { return context_->connect(); }

std::size_t Another::key_fetches() const {
  return provider_->journal().count(
      [](const idp::Entry& entry) { return entry.endpoint == "jwks"; });
}

std::function<Finding(Probe&)> on_another(std::function<Finding(Another&)> body) {
  return [body = std::move(body)](Probe& judge) {
    if (!judge.context().options().start_instance) {
      return Finding::skipped(judge.context().options().why_no_instance);
    }
    auto another = Another::prepare(judge);
    if (!another) return Finding::failed(another.error().message);
    return body(**another);
  };
}

std::function<Finding(Probe&)> on_own_server(std::function<Finding(Probe&)> body,
                                             std::function<void(idp::MockIdp&)> prepare) {
  auto beside = on_another([body, prepare = std::move(prepare)](Another& another) {
    if (prepare) prepare(another.provider());
    if (const auto started = another.start(); !started) {
      return Finding::undecided("a second server could not be started: " + started.error().message);
    }
    return body(another.probe());
  });
  return [body = std::move(body), beside = std::move(beside)](Probe& judge) {
    return judge.context().options().start_instance ? beside(judge) : body(judge);
  };
}

}  // namespace check
