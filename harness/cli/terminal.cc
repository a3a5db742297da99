#include "harness/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace cli {
namespace {

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Terminal terminal_of(int descriptor) {
  Terminal terminal;
  if (::isatty(descriptor) == 0) return terminal;
  terminal.interactive = environment("TERM") != "dumb";
  // https://no-color.org: set and not empty, whatever its value.
  terminal.colour = terminal.interactive && environment("NO_COLOR").empty();
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = std::clamp<unsigned>(size.ws_col, 60, 120);
  }
  return terminal;
}

}  // namespace cli
