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
  schema() = default;
  /// `collections` come from the builder: consistent, and names, paths and ids are unique.
  explicit schema(std::vector<collection> collections, std::vector<projection> projections);

  std::span<const collection> collections() const { return collections_; }
  const collection* find(std::string_view name) const;
  const collection* find(std::uint32_t id) const;
  /// The collection served at exactly `path`.
  const collection* find_by_path(std::string_view path) const;

  /// See models/schema/projection.hpp.
  std::span<const projection> projections() const;
  const projection* find_projection(std::string_view name) const;

  /// The same for the same declaration, whichever face, file or order of models it came from.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  std::vector<collection> collections_;                         // by id
  std::shared_ptr<const std::vector<projection>> projections_;  // by id
  std::uint64_t fingerprint_ = 0;
};

bool has_local_fields(const schema& s);

}  // namespace lithair::models
