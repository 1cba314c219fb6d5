#pragma once

#include <string>
#include <vector>

#include "models/schema/schema.hpp"

/// Changes of a schema under data that is there, and between nodes of one cluster.
namespace lithair::models {

/// Why data of `before` can't be served with `now`, a sentence each with what to do; none: it can,
/// also while some nodes still run `before`. Compatible are: new models; new fields that are
/// optional or have a default and are not unique; wider validation; new values of an enum; optional
/// instead of required; indexes, expose and access rules, dropped, added or changed. A node that
/// still runs `before` stops applying when it meets a command about a new model, or about a new
/// field that is judged in apply (`is_judged`), until it is started with `now`. It compares
/// declarations, not data: what it refuses might do with the items that are there. Projections may
/// always change, since a changed one is built anew.
std::vector<std::string> incompatibilities(const schema& before, const schema& now);

/// Why a node that is new to a cluster can't be taken in with `its` models where `ours` are served,
/// a sentence with what to do; empty: it can. It brings nothing that could have come step by step:
/// so it must be able to serve all data that is there, show and hide the same fields, and let the
/// same people do the same.
std::string why_not_join(const schema& ours, const schema& its);

/// Why a program that declares `its` models can't work with those that are `served`, a sentence
/// without a full stop; empty: it can. Each of its models must be there, and of each field the
/// type, the values of an enum, and what decides how it is written or read: key, `optional`,
/// `merge`. More models and more fields may be served, and validation is the node's to judge.
std::string why_not_use(const schema& its, const schema& served);

}  // namespace lithair::models
