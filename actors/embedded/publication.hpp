#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "actors/embedded/projection.hpp"
#include "actors/messages/published.hpp"

namespace lithair {

namespace detail {

/// Says under which name it is served.
template <class Model>
concept has_projection_name = requires {
  std::string_view{Model::name};
};
/// Tells itself as JSON.
template <class Model>
concept has_projection_json = requires(const Model& model) {
  std::string{model.to_json()};
};

/// Lower-case letters, digits and what joins words: it is part of a path.
constexpr bool is_projection_name(std::string_view name) {
  for (const char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) return false;
  return !name.empty();
}

/// The model's name. What a model lacks to be served is a compile-time error that shows the line to
/// add, and no other.
template <class Model>
constexpr std::string_view name_of_projection() {
  static_assert(
      has_projection_name<Model>,
      "a projection is served under its name: static constexpr std::string_view name = \"...\";");
  static_assert(has_projection_json<Model>,
                "a projection that is served tells itself: std::string to_json() const;");
  // Only then, so that a missing name is told once and not as an error of this function, too.
  if constexpr (has_projection_name<Model>) {
    static_assert(is_projection_name(Model::name),
                  "a projection's name has lower-case letters, digits, _ and - only");
    return Model::name;
  }
}

/// What the server sees of a projection: whose, as of when, and its JSON.
template <class Model>
class published_projection final : public actors::published {
 public:
  explicit published_projection(std::shared_ptr<projection<Model>> of) : of_(std::move(of)) {}

  std::string_view name() const override { return name_of_projection<Model>(); }
  const models::collection& from() const override { return of_->declared(); }
  std::uint64_t applied() const override { return of_->applied(); }
  bool has_ended() const override { return of_->has_ended(); }
  void hurry() const override { of_->hurry(); }
  picture read() const override {
    return of_->read([](const Model& model, std::uint64_t applied) {
      return picture{applied, model.to_json()};
    });
  }

 private:
  const std::shared_ptr<projection<Model>> of_;
};

}  // namespace detail

/// Makes a projection one of those that http::server_options::published takes. Besides what every
/// Model says, it says under which name it is served, and what it tells:
///
///     static constexpr std::string_view name = "totals";  // GET /api/projections/totals
///     std::string to_json() const { return lithair::json_of(pieces); }
///
/// and the program serves it beside its own use of it:
///
///     const auto sums = std::make_shared<lithair::projection<totals>>(node);
///     options.published.push_back(lithair::publish(sums));
///
/// `to_json` gives the JSON that is answered as `{"data": ...}`. It runs on a loop of the node,
/// under the projection's lock: it should be brief. What it throws is logged, and the read is
/// refused (503). A read is as consistent as it asks for: the publisher learns how far it must see,
/// and waits until so much is folded in.
///
/// Shared with the program, which may go on reading it; it must end before the node.
template <class Model>
std::shared_ptr<const actors::published> publish(std::shared_ptr<projection<Model>> made) {
  return std::make_shared<detail::published_projection<Model>>(std::move(made));
}

/// A projection that `lithair::run` is to serve, of the node that it starts. Made before there is a
/// node.
struct publication {
  /// as in the path; two of one name, or of a declared projection, are refused at start
  std::string name;
  /// Called once, when the node has started
  std::function<std::shared_ptr<const actors::published>(actors::node&)> make;
};

/// A publication of a Model that begins as `Model{}`:
///
///     return lithair::run<order>(argc, argv, {lithair::publish<totals>()});
template <class Model>
publication publish() {
  return {std::string(detail::name_of_projection<Model>()),
          [](actors::node& of) { return publish(std::make_shared<projection<Model>>(of)); }};
}

}  // namespace lithair
