#include "apps/lithairctl/import_position.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/failure.hpp"
#include "models/encoding/base64.hpp"
#include "models/encoding/sha256.hpp"
#include "persistence/files.hpp"

namespace lithair::ctl {

namespace json = boost::json;

std::string digest_of(std::string_view bytes) { return models::to_base64(models::sha256(bytes)); }

std::string digest_before(std::ifstream& of, std::uint64_t offset) {
  const auto size = std::min<std::uint64_t>(offset, 4096);
  std::string bytes(size, '\0');
  of.clear();
  of.seekg(static_cast<std::streamoff>(offset - size));
  of.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(of.gcount(), 0)));
  return digest_of(bytes);
}

std::optional<import_position> read_position(const std::string& file) {
  const auto text = persistence::read_file(file);
  if (!text) return std::nullopt;
  boost::system::error_code error;
  const auto parsed = json::parse(*text, error);
  if (error || !parsed.is_object())
    throw failure(exit_status::failed, file + " is no position of an import.");
  const auto& x = parsed.get_object();
  import_position made;
  made.id = text_in(x, "import");
  made.collection = text_in(x, "collection");
  made.batch_size = number_in(x, "batch_size");
  made.place = {number_in(x, "offset"), number_in(x, "line"), number_in(x, "batch")};
  made.imported = number_in(x, "imported");
  made.rejected = number_in(x, "rejected");
  made.rejected_bytes = number_in(x, "rejected_bytes");
  made.before = text_in(x, "before");
  for (const auto& each : array_in(x, "ahead")) {
    if (!each.is_object()) continue;
    const auto& batch = each.get_object();
    made.ahead[number_in(batch, "batch")] = {text_in(batch, "digest"),
                                             number_in(batch, "imported")};
  }
  if (made.id.empty() || made.batch_size == 0)
    throw failure(exit_status::failed, file + " is no position of an import.");
  return made;
}

void write_position(const std::string& file, const import_position& x) {
  json::array ahead;
  for (const auto& [number, batch] : x.ahead)
    ahead.push_back(
        json::object{{"batch", number}, {"digest", batch.digest}, {"imported", batch.imported}});
  persistence::replace_file(file, pretty(json::object{{"import", x.id},
                                                      {"collection", x.collection},
                                                      {"batch_size", x.batch_size},
                                                      {"offset", x.place.offset},
                                                      {"line", x.place.line},
                                                      {"batch", x.place.batch},
                                                      {"imported", x.imported},
                                                      {"rejected", x.rejected},
                                                      {"rejected_bytes", x.rejected_bytes},
                                                      {"before", x.before},
                                                      {"ahead", std::move(ahead)}}) +
                                      '\n');
}

}  // namespace lithair::ctl
