#include "bench/timing/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stop_token>

#include <nlohmann/json.hpp>

#include "common/base/json.h"
#include "common/base/text.h"
#include "harness/timing/sampler.h"

namespace bench {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::string_view kBody = R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})";

/// The first line that the server prints is JSON and says where it listens.
base::Result<base::Url> url_of(wire::Process& process) {
  const auto deadline = base::Deadline::after(kPatience);
  std::string output;
  while (output.find('\n') == std::string::npos) {
    if (process.read(output, deadline) != base::IoStatus::ok) {
      return base::fail("the server did not start: " + process.last_words());
    }
  }
  const auto line = base::parse_json(output.substr(0, output.find('\n')));
  if (!line) return tl::unexpected(line.error());
  return base::parse_url(base::text_member(*line, "url"));
}

}  // namespace

base::Result<std::unique_ptr<Target>> Target::start(const std::string& program,
                                                    const std::string& faults, std::uint64_t seed) {
  Classes classes(seed);
  wire::ProcessOptions options;
  options.command =
      fmt::format("exec {} serve --mode api-key --port 0 {}", base::shell_quote(program), faults);
  options.environment = {{"API_KEY", classes.secret()}};
  options.talks = true;
  auto process = wire::Process::start(options);
  if (!process) return tl::unexpected(process.error());
  auto url = url_of(**process);
  if (!url) return tl::unexpected(url.error());
  return std::unique_ptr<Target>(
      new Target(std::move(classes), std::move(*url), std::move(*process)));
}

Target::Target(Classes classes, base::Url url, std::unique_ptr<wire::Process> process)
    : classes_(std::move(classes)), url_(std::move(url)), process_(std::move(process)) {}

std::string Target::request(const std::string& key) const {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n"
      "Accept: application/json, text/event-stream\r\nX-API-Key: {}\r\nContent-Length: {}\r\n\r\n"
      "{}",
      url_.target(), url_.authority(), key, kBody.size(), kBody);
}

timing::OpenSource Target::secret_and_decoys() {
  return [this](std::uint64_t seed) {
    return timing::open_sampler({url_.host, url_.port},
                                timing::make_pools([this] { return request(classes_.decoy()); },
                                                   [this] { return request(classes_.near()); }),
                                seed);
  };
}

timing::OpenSource Target::decoys_only() {
  return [this](std::uint64_t seed) {
    const auto decoy = [this] { return request(classes_.decoy()); };
    return timing::open_sampler({url_.host, url_.port}, timing::make_pools(decoy, decoy), seed);
  };
}

Hogs::Hogs() {
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    threads_.emplace_back([](const std::stop_token& stop) {
      volatile std::uint64_t work = 1;
      while (!stop.stop_requested()) work = work * 6364136223846793005U + 1;
    });
  }
}

}  // namespace bench
