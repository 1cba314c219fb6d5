#pragma once

#include <boost/test/unit_test.hpp>
#include <utility>

#include "models/problem/outcome.hpp"

/// What a program is answered, where the test knows how it went.
namespace lithair::test {

template <class T>
T must(models::result<T> x) {
  BOOST_REQUIRE_MESSAGE(x.has_value(), x.error().status << " " << x.error().detail);
  return std::move(*x);
}

template <class T>
models::problem refused(models::result<T> x) {
  BOOST_REQUIRE(!x.has_value());
  return std::move(x.error());
}

}  // namespace lithair::test
