#include <fmt/core.h>

#include <string>
#include <string_view>

#include "common/base/json.h"
#include "mock-idp/jose/mutation_family.h"

namespace jose {
namespace {

constexpr std::size_t kDepth = 10'000;

std::string nested() { return std::string(kDepth, '[') + std::string(kDepth, ']'); }

/// `member` added at the end of a JSON object's text.
std::string with_member(std::string object, std::string_view member) {
  object.insert(object.size() - 1, "," + std::string(member));
  return object;
}

using Rewrite = std::string (*)(std::string json);

Mutation header_text(const char* name, const char* summary, Rewrite rewrite) {
  return always(name, summary, [rewrite](Recipe& recipe, const Surroundings&) {
    recipe.header_text = rewrite(recipe.header.to_json());
  });
}

Mutation payload_text(const char* name, const char* summary, Rewrite rewrite) {
  return always(name, summary, [rewrite](Recipe& recipe, const Surroundings&) {
    recipe.payload_text = rewrite(recipe.claims.to_json());
  });
}

Family header_family() {
  return {
      header_text("header-not-json", "the header is a form, not JSON; the signature is right",
                  [](std::string) { return std::string("alg=none&typ=at+jwt"); }),
      header_text("header-array", "the header is an array around the good header",
                  [](std::string json) { return "[" + json + "]"; }),
      header_text("header-bom", "a byte order mark in front of the header",
                  [](std::string json) { return "\xef\xbb\xbf" + json; }),
      header_text(
          "header-invalid-utf8", "a header member with a byte that is not UTF-8",
          [](std::string json) { return with_member(std::move(json), "\"note\":\"\xff\""); }),
      header_text("header-trailing-garbage", "a closing brace too many after the header",
                  [](std::string json) { return json + "}"; }),
      header_text(
          "header-depth-10000", "a header member of 10,000 nested arrays",
          [](std::string json) { return with_member(std::move(json), "\"deep\":" + nested()); }),
  };
}

struct Duplicate {
  const char* name;
  const char* summary;
  const char* member;
  std::string_view invalid;
};
constexpr Duplicate kDuplicates[] = {
    {"header-duplicate", "alg twice in the header: the right one, then none", "alg", "none"},
    {"header-duplicate-kid", "kid twice in the header: the right one, then an unknown one", "kid",
     kUnknownKid},
    {"header-duplicate-typ", "typ twice in the header: the right one, then that of a DPoP proof",
     "typ", "dpop+jwt"},
};

Family payload_family() {
  return {
      payload_text("payload-array", "the payload is an array around the good claims",
                   [](std::string json) { return "[" + json + "]"; }),
      payload_text("payload-string", "the payload is a JSON string",
                   [](std::string) { return std::string("\"alice\""); }),
      payload_text("payload-null", "the payload is null",
                   [](std::string) { return std::string("null"); }),
      payload_text("payload-not-json", "the payload is a form, not JSON",
                   [](std::string) { return std::string("sub=alice&scope=all"); }),
      payload_text(
          "payload-depth-10000", "a claim of 10,000 nested arrays",
          [](std::string json) { return with_member(std::move(json), "\"deep\":" + nested()); }),
      payload_text("payload-1mb", "a claim of one million characters",
                   [](std::string json) {
                     return with_member(std::move(json),
                                        "\"long\":\"" + std::string(1'000'000, 'x') + "\"");
                   }),
  };
}

}  // namespace

Family json_mutations() {
  Family family = header_family();
  // The last member is the invalid one, which counts for all readers that RFC 7515 allows.
  for (const Duplicate& row : kDuplicates) {
    family.push_back(
        {row.name, row.summary, [&row](Recipe& recipe, const Surroundings&) -> base::Result<void> {
           if (recipe.header.find(row.member) == nullptr) {
             return base::fail(fmt::format("the valid token has no {}", row.member));
           }
           keep_algorithm(recipe);
           recipe.header.append(row.member, base::json_string(row.invalid));
           return {};
         }});
  }
  for (Mutation& mutation : payload_family()) family.push_back(std::move(mutation));
  family.push_back(always("payload-duplicate",
                          "exp twice in the payload: a good one, then one of an hour ago",
                          [](Recipe& recipe, const Surroundings&) {
                            const std::string end = *recipe.claims.find("exp");
                            recipe.expiring_in(std::chrono::hours(-1));
                            const std::string past = *recipe.claims.find("exp");
                            recipe.claims.set("exp", end).append("exp", past);
                          }));
  return family;
}

}  // namespace jose
