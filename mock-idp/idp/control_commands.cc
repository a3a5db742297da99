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

constexpr double kLongTime = 1e10;
constexpr Argument kMint[] = {
    {"issuer", ArgumentType::text, "whose token, `main` by default"},
    {"kind", ArgumentType::text, "which of the persona's tokens: access, id, …"},
    {"alg", ArgumentType::text, "the algorithm"},
    {"aud", ArgumentType::text_or_texts, "the audience; the issuer itself by default"},
    {"scope", ArgumentType::text, "the scope, words with blanks between them"},
    {"sub", ArgumentType::text, "the subject"},
    {"ttl", ArgumentType::integer, "seconds until it expires, 300 by default; may be negative",
     false, -kLongTime, kLongTime},
    {"claims", ArgumentType::object, "claims that are added or replaced"},
    {"header", ArgumentType::object, "header members that are added or replaced"},
    {"mutate", ArgumentType::texts, "mutations, by name, in this order"},
    {"opaque", ArgumentType::flag, "a token that says nothing by itself, or never one"},
};
constexpr Argument kVerify[] = {
    {"token", ArgumentType::text, "the token", true},
    {"issuer", ArgumentType::text, "by whose keys; that of its `iss` by default, else `main`"},
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
};

}  // namespace

std::span<const ControlCommand> control_commands() { return kCommands; }

}  // namespace idp
