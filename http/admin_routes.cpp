#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "http/exchange.hpp"
#include "http/hex.hpp"

namespace lithair::http {

namespace json = boost::json;

namespace {

// What a backup is called when it is saved.
std::string file_name(const actors::backup_taken& taken) {
  return "lithair-" + hex_text(taken.cluster) + "-" + std::to_string(taken.meta.index.value) +
         ".backup";
}

response backup(actors::backup_taken&& taken) {
  response result;
  result.content_type = "application/octet-stream";
  // The checksum names the content, so two backups of one index are one entity.
  result.entity_tag = hex_text(taken.meta.checksum);
  result.applied = taken.meta.index.value;
  result.file_name = file_name(taken);
  result.file_size = taken.meta.size;
  result.file = std::move(taken.file);
  return result;
}

}  // namespace

response answer_backup(actors::backup_taken&& taken, endpoint page) {
  // Whatever failed, nothing of the node has changed.
  if (!taken.failed.empty())
    return problem_response(503, "unavailable", "No backup could be made: " + taken.failed + ".");
  if (page == endpoint::admin_backup) return backup(std::move(taken));
  response result;
  result.body = json::serialize(json::object{{"cluster_id", hex_text(taken.cluster)},
                                             {"index", taken.meta.index.value},
                                             {"term", taken.meta.term.value},
                                             {"bytes", taken.meta.size},
                                             {"checksum", hex_text(taken.meta.checksum)}});
  result.applied = taken.meta.index.value;
  return result;
}

}  // namespace lithair::http
