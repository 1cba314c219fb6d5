#include "models/query/stream.hpp"

#include <algorithm>

#include "models/problem/problems.hpp"
#include "models/query/parameters.hpp"
#include "models/query/query.hpp"
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
                      const std::vector<bool>& wanted) {
  std::string made = c.name;
  for (const bool shown : wanted) {
    made += shown ? '+' : '-';
  }
  for (const auto& [name, text] : filters) {
    made += name + ' ' + std::to_string(text.size()) + ':' + text;
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
                                    std::optional<std::string_view> last_event_id) {
  // Taken out, since the parser of filters knows neither.
  parameter_list filters(parameters.begin(), parameters.end());
  const auto after = take(filters, "after");
  const auto fields = take(filters, "fields");
  // A stream's filters are those of a list.
  auto parsed = parse_query(c, query::kind::count, filters);
  if (!parsed) {
    return tl::make_unexpected(parsed.error());
  }
  auto made = std::make_shared<stream_query>();
  made->target = &c;
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
  made->text = canonical(c, filters, made->wanted);
  request.what = std::move(made);
  return request;
}

bool stream_page::passes(const feed_event& event) const {
  if (event.collection_id != what_.target->id) {
    return false;
  }
  // After an update the item may pass or may have passed: both concern the client.
  return matches(*what_.target, what_.filters, event.fields) ||
         (event.type == event_type::updated &&
          matches(*what_.target, what_.filters, fields_before(event)));
}

bool stream_page::add(std::uint64_t index, std::string_view bytes) {
  // Read already; feeds are asked from a position that may lie within a pair.
  if (index <= through_.whole()) {
    return true;
  }
  // Within the index that was told in part, the events before are skipped.
  const std::uint32_t seen = index == through_.index ? through_.part : 0;
  std::vector<feed_event> found;
  const bool good = read_feed(index, bytes, [&](const feed_event& event) {
    if (event.part > seen && passes(event)) {
      found.push_back(event);
    }
  });
  // Views into the pair: rendered before it goes away.
  for (std::size_t i = 0; good && i < found.size(); ++i) {
    // At least one event is told, however large it is.
    if (!text_.empty() && text_.size() >= limit_) {
      return false;
    }
    // The last event of an index carries the whole index, so a client resumes behind it.
    const bool last = i + 1 == found.size();
    through_ = {index, last ? 0 : found[i].part};
    append(found[i], through_);
  }
  // Nothing of it passed, or all was told: the position moves on in any case.
  through_ = {index, 0};
  return text_.size() < limit_;
}

void stream_page::append(const feed_event& event, const feed_position& id) {
  const collection& c = *what_.target;
  // The fields' order is id, event, data; the dispatch comes with the blank line.
  told_ = id;
  text_ += "id: " + to_text(id) + "\nevent: ";
  text_ += name_of(event.type);
  text_ += "\ndata: ";
  // The item is gone: its key is all that a client needs.
  if (event.type == event_type::deleted) {
    text_ += "{\"id\":";
    models::append_json(text_, from_key(c.key(), event.key).value_or(value{}));
    text_ += '}';
  } else {
    append_json(text_, c, event.fields, what_.wanted);
  }
  text_ += "\n\n";
}

}  // namespace lithair::models
