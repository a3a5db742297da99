#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/check/patience.h"
#include "harness/check/probe.h"
#include "mock-idp/idp/key_set.h"
#include "mock-idp/idp/misbehaviour.h"

namespace suites::keys {

using check::patience_with_issuer;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// What the issuer's key set says during a choreography, so that a change is seen soon.
inline constexpr seconds kMaxAge{1};
/// How long the issuer holds the key set back, so that all of a herd come before the first answer.
/// Some clients wait for half a second only.
inline constexpr milliseconds kHerdDelay{300};
/// What it says otherwise: a server may have fetched it just before.
inline constexpr seconds kUsualMaxAge{5};
/// Longer than widely used clients look for no new keys after they did.
inline constexpr seconds kBeyondSilence{45};
/// Longer than any client that is known keeps what it fetched, or looks for nothing new after an
/// unknown kid.
inline constexpr std::chrono::hours kLongerThanAnyCache{1};

/// What was waited for, and what came of it.
struct Awaited {
  bool happened = false;
  bool cut = false;         ///< what is left of the waiting is too long for --quick
  milliseconds after{0};    ///< how long it took, or was waited for
  std::size_t fetches = 0;  ///< of the key set meanwhile
  mcp::Answer last;
};

/// One choreography: the issuer of the target changes its keys, or fails to give them out. The key
/// of the control stays published throughout, so that there is a control. As long as this lives;
/// afterwards the issuer is as it was.
class Choreography {
 public:
  explicit Choreography(check::Probe& probe);
  ~Choreography() { restore(); }
  Choreography(const Choreography&) = delete;
  Choreography& operator=(const Choreography&) = delete;

  check::Probe& probe() { return probe_; }
  /// Everything is as it was before, as far as the issuer is concerned.
  void restore();
  /// Waits until good credentials are accepted again, where they are not.
  void settle();

  // Keys.
  /// One for the control's algorithm, of a kid that this run has not had.
  jose::Key make_key();
  /// Published beside the others. Only tokens that say so are signed with it.
  void publish(const jose::Key& key);
  jose::Key make_published();
  void publish_raw(std::string member);
  void clear_raw();
  void withdraw(const jose::Key& key);
  /// In one step; the kid may be the same.
  void replace(const jose::Key& old, const jose::Key& with);
  /// Withdraws all but the control's.
  void withdraw_others();
  /// How the key set may be cached; empty: it says nothing.
  void cache(std::string cache_control, bool tagged = false);

  // The issuer's failures.
  /// At the key set, or with `everywhere` at the issuer's metadata as well.
  void misbehave(const idp::Misbehaviour& does, bool everywhere = false);
  void behave();
  void close_port();
  void open_port();
  void end_outage();
  /// Whether the journal has what the server asks.
  bool leaves_traces() const { return !closed_; }

  // Tokens.
  /// The control's, but by that key and of its kid.
  jose::Recipe token_by(const jose::Key& key);
  mcp::Answer send(const jose::Recipe& token, milliseconds patience = {});
  mcp::Answer send_by(const jose::Key& key) { return send(token_by(key)); }
  bool accepted(const jose::Recipe& token) { return send(token).kind == mcp::Kind::result; }

  // The journal.
  std::uint64_t now() const;  ///< where it ends
  std::size_t fetches(std::uint64_t since) const;
  /// Whether the server asked its issuer for keys, or where they are.
  bool asked(std::uint64_t since) const;
  std::size_t fetches_where(std::uint64_t since,
                            const std::function<bool(const idp::Entry&)>& which) const;

  // Waiting.
  bool quick() const { return probe_.context().options().quick; }
  /// Whether what takes longer than a key set's max-age may be waited for. On the server that is
  /// judged each case waits for itself, so a run has an allowance; beside it there is time enough.
  bool may_wait_long() const;
  /// Why not.
  std::string_view why_not_longer() const;
  /// Whether there is time for half a minute of silence beside what else has to be waited for.
  bool patient() const;
  /// How long may be waited for what is kept for the sake of caching.
  seconds budget() const;
  /// Whether the profile says how long.
  bool declared() const { return probe_.target().profile.key_cache_ttl.has_value(); }
  milliseconds elapsed_since(base::Time begin) const;
  base::Time time() const;
  /// Until a token by that key is accepted: at once; a little later, for careful servers; when the
  /// key set is too old; then with half a minute of silence before each try, since widely used
  /// clients refuse new keys that long after each fetch, and some after each unknown kid.
  Awaited takes_up(const jose::Key& key, seconds longest);
  Awaited takes_up(const jose::Key& key) { return takes_up(key, budget()); }
  /// So long that a server that does not look for new keys just now will do so again. False if the
  /// run is being ended.
  bool wait_for_attention();
  /// Until `done` is true, asking seldom; the reason is shown.
  Awaited await(const std::function<bool()>& done, seconds longest, std::string_view reason);

  /// Whether the server may just not have come to it yet: it has not asked for keys in that time,
  /// though it did before, and nobody declared how long it may keep what it knows.
  bool may_only_pause(const Awaited& awaited) const;
  /// What to say of a key that was never taken up.
  check::Finding not_taken_up(const Awaited& awaited, std::string_view what);

 private:
  /// Whether waiting holds up nobody.
  bool beside() const;
  bool wait_long(milliseconds pause, std::string_view reason);
  check::Probe& probe_;
  idp::Provider& provider_;
  idp::KeySet& keys_;
  std::string issuer_;
  idp::KeySetContents before_;
  jose::Key control_;
  std::size_t made_ = 0;  ///< keys
  std::vector<std::string> planted_;
  bool closed_ = false;
  bool restored_ = false;
};

/// How often a key set that was fetched at `begin` has grown too old since.
std::size_t max_ages_since(const Choreography& play, base::Time begin);

/// Whether good credentials are accepted, at once or within seconds.
bool accepted_soon(check::Probe& probe);

/// What a case needs of the server: that it takes up new keys within seconds, so that --quick skips
/// the case where the server pauses between fetches; or nothing of the kind.
enum class Pace { prompt, any };

/// What cannot be decided unless the profile declares key_cache_ttl_s: open for `patiently`, and
/// skipped once the case is `settled`.
check::Finding needs_declaration(std::string seen);
check::Finding settled(check::Finding finding);

/// The body of a case: good credentials are accepted before, and afterwards again. A server of the
/// case's own gets its first key set with that Cache-Control.
check::Body choreographed(std::function<check::Finding(Choreography&)> body,
                          Pace pace = Pace::prompt, std::string first_cache_control = {});

/// Where that is left undecided, it is tried once more after half a minute of silence, if there is
/// time: the server may not have looked for new keys for a while.
std::function<check::Finding(Choreography&)> patiently(
    std::function<check::Finding(Choreography&)> body);

/// What it means that a token was not answered while the issuer failed: the server waits as long as
/// the issuer does, or it is gone.
std::string unanswered(const mcp::Answer& answer);
bool gave_up(const mcp::Answer& answer);  ///< rather than to wait
/// With --quick the wait is too short for an answer that is still missing to say anything.
bool may_give_up(const mcp::Answer& answer, const check::Context& context);

/// "at once", "after 6.5 s".
std::string in_words(milliseconds span);
/// Seconds as JSON, in tenths.
std::string json_seconds(milliseconds span);

}  // namespace suites::keys
