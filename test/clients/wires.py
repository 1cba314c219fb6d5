"""A wire between clients and a node, which does to connections what networks do, and answers in the
node's place."""

import random
import re
import socket
import threading

_HEAD_END = b"\r\n\r\n"
_PROBLEM = b"\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\n\r\n{}"
_ANSWERS = {
    "busy": b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 60" + _PROBLEM,
    "denying": b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer" + _PROBLEM,
}


class Wire:
    """Modes:

    `through`: all is passed on.
    `cutting`: now and then an answer is lost, a request breaks off in its middle, or a stream ends
    within an event.
    `swallowing`: each answer to a write is lost, once the node has given it.
    `busy`, `denying`: each request is answered 503 or 401 without the node.
    """

    def __init__(self, port: int, node: int, chance: random.Random) -> None:
        self.port = port
        self._node = node
        self._chance = chance
        self.mode = "through"
        self.lost_answers = 0
        self.cut_streams = 0
        self.replayed = 0  # answers to requests that were repeated, and had taken effect
        self.turned_away = 0
        self.last_head = ""  # of the last request
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def close(self) -> None:
        """Nobody listens any more, and all connections end."""
        if self._listener is not None:
            self._end(self._listener)
            self._listener = None
        with self._lock:
            ends = list(self._open)
        for each in ends:
            self._end(each)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        node: socket.socket | None = None
        try:
            node = socket.create_connection(("127.0.0.1", self._node))
            with self._lock:
                self._open |= {client, node}
            state = _Asked()
            threading.Thread(target=self._answers, args=[node, client, state], daemon=True).start()
            while some := client.recv(65536):
                if self._requests(some, client, node, state):
                    return
        except OSError:
            pass
        finally:
            for each in (client, node):
                if each is not None:
                    self._end(each)

    def _requests(
        self, some: bytes, client: socket.socket, node: socket.socket, state: "_Asked"
    ) -> bool:
        """Whether the connection breaks off here."""
        if (head := re.match(rb"(GET|POST|PUT|PATCH|DELETE) [^\r]*", some)) is not None:
            self.last_head = some.partition(_HEAD_END)[0].decode("latin-1")
            state.writes = head[1] != b"GET"
            state.streams = b"/stream" in head[0]
        if self.mode in _ANSWERS:
            # The body, which may come behind, belongs to the head.
            if head is not None:
                self.turned_away += 1
                client.sendall(_ANSWERS[self.mode])
            return False
        if self.mode == "cutting" and not state.streams and self._chance.random() < 0.01:
            node.sendall(some[: len(some) // 2])
            return True
        node.sendall(some)
        return False

    def _answers(self, node: socket.socket, client: socket.socket, state: "_Asked") -> None:
        try:
            while some := node.recv(65536):
                if self.mode == "swallowing" and state.writes:
                    self.lost_answers += 1
                    break
                # A stream often, so that some end between the changes of one command.
                often = 0.15 if state.streams else 0.03
                if self.mode == "cutting" and self._chance.random() < often:
                    self.lost_answers += state.writes
                    self.cut_streams += state.streams
                    if state.streams:
                        client.sendall(some[: len(some) // 2])
                    break
                self.replayed += b"Idempotency-Replayed: true" in some
                client.sendall(some)
        except OSError:
            pass
        finally:
            self._end(node)
            self._end(client)

    def _end(self, one: socket.socket) -> None:
        with self._lock:
            self._open.discard(one)
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        one.close()


class _Asked:
    """What the connection was asked last."""

    writes = False
    streams = False
