#pragma once

#include <vector>

#include "models/declaration/declared.hpp"
#include "models/model.hpp"

/// The library's front door: a `main` of one line serves the models it names.
namespace lithair {

struct publication;

/// Serves `schema` as the command line says, until SIGTERM or SIGINT. Returns the exit status: 0
/// after a graceful stop, 2 when a flag, file, address or declaration is wrong (one line on stderr
/// says which), 1 when the node could not start or go on. Once per process, on the main thread.
int run_models(int argc, const char* const* argv, models::declared<models::schema> schema);
/// With projections of the program's own at /api/projections/{name}.
int run_models(int argc, const char* const* argv, models::declared<models::schema> schema,
               const std::vector<publication>& published);

/// The same for the models in the TOML file that --models names.
int run_model_file(int argc, const char* const* argv);

/// The same for structs with a `lithair::model` declaration: `return lithair::run<order>(argc,
/// argv);`
template <class... Models>
int run(int argc, const char* const* argv) {
  return run_models(argc, argv, schema_of<Models...>());
}

/// And for projections that the program folds itself (see actors/embedded/publication.hpp, to be
/// included): `return lithair::run<order>(argc, argv, {lithair::publish<totals>()});`
template <class... Models>
int run(int argc, const char* const* argv, const std::vector<publication>& published) {
  return run_models(argc, argv, schema_of<Models...>(), published);
}

}  // namespace lithair
