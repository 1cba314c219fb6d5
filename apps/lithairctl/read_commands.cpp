#include <CLI/CLI.hpp>

#include <boost/json/array.hpp>

#include <memory>
#include <ostream>

#include <spdlog/fmt/fmt.h>

#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/filters.hpp"
#include "apps/lithairctl/item_model.hpp"
#include "apps/lithairctl/show_items.hpp"
#include "apps/lithairctl/units.hpp"

namespace lithair::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t widest_cell = 60;

struct reading_options {
  std::string collection;
  std::string id;
  std::vector<std::string> filters;
  std::string sort, take, skip, fields, after, as_of;
  bool count = false;
};

exit_status list_items(session& s, const reading_options& chosen) {
  query_text query;
  query.add_filters(chosen.filters);
  const auto path = path_of(s.cluster(), chosen.collection);
  if (chosen.count) {
    const auto got = s.cluster().expect(s.reading(path + "/count" + query.text()));
    s.at().out << (s.json() ? got.body : text_in(object_of(got), "count")) << '\n';
    return exit_status::ok;
  }
  query.add_known("sort", chosen.sort);
  query.add_known("take", chosen.take);
  query.add_known("skip", chosen.skip);
  query.add_known("fields", chosen.fields);
  query.add_known("after", chosen.after);
  const auto got = s.cluster().expect(s.reading(path + query.text()));
  if (s.json()) {
    s.at().out << got.body << '\n';
    return exit_status::ok;
  }
  const auto page = object_of(got);
  const auto& items = array_in(page, "data");
  if (items.empty()) {
    s.at().err << "No items.\n";
    return exit_status::ok;
  }
  s.at().out << table_of(items, widest_cell).text(s.at().width);
  if (flag_in(page, "has_more"))
    s.at().err << fmt::format(
        "{} of {}; go on with --after {}\n", items.size(),
        is_null_in(page, "total") ? "more" : human_count(number_in(page, "total")),
        text_in(page, "next"));
  return exit_status::ok;
}

exit_status get_item(session& s, const reading_options& chosen) {
  const auto path = path_of(s.cluster(), chosen.collection);
  query_text query;
  query.add_known("fields", chosen.fields);
  query.add_known("as_of", chosen.as_of);
  const auto got =
      s.cluster().expect(s.reading(path + '/' + percent_encoded(chosen.id) + query.text()));
  s.at().out << (s.json() ? got.body + '\n' : lines_of(object_of(got)));
  // What --if-match asks for, without being a part of the item.
  if (!s.json()) s.at().err << "ETag " << got.header("etag") << '\n';
  return exit_status::ok;
}

/// All of its pages as one.
json::object whole_history(session& s, const std::string& target) {
  json::object made;
  for (std::string after;;) {
    query_text query;
    query.add_known("after", after);
    auto page = object_of(s.cluster().expect(s.reading(target + query.text())));
    if (made.empty()) {
      made = page;
    } else {
      auto& events = made["events"].as_array();
      for (const auto& each : array_in(page, "events")) events.push_back(each);
    }
    if (is_null_in(page, "next") || array_in(page, "events").empty()) break;
    after = text_in(page, "next");
  }
  made.erase("next");
  made.erase("has_more");
  return made;
}

exit_status show_history(session& s, const reading_options& chosen) {
  const auto path = path_of(s.cluster(), chosen.collection);
  const auto all = whole_history(s, path + '/' + percent_encoded(chosen.id) + "/history");
  if (s.json()) {
    s.at().out << pretty(all) << '\n';
    return exit_status::ok;
  }
  table rows({"VERSION", "INDEX", "TIME", "WHAT", "CHANGES"});
  for (const auto& each : array_in(all, "events")) {
    if (!each.is_object()) continue;
    const auto& x = each.get_object();
    std::string changes;
    for (const auto& change : object_in(x, "changes"))
      changes += (changes.empty() ? "" : "  ") + std::string(change.key()) + '=' +
                 cut_to(cell_of(change.value()), widest_cell);
    rows.add({text_in(x, "version"), text_in(x, "index"), text_in(x, "time"), text_in(x, "type"),
              changes});
  }
  s.at().out << rows.text(s.at().width);
  return exit_status::ok;
}

using reading_action = exit_status (*)(session&, const reading_options&);

std::shared_ptr<reading_options> begin_reading(CLI::App* made, action& chosen,
                                               reading_action what) {
  auto options = std::make_shared<reading_options>();
  made->add_option("COLLECTION", options->collection, "its name, or its path")->required();
  made->callback([options, what, &chosen] {
    chosen = [options, what](session& s) { return what(s, *options); };
  });
  return options;
}

}  // namespace

void add_reading(command_line& to) {
  auto* listing = add_command(
      to, "list", "Items of a collection",
      "  lithairctl list products 'price>=3' --sort -price --take 20 --fields name,price\n"
      "  lithairctl list products 'name~tea' state=live --count\n"
      "  lithairctl list products 'state=in(draft,live)' --json\n");
  auto options = begin_reading(listing, to.chosen, list_items);
  listing->add_option("FILTER", options->filters,
                      "all must hold: f=v f!=v f>v f>=v f<v f<=v f~text");
  listing->add_option("--sort", options->sort, "fields, - in front: falling")->type_name("FIELDS");
  listing->add_option("--take", options->take, "at most so many (100)")->type_name("N");
  listing->add_option("--skip", options->skip, "without the first")->type_name("N");
  listing->add_option("--fields", options->fields, "these alone")->type_name("FIELDS");
  listing->add_option("--after", options->after, "go on behind a page")->type_name("NEXT");
  listing->add_flag("--count", options->count, "only how many there are");

  auto* getting = add_command(to, "get", "An item",
                              "  lithairctl get products 018f3c5e-7a10-7000-8000-000000000001\n"
                              "  lithairctl get products ID --as-of 2026-11-30T12:00:00Z\n");
  options = begin_reading(getting, to.chosen, get_item);
  getting->add_option("ID", options->id, "its key")->required();
  getting->add_option("--fields", options->fields, "these alone")->type_name("FIELDS");
  getting->add_option("--as-of", options->as_of, "as it was at an index or a time")
      ->type_name("WHEN");

  auto* events = add_command(to, "history", "What happened to an item, deletion included",
                             "  lithairctl history orders ID\n");
  options = begin_reading(events, to.chosen, show_history);
  events->add_option("ID", options->id, "its key")->required();
}

}  // namespace lithair::ctl
