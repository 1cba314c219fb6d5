#define BOOST_TEST_MODULE lithair
#include <boost/test/unit_test.hpp>
