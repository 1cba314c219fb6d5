#include "models/command/decide.hpp"

#include <algorithm>
#include <list>
#include <utility>

#include "models/command/merges_ahead.hpp"
#include "models/derived/change_recorder.hpp"
#include "models/derived/projection_rows.hpp"
#include "models/derived/secondary_indexes.hpp"
#include "models/encoding/utf8.hpp"
#include "models/problem/problems.hpp"
#include "models/schema/merge.hpp"
#include "models/schema/rules.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/filter_match.hpp"
#include "models/state/key_text.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

bool is_nil(const stored_field& stored) { return stored.bytes == "\xc0"; }

/// Decides one operation; every step that can refuse comes before the first change.
class decider {
 public:
  decider(const setting& with, const collection& c, const operation_part& part,
          const state_view& state)
      : with_(with), c_(c), part_(part), state_(state), pair_key_(record_key(c, part.key)) {
    const auto found = std::ranges::find(with.rights, c.id, &command_rights::collection_id);
    // What follows from a deletion is done by nobody.
    rights_ = found == with.rights.end() || part.follows ? nullptr : &*found;
  }

  result<decision> run(change_set& out) {
    if (auto bytes = state_.get(pair_key_)) {
      old_bytes_ = std::move(*bytes);
      // A record that can't be read counts as none.
      readable_ = read_record(old_bytes_, old_);
      exists_ = readable_ && is_of_same_item();
    }
    if (is_older_than_what_is_kept()) {
      return unchanged();
    }
    if (!exists_) {
      old_ = {};
    }
    // Who may not make the item need not know whether there is one.
    if (part_.op == operation::create && !may_create()) {
      return tl::make_unexpected(not_allowed());
    }
    if (auto refused = refuse()) {
      return tl::make_unexpected(std::move(*refused));
    }
    made_.version = with_.at.index;
    made_.created = exists_ ? old_.created : with_.at.index;
    made_.changes =
        // The history goes on behind a deletion: a new item of an old key must not repeat versions.
        (exists_ || !c_.tracked ? old_.changes : last_version(c_, part_.key, state_)) + 1;
    make_fields();
    // Before anything is told of what the fields hold.
    if (!is_allowed()) {
      return tl::make_unexpected(not_allowed());
    }
    if (!errors_.empty()) {
      return tl::make_unexpected(invalid(std::move(errors_)));
    }
    if (changes_nothing()) {
      return unchanged();
    }
    if (!removes()) {
      new_bytes_ = write_record(made_);
      // Larger ones come from before there was a limit. They may shrink, and are not to grow.
      if (new_bytes_.size() > std::max<std::uint64_t>(max_item(), kept_size())) {
        return tl::make_unexpected(item_too_large(excerpt(key_text(c_, part_.key)), c_.name,
                                                  new_bytes_.size(), max_item()));
      }
    }
    const transition change{c_, part_.key, exists_ ? &old_.fields : nullptr,
                            removes() ? nullptr : &made_.fields};
    // Before any change: a refusal leaves nothing behind.
    check_unique(change, state_, errors_);
    if (!errors_.empty()) {
      return tl::make_unexpected(not_unique(std::move(errors_)));
    }
    check_references(change, with_.models, state_, errors_);
    if (!errors_.empty()) {
      return tl::make_unexpected(invalid(std::move(errors_)));
    }
    if (auto refused = check_quota()) {
      return tl::make_unexpected(std::move(*refused));
    }
    // The order of changes is part of what must be equal on all nodes.
    derive_entries(change, out);
    if (c_.tracked) {
      derive_event(change, with_.at, made_.changes, state_, out);
    }
    derive_counter(change, state_, out);
    derive_projections(change, with_.models, state_, out);
    if (with_.record != nullptr) {
      with_.record->add(change);
    }
    // The record last: all else is derived from the difference to it.
    return write_item(out);
  }

 private:
  bool removes() const { return part_.op == operation::remove; }
  std::size_t kept_size() const { return exists_ ? old_bytes_.size() : 0; }
  std::uint64_t max_item() const {
    const auto most = rights_ == nullptr ? 0 : rights_->quota.item_bytes;
    return most == 0 ? with_.max_item : std::min<std::uint64_t>(most, with_.max_item);
  }
  bool is_local_part() const { return c_.holds == extent::local_part; }

  /// Local fields that were written for an item of this key which has gone are nobody's.
  bool is_of_same_item() const {
    if (!is_local_part()) {
      return true;
    }
    const auto* now = find(old_.fields, created_id);
    const auto* wanted = find(part_.fields, created_id);
    return now != nullptr && wanted != nullptr && now->bytes == wanted->bytes;
  }

  /// Of a repeated request: what is kept here came later, with the item or with one after it.
  bool is_older_than_what_is_kept() const {
    return is_local_part() && part_.conditions.if_none_match_any && readable_ &&
           age(old_.fields) > age(part_.fields);
  }

  /// With which item local fields came, and with which version of it; 0: that is not known.
  static std::pair<std::uint64_t, std::uint64_t> age(const stored_fields& fields) {
    const auto number = [&fields](std::uint32_t id) {
      const auto* at = find(fields, id);
      return at == nullptr ? 0 : msgpack::reader(at->bytes).read_unsigned();
    };
    return {number(created_id), number(written_id)};
  }

  std::optional<problem> refuse() const {
    const auto& when = part_.conditions;
    // The other part decided already; here is put down what comes with it.
    if (is_local_part()) {
      return removes() && !exists_ ? std::optional(not_found()) : std::nullopt;
    }
    if (part_.op == operation::create) {
      return exists_ ? std::optional(already_exists(c_.key().name)) : std::nullopt;
    }
    const bool there = exists_ && is_seen();
    // Before If-Match, which RFC 9110 §13.2.2 puts first: here both orders give 412.
    if (exists_ && when.if_none_match_any) {
      return precondition_failed("The item exists.");
    }
    // Any of the versions will do (RFC 9110 §13.1.1).
    if (!when.if_match.empty() &&
        (!there || std::ranges::find(when.if_match, old_.version) == when.if_match.end())) {
      return precondition_failed(there ? "The item has another version by now."
                                       : "There is no such item.");
    }
    if (!there && when.if_match_any) {
      return precondition_failed("There is no such item.");
    }
    const bool may_create = part_.op == operation::replace && when.if_none_match_any;
    return there || may_create ? std::nullopt : std::optional(not_found());
  }

  /// What the item is to hold, in `made_.fields`, and what is wrong with that.
  void make_fields() {
    if (!exists_ && (part_.op == operation::create || part_.op == operation::replace)) {
      // A replace was prepared as a creation, too. What the preparing node did not know of is not
      // put in here: that node would not either.
      made_.fields = part_.fields;
    } else if (!removes()) {
      merge();
    }
  }

  /// Whether there is room for what the item becomes, by as many as there are by now.
  std::optional<problem> check_quota() const {
    if (rights_ == nullptr || removes() || !rights_->quota.is_set()) {
      return std::nullopt;
    }
    const auto& quota = rights_->quota;
    if (!exists_ && quota.items != 0 && items_in(c_, state_) >= quota.items) {
      return quota_exceeded(c_.name, quota.items);
    }
    const field& f = c_.fields[quota.per];
    const value owner = value_of(f, made_.fields);
    // Who had the item already has it still.
    const bool is_new = !exists_ || compare(owner, value_of(f, old_.fields)) != 0;
    if (quota.items_per != 0 && is_new && !absent(owner) && has_items(f, owner, quota.items_per)) {
      return quota_exceeded(c_.name, quota.items_per);
    }
    return std::nullopt;
  }

  bool has_items(const field& f, const value& v, std::uint64_t most) const {
    const auto range = entries_of(c_, f, v);
    std::uint64_t found = 0;
    state_.scan(range.lower, range.upper, state_view::direction::ascending,
                [&](std::string_view, std::string_view) { return ++found < most; });
    return found >= most;
  }

  problem not_allowed() const {
    return forbidden("The rules of " + c_.name + " do not let you do this.");
  }

  bool may_create() const {
    if (rights_ == nullptr) {
      return true;
    }
    const auto& rule = rights_->rules[static_cast<std::size_t>(access_kind::create)];
    return rule && holds(c_, *rule, {nullptr, &part_.fields}, &state_);
  }

  /// Whether who asked may do that to the item, as it is and as it would be.
  bool is_allowed() const {
    if (rights_ == nullptr) {
      return true;
    }
    const auto what = removes() ? access_kind::remove
                      : exists_ ? access_kind::update
                                : access_kind::create;
    const auto& rule = rights_->rules[static_cast<std::size_t>(what)];
    return !touches_fixed_ && rule &&
           holds(c_, *rule, {exists_ ? &old_.fields : nullptr, removes() ? nullptr : &made_.fields},
                 &state_);
  }

  /// Whether the item is there for who asked.
  bool is_seen() const {
    if (rights_ == nullptr) {
      return true;
    }
    const auto& rule = rights_->rules[static_cast<std::size_t>(access_kind::read)];
    return rule && matches(c_, *rule, old_.fields, &state_);
  }

  /// Walks the item's fields and the command's side by side; both rise by id.
  /// Fields that this node does not know are kept by a patch and fall away with a replace.
  void merge() {
    auto now = old_.fields.begin();
    auto wanted = part_.fields.begin();
    while (now != old_.fields.end() || wanted != part_.fields.end()) {
      // The item has it, and the command says nothing of it.
      if (wanted == part_.fields.end() || (now != old_.fields.end() && now->id < wanted->id)) {
        merge_omitted(*now++);
      } else if (now == old_.fields.end() || wanted->id < now->id) {
        merge_given(nullptr, *wanted++);
      } else {
        merge_given(&*now++, *wanted++);
      }
    }
  }

  const field* field_of(std::uint32_t id) const {
    const auto at =
        std::ranges::lower_bound(c_.by_id, id, {}, [this](auto i) { return c_.fields[i].id; });
    return at != c_.by_id.end() && c_.fields[*at].id == id ? &c_.fields[*at] : nullptr;
  }

  void merge_omitted(const stored_field& now) {
    const field* f = field_of(now.id);
    // A replace says all that an item has, but for what can't change or is not seen.
    if (part_.op == operation::patch || (f != nullptr && f->immutable) || is_fixed(now.id) ||
        is_unseen(now.id)) {
      made_.fields.push_back(now);
    }
  }

  /// What the request says of a field that the item has, or lacks.
  void merge_given(const stored_field* now, const stored_field& given) {
    const field* f = field_of(given.id);
    const auto fallback = default_of(f);
    // Items from before the field was declared read as if they had the default.
    if (now == nullptr && fallback) {
      now = &*fallback;
    }
    // null gives the default back, or removes.
    const stored_field& wanted = is_nil(given) && fallback ? *fallback : given;
    if (f != nullptr && (f->immutable || is_fixed(given.id))) {
      // The same value again is no change: clients send whole items back. But who is not shown what
      // the field holds does not find out so.
      const bool is_same = !is_unseen(given.id) && same(*f, now, wanted);
      if (!is_same && is_fixed(given.id)) {
        touches_fixed_ = true;
      } else if (!is_same) {
        errors_.push_back({f->name, "immutable", "The field can't change once the item exists."});
      } else if (now != nullptr) {
        // The stored spelling stays, so that the record does not change for nothing.
        made_.fields.push_back(*now);
      }
    } else if (!is_nil(given) && f != nullptr && part_.op == operation::patch) {
      combine(*f, now, wanted);
    } else if (!is_nil(wanted)) {
      made_.fields.push_back(wanted);
    }
  }

  bool is_fixed(std::uint32_t id) const { return rights_ != nullptr && rights_->is_fixed(id); }
  bool is_unseen(std::uint32_t id) const { return rights_ != nullptr && rights_->is_unseen(id); }

  std::optional<stored_field> default_of(const field* f) {
    if (f == nullptr || absent(f->default_value)) {
      return std::nullopt;
    }
    return stored_field{f->id, keep(f->default_value)};
  }

  /// A patched value combines with what is there; what comes out has rules to keep again.
  void combine(const field& f, const stored_field* now, const stored_field& wanted) {
    // Nothing to combine, and `prepare` has checked the rules.
    if (f.merge == merge_rule::last_write && f.type != value_type::json) {
      made_.fields.push_back(wanted);
      return;
    }
    const auto before = now != nullptr ? now->bytes : std::string_view{};
    const auto* ahead =
        with_.merges != nullptr ? with_.merges->find(f, before, wanted.bytes) : nullptr;
    auto merged = ahead != nullptr ? std::optional(*ahead) : merge_stored(f, before, wanted.bytes);
    if (!merged) {
      errors_.push_back({f.name, "overflow", "The sum does not fit the field."});
      return;
    }
    // Views point into the strings, so they live in a list that never moves them.
    kept_.push_back(std::move(*merged));
    if (const auto v = read_value(f, kept_.back())) {
      check_rules(f, *v, errors_);
    }
    made_.fields.push_back({f.id, kept_.back()});
  }

  decision unchanged() const {
    return {200,
            std::string(part_.key),
            old_bytes_.size(),
            with_.tells ? old_bytes_ : "",
            old_.created,
            old_.version};
  }

  /// `{}`, the values that are there already, or a merge that comes to nothing. One that says
  /// something of local fields has a mark, and changes those; see `joint_command`.
  bool changes_nothing() const {
    const auto equal = [](const stored_field& a, const stored_field& b) {
      return a.id == b.id && a.bytes == b.bytes;
    };
    return part_.op == operation::patch && exists_ && !is_local_part() &&
           find(part_.fields, written_id) == nullptr &&
           // Whether it was a change would tell what the field holds.
           std::ranges::none_of(part_.fields, [this](auto& f) { return is_unseen(f.id); }) &&
           std::ranges::equal(made_.fields, old_.fields, equal);
  }

  static bool same(const field& f, const stored_field* now, const stored_field& wanted) {
    // Absent and absent are the same, absent and a value are not.
    if (now == nullptr || is_nil(wanted)) {
      return now == nullptr && is_nil(wanted);
    }
    const auto x = read_value(f, now->bytes);
    const auto y = read_value(f, wanted.bytes);
    return x && y && compare(*x, *y) == 0;
  }

  decision write_item(change_set& out) {
    decision made;
    made.key = part_.key;
    if (removes()) {
      out.push_back({std::move(pair_key_), std::nullopt});
      made.status = 204;
      return made;
    }
    made.status = exists_ ? 200 : 201;
    made.created = made_.created;
    made.version = made_.version;
    made.size = new_bytes_.size();
    if (with_.tells) {
      made.bytes = new_bytes_;
    }
    out.push_back({std::move(pair_key_), std::move(new_bytes_)});
    return made;
  }

  std::string_view keep(const value& v) {
    write_value(kept_.emplace_back(), v);
    return kept_.back();
  }

  const setting& with_;
  const collection& c_;
  const operation_part& part_;
  const state_view& state_;
  const command_rights* rights_ = nullptr;  // none: no rule binds
  bool touches_fixed_ = false;              // it would change what who asked can't
  std::string pair_key_;
  std::string old_bytes_;
  stored_record old_;
  bool readable_ = false;
  bool exists_ = false;
  stored_record made_;
  std::string new_bytes_;  // made_, as it is stored
  std::vector<field_error> errors_;
  std::list<std::string> kept_;  // stays where it is while fields point into it
};

}  // namespace

result<decision> decide(const setting& with, const collection& c, const operation_part& part,
                        const state_view& state, change_set& out) {
  return decider(with, c, part, state).run(out);
}

}  // namespace lithair::models
