#pragma once

/// Everything for programs that serve models, or have a node inside:
/// `#include <lithair/lithair.hpp>`. For files that only declare models there is the light
/// `<lithair/model.hpp>`.
#include "actors/config.hpp"
#include "actors/embedded/collection.hpp"
#include "actors/embedded/event.hpp"
#include "actors/embedded/projection.hpp"
#include "actors/embedded/publication.hpp"
#include "actors/embedded/transaction.hpp"
#include "actors/node/node.hpp"
#include "actors/remote/remote_cluster.hpp"
#include "apps/lithair/model.hpp"
#include "apps/lithair/run.hpp"
#include "http/server.hpp"
#include "models/typed/json_of.hpp"

namespace lithair {

using actors::node;
using actors::node_config;
using actors::peer_address;
using http::server;
using http::server_options;

}  // namespace lithair
