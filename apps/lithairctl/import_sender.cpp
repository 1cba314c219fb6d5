#include "apps/lithairctl/import_sender.hpp"

#include <algorithm>
#include <iterator>

#include <spdlog/fmt/fmt.h>

#include "models/encoding/sha256.hpp"

namespace lithair::ctl {
namespace {

constexpr std::size_t most_lines_told = 20;

bool is_of_records(long status) {
  return status == 400 || status == 409 || status == 413 || status == 422;
}

}  // namespace

std::string key_of(const import_identity& import, std::uint64_t batch, std::uint64_t line,
                   std::string_view body) {
  const auto digest =
      models::sha256(import.id + '\n' + import.target + '\n' + std::to_string(batch) + '\n' +
                     std::to_string(line) + '\n' + models::sha256(body));
  std::string made;
  for (const char c : digest) made += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return made;
}

void import_sender::refuse(const std::vector<rejection>& why, exit_status status) const {
  std::string text;
  for (std::size_t i = 0; i < std::min(why.size(), most_lines_told); ++i)
    text += (i == 0 ? "" : "\n") + to_string(why[i]);
  if (why.size() > most_lines_told)
    text += fmt::format("\nand {} more", why.size() - most_lines_told);
  throw failure(status, text);
}

void import_sender::reject(std::vector<rejection> blamed, records& piece,
                           batch_outcome& made) const {
  std::erase_if(piece, [&](const file_record& x) {
    return std::ranges::any_of(blamed, [&](const auto& b) { return b.record.line == x.line; });
  });
  std::ranges::move(blamed, std::back_inserter(made.rejected));
}

bool import_sender::send_piece(const file_batch& batch, records& piece, batch_outcome& made) {
  records sent;
  std::vector<rejection> wrong;
  const auto body = body_of(batch, piece, writer_, sent, wrong);
  if (!wrong.empty() && !import_.skip_errors) refuse(wrong, exit_status::failed);
  const auto first = piece.front().line;
  reject(std::move(wrong), piece, made);
  if (sent.empty()) return true;
  const auto got =
      by_.call({.method = "POST",
                .target = import_.target,
                .body = body,
                .headers = {{"Idempotency-Key", key_of(import_, batch.number, first, body)}}});
  if (got.status < 300) {
    made.imported += sent.size();
    most_ = std::min(most_ * 2, batch.records.size());
    return true;
  }
  if (!is_of_records(got.status)) throw failure_of(got, by_.current().authority);
  auto blamed = blamed_in(got.body, sent);
  if (!import_.skip_errors) {
    if (blamed.empty())
      throw failure(status_of(got.status),
                    fmt::format("Lines {} to {}: {}", sent.front().line, sent.back().line,
                                failure_of(got, {}).what()));
    refuse(blamed, status_of(got.status));
  }
  if (blamed.empty() && sent.size() > 1) {
    most_ = sent.size() / 2;
    return false;
  }
  if (blamed.empty()) blamed.push_back({sent.front(), {}, failure_of(got, {}).what()});
  // Of a conflict the first alone is told: those before it are fine, and of those behind it some
  // may be like it.
  if (got.status == 409) {
    const auto at = std::ranges::find(sent, blamed.front().record.line, &file_record::line);
    most_ = std::max<std::size_t>(1, static_cast<std::size_t>(at - sent.begin()));
  }
  reject(std::move(blamed), piece, made);
  return piece.empty();
}

batch_outcome import_sender::send(const file_batch& batch) {
  batch_outcome made;
  records rest = batch.records;
  most_ = rest.size();
  while (!rest.empty()) {
    const auto count = static_cast<std::ptrdiff_t>(std::min(most_, rest.size()));
    records piece(rest.begin(), rest.begin() + count);
    rest.erase(rest.begin(), rest.begin() + count);
    if (!send_piece(batch, piece, made)) rest.insert(rest.begin(), piece.begin(), piece.end());
  }
  std::ranges::stable_sort(made.rejected, {}, [](const auto& x) { return x.record.line; });
  return made;
}

}  // namespace lithair::ctl
