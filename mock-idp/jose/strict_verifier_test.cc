#include "mock-idp/jose/strict_verifier_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

#include "mock-idp/jose/openssl.h"

// Nothing of what mints tokens is used here: a mistake that both made would be invisible.
namespace jose {
namespace {

using nlohmann::json;

constexpr double kOldest = 24.0 * 3600;  ///< seconds since iat
constexpr std::string_view kBase64url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::vector<std::string> split_at_dots(const std::string& token) {
  std::vector<std::string> parts(1);
  for (const char c : token) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

struct Decoded {
  std::string bytes;
  bool canonical = true;
};

/// Base64url of every kind of spelling; says whether it was the canonical one.
Decoded decode_leniently(const std::string& text) {
  Decoded decoded;
  unsigned bits = 0;
  int count = 0;
  for (char c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
    const std::size_t value = kBase64url.find(c);
    if (value == std::string_view::npos) continue;
    bits = (bits << 6U) | static_cast<unsigned>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      decoded.bytes += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xffU);
      bits &= (1U << static_cast<unsigned>(count)) - 1U;
    }
  }
  const bool alphabet = text.find_first_not_of(kBase64url) == std::string::npos;
  decoded.canonical = alphabet && count < 6 && bits == 0;
  return decoded;
}

/// Of two members of one name the first counts; `twice` says that there were two.
json parse_first(const std::string& text, bool& twice) {
  std::vector<std::set<std::string>> names;
  const auto keep_first = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end) names.pop_back();
    if (event != json::parse_event_t::key) return true;
    const bool first = names.back().insert(parsed.get<std::string>()).second;
    twice = twice || !first;
    return first;
  };
  return json::parse(text, keep_first, /*allow_exceptions=*/false);
}

struct Read {
  json object = json::object();
  bool proper = false;    ///< one JSON object in UTF-8, no member twice
  bool readable = false;  ///< an object was found in it
};

Read read_object(const std::string& text) {
  Read read;
  bool twice = false;
  json value = parse_first(text, twice);
  const bool marked = text.starts_with("\xef\xbb\xbf");  // the parser skips a byte order mark
  if (value.is_object()) return {std::move(value), !twice && !marked, true};
  // Ways in which an object may be hidden in what is none.
  std::string ascii = text;
  std::erase_if(ascii, [](char c) { return static_cast<signed char>(c) < 0; });
  for (const std::string& attempt :
       {text, ascii, text.substr(0, text.empty() ? 0 : text.size() - 1)}) {
    value = parse_first(attempt, twice);
    if (value.is_array() && value.size() == 1) value = json(value.front());
    if (value.is_object()) return {std::move(value), false, true};
  }
  return read;
}

struct Suite {
  const char* kty;
  int curve_bytes;  ///< of r and of s; 0: no ECDSA
  const EVP_MD* (*digest)();
  bool pss = false;
};
const std::map<std::string, Suite>& suites() {
  static const std::map<std::string, Suite> all = {
      {"RS256", {"RSA", 0, EVP_sha256}},       {"RS512", {"RSA", 0, EVP_sha512}},
      {"PS256", {"RSA", 0, EVP_sha256, true}}, {"ES256", {"EC", 32, EVP_sha256}},
      {"ES384", {"EC", 48, EVP_sha384}},       {"EdDSA", {"OKP", 0, nullptr}},
  };
  return all;
}

Pkey public_key(const Key& key) {
  const std::string pem = key.public_pem();
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Pkey(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
}

/// r and s side by side as the DER that OpenSSL reads; empty where they have another length.
std::string as_der(const std::string& signature, std::size_t half) {
  using Signature = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;
  if (half == 0 || signature.size() != 2 * half) return {};
  const Signature both(ECDSA_SIG_new());
  const int size = static_cast<int>(half);
  ECDSA_SIG_set0(both.get(), BN_bin2bn(bytes(signature), size, nullptr),
                 BN_bin2bn(bytes(signature) + half, size, nullptr));
  unsigned char* out = nullptr;
  const int length = i2d_ECDSA_SIG(both.get(), &out);
  std::string der(reinterpret_cast<char*>(out), length > 0 ? static_cast<std::size_t>(length) : 0);
  OPENSSL_free(out);
  return der;
}

/// Whether that key made the signature, by that algorithm's digest; its curve may be another.
bool verifies(const Key& key, const Suite& suite, const std::string& input,
              const std::string& signature) {
  const Pkey pkey = public_key(key);
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  if (EVP_DigestVerifyInit(context.get(), &parameters,
                           suite.digest == nullptr ? nullptr : suite.digest(), nullptr,
                           pkey.get()) != 1) {
    return false;
  }
  if (suite.pss && (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
                    EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;
  }
  const bool ecdsa = EVP_PKEY_get_base_id(pkey.get()) == EVP_PKEY_EC;
  const auto half = static_cast<std::size_t>((EVP_PKEY_get_bits(pkey.get()) + 7) / 8);
  const std::string sent = ecdsa ? as_der(signature, half) : signature;
  return EVP_DigestVerify(context.get(), bytes(sent), sent.size(), bytes(input), input.size()) == 1;
}

/// One token on its way through the checks.
class Check {
 public:
  Check(const Trusted& trusted, std::set<std::string>& problems)
      : trusted_(trusted), problems_(problems) {}

  void token(const std::string& token) {
    std::vector<std::string> segments = split_at_dots(token);
    if (segments.size() != 3 || segments[0].empty()) found("form");
    if (segments.size() < 2 || segments.size() > 4 || segments[0].empty()) return;
    segments.resize(3);
    const Decoded head = decode_leniently(segments[0]);
    const Read header = read_object(head.bytes);
    if (!header.proper) found("header");
    const bool raw_payload = header.object.value("b64", json(true)) == json(false);
    const Decoded body = raw_payload ? Decoded{segments[1]} : decode_leniently(segments[1]);
    const Decoded signature = decode_leniently(segments[2]);
    if (!head.canonical || !body.canonical || !signature.canonical) found("encoding");
    check_header(header);
    check_signature(header, segments[0] + "." + segments[1], signature.bytes);
    const Read claims = read_object(body.bytes);
    if (!claims.proper) found("payload");
    if (claims.readable) check_claims(claims.object);
  }

 private:
  void found(const char* problem) { problems_.insert(problem); }

  void check_header(const Read& header) {
    if (!header.readable) return;
    if (header.object.contains("crit") || header.object.contains("b64")) found("crit");
    if (header.object.contains("cty")) found("cty");
    if (header.object.value("typ", json()) != "at+jwt") found("typ");
    const json alg = header.object.value("alg", json());
    if (!alg.is_string() || !suites().contains(alg.get<std::string>())) found("alg");
  }

  /// The key of that kid; null where the header names none.
  const Key* named_key(const json& header) {
    if (!header.contains("kid")) return nullptr;
    const auto& kid = header.at("kid");
    const auto key = std::find_if(trusted_.keys.begin(), trusted_.keys.end(),
                                  [&](const Key& one) { return kid == one.kid(); });
    if (key != trusted_.keys.end()) return &*key;
    found("kid");
    return nullptr;
  }

  void check_signature(const Read& header, const std::string& input, const std::string& signature) {
    const json named_alg = header.object.value("alg", json());
    std::string alg = trusted_.usual_alg;
    if (named_alg.is_string() && suites().contains(named_alg.get<std::string>())) {
      alg = named_alg.get<std::string>();
    }
    const Suite& suite = suites().at(alg);
    if (const Key* const key = named_key(header.object)) {
      const json jwk = json::parse(key->public_jwk());
      const bool suits = jwk.at("kty") == suite.kty &&
                         (suite.curve_bytes == 0 || (jwk.at("crv") == "P-256") == (alg == "ES256"));
      if (!suits) {
        found("kty");
      } else if (named_alg.is_string() && alg == named_alg && jwk.at("alg") != alg) {
        found("jwk-alg");
      }
    }
    const bool right = std::any_of(trusted_.keys.begin(), trusted_.keys.end(), [&](const Key& key) {
      return verifies(key, suite, input, signature);
    });
    if (!right) found("signature");
  }

  /// A NumericDate; a claim of another type is a problem by its own name.
  std::optional<double> date(const json& claims, const char* name) {
    const auto claim = claims.find(name);
    if (claim == claims.end()) return std::nullopt;
    if (claim->is_number() && std::isfinite(claim->get<double>())) return claim->get<double>();
    found(name);
    return std::nullopt;
  }

  void check_claims(const json& claims) {
    if (claims.value("iss", json()) != trusted_.issuer) found("iss");
    check_audience(claims.value("aud", json()));
    check_dates(claims);
  }

  void check_audience(const json& aud) {
    const bool listed =
        aud.is_array() && std::find(aud.begin(), aud.end(), trusted_.audience) != aud.end();
    if (aud != trusted_.audience && !listed) found("aud");
  }

  void check_dates(const json& claims) {
    const auto now = static_cast<double>(trusted_.now);
    const auto exp = date(claims, "exp");
    const auto nbf = date(claims, "nbf");
    const auto iat = date(claims, "iat");
    const auto login = date(claims, "auth_time");
    if (!claims.contains("exp") || (exp && now >= *exp)) found("exp");
    if (nbf && now < *nbf) found("nbf");
    if (iat && now < *iat) found("iat");
    if (login && now < *login) found("auth_time");
    if (iat && now - *iat > kOldest) found("too old");
    if (iat && exp && *exp <= *iat) found("expires before it is issued");
    if (nbf && exp && *exp <= *nbf) found("expires before it begins");
    if (login && iat && *iat < *login) found("issued before the login");
  }

  const Trusted& trusted_;
  std::set<std::string>& problems_;
};

}  // namespace

std::set<std::string> problems_of(const std::string& token, const Trusted& trusted) {
  std::set<std::string> problems;
  Check(trusted, problems).token(token);
  return problems;
}

}  // namespace jose
