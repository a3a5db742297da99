#include <fmt/core.h>

#include <utility>

#include "common/base/json.h"
#include "harness/check/probe.h"
#include "mock-idp/jose/mutation.h"

namespace check {
namespace {

/// Requests to a URL that only a token of ours named: whoever fetched it trusted the token.
std::size_t hits(Probe& probe, const std::string& url) {
  const std::string path = url.substr(url.find('/', url.find("//") + 2));
  return probe.context().provider().journal().count([&](const idp::Entry& entry) {
    return entry.endpoint == "bait" && entry.target.find(path) != std::string::npos;
  });
}

struct Mutated {
  jose::Recipe recipe;
  std::string bait;
  bool uses_bait = false;
};

base::Result<Mutated> mutate(Probe& probe, const std::string& name) {
  const jose::Mutation* mutation = jose::find_mutation(name);
  if (mutation == nullptr) return base::fail("there is no mutation " + name);
  Mutated mutated{.recipe = probe.good(), .bait = probe.context().provider().bait()};
  const auto applied =
      mutation->apply(mutated.recipe, probe.context().issuer().surroundings(mutated.bait));
  if (!applied) return tl::unexpected(applied.error());
  mutated.uses_bait = mutated.recipe.header.to_json().find(mutated.bait) != std::string::npos;
  return mutated;
}

}  // namespace

Body refuses_token_of(ChangeOfProbe change, Refusal refusal) {
  return [change = std::move(change), refusal = std::move(refusal)](Probe& probe) {
    jose::Recipe token = probe.good();
    change(token, probe);
    return probe.refuses(token, refusal);
  };
}

Body refuses_token(Change change, Refusal refusal) {
  return refuses_token_of(
      [change = std::move(change)](jose::Recipe& token, Probe&) { change(token); },
      std::move(refusal));
}

Body refuses_mutation(std::string name, Refusal refusal) {
  return [name = std::move(name), refusal = std::move(refusal)](Probe& probe) {
    const auto mutated = mutate(probe, name);
    if (!mutated) return Finding::skipped(mutated.error().message);
    Finding finding = probe.refuses(mutated->recipe, refusal);
    if (!mutated->uses_bait || hits(probe, mutated->bait) == 0) return finding;
    if (finding.outcome == Outcome::accepted) return finding;
    Finding fetched = Finding::broken(
        "no request to a URL that an unverified token names",
        fmt::format("the server fetched {}; it then answered {}", mutated->bait, finding.actual),
        "whoever can send a token can make the server send requests (SSRF)");
    fetched.outcome = Outcome::misrefused;
    fetched.impact = Impact::exposure;
    fetched.cause = "a URL of an unverified token is fetched";
    return fetched;
  };
}

Body accepts_token_of(ChangeOfProbe change) {
  return [change = std::move(change)](Probe& probe) {
    jose::Recipe token = probe.good();
    change(token, probe);
    return probe.accepts(token);
  };
}

Body accepts_token(Change change) {
  return accepts_token_of(
      [change = std::move(change)](jose::Recipe& token, Probe&) { change(token); });
}

Body accepts_mutation(std::string name) {
  return [name = std::move(name)](Probe& probe) {
    const auto mutated = mutate(probe, name);
    if (!mutated) return Finding::skipped(mutated.error().message);
    return probe.accepts(mutated->recipe);
  };
}

Body refuses_attempt(std::function<Attempt(Probe&)> attempt, Refusal refusal) {
  return [attempt = std::move(attempt), refusal = std::move(refusal)](Probe& probe) {
    return probe.refuses(attempt(probe), refusal);
  };
}

Body accepts_attempt(std::function<Attempt(Probe&)> attempt) {
  return [attempt = std::move(attempt)](Probe& probe) { return probe.accepts(attempt(probe)); };
}

Body observes_token_of(std::string name, ChangeOfProbe change) {
  return [name = std::move(name), change = std::move(change)](Probe& probe) {
    jose::Recipe token = probe.good();
    change(token, probe);
    return probe.observes(
        Attempt{.credential = probe.carry(probe.mint(token)), .own_session = true}, name);
  };
}

Body observes_token(std::string name, Change change) {
  return observes_token_of(std::move(name), [change = std::move(change)](
                                                jose::Recipe& token, Probe&) { change(token); });
}

}  // namespace check
