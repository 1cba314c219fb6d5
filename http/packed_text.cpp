#include "http/packed_text.hpp"

#include <boost/beast/zlib/inflate_stream.hpp>
#include <cassert>

namespace lithair::http {

std::string packed_text::text() const {
  namespace zlib = boost::beast::zlib;
  std::string made(size, '\0');
  zlib::inflate_stream from;
  zlib::z_params some;
  some.next_in = bytes.data();
  some.avail_in = bytes.size();
  some.next_out = made.data();
  some.avail_out = made.size();
  boost::beast::error_code ended;
  from.write(some, zlib::Flush::finish, ended);
  assert(ended == zlib::error::end_of_stream && some.total_out == size);
  return made;
}

}  // namespace lithair::http
