#include "http/openapi_tags.hpp"

#include <string>
#include <utility>

#include <boost/json/object.hpp>

#include "models/schema/schema.hpp"

namespace lithair::http {

namespace json = boost::json;
using json_object = json::object;

json::array described_tags(const models::schema& schema) {
  json::array made;
  for (const auto& c : schema.collections())
    made.push_back(json_object{{"name", c.name},
                               {"description", "The items of " + c.path + "."},
                               {"x-collection", json_object{{"path", c.path},
                                                            {"key", c.key().name},
                                                            {"local", models::is_local(c)},
                                                            {"tracked", c.tracked}}}});
  for (const auto& [name, about] :
       {std::pair{"data", "Several collections at once."}, std::pair{"projections", "Read models."},
        std::pair{"operations", "For those who run nodes."}, std::pair{"cluster", "The members."},
        std::pair{"raft", "The messages of consensus."}})
    // A model may have the same name.
    if (schema.find(name) == nullptr)
      made.push_back(json_object{{"name", name}, {"description", about}});
  return made;
}

}  // namespace lithair::http
