// The entry that fuzzers call: whatever bytes come, a connection's requests must not depend on how
// the bytes are cut, must stay within the limits, and must lead to an answer or to a well-formed
// step.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/exchange.hpp"
#include "models/declaration/model_file.hpp"
#include "models/problem/reason_phrase.hpp"
#include "test/http/parsed.hpp"

namespace {

using namespace lithair;

constexpr http::parser_limits limits{
    .max_target = 256, .max_header_bytes = 1024, .max_headers = 16, .max_body = 512};

const models::schema& schema() {
  static const auto result = *models::parse_model_text(R"(
[models.products.fields]
id    = { type = "string", primary_key = true, immutable = true, replicate = true }
price = { type = "money", optional = true, replicate = true }
)",
                                                       "fuzz.toml");
  return result;
}

void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void check_request(const http::request& r) {
  static const http::router routes{schema()};
  demand(r.target.size() <= limits.max_target, "the target is within its limit");
  demand(r.headers.size() <= limits.max_headers, "the headers are within their limit");
  demand(r.body.size() <= limits.max_body, "the body is within its limit");
  const models::stamp at{1, [] { return std::string(16, 'u'); }};
  const auto x = http::begin(r, {&schema(), &routes, "{}"}, at);
  if (const auto* answer = std::get_if<http::response>(&x.next)) {
    demand(answer->status >= 200 && answer->status != 500 && answer->status < 600,
           "the status fits");
    demand(!models::reason_phrase(static_cast<std::uint16_t>(answer->status)).empty(),
           "the status is one of ours");
  }
  if (const auto* write = std::get_if<http::write_step>(&x.next))
    demand(!write->command.empty() && x.target != nullptr, "a write has a command and a target");
}

void check_requests(std::string_view input) {
  http::parser p{limits};
  while (true) {
    switch (p.next(input)) {
      case http::parser::event::more:
      case http::parser::event::failed:
        return;
      case http::parser::event::head:
        break;
      case http::parser::event::request:
        check_request(p.current());
        if (input.empty()) return;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto piece = std::size_t{data[0] % 64u} + 1;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  check_requests(bytes);
  const auto whole = http::test::parsed(bytes, bytes.size(), limits);
  demand(whole == http::test::parsed(bytes, piece, limits), "requests do not depend on the pieces");
  return 0;
}
