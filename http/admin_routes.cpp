#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "http/exchange.hpp"
#include "http/hex.hpp"

namespace lithair::http {

namespace json = boost::json;

namespace {

// What a backup is called when it is saved.
std::string file_name(const actors::backup_taken& x) {
  return "lithair-" + hex_text(x.cluster) + "-" + std::to_string(x.meta.index.value) + ".backup";
}

response backup(actors::backup_taken&& x) {
  response result;
  result.content_type = "application/octet-stream";
  result.entity_tag = hex_text(x.meta.checksum);
  result.applied = x.meta.index.value;
  result.file_name = file_name(x);
  result.file_size = x.meta.size;
  result.file = std::move(x.file);
  return result;
}

}  // namespace

response answer_backup(actors::backup_taken&& x, endpoint page) {
  if (!x.failed.empty())
    return problem_response(503, "unavailable", "No backup could be made: " + x.failed + ".");
  if (page == endpoint::admin_backup) return backup(std::move(x));
  response result;
  result.body = json::serialize(json::object{{"cluster_id", hex_text(x.cluster)},
                                             {"index", x.meta.index.value},
                                             {"term", x.meta.term.value},
                                             {"bytes", x.meta.size},
                                             {"checksum", hex_text(x.meta.checksum)}});
  result.applied = x.meta.index.value;
  return result;
}

}  // namespace lithair::http
