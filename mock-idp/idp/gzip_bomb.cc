#include "mock-idp/idp/gzip_bomb.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace idp {
namespace {

/// Bits as DEFLATE packs them (RFC 1951, section 3.1.1): the first into the lowest.
class Bits {
 public:
  explicit Bits(std::string& out) : out_(out) {}

  /// The lowest bit of `value` first.
  void number(std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) put((value >> i) & 1U);
  }
  /// A Huffman code as it is written: the first digit first.
  void code(std::string_view digits) {
    for (const char digit : digits) put(digit == '1' ? 1U : 0U);
  }
  void to_byte() {
    while (used_ != 0) put(0);
  }

 private:
  void put(std::uint32_t bit) {
    current_ |= bit << used_;
    if (++used_ < 8) return;
    out_ += static_cast<char>(current_);
    current_ = 0;
    used_ = 0;
  }

  std::string& out_;
  std::uint32_t current_ = 0;
  int used_ = 0;
};

constexpr std::size_t kLongestMatch = 258;
// The codes of the block of blanks, canonical for their lengths (section 3.2.2): a literal blank
// and the end of the block have two bits, "the last byte 258 times" has one and so has its
// distance.
constexpr std::string_view kLiteralBlank = "10";
constexpr std::string_view kEndOfBlock = "11";
constexpr std::string_view kMatch = "0";
constexpr std::string_view kDistanceOne = "0";

/// Which lengths the codes have (section 3.2.7). In the code of lengths "18" is 0, "1" is 10 and
/// "2" is 11.
void write_lengths(Bits& bits) {
  const auto zeros = [&](std::uint32_t count) {
    bits.code("0");
    bits.number(count - 11, 7);
  };
  bits.number(286 - 257, 5);
  bits.number(1 - 1, 5);
  // In the order 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1.
  constexpr std::array<std::uint32_t, 18> kLengths{0, 0, 1, 0, 0, 0, 0, 0, 0,
                                                   0, 0, 0, 0, 0, 0, 2, 0, 2};
  bits.number(kLengths.size() - 4, 4);
  for (const std::uint32_t length : kLengths) bits.number(length, 3);
  zeros(32);
  bits.code("11");  // the blank
  zeros(138);
  zeros(85);
  bits.code("11");  // 256, the end
  zeros(28);
  bits.code("10");  // 285, the longest match
  bits.code("10");  // distance 1
}

void write_blanks(Bits& bits, std::size_t count) {
  bits.number(0, 1);  // not the last block
  bits.number(2, 2);  // with codes of its own
  write_lengths(bits);
  bits.code(kLiteralBlank);
  for (std::size_t left = count - 1; left > 0;) {
    if (left >= kLongestMatch) {
      bits.code(kMatch);
      bits.code(kDistanceOne);
      left -= kLongestMatch;
    } else {
      bits.code(kLiteralBlank);
      --left;
    }
  }
  bits.code(kEndOfBlock);
}

void write_stored(Bits& bits, std::string& out, std::string_view text, bool last) {
  bits.number(last ? 1 : 0, 1);
  bits.number(0, 2);
  bits.to_byte();
  const auto size = static_cast<std::uint32_t>(text.size());
  bits.number(size, 16);
  bits.number(~size, 16);
  out += text;
}

using Table = std::array<std::uint32_t, 256>;

Table crc_table() {
  Table table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1U) != 0 ? 0xEDB88320U : 0);
    table.at(i) = value;
  }
  return table;
}

/// CRC-32 (RFC 1952, section 8), one byte further.
class Crc {
 public:
  void add(char c) {
    value_ = (value_ >> 8) ^ table_[(value_ ^ static_cast<unsigned char>(c)) & 0xFFU];
  }
  std::uint32_t value() const { return ~value_; }

 private:
  const Table table_ = crc_table();
  std::uint32_t value_ = 0xFFFFFFFFU;
};

}  // namespace

std::string gzip_bomb(std::string_view before, std::size_t blanks, std::string_view behind) {
  blanks = std::max<std::size_t>(blanks, 1);
  Crc crc;
  for (const char c : before) crc.add(c);
  for (std::size_t i = 0; i < blanks; ++i) crc.add(' ');
  for (const char c : behind) crc.add(c);
  std::string out("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff", 10);
  Bits bits(out);
  write_stored(bits, out, before, /*last=*/false);
  write_blanks(bits, blanks);
  write_stored(bits, out, behind, /*last=*/true);
  bits.number(crc.value(), 32);
  bits.number(static_cast<std::uint32_t>(before.size() + blanks + behind.size()), 32);
  return out;
}

}  // namespace idp
