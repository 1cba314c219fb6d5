#include "models/schema/schema.hpp"

#include <algorithm>

#include "models/schema/access.hpp"
#include "models/schema/projection.hpp"
#include "models/schema/text_codec.hpp"

namespace lithair::models {

namespace {

/// One line with everything about a field that changes what it means; a schema's fingerprint is
/// made of them.
std::string describe(const field& f) {
  // The name first, so that a renamed field is another field.
  std::string line = f.name + ' ' + std::string(name_of(f.type));
  const auto flag = [&line](bool on, std::string_view word) {
    line += on ? ' ' + std::string(word) : "";
  };
  // Lengths keep "a b" and "a", "b" apart, whatever the texts hold.
  const auto part = [&line](std::string_view word, const std::string& text) {
    line += ' ' + std::string(word) + '=' + std::to_string(text.size()) + ':' + text;
  };
  flag(f.primary_key, "primary_key");
  flag(f.unique, "unique");
  flag(f.indexed, "indexed");
  flag(f.immutable, "immutable");
  flag(f.optional, "optional");
  flag(!f.exposed, "hidden");
  flag(f.tracked, "track_history");
  flag(f.replicated, "replicate");
  // Both the flag and the text below: an empty default is not the same as none.
  flag(!absent(f.default_value), "default");
  part("default", to_text(f.default_value));
  part("merge", std::string(name_of(f.merge)));
  part("references", f.references);
  part("on_delete", std::string(name_of(f.on_delete)));
  if (f.element) {
    part("element", std::string(name_of(f.element->type)));
  }
  for (const auto& name : f.names) {
    part("value", name);
  }
  part("min", to_text(f.rules.min));
  part("max", to_text(f.rules.max));
  part("min_length", f.rules.min_length ? std::to_string(*f.rules.min_length) : "");
  part("max_length", f.rules.max_length ? std::to_string(*f.rules.max_length) : "");
  part("pattern", f.rules.pattern);
  part("format", std::string(name_of(f.rules.format)));
  for (const auto& choice : f.rules.one_of) {
    part("one_of", to_text(choice));
  }
  if (f.access) {
    part("access.read", f.access->read_text);
    part("access.update", f.access->update_text);
  }
  if (f.is_stamped()) {
    part("set", text_of(f.set));
    part("set_on_update", text_of(f.set_on_update));
  }
  return line + '\n';
}

/// In the order of ids, so that moving a field in its declaration changes nothing.
std::string describe(const collection& c) {
  std::string text = c.name + ' ' + c.path + '\n';
  for (const auto at : c.by_id) {
    text += describe(c.fields[at]);
  }
  for (std::size_t i = 0; c.access && i < access_kinds; ++i) {
    const auto& each = c.access->of[i].text;
    text += "access." + std::string(name_of(static_cast<access_kind>(i))) + '=' +
            std::to_string(each.size()) + ':' + each + '\n';
  }
  if (c.access && c.access->quota.is_set()) {
    const auto& quota = c.access->quota;
    text += "items=" + std::to_string(quota.items) +
            " items_per=" + std::to_string(quota.items_per) + " per=" + c.fields[quota.per].name +
            (quota.item_bytes == 0 ? "" : " item_bytes=" + std::to_string(quota.item_bytes)) + '\n';
  }
  return text;
}

/// 64-bit FNV-1a.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : text) {
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211u;
  }
  return hash;
}

}  // namespace

schema::schema(std::vector<collection> collections, std::vector<projection> projections)
    : collections_(std::move(collections)) {
  // Sorted before they are described: the fingerprint must not tell the order of files.
  std::ranges::sort(collections_, {}, &collection::id);
  std::ranges::sort(projections, {}, &projection::id);
  std::string text;
  for (const auto& x : collections_) {
    text += describe(x);
  }
  for (const auto& x : projections) {
    text += x.text;
  }
  // Shared, so that copies of a schema keep the addresses of projections.
  projections_ = std::make_shared<const std::vector<projection>>(std::move(projections));
  fingerprint_ = hash_of(text);
}

std::span<const projection> schema::projections() const {
  return projections_ ? std::span<const projection>(*projections_) : std::span<const projection>();
}

const projection* schema::find_projection(std::string_view name) const {
  const auto all = projections();
  const auto at = std::ranges::find(all, name, &projection::name);
  return at != all.end() ? &*at : nullptr;
}

const collection* schema::find(std::string_view name) const {
  const auto* found = find(stable_id(name));
  // Two names may share an id; only one of them is here.
  return found != nullptr && found->name == name ? found : nullptr;
}

const collection* schema::find(std::uint32_t id) const {
  const auto at = std::ranges::lower_bound(collections_, id, {}, &collection::id);
  return at != collections_.end() && at->id == id ? &*at : nullptr;
}

const collection* schema::find_by_path(std::string_view path) const {
  const auto at = std::ranges::find(collections_, path, &collection::path);
  return at != collections_.end() ? &*at : nullptr;
}

bool has_local_fields(const schema& s) {
  return std::ranges::any_of(s.collections(),
                             [](const collection& c) { return is_local(c) || is_mixed(c); });
}

}  // namespace lithair::models
