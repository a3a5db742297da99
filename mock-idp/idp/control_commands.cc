#include "mock-idp/idp/control.h"

namespace idp {
namespace {

/// What every command about keys takes from its path.
constexpr Argument kAlg = {"alg", ArgumentType::text,
                           "the algorithm; without it that of the key that usually signs"};
constexpr Argument kKid = {"kid", ArgumentType::text,
                           "the key; without it the one that usually signs"};
constexpr std::string_view kStates = "upcoming active passive retired ghost decoy";

constexpr Argument kRotate[] = {
    kAlg,
    {"overlap", ArgumentType::flag,
     "whether the key before stays published (true, the default) or is withdrawn at once"},
};
constexpr Argument kByAlg[] = {kAlg};
constexpr Argument kByKid[] = {kKid};
constexpr Argument kState[] = {
    kKid,
    {"state", ArgumentType::text, "the state it is to have", true, 0, 0, kStates},
};
constexpr Argument kDuplicate[] = {
    kKid,
    {"alg", ArgumentType::text, "the algorithm of the other key; without it that of the key"},
};
constexpr Argument kPublish[] = {
    {"member", ArgumentType::anything, "what stands among the keys of the set, a JWK or not", true},
};

constexpr Argument kCaching[] = {
    {"cache_control", ArgumentType::text,
     "the Cache-Control of the key set, such as no-store; empty: none; max-age=5 from the start"},
    {"etag", ArgumentType::flag, "whether it has an ETag, and is answered with 304 while it fits"},
};

constexpr double kMostSequence = 9e15;
constexpr Argument kSince = {
    "since", ArgumentType::integer, "only what came behind that sequence number", false,
    0,       kMostSequence};
constexpr Argument kJournalIssuer = {"issuer", ArgumentType::text,
                                     "only what that issuer was asked"};
constexpr Argument kJournalEndpoint = {"endpoint", ArgumentType::text,
                                       "only what that endpoint was asked"};
constexpr Argument kJournalMethod = {"method", ArgumentType::text, "only that method"};
constexpr Argument kJournalContains = {
    "contains", ArgumentType::text, "only what has that text in its target, a header or its body"};
constexpr Argument kReadJournal[] = {
    kSince,
    kJournalIssuer,
    kJournalEndpoint,
    kJournalMethod,
    kJournalContains,
    {"wait", ArgumentType::number,
     "seconds to wait until there are `count` of them; the answer comes then in any case", false, 0,
     60},
    {"count", ArgumentType::integer, "how many to wait for, 1 by default", false, 0, 1e6},
    {"limit", ArgumentType::integer, "how many to give at most, the newest; 1000 by default", false,
     0, 1e6},
};
constexpr Argument kStreamJournal[] = {kSince, kJournalIssuer, kJournalEndpoint, kJournalMethod,
                                       kJournalContains};

constexpr double kLongLife = 1e12;
constexpr double kLongTime = 1e10;
constexpr Argument kMint[] = {
    {"issuer", ArgumentType::text, "whose token, `main` by default"},
    {"kind", ArgumentType::text, "which of the persona's tokens: access, id, …"},
    {"alg", ArgumentType::text, "the algorithm"},
    {"aud", ArgumentType::text_or_texts, "the audience; the issuer itself by default"},
    {"scope", ArgumentType::text, "the scope, words with blanks between them"},
    {"sub", ArgumentType::text, "the subject"},
    {"ttl", ArgumentType::integer, "seconds until it expires, 300 by default; may be negative",
     false, -kLongLife, kLongLife},
    {"claims", ArgumentType::object, "claims that are added or replaced"},
    {"header", ArgumentType::object, "header members that are added or replaced"},
    {"mutate", ArgumentType::texts, "mutations, by name, in this order"},
    {"opaque", ArgumentType::flag, "a token that says nothing by itself, or never one"},
};
constexpr Argument kVerify[] = {
    {"token", ArgumentType::text, "the token", true},
    {"issuer", ArgumentType::text, "by whose keys; that of its `iss` by default, else `main`"},
};

constexpr Argument kFault[] = {
    {"endpoint", ArgumentType::text, "as the journal names it, or * for each", true},
    {"kind", ArgumentType::text, "what it does; GET /_ctl/scenarios has the kinds", true},
    {"issuer", ArgumentType::text, "of which issuer; without it of every one"},
    {"times", ArgumentType::times, "how often it acts; for ever by default"},
    {"after", ArgumentType::integer, "how many requests are answered truly before", false, 0, 1e9},
    {"status", ArgumentType::integer, "the status of the answer", false, 200, 599},
    {"body", ArgumentType::text, "its body"},
    {"content_type", ArgumentType::text, "its content type"},
    {"location", ArgumentType::text, "where a redirect leads"},
    {"seconds", ArgumentType::number, "how long", false, 0, 3600},
    {"bytes", ArgumentType::integer, "how many", false, 0, 256.0 * 1024 * 1024},
};
constexpr Argument kRemoveFault[] = {
    {"id", ArgumentType::text, "that one only"},
};
constexpr Argument kFreeze[] = {
    {"at", ArgumentType::text, "when, as 2030-01-01T00:00:00Z; now by default"},
};
constexpr Argument kSpan[] = {
    {"seconds", ArgumentType::number, "how far; may be negative", true, -kLongTime, kLongTime},
};
constexpr Argument kEnqueue[] = {
    {"issuer", ArgumentType::text, "`main` by default"},
    {"sub", ArgumentType::text, "who logs in at the next authorization request, without a page"},
    {"claims", ArgumentType::object, "claims for the tokens of that login"},
    {"error", ArgumentType::text, "the error that the endpoint answers the next time"},
    {"error_description", ArgumentType::text, "what it says about that"},
    {"endpoint", ArgumentType::text, "which endpoint answers the error"},
    {"status", ArgumentType::integer, "with which status, 400 by default", false, 200, 599},
};
constexpr Argument kBait[] = {
    {"redirect", ArgumentType::flag, "whether it leads on to another address of this machine"},
};
constexpr Argument kIssuerByName = {"issuer", ArgumentType::text, "`main` by default"};
constexpr Argument kOfIssuerOnly[] = {kIssuerByName};
constexpr Argument kClient[] = {
    {"client_id", ArgumentType::text, "its id", true},
    kIssuerByName,
    {"client_secret", ArgumentType::text, "its secret; a new one by default"},
    {"metadata", ArgumentType::object, "as it would register them: redirect_uris, grant_types, …"},
};
constexpr Argument kRemoveClient[] = {
    {"client_id", ArgumentType::text, "its id", true},
    kIssuerByName,
};
constexpr Argument kUpstream[] = {
    {"status", ArgumentType::integer, "how the API at /i/NAME/upstream answers", true, 200, 599},
};

constexpr ControlCommand kCommands[] = {
    {"GET", "/issuers", "the issuers that were asked for so far", {}, list_issuers},
    {"GET", "/issuers/{issuer}/keys", "the keys of an issuer with their states", {}, list_keys},
    {"POST", "/issuers/{issuer}/keys/rotate", "a new key signs", kRotate, keys_rotate},
    {"POST", "/issuers/{issuer}/keys/announce", "a new key is published and does not sign yet",
     kByAlg, keys_announce},
    {"POST", "/issuers/{issuer}/keys/ghost", "a new key signs and is not published", kByAlg,
     keys_ghost},
    {"POST", "/issuers/{issuer}/keys/withdraw", "a key signs no more and is published no more",
     kByKid, keys_withdraw},
    {"POST", "/issuers/{issuer}/keys/state", "puts a key into a state", kState, keys_state},
    {"POST", "/issuers/{issuer}/keys/decoy", "other material is published under a key's kid",
     kByKid, keys_decoy},
    {"POST", "/issuers/{issuer}/keys/reuse-kid", "another key takes the place and kid of a key",
     kByKid, keys_reuse_kid},
    {"POST", "/issuers/{issuer}/keys/duplicate-kid", "another key is published under a key's kid",
     kDuplicate, keys_duplicate_kid},
    {"POST", "/issuers/{issuer}/keys/publish", "publishes a member of the set as it is", kPublish,
     keys_publish},
    {"POST",
     "/issuers/{issuer}/keys/clear",
     "publishes none of those members any more",
     {},
     keys_clear},
    {"POST", "/issuers/{issuer}/keys/caching", "how the key set may be cached", kCaching,
     keys_caching},
    {"GET", "/journal",
     "what was asked of the provider; as JSON Lines where the client accepts them", kReadJournal,
     read_journal},
    {"GET", "/journal/stream", "the same as it comes, as server-sent events", kStreamJournal,
     stream_journal},
    {"DELETE", "/journal", "forgets what was asked so far", {}, clear_journal},
    {"POST", "/mint", "a token, right or wrong", kMint, mint_token},
    {"POST", "/verify", "what a token says, and whether it is good", kVerify, verify_token},
    {"GET",
     "/scenarios",
     "the words that can be used: scenarios, mutations, endpoints",
     {},
     list_scenarios},
    {"GET", "/faults", "the faults that are planted", {}, list_faults},
    {"POST", "/faults", "an endpoint misbehaves from now on", kFault, plant_fault},
    {"DELETE", "/faults", "it behaves again", kRemoveFault, remove_faults},
    {"GET", "/clock", "what time it is for the provider", {}, show_clock},
    {"POST", "/clock/freeze", "time stands still", kFreeze, freeze_clock},
    {"POST", "/clock/resume", "time runs again, from where it stood", {}, resume_clock},
    {"POST", "/clock/advance", "time jumps", kSpan, advance_clock},
    {"POST", "/clock/offset", "time runs so far ahead of this machine's", kSpan, offset_clock},
    {"POST", "/enqueue", "who logs in next, or what goes wrong next", kEnqueue, enqueue},
    {"GET", "/baits", "the baits, and how often they were fetched", {}, list_baits},
    {"POST", "/baits", "a URL that nobody has a reason to fetch", kBait, make_bait},
    {"DELETE", "/baits", "forgets them", {}, clear_baits},
    {"GET", "/clients", "the clients that are registered with an issuer", kOfIssuerOnly,
     list_clients},
    {"POST", "/clients", "registers a client of a chosen id, in place of one of that id", kClient,
     add_client},
    {"DELETE", "/clients", "forgets a client, and what it was granted", kRemoveClient,
     remove_client},
    {"GET", "/openapi.json", "this description", {}, show_openapi},
    {"POST", "/upstream", "how the API behind a server under test answers", kUpstream,
     steer_upstream},
    {"POST", "/reset", "everything is as at the start", {}, reset},
};

}  // namespace

std::span<const ControlCommand> control_commands() { return kCommands; }

}  // namespace idp
