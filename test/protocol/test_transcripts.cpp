#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "test/protocol/transcript.hpp"

// Each file of transcripts/ is a scenario with what happened when it was recorded. After a change
// that is meant, run with LITHAIR_RECORD=1 and review the difference.

using namespace lithair::test;

namespace {

std::vector<std::string> files() {
  std::vector<std::string> names;
  for (const auto& x : std::filesystem::directory_iterator{LITHAIR_TRANSCRIPTS}) {
    names.push_back(x.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string read_all(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transcripts)

BOOST_DATA_TEST_CASE(happens_as_recorded, boost::unit_test::data::make(files())) {
  std::string path = std::string{LITHAIR_TRANSCRIPTS} + "/" + sample + ".txt";
  std::string recorded = read_all(path);
  std::string played = transcript{}.play(recorded);
  if (std::getenv("LITHAIR_RECORD") != nullptr) {
    std::ofstream{path} << played;
  } else {
    BOOST_TEST(played == recorded);
  }
}

BOOST_AUTO_TEST_SUITE_END()
