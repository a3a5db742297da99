// Whatever bytes come, in whatever pieces: the reader ends, keeps its bounds, and finds the same
// answer however the bytes were cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/timing/answer.h"

namespace {

using State = timing::AnswerReader::State;

State read(timing::AnswerReader& reader, std::string_view bytes, std::size_t step) {
  auto state = State::more;
  while (!bytes.empty() && state == State::more) {
    state = reader.take(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
  }
  return state == State::more ? reader.peer_closed() : state;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  timing::AnswerReader whole;
  if (read(whole, bytes, std::max<std::size_t>(size, 1)) != State::complete) return 0;
  timing::AnswerReader cut;
  if (read(cut, bytes, 7) != State::complete) std::abort();
  if (whole.shape() != cut.shape() || whole.keeps_open() != cut.keeps_open()) std::abort();
  // What was read before leaves no trace.
  whole.restart();
  if (read(whole, bytes, 1) != State::complete || whole.shape() != cut.shape()) std::abort();
  return 0;
}
