#include "apps/lithairctl/starting_files.hpp"

namespace lithair::ctl {
namespace {

constexpr std::string_view models_text =
    R"toml(# What @NAME@ keeps. Each model is served at /api/<its name>.
# Look it over:  lithairctl check @NAME@.toml

[models.items]
[models.items.fields]
id      = { type = "uuid", primary_key = true, immutable = true, replicate = true }
name    = { type = "string", unique = true, replicate = true, validate = { min_length = 1, max_length = 200 } }
price   = { type = "money", replicate = true, validate = { min = "0.01" } }
stock   = { type = "integer", default = 0, replicate = true, validate = { min = 0 } }
state   = { type = "enum", values = ["draft", "live"], default = "draft", indexed = true, replicate = true, track_history = true }
created = { type = "timestamp", replicate = true, set = "@now" }

[models.orders]
[models.orders.fields]
id     = { type = "uuid", primary_key = true, immutable = true, replicate = true }
item   = { type = "uuid", references = "items", immutable = true, replicate = true }
pieces = { type = "integer", immutable = true, replicate = true, validate = { min = 1 } }
amount = { type = "money", immutable = true, replicate = true }

[projections.revenue]  # served at /api/projections/revenue
from     = "orders"
group_by = "item"
measures = { orders = "count", pieces = "sum(pieces)", amount = "sum(amount)" }
)toml";

constexpr std::string_view compose_text =
    R"yaml(# Three nodes on this machine, for trials: docker compose up
# LITHAIR_IMAGE names an image that has lithair_node in its path.
x-node: &node
  image: ${LITHAIR_IMAGE:-lithair}
  restart: unless-stopped
  stop_grace_period: 30s
  # Between these containers nothing is encrypted. For more than trials see docs/secure.md.
  command: >-
    lithair_node --addr 0.0.0.0:8080 --insecure --init
    --cluster 1=node1:8080,2=node2:8080,3=node3:8080
    --allow-host node1,node2,node3
    --cluster-token /etc/lithair/cluster.token
    --models /etc/lithair/@NAME@.toml --data-dir /data

services:
  node1:
    <<: *node
    environment: { LITHAIR_NODE_ID: "1" }
    ports: ["127.0.0.1:8081:8080"]
    volumes: ["./@NAME@.toml:/etc/lithair/@NAME@.toml:ro", "./cluster.token:/etc/lithair/cluster.token:ro", "data1:/data"]
  node2:
    <<: *node
    environment: { LITHAIR_NODE_ID: "2" }
    ports: ["127.0.0.1:8082:8080"]
    volumes: ["./@NAME@.toml:/etc/lithair/@NAME@.toml:ro", "./cluster.token:/etc/lithair/cluster.token:ro", "data2:/data"]
  node3:
    <<: *node
    environment: { LITHAIR_NODE_ID: "3" }
    ports: ["127.0.0.1:8083:8080"]
    volumes: ["./@NAME@.toml:/etc/lithair/@NAME@.toml:ro", "./cluster.token:/etc/lithair/cluster.token:ro", "data3:/data"]

volumes:
  data1:
  data2:
  data3:
)yaml";

constexpr std::string_view readme_text = R"md(# @NAME@

`@NAME@.toml` says what it keeps, `compose.yml` runs three nodes, `cluster.token` is what they and operators show: keep it
to yourself, and out of version control.

## Three nodes

With containers: `docker compose up`. Without, from here:

<!-- run -->
```sh
lithair_node --port 8081 --peers 8082,8083 --models @NAME@.toml --data-dir data1 --cluster-token cluster.token &
lithair_node --port 8082 --peers 8081,8083 --models @NAME@.toml --data-dir data2 --cluster-token cluster.token &
lithair_node --port 8083 --peers 8081,8082 --models @NAME@.toml --data-dir data3 --cluster-token cluster.token &
```

## Look, write, read

<!-- run -->
```sh
export LITHAIR_ENDPOINTS=127.0.0.1:8081,127.0.0.1:8082,127.0.0.1:8083 LITHAIR_TOKEN_FILE=cluster.token
until lithairctl status; do sleep 0.2; done
lithairctl create items name=tea price=3.50 stock=12
lithairctl list items 'price<10' --sort -price
lithairctl backup @NAME@.backup
lithairctl check @NAME@.toml --against 127.0.0.1:8081
```

Change the models, look them over with the last of these, then restart one node after the other. `lithairctl --help` tells
the rest.
)md";

std::string with_name(std::string_view text, const std::string& name) {
  constexpr std::string_view mark = "@NAME@";
  std::string made(text);
  for (auto at = made.find(mark); at != std::string::npos; at = made.find(mark, at))
    made.replace(at, mark.size(), name);
  return made;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> starting_files(const std::string& name,
                                                                const std::string& secret) {
  return {{name + ".toml", with_name(models_text, name)},
          {"compose.yml", with_name(compose_text, name)},
          {secret_file, secret + '\n'},
          {".gitignore", "cluster.token\ndata*/\n*.backup\n"},
          {"README.md", with_name(readme_text, name)}};
}

}  // namespace lithair::ctl
