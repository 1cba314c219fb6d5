"""The changes of a collection, each once and in the order of the log, whatever becomes of nodes and
connections."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar, cast

from .errors import Gone, refusal_of
from .sse import Block, BlockReader
from .transport import Call, Opened, Transport

Item = TypeVar("Item")
Key = TypeVar("Key")


@dataclass(frozen=True)
class Changed(Generic[Item]):
    """An item was created or updated. `id` is where to go on behind it, at any node: keep it to go
    on after a restart."""

    type: Literal["create", "update"]
    id: str
    item: Item


@dataclass(frozen=True)
class Deleted(Generic[Key]):
    """An item was deleted, or may be read no more."""

    id: str
    key: Key


class Follower(Generic[Item, Key]):
    """An iterator over changes. One thread iterates; `close` ends it from any thread.

    `on_gone`: the changes behind the place are not kept, or it is none of this log. Reads the
    collection anew and tells the index to go on from (`snapshot()` does both). Without it `Gone` is
    raised.
    """

    def __init__(
        self,
        transport: Transport,
        path: str,
        pinned: bool,
        after: str | int | None,
        on_gone: Callable[[Gone], str | int] | None,
    ) -> None:
        self._transport = transport
        self._path = path
        self._pinned = pinned
        self._last = None if after is None else str(after)
        self._on_gone = on_gone
        self._opened: Opened | None = None
        self._reader = BlockReader()
        self._blocks: Iterator[Block] = iter(())
        self._closed = threading.Event()

    @property
    def place(self) -> str | None:
        """Behind which it goes on; none: it has not begun."""
        return self._last

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Changed[Item] | Deleted[Key]:
        while not self._closed.is_set():
            for block in self._blocks:
                if block.id is not None:
                    self._last = block.id
                if block.data is not None:
                    return _change_of(block, self._last or "")
            if self._opened is None:
                self._open()
            else:
                self._read(self._opened)
        raise StopIteration

    def close(self) -> None:
        self._closed.set()
        if (opened := self._opened) is not None:
            opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        why: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> None:
        headers = {"Accept": "text/event-stream"}
        if self._last is not None:
            headers["Last-Event-ID"] = self._last
        opened = self._transport.open(
            Call("GET", self._path, headers, pinned=self._pinned), self._closed
        )
        if opened is None:
            return
        if opened.answer.status != 200:
            body = opened.answer.read()
            opened.close()
            refused = refusal_of(opened.answer.status, body)
            if not isinstance(refused, Gone) or self._on_gone is None:
                raise refused
            self._last = str(self._on_gone(refused))
            return
        opened.limit(self._transport.silence)
        self._reader = BlockReader()
        self._opened = opened
        if self._closed.is_set():
            opened.close()

    def _read(self, opened: Opened) -> None:
        try:
            some = opened.read()
        except (OSError, ValueError, http.client.HTTPException):
            some = b""  # it broke off, or was closed
        if some:
            self._blocks = self._reader.read(some)
            return
        self._opened = None
        opened.close()
        if not self._closed.is_set():
            self._transport.nodes.failed(opened.at)


def _change_of(block: Block, place: str) -> Changed[Any] | Deleted[Any]:
    told = cast(dict[str, Any], json.loads(block.data or ""))
    if block.event == "delete":
        return Deleted(place, told["id"])
    return Changed("create" if block.event == "create" else "update", place, told)
