#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "models/schema/collection.hpp"

namespace lithair::models {

struct projection;

/// Everything that a node serves. Immutable once built; collections keep their addresses as long as
/// the schema lives and is not moved from. May be read from any thread.
class schema {
 public:
  /// Serves nothing; `has_local_fields` and lookups work on it.
  schema() = default;
  /// `collections` come from the builder: consistent, and names, paths and ids are unique.
  explicit schema(std::vector<collection> collections, std::vector<projection> projections);

  /// Rising by id, so the order is that of no file. See `collection` for what is in them.
  std::span<const collection> collections() const { return collections_; }
  /// By name, or null.
  const collection* find(std::string_view name) const;
  /// By id, or null: in commands and keys of pairs.
  const collection* find(std::uint32_t id) const;
  /// The collection served at exactly `path`, or null. Exact bytes, no slash at the end.
  const collection* find_by_path(std::string_view path) const;

  /// See models/schema/projection.hpp. Rising by id.
  std::span<const projection> projections() const;
  /// By name, or null.
  const projection* find_projection(std::string_view name) const;

  /// The same for the same declaration, whichever face, file or order of models it came from. A
  /// 64-bit FNV-1a over everything that changes what data mean. It tells nodes of one cluster apart
  /// that serve different models; it is no protection against intent.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  std::vector<collection> collections_;                         // by id
  std::shared_ptr<const std::vector<projection>> projections_;  // by id
  std::uint64_t fingerprint_ = 0;
};

/// Whether any collection is local or mixed, so that the node needs a group for itself.
bool has_local_fields(const schema& s);

}  // namespace lithair::models
