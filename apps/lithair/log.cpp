#include "apps/lithair/log.hpp"

#include <spdlog/details/os.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "apps/lithair/line_writer.hpp"

namespace lithair::apps {
namespace {

/// `%J`: the message as the inside of a JSON string.
class json_message final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    for (const char c : message.payload) append(c, out);
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

std::string_view colour_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::info:
      return "\033[32m";
    case spdlog::level::warn:
      return "\033[33m\033[1m";
    case spdlog::level::err:
      return "\033[31m\033[1m";
    case spdlog::level::critical:
      return "\033[1m\033[41m";
    default:
      return "\033[36m";
  }
}

/// Formats on the thread that has something to say, and hands the line over.
class handing_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  handing_sink(std::shared_ptr<line_writer> to, bool coloured)
      : to_(std::move(to)), coloured_(coloured) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    std::string line{text.data(), text.size()};
    if (coloured_ && message.color_range_end > message.color_range_start) {
      line.insert(message.color_range_end, "\033[m");
      line.insert(message.color_range_start, colour_of(message.level));
    }
    to_->put(std::move(line));
  }
  void flush_() override {}

  std::shared_ptr<line_writer> to_;
  bool coloured_;
};

line_writer::loss_line loss_line_of(log_format format, std::uint64_t node_id) {
  return [made = std::shared_ptr{formatter_of(format, node_id)}](std::uint64_t lost) {
    const auto text = std::to_string(lost) + (lost == 1 ? " line" : " lines") +
                      " of the log got lost: nobody took them";
    spdlog::memory_buf_t line;
    made->format({"lithair", spdlog::level::warn, text}, line);
    return std::string{line.data(), line.size()};
  };
}

}  // namespace

program_log::program_log(log_format format, const std::string& level, std::uint64_t node_id)
    : errors_(std::make_shared<line_writer>(STDERR_FILENO, loss_line_of(format, node_id))),
      before_(spdlog::default_logger()) {
  const bool coloured = format != log_format::json && spdlog::details::os::in_terminal(stderr) &&
                        spdlog::details::os::is_color_terminal();
  auto logger = std::make_shared<spdlog::logger>("lithair",
                                                 std::make_shared<handing_sink>(errors_, coloured));
  logger->set_formatter(formatter_of(format, node_id));
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
}

program_log::~program_log() { spdlog::set_default_logger(std::move(before_)); }

void program_log::show(const std::string& text) {
  output_ = std::make_unique<line_writer>(STDOUT_FILENO);
  output_->put(text);
  output_->flush(line_writer::last_wait);
}

std::uint64_t program_log::dropped() const { return errors_->dropped(); }

}  // namespace lithair::apps
