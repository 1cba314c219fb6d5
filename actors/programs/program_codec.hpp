#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "actors/consistency.hpp"
#include "models/schema/subject.hpp"
#include "models/service.hpp"

/// The bytes within a program_request and a program_answer, version 1, in the terms of
/// links/fields.hpp: numbers little-endian, texts behind their length.
///
///     request     := 1:u8                                                   models_asked
///                  | 2:u8 operation:u8 collection:text key:text idempotency_key:text
///                    conditions:u8 count:u16 version:u64×count body:rest    item_write
///                  | 3:u8 idempotency_key:text body:rest                    items_write
///                  | 4:u8 kind:u8 consistency:u8 min_index:u64 collection:text key:text
///                    count:u16 (name:text value:text)×count                 items_read
///                  | 5:u8 subject request                                   for somebody
///     subject     := id:text roles:texts count:u16 (claim:text values:texts)×count
///     texts       := count:u16 text×count
///     conditions  := 1 (If-Match: *) | 2 (If-None-Match: *)
///
///     answer      := disposition:u8 index:u64 status:u16 version:u64 flags:u8 reason:text
///                    location:text body:rest
///     flags       := 1 (replayed) | 2 (minimal)
///
/// A request for somebody is one that reads or writes. What is malformed gives nothing; nothing is
/// believed beyond the bytes that are there. Pure.
namespace lithair::actors {

/// What the node serves: answered with the text of a model file.
struct models_asked {
  bool operator==(const models_asked&) const = default;
};

/// A write of one item, as of models::write_request.
struct item_write {
  models::operation op = models::operation::create;
  std::string collection;  ///< its name
  std::string key;         ///< as text; empty for create
  std::string idempotency_key;
  models::preconditions conditions;
  std::string body;  ///< JSON
  /// Whom access rules bind; none: nobody
  std::shared_ptr<const models::subject> bound = {};
};

/// A transaction, as of models::transaction_request.
struct items_write {
  std::string idempotency_key;
  std::string body;  ///< JSON
  /// As of an item_write
  std::shared_ptr<const models::subject> bound = {};
};

/// A read, as of models::whole_query.
struct items_read {
  models::query::kind what = models::query::kind::item;
  consistency level = consistency::linearizable;
  std::uint64_t min_index = 0;
  std::string collection;  ///< its name
  std::string key;         ///< as text; of an item
  std::vector<std::pair<std::string, std::string>> parameters;
  /// As of an item_write
  std::shared_ptr<const models::subject> bound = {};
};

using program_call = std::variant<models_asked, item_write, items_write, items_read>;

/// What became of it, as `submitted` and `answered` have it.
struct program_outcome {
  disposition what = disposition::done;
  std::string reason;
  std::uint64_t index = 0;
  models::outcome result;  ///< its status, body, version, location, replayed, minimal
};

std::string encode(const program_call& call);
std::optional<program_call> decode_call(std::string_view bytes);

std::string encode(const program_outcome& said);
std::optional<program_outcome> decode_outcome(std::string_view bytes);

}  // namespace lithair::actors
