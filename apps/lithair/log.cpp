#include "apps/lithair/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string_view>
#include <utility>

namespace lithair::apps {
namespace {

/// `%J`: the message as the inside of a JSON string.
class json_message final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& x, const std::tm&,
              spdlog::memory_buf_t& out) override {
    for (const char c : x.payload) append(c, out);
  }

  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<json_message>();
  }

 private:
  static void append(char c, spdlog::memory_buf_t& out) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      const std::string_view start = "\\u00";
      out.append(start.data(), start.data() + start.size());
      out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
      out.push_back(digits[static_cast<unsigned char>(c) & 15]);
    } else {
      out.push_back(c);
    }
  }
};

std::unique_ptr<spdlog::formatter> formatter_of(log_format format, std::uint64_t node_id) {
  constexpr auto utc = spdlog::pattern_time_type::utc;
  const auto node = std::to_string(node_id);
  auto made = std::make_unique<spdlog::pattern_formatter>(utc, "\n");
  made->add_flag<json_message>('J');
  made->set_pattern(format == log_format::json
                        ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","node":)" + node +
                              R"(,"message":"%J"})"
                        : "%Y-%m-%d %H:%M:%S.%e  node " + node + "  %^%-5l%$  %v");
  return made;
}

}  // namespace

void set_up_log(log_format format, const std::string& level, std::uint64_t node_id) {
  auto logger = format == log_format::json ? spdlog::stderr_logger_mt("lithair")
                                           : spdlog::stderr_color_mt("lithair");
  logger->set_formatter(formatter_of(format, node_id));
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace lithair::apps
