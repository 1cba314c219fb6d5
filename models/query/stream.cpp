#include "models/query/stream.hpp"

#include <algorithm>
#include <utility>

#include "models/problem/problems.hpp"
#include "models/query/parameters.hpp"
#include "models/query/query.hpp"
#include "models/schema/filter_codec.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/filter_match.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

using parameter_list = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view bad_id = "It is the id of an event, such as 41 or 41.2.";

std::string_view name_of(event_type type) {
  switch (type) {
    case event_type::created:
      return "create";
    case event_type::updated:
      return "update";
    case event_type::deleted:
      break;
  }
  return "delete";
}

/// Takes a parameter out of the list.
std::optional<std::string> take(parameter_list& from, std::string_view name) {
  for (auto at = from.begin(); at != from.end(); ++at) {
    if (at->first == name) {
      auto text = std::move(at->second);
      from.erase(at);
      return text;
    }
  }
  return std::nullopt;
}

/// What makes two streams the same, so that one reading of the feed serves both.
std::string canonical(const collection& c, const parameter_list& filters,
                      const std::vector<bool>& wanted, const rights_to_ask& rights) {
  std::string made = c.name;
  if (rights) {
    write_filters(made, c, rights->allowed);
  }
  for (const bool shown : wanted) {
    made += shown ? '+' : '-';
  }
  for (const auto& [name, text] : filters) {
    made.append(name).append(" ").append(std::to_string(text.size())).append(":").append(text);
  }
  return made;
}

/// Fields that a node has for itself are not in the feed that all share.
std::optional<problem> leave_out_local(const collection& c, bool asked_for, stream_query& out) {
  // A mixed collection only: of a local one the node has a feed of its own.
  for (std::size_t i = 0; i < c.fields.size(); ++i) {
    const field& f = c.fields[i];
    const bool filtered =
        std::ranges::any_of(out.filters, [i](const filter& each) { return each.position == i; });
    if (!f.replicated && (filtered || (asked_for && out.wanted[i]))) {
      // Filters on what others have otherwise could not be answered alike by all nodes.
      return bad_parameter(f.name,
                           "Each node has its own of this field; streams tell what is shared.");
    }
    // Local fields that nobody asked for by name are left out.
    out.wanted[i] = out.wanted[i] && f.replicated;
  }
  return std::nullopt;
}

std::optional<problem> read_start(const std::optional<std::string>& after,
                                  std::optional<std::string_view> last_event_id,
                                  std::optional<feed_position>& out) {
  if (after) {
    out = parse_feed_position(*after);
    if (!out) {
      return bad_parameter("after", std::string(bad_id));
    }
  }
  // An empty one is what clients have before the first event.
  // The header counts more: it is what the client has seen last.
  if (last_event_id && !last_event_id->empty()) {
    out = parse_feed_position(*last_event_id);
    if (!out) {
      return malformed("The Last-Event-ID is unknown. " + std::string(bad_id));
    }
  }
  return std::nullopt;
}

}  // namespace

result<stream_request> parse_stream(const collection& c,
                                    std::span<const std::pair<std::string, std::string>> parameters,
                                    std::optional<std::string_view> last_event_id,
                                    const rights_to_ask& rights) {
  // A feed tells of the items themselves, and not of what was there besides at the time.
  if (rights && asks_for_others(rights->allowed)) {
    return tl::make_unexpected(forbidden("What you may read of " + c.name +
                                         " depends on other items, which streams can't follow."));
  }
  // Taken out, since the parser of filters knows neither.
  parameter_list filters(parameters.begin(), parameters.end());
  const auto after = take(filters, "after");
  const auto fields = take(filters, "fields");
  // A stream's filters are those of a list. What may be read is judged apart: an item that may be
  // read no more is gone.
  const auto shown =
      rights ? std::make_shared<const reading_rights>(reading_rights{filter_list{}, rights->shown})
             : nullptr;
  auto parsed = parse_query(c, query::kind::count, filters, shown);
  if (!parsed) {
    return tl::make_unexpected(parsed.error());
  }
  auto made = std::make_shared<stream_query>();
  made->target = &c;
  made->rights = rights;
  made->filters = parsed->list->filters;
  made->wanted = parsed->list->wanted;
  stream_request request;
  auto refused = fields ? read_wanted(c, *fields, made->wanted) : std::nullopt;
  if (!refused && is_mixed(c)) {
    refused = leave_out_local(c, fields.has_value(), *made);
  }
  if (!refused) {
    refused = read_start(after, last_event_id, request.after);
  }
  if (refused) {
    return tl::make_unexpected(std::move(*refused));
  }
  // By its filters' text: equal texts make equal streams.
  made->text = canonical(c, filters, made->wanted, rights);
  request.what = std::move(made);
  return request;
}

bool stream_cursor::passes(const feed_event& event) {
  if (event.collection_id != what_->target->id) {
    return false;
  }
  const auto concerns = [this](const stored_fields& fields) {
    return may_read(fields) && matches(*what_->target, what_->filters, fields);
  };
  leaves_ = false;
  // After an update the item may pass or may have passed: both concern the client.
  if (concerns(event.fields)) {
    return true;
  }
  if (event.type != event_type::updated || !concerns(fields_before(event))) {
    return false;
  }
  leaves_ = !may_read(event.fields);
  return true;
}

bool stream_cursor::may_read(const stored_fields& fields) const {
  return !what_->rights || matches(*what_->target, what_->rights->allowed, fields);
}

stream_cursor::step stream_cursor::read(const feed_piece& from, std::size_t limit,
                                        const pause& now) {
  // Read already; feeds are asked from a position that may lie within a pair.
  if (from.index <= through_.whole()) {
    return step::passed;
  }
  if (index() != from.index) {
    at_.emplace(from.index);
    pending_part_ = 0;
  }
  // Within the index that was told in part, the events before are skipped.
  const std::uint32_t seen = from.index == through_.index ? through_.part : 0;
  while (true) {
    // A piece from elsewhere in the pair can't be gone on with.
    const auto skipped = at_->offset() - from.offset;
    if (at_->offset() < from.offset || skipped > from.bytes->size()) {
      return step::cut;
    }
    const auto found = at_->next(std::string_view(*from.bytes).substr(skipped), from.reaches_end);
    if (found == feed_scanner::found::cut) {
      return step::cut;
    }
    if (found != feed_scanner::found::event) {
      tell({from.index, 0});
      // Nothing of it passed, or all was told: the position moves on in any case.
      pass(from.index);
      return text_.text.size() < limit ? step::passed : step::full;
    }
    ++read_;
    const feed_event& event = at_->event();
    if (event.part > seen && passes(event)) {
      tell({from.index, pending_part_});
      pending_part_ = event.part;
      render(event);
      // At least one event is told, however large it is.
      if (has_text() && text_.text.size() >= limit) {
        return step::full;
      }
    }
    if (now()) {
      return step::paused;
    }
  }
}

void stream_cursor::pass(std::uint64_t index) {
  at_.reset();
  pending_part_ = 0;
  if (index > through_.whole()) {
    through_ = {index, 0};
  }
}

stream_text stream_cursor::take() {
  text_.through = through_;
  return std::exchange(text_, {});
}

void stream_cursor::tell(const feed_position& id) {
  if (pending_part_ == 0) {
    return;
  }
  if (text_.text.empty()) {
    text_.before = just_before(id.index, pending_part_);
  }
  // The fields' order is id, event, data; the dispatch comes with the blank line.
  text_.told = through_ = id;
  text_.text += "id: " + to_text(id) + pending_;
  pending_.clear();
  pending_part_ = 0;
}

void stream_cursor::render(const feed_event& event) {
  const collection& c = *what_->target;
  const auto type = leaves_ ? event_type::deleted : event.type;
  pending_ = "\nevent: ";
  pending_ += name_of(type);
  pending_ += "\ndata: ";
  // The item is gone: its key is all that a client needs.
  if (type == event_type::deleted) {
    pending_ += "{\"id\":";
    models::append_json(pending_, from_key(c.key(), event.key).value_or(value{}));
    pending_ += '}';
  } else {
    append_json(pending_, c, event.fields, what_->wanted);
  }
  pending_ += "\n\n";
}

}  // namespace lithair::models
