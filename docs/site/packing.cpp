#include "docs/site/packing.hpp"

#include <array>
#include <boost/beast/zlib/deflate_stream.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace site {

namespace {

std::string deflated(const std::string& text) {
  namespace zlib = boost::beast::zlib;
  zlib::deflate_stream to;
  to.reset(9, 15, 9, zlib::Strategy::normal);
  std::string made(to.upper_bound(text.size()), '\0');
  zlib::z_params some;
  some.next_in = text.data();
  some.avail_in = text.size();
  some.next_out = made.data();
  some.avail_out = made.size();
  boost::beast::error_code failed;
  to.write(some, zlib::Flush::finish, failed);
  if (failed != zlib::error::end_of_stream) throw std::runtime_error("a text can't be packed");
  made.resize(some.total_out);
  return made;
}

}  // namespace

std::string literal_of(const std::string& bytes) {
  std::string made = "\"";
  std::size_t column = 0;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      made += std::string("\\") + c;
    } else if (byte < 0x20 || byte >= 0x7f || c == '?') {  // no trigraphs
      std::array<char, 8> octal{};
      std::snprintf(octal.data(), octal.size(), "\\%03o", byte);
      made += octal.data();
    } else {
      made += c;
    }
    if (++column % 40 == 0) made += "\"\n    \"";
  }
  return made + '"';
}

std::string packed(const std::string& text) {
  const auto bytes = deflated(text);
  return "{{" + literal_of(bytes) + ", " + std::to_string(bytes.size()) + "}, " +
         std::to_string(text.size()) + "}";
}

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path + " can't be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace site
