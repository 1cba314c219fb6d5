"""One call, asked of one node after the other until one has answered it."""

import http.client
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Literal

from .errors import LithairError, Unavailable, UnknownOutcome, refusal_of
from .nodes import Nodes

# What a read may miss. `session`: nothing that this client wrote or saw; costs as little as
# `local`.
Consistency = Literal["linearizable", "leader", "local", "session"]
Token = str | Callable[[], str]

# Certainly not applied: 503 says so; what was not read whole (408) and what came too often (429)
# was not begun.
_NOT_APPLIED = frozenset({408, 429, 503})
_UNKNOWN = frozenset({502, 504})
_IDLE_KEPT = 16  # connections to a node that wait for the next call


@dataclass(frozen=True)
class Call:
    method: str
    path: str  # with the query
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None
    key: str | None = None  # under which a write takes effect once, however often it is asked
    pinned: bool = False  # only the first node: data that others don't have
    deadline: float | None = None  # s; the client's unless it is said


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def index(self) -> int:
        """Of the write, or what was read is as of it."""
        return int(self.headers["X-Raft-Index"] or self.headers["X-Applied-Index"] or 0)


@dataclass(frozen=True)
class _Failure:
    """A try that came to nothing."""

    why: Exception
    may_have_taken_effect: bool
    retry_after: float | None = None


class Opened:
    """A body that comes bit by bit. `close` ends it at any time, from any thread."""

    def __init__(
        self,
        at: int,
        wire: socket.socket,
        link: http.client.HTTPConnection,
        answer: http.client.HTTPResponse,
    ) -> None:
        self.at = at
        self.answer = answer
        self._link = link
        self._socket = wire

    def limit(self, silence: float) -> None:
        """Reading fails when nothing comes for so long."""
        self._socket.settimeout(silence)

    def read(self) -> bytes:
        """What has come; empty: it has ended."""
        return self.answer.read1(65536)

    def close(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the node was quicker
        self._link.close()


# `select` alone knows no more than 1024 files.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


def _has_ended(wire: socket.socket) -> bool:
    """What can be read before anything was asked is its end."""
    with _Selector() as asked:
        asked.register(wire, selectors.EVENT_READ)
        return bool(asked.select(0))


class _Links:
    """Connections that wait for their next call, by node."""

    def __init__(self, nodes: Nodes, tls: ssl.SSLContext | None) -> None:
        self._nodes = nodes
        self._tls = tls
        self._idle: list[list[http.client.HTTPConnection]] = [[] for _ in range(len(nodes))]
        self._lock = threading.Lock()

    def take(self, at: int, limit: float) -> http.client.HTTPConnection:
        """One that is open. Raises OSError when nobody listens there."""
        while True:
            with self._lock:
                link = self._idle[at].pop() if self._idle[at] else None
            if link is None:
                break
            if link.sock is not None and not _has_ended(link.sock):
                link.sock.settimeout(limit)
                return link
            link.close()
        link = self.new(at, limit)
        link.connect()
        return link

    def new(self, at: int, limit: float) -> http.client.HTTPConnection:
        url = self._nodes.url(at)
        host = url.hostname or "localhost"
        if url.scheme == "https":
            return http.client.HTTPSConnection(host, url.port, timeout=limit, context=self._tls)
        return http.client.HTTPConnection(host, url.port, timeout=limit)

    def give_back(self, at: int, link: http.client.HTTPConnection) -> None:
        with self._lock:
            if link.sock is not None and len(self._idle[at]) < _IDLE_KEPT:
                self._idle[at].append(link)
                return
        link.close()

    def close(self) -> None:
        with self._lock:
            for each in self._idle:
                while each:
                    each.pop().close()


def _retry_after(answer: http.client.HTTPResponse) -> float | None:
    said = answer.headers["Retry-After"]
    if said is None:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return None


class Transport:
    """Any thread may call."""

    def __init__(
        self,
        nodes: Nodes,
        *,
        token: Token | None,
        consistency: Consistency,
        deadline: float,
        patience: float,
        silence: float,
        tls: ssl.SSLContext | None,
    ) -> None:
        self.nodes = nodes
        self.consistency: Consistency = consistency
        self.silence = silence
        self._token = token
        self._deadline = deadline
        self._patience = patience
        self._links = _Links(nodes, tls)
        self._seen = 0
        self._lock = threading.Lock()

    @property
    def index(self) -> int:
        """The latest log index that this client wrote or saw."""
        return self._seen

    def forget_index(self) -> None:
        self._seen = 0

    def close(self) -> None:
        self._links.close()

    def end_of(self, deadline: float | None) -> float:
        return time.monotonic() + (self._deadline if deadline is None else deadline)

    def call(self, x: Call) -> Answer:
        """Its answer, whatever status a node gave it. Raises Unavailable or UnknownOutcome at the
        deadline."""
        end = self.end_of(x.deadline)
        safe = x.method in ("GET", "HEAD")
        doubt = False
        last: Exception | None = None
        while True:
            at, wait = self.nodes.choose(x.pinned)
            left = end - time.monotonic() - wait
            if left <= 0:
                raise _overdue(x, doubt, last) from last
            if wait > 0:
                time.sleep(wait)
            said = self._attempt(at, x, min(left, self._patience))
            if isinstance(said, Answer):
                self.nodes.worked(at)
                if not x.pinned:
                    self._note(said.headers)
                if doubt and _is_silent_on_before(said):
                    refused = refusal_of(said.status, said.body)
                    raise _overdue(x, doubt, refused) from refused
                return said
            last = said.why
            self.nodes.failed(at, said.retry_after)
            if safe or not said.may_have_taken_effect:
                continue
            doubt = True
            if x.key is None:
                raise _overdue(x, doubt, last) from last

    def open(self, x: Call, closed: threading.Event) -> Opened | None:
        """Tried until it is closed; none: it was. Its answer may have any status."""
        while not closed.is_set():
            at, wait = self.nodes.choose(x.pinned)
            if closed.wait(wait):
                break
            headers = self._headers(x)
            link = self._links.new(at, self._patience)
            try:
                link.connect()
                taken = link.sock  # an answer that ends its connection takes it along
                opened = Opened(at, taken, link, self._ask(at, link, x, headers))
            except (OSError, http.client.HTTPException):
                link.close()
                self.nodes.failed(at)
                continue
            if opened.answer.status not in _NOT_APPLIED | _UNKNOWN:
                self.nodes.worked(at)
                return opened
            self.nodes.failed(at, _retry_after(opened.answer))
            opened.close()
        return None

    def _attempt(self, at: int, x: Call, limit: float) -> Answer | _Failure:
        headers = self._headers(x)
        try:
            link = self._links.take(at, limit)
        except OSError as why:
            return _Failure(why, False)
        try:
            answer = self._ask(at, link, x, headers)
            # An answer that breaks off is none: its rest may matter.
            body = answer.read()
        except (OSError, http.client.HTTPException) as why:
            link.close()
            return _Failure(why, True)
        if answer.will_close:
            link.close()
        else:
            self._links.give_back(at, link)
        if answer.status in _NOT_APPLIED | _UNKNOWN:
            why = LithairError(f"{answer.status} of {self.nodes.url(at).netloc}: {body[:200]!r}")
            return _Failure(why, answer.status in _UNKNOWN, _retry_after(answer))
        return Answer(answer.status, answer.headers, body)

    def _headers(self, x: Call) -> dict[str, str]:
        """Whatever goes wrong with the token is the caller's."""
        headers = dict(x.headers)
        if self._token is not None:
            token = self._token if isinstance(self._token, str) else self._token()
            headers["Authorization"] = f"Bearer {token}"
        if x.key is not None:
            headers["Idempotency-Key"] = x.key
        return headers

    def _ask(
        self, at: int, link: http.client.HTTPConnection, x: Call, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        prefix = self.nodes.url(at).path.rstrip("/")
        link.request(x.method, prefix + x.path, x.body, headers)
        return link.getresponse()

    def _note(self, headers: Message) -> None:
        with self._lock:
            for name in ("X-Raft-Index", "X-Applied-Index"):
                self._seen = max(self._seen, int(headers[name] or 0))


def _is_silent_on_before(said: Answer) -> bool:
    """Who asks was not let in this time, or the node is at fault: not a word about the tries
    before. What is decided in the order of the log has its index, and counts for them: they had the
    key."""
    refused = said.status in (401, 403, 421) or said.status >= 500
    return refused and "X-Raft-Index" not in said.headers


def _overdue(x: Call, doubt: bool, last: Exception | None) -> LithairError:
    what = f"{x.method} {x.path.split('?')[0]}"
    why = f" ({last})" if last is not None else ""
    if doubt:
        return UnknownOutcome(f"Nobody knows whether {what} took effect{why}.", x.key)
    return Unavailable(f"No node has served {what}{why}.")
