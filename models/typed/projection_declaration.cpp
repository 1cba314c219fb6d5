#include "models/typed/projection_declaration.hpp"

namespace lithair::models {

declared_projection projection_declaration::to_declared(std::string_view collection) const {
  declared_projection made;
  // The builder judges what is said here, so nothing is checked twice.
  made.name = name_;
  made.collection = collection;
  for (std::size_t i = 0; i < groups_.count; ++i) {
    made.group_by.emplace_back(groups_.all[i].name);
  }
  for (std::size_t i = 0; i < filters_.count; ++i) {
    const auto& x = filters_.all[i];
    made.where_clause.push_back({std::string(x.name), std::string(x.text), {}});
  }
  for (std::size_t i = 0; i < measures_.count; ++i) {
    const auto& x = measures_.all[i];
    std::string text(x.text);
    // "sum" and "amount" become "sum(amount)", the word of a model file.
    if (!x.field.empty()) {
      text += '(' + std::string(x.field) + ')';
    }
    made.measures.push_back({std::string(x.name), std::move(text), {}});
  }
  return made;
}

}  // namespace lithair::models
