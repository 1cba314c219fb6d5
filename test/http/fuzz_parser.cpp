// The entry that fuzzers call: whatever bytes come, a connection's requests must not depend on how
// the bytes are cut, must stay within the limits, and must lead to an answer or to a well-formed
// step. What is taken as a head or as a chunked body must be one by a second reading, too.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/characters.hpp"
#include "http/exchange.hpp"
#include "models/declaration/model_file.hpp"
#include "models/problem/reason_phrase.hpp"
#include "test/http/parsed.hpp"
#include "test/http/reference_chunks.hpp"

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

// `bytes` led to a request, or to one whose body follows: CR and LF come in pairs only, and in
// nothing that was read from between them.
void check_head(const http::request& r, std::string_view bytes) {
  const auto head = bytes.substr(0, bytes.find("\r\n\r\n", bytes.starts_with("\r\n") ? 2 : 0));
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '\r') demand(i + 1 < head.size() && head[i + 1] == '\n', "no CR is alone");
    if (head[i] == '\n') demand(i > 0 && head[i - 1] == '\r', "no LF is alone");
  }
  for (const auto& x : r.headers) {
    demand(!x.name.empty() && std::ranges::all_of(x.name, http::is_token), "a name is a token");
    demand(std::ranges::all_of(x.value, [](char c) { return c == '\t' || http::is_text(c); }),
           "a value is text");
  }
}

// The decoder agrees with the reference about every text, in one piece and in single bytes.
void check_chunks(std::string_view bytes) {
  // Within its limits, of which the reference knows nothing.
  if (bytes.size() > 1000) return;
  using verdict = http::test::chunked_reference::verdict;
  const http::test::chunked_reference expected(bytes);
  for (const std::size_t piece : {bytes.size() + 1, std::size_t{1}}) {
    http::chunk_decoder decoder;
    decoder.reset({.max_header_bytes = 1000, .max_headers = 1000});
    std::string body;
    auto state = http::chunk_decoder::state::more;
    std::size_t at = 0;
    while (state == http::chunk_decoder::state::more && at < bytes.size()) {
      auto input = bytes.substr(at, piece);
      const auto given = input.size();
      state = decoder.feed(input, body, ~std::size_t{0});
      at += given - input.size();
    }
    if (expected.is == verdict::whole)
      demand(state == http::chunk_decoder::state::done && body == expected.body &&
                 at == expected.consumed,
             "a body that is whole is taken as it is");
    else if (expected.is == verdict::malformed)
      demand(state == http::chunk_decoder::state::malformed, "what is no chunked body is refused");
    else
      demand(state != http::chunk_decoder::state::done, "a body ends where it ends");
  }
}

void check_requests(std::string_view input) {
  http::parser p{limits};
  bool head_seen = false;
  while (true) {
    const auto before = input;
    const auto what = p.next(input);
    if (what == http::parser::event::head || (what == http::parser::event::request && !head_seen))
      check_head(p.current(), before);
    head_seen = what == http::parser::event::head;
    switch (what) {
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
  // Where a chunked body may begin in a mutated request, and anywhere.
  check_chunks(bytes);
  if (const auto end = bytes.find("\r\n\r\n"); end != std::string_view::npos)
    check_chunks(bytes.substr(end + 4));
  const auto whole = http::test::parsed(bytes, bytes.size(), limits);
  demand(whole == http::test::parsed(bytes, piece, limits), "requests do not depend on the pieces");
  return 0;
}
