#include "http/openapi_security.hpp"

#include <string_view>

namespace lithair::http {

namespace json = boost::json;

namespace {

json_object bearer(std::string_view about) {
  return {{"type", "http"}, {"scheme", "bearer"}, {"description", about}};
}

}  // namespace

json::array security_of(caller callers) {
  const json_object token{{"cluster_token", json::array{}}};
  const json_object access{{"access_token", json::array{}}};
  const json_object key{{"authority_key", json::array{}}};
  switch (callers) {
    case caller::member:
      return {token};
    case caller::operators:
      return {json_object{}, access, token, key};
    case caller::holder:
      return {key};
    case caller::anyone:
      break;
  }
  // With nothing shown as long as there is no token.
  return {json_object{}, access};
}

json_object security_schemes() {
  return {{"access_token", bearer("An access token, where there are some: `read` for what is read, "
                                  "`write` for what changes data, `admin` for all.")},
          {"cluster_token", bearer("What the file of --cluster-token holds.")},
          {"authority_key",
           bearer("A proof that its sender has the key of the cluster's authority, as members do; "
                  "`lithair_node token` makes and shows one.")}};
}

}  // namespace lithair::http
