// The least that a server of HTTP on libuv and llhttp can do: each request gets the same answer.
// What a read of a node stands beside.
//
//     plain_http PORT BYTES      BYTES: of the whole answer

#include <llhttp.h>
#include <uv.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::string answer;  // always this

struct session {
  uv_tcp_t socket;
  llhttp_t parser;
  int asked = 0;  // requests that ended in what was read last
};

struct sending {
  uv_write_t request;
  std::string bytes;
};

char buffer[65536];  // of one loop, which reads one socket at a time

void allocate(uv_handle_t*, size_t, uv_buf_t* made) { *made = uv_buf_init(buffer, sizeof buffer); }

void close_session(session* x) {
  uv_close(reinterpret_cast<uv_handle_t*>(&x->socket),
           [](uv_handle_t* handle) { delete static_cast<session*>(handle->data); });
}

void answer_all(session* x) {
  uv_buf_t one = uv_buf_init(answer.data(), static_cast<unsigned>(answer.size()));
  for (; x->asked > 0; --x->asked) {
    auto* const socket = reinterpret_cast<uv_stream_t*>(&x->socket);
    const int sent = uv_try_write(socket, &one, 1);
    if (sent == static_cast<int>(answer.size())) continue;
    auto* const rest = new sending{{}, answer.substr(static_cast<size_t>(sent < 0 ? 0 : sent))};
    uv_buf_t left = uv_buf_init(rest->bytes.data(), static_cast<unsigned>(rest->bytes.size()));
    rest->request.data = rest;
    uv_write(&rest->request, socket, &left, 1,
             [](uv_write_t* done, int) { delete static_cast<sending*>(done->data); });
  }
}

void on_read(uv_stream_t* stream, ssize_t size, const uv_buf_t* bytes) {
  auto* const x = static_cast<session*>(stream->data);
  if (size == 0) return;
  if (size < 0 || llhttp_execute(&x->parser, bytes->base, static_cast<size_t>(size)) != HPE_OK)
    return close_session(x);
  answer_all(x);
}

void on_connection(uv_stream_t* listener, int status) {
  static const llhttp_settings_t settings = [] {
    llhttp_settings_t made;
    llhttp_settings_init(&made);
    made.on_message_complete = [](llhttp_t* parser) {
      ++static_cast<session*>(parser->data)->asked;
      return 0;
    };
    return made;
  }();
  if (status != 0) return;
  auto* const x = new session;
  uv_tcp_init(listener->loop, &x->socket);
  x->socket.data = x;
  llhttp_init(&x->parser, HTTP_REQUEST, &settings);
  x->parser.data = x;
  if (uv_accept(listener, reinterpret_cast<uv_stream_t*>(&x->socket)) != 0) return close_session(x);
  uv_tcp_nodelay(&x->socket, 1);
  uv_read_start(reinterpret_cast<uv_stream_t*>(&x->socket), allocate, on_read);
}

/// One of so many bytes with its head, or the shortest there is.
std::string make_answer(size_t size) {
  std::string made;
  for (size_t body = 0; made.size() < size; ++body)
    made = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body) + "\r\n\r\n" +
           std::string(body, 'x');
  return made;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  answer = make_answer(std::strtoul(argv[2], nullptr, 10));
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", std::atoi(argv[1]), &address);
  uv_tcp_t listener;
  uv_tcp_init(uv_default_loop(), &listener);
  if (uv_tcp_bind(&listener, reinterpret_cast<const sockaddr*>(&address), 0) != 0 ||
      uv_listen(reinterpret_cast<uv_stream_t*>(&listener), 1024, on_connection) != 0)
    return 1;
  return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
