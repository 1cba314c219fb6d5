#include "test/http/recorder.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdlib>
#include <functional>

#include "models/encoding/base64.hpp"

namespace lithair::http::test {

namespace json = boost::json;

recorder* recorder::of_process() {
  static const char* path = std::getenv("LITHAIR_EXCHANGES");
  if (path == nullptr) return nullptr;
  static recorder one{path};
  return &one;
}

std::uint64_t recorder::number_of(const std::string& description) {
  const std::lock_guard lock(mutex_);
  const auto [at, is_new] = numbers_.emplace(description, numbers_.size() + 1);
  if (is_new) out_ << "{\"document\":" << at->second << ",\"api\":" << description << "}\n";
  return at->second;
}

void recorder::serves(std::uint16_t port, const std::string& description) {
  const auto number = number_of(description);
  const std::lock_guard lock(mutex_);
  served_[port] = number;
}

void recorder::ends(std::uint16_t port) {
  const std::lock_guard lock(mutex_);
  served_.erase(port);
}

std::optional<std::uint64_t> recorder::description_at(std::uint16_t port) {
  const std::lock_guard lock(mutex_);
  const auto at = served_.find(port);
  return at == served_.end() ? std::nullopt : std::optional(at->second);
}

void recorder::add(std::uint64_t document, std::string_view method, std::string_view target,
                   std::string_view headers, std::string_view body, const reply& answer) {
  json::object told;
  for (const auto& [name, value] : answer.headers)
    told[name] = name == "x-request-id" || name == "date" || name == "x-served-by" ? "1" : value;
  const json::object exchange{{"document", document},
                              {"method", method},
                              {"target", target},
                              {"headers", models::to_base64(headers)},
                              {"body", models::to_base64(body)},
                              {"status", answer.status},
                              {"answer_headers", std::move(told)},
                              {"answer", models::to_base64(answer.body)}};
  // Three nodes that answer the same are one exchange, but for their names.
  auto line = json::serialize(exchange);
  const std::lock_guard lock(mutex_);
  if (written_.insert(std::hash<std::string>{}(line)).second) out_ << line << '\n' << std::flush;
}

}  // namespace lithair::http::test
