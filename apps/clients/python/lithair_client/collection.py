"""What can be done with one collection."""

import json
import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypedDict, TypeVar, cast
from urllib.parse import quote, urlencode

from .errors import Gone, NotFound, Stale, refusal_of
from .follow import Follower
from .transport import Answer, Call, Consistency, Transport

Item = TypeVar("Item")
Create = TypeVar("Create")
Replace = TypeVar("Replace")
Patch = TypeVar("Patch")
Key = TypeVar("Key", str, int)
Where = TypeVar("Where")

Value = str | int | float | bool
# What is asked of a field: `5`, `">=5"`, `"~tea"`, or several that must all hold.
Filter = Value | Sequence[Value]


@dataclass(frozen=True)
class Facts:
    """What is known of a collection; the generated `models.py` says it of each."""

    name: str
    path: str
    local: bool  # it stays with the node that wrote it: the client asks its first node only


@dataclass(frozen=True)
class Stored(Generic[Item]):
    """What was read or written, and its version for `if_match`."""

    item: Item
    version: str
    index: int  # of the write, or what was read is as of it


@dataclass(frozen=True)
class Page(Generic[Item]):
    items: list[Item]
    total: int | None
    next: str | None  # what `after` takes to go on; none: there is no more
    index: int


class HistoryEvent(TypedDict):
    version: int
    index: int
    time: str
    type: Literal["created", "updated", "deleted"]
    changes: dict[str, Any]


def new_key() -> str:
    return str(uuid.uuid4())


def exactly(text: str) -> str:
    """A filter that takes text as it is: `!x` is two letters then."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(value: Value) -> str:
    return ("false", "true")[value] if isinstance(value, bool) else str(value)


def query_of(words: Mapping[str, Any]) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in words.items():
        if value is not None:
            many = cast(Sequence[Value], value if isinstance(value, (list, tuple)) else [value])
            pairs += [(name, _text(each)) for each in many]
    return "?" + urlencode(pairs, quote_via=quote) if pairs else ""


def read_headers(
    transport: Transport, pinned: bool, consistency: Consistency | None, min_index: int | None
) -> dict[str, str]:
    """Those that choose what a read may miss."""
    wanted = consistency or (transport.consistency if min_index is None else "session")
    made: dict[str, str] = {}
    if wanted == "session":
        made["X-Consistency"] = "local"
    elif wanted != "linearizable":
        made["X-Consistency"] = wanted
    least = max(min_index or 0, transport.index if wanted == "session" and not pinned else 0)
    if least > 0:
        made["X-Min-Index"] = str(least)
    return made


def demand(transport: Transport, x: Call) -> Answer:
    said = transport.call(x)
    if said.status >= 400:
        raise refusal_of(said.status, said.body)
    return said


class Collection(Generic[Item, Create, Replace, Patch, Key, Where]):
    """Writes take effect once, however often they are asked: `key` is their idempotency key, and is
    made where it is not said. `deadline` is what a call may take, in s, instead of the client's.
    Reads say with `consistency` and `min_index` what they may miss, instead of the client's."""

    def __init__(self, transport: Transport, facts: Facts) -> None:
        self._transport = transport
        self.facts = facts

    def create(
        self, item: Create, *, key: str | None = None, deadline: float | None = None
    ) -> Stored[Item]:
        """Raises Conflict when the key or a unique value is taken."""
        return self._stored(self._write("POST", "", item, key, deadline))

    def create_many(
        self, items: Sequence[Create], *, key: str | None = None, deadline: float | None = None
    ) -> tuple[list[Item], int]:
        """All or none; the items and the index."""
        said = self._write("POST", "/_bulk", items, key, deadline)
        return json.loads(said.body), said.index

    def get(
        self,
        id: Key,
        *,
        as_of: int | str | None = None,
        consistency: Consistency | None = None,
        min_index: int | None = None,
        deadline: float | None = None,
    ) -> Stored[Item]:
        """Raises NotFound. `as_of`: as it was at that index or time, where the model keeps its
        history."""
        path = self._at(id) + query_of({"as_of": as_of})
        return self._stored(self._read(path, consistency, min_index, deadline))

    def find(
        self, id: Key, *, consistency: Consistency | None = None, min_index: int | None = None
    ) -> Stored[Item] | None:
        """As `get`; none: there is none."""
        try:
            return self.get(id, consistency=consistency, min_index=min_index)
        except NotFound:
            return None

    def replace(
        self,
        id: Key,
        item: Replace,
        *,
        if_match: str | None = None,
        key: str | None = None,
        deadline: float | None = None,
    ) -> Stored[Item]:
        """The whole item: what is left out returns to its default or is removed."""
        return self._stored(self._write("PUT", self._below(id), item, key, deadline, if_match))

    def create_at(
        self, id: Key, item: Replace, *, key: str | None = None, deadline: float | None = None
    ) -> Stored[Item]:
        """Creates the item under this key; raises Stale when there is one already."""
        only_new = {"If-None-Match": "*"}
        return self._stored(
            self._write("PUT", self._below(id), item, key, deadline, None, only_new)
        )

    def patch(
        self,
        id: Key,
        changes: Patch,
        *,
        if_match: str | None = None,
        key: str | None = None,
        deadline: float | None = None,
    ) -> Stored[Item]:
        """The fields that are said; None removes one, or gives it its default back."""
        return self._stored(self._write("PATCH", self._below(id), changes, key, deadline, if_match))

    def delete(
        self,
        id: Key,
        *,
        if_match: str | None = None,
        key: str | None = None,
        deadline: float | None = None,
    ) -> int:
        """The index."""
        return self._write("DELETE", self._below(id), None, key, deadline, if_match).index

    def update(
        self, id: Key, change: Callable[[Item], Patch | None], *, deadline: float | None = None
    ) -> Stored[Item]:
        """Reads, has `change` make a patch of what is there, and writes that if it is there still;
        else once more. None from `change`: there is nothing to change. Raises Stale when others
        were quicker until the deadline.
        """
        end = self._transport.end_of(deadline)
        most = 0.008
        while True:
            left = max(0.001, end - time.monotonic())
            found = self.get(id, consistency="leader", deadline=left)
            changes = change(found.item)
            if changes is None:
                return found
            try:
                left = max(0.001, end - time.monotonic())
                return self.patch(id, changes, if_match=found.version, deadline=left)
            except Stale:
                wait = random.uniform(0, most)
                if time.monotonic() + wait >= end:
                    raise
            time.sleep(wait)
            most = min(0.25, most * 2)

    def snapshot(self, where: Where | None = None) -> tuple[list[Item], int]:
        """All items, and the index to follow from. Later pages may be newer than it, so a change
        that is followed from there may be in an item already: take `create` and `update` for "it is
        so now"."""
        pages = list(self.pages(where))
        return [item for page in pages for item in page.items], pages[0].index

    def list(
        self,
        where: Where | None = None,
        *,
        sort: str | None = None,
        skip: int | None = None,
        take: int | None = None,
        after: str | None = None,
        total: bool | None = None,
        consistency: Consistency | None = None,
        min_index: int | None = None,
        deadline: float | None = None,
    ) -> Page[Item]:
        words = {"sort": sort, "skip": skip, "take": take, "after": after, "total": total}
        path = self.facts.path + query_of(words | self._filters(where))
        said = self._read(path, consistency, min_index, deadline)
        page = json.loads(said.body)
        return Page(page["data"], page.get("total"), page["next"], said.index)

    def pages(
        self,
        where: Where | None = None,
        *,
        sort: str | None = None,
        take: int = 1000,
        consistency: Consistency | None = None,
    ) -> Iterator[Page[Item]]:
        """Page by page until there is no more."""
        page = self.list(where, sort=sort, take=take, total=False, consistency=consistency)
        yield page
        while page.next is not None:
            page = self.list(
                where, sort=sort, take=take, total=False, after=page.next, consistency=consistency
            )
            yield page

    def items(
        self,
        where: Where | None = None,
        *,
        sort: str | None = None,
        take: int = 1000,
        consistency: Consistency | None = None,
    ) -> Iterator[Item]:
        """Item by item, read page by page."""
        for page in self.pages(where, sort=sort, take=take, consistency=consistency):
            yield from page.items

    def count(
        self,
        where: Where | None = None,
        *,
        consistency: Consistency | None = None,
        min_index: int | None = None,
        deadline: float | None = None,
    ) -> int:
        path = f"{self.facts.path}/count{query_of(self._filters(where))}"
        return json.loads(self._read(path, consistency, min_index, deadline).body)["count"]

    def random_id(self, *, consistency: Consistency | None = None) -> Key | None:
        """The key of any item; none: there is none."""
        try:
            said = self._read(f"{self.facts.path}/random-id", consistency, None, None)
        except NotFound:
            return None
        return json.loads(said.body)["id"]

    def history(self, id: Key, *, consistency: Consistency | None = None) -> Iterator[HistoryEvent]:
        """What befell an item, oldest first, read page by page; of models that keep it."""
        after: int | None = 0
        while after is not None:
            path = f"{self._at(id)}/history{query_of({'after': after})}"
            page = json.loads(self._read(path, consistency, None, None).body)
            yield from page["events"]
            after = page["next"]

    def follow(
        self,
        where: Where | None = None,
        *,
        after: str | int | None = None,
        on_gone: Callable[[Gone], str | int] | None = None,
    ) -> Follower[Item, Key]:
        """The changes from now on, or behind a place (an event's id or an index; 0: all that is
        kept), each once; goes on at another node whenever a stream ends."""
        path = f"{self.facts.path}/stream{query_of(self._filters(where))}"
        return Follower[Item, Key](self._transport, path, self.facts.local, after, on_gone)

    def _below(self, id: Key) -> str:
        return "/" + quote(str(id), safe="")

    def _at(self, id: Key) -> str:
        return self.facts.path + self._below(id)

    @staticmethod
    def _filters(where: Where | None) -> dict[str, Any]:
        return dict(cast(Mapping[str, Any], where or {}))

    def _read(
        self,
        path: str,
        consistency: Consistency | None,
        min_index: int | None,
        deadline: float | None,
    ) -> Answer:
        headers = read_headers(self._transport, self.facts.local, consistency, min_index)
        call = Call("GET", path, headers, pinned=self.facts.local, deadline=deadline)
        return demand(self._transport, call)

    def _write(
        self,
        method: str,
        below: str,
        body: object,
        key: str | None,
        deadline: float | None,
        if_match: str | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Answer:
        headers = dict(more or {})
        if if_match is not None:
            headers["If-Match"] = if_match
        if body is not None:
            kind = "merge-patch+json" if method == "PATCH" else "json"
            headers["Content-Type"] = f"application/{kind}"
        call = Call(
            method,
            self.facts.path + below,
            headers,
            None if body is None else json.dumps(body).encode(),
            key or new_key(),
            self.facts.local,
            deadline,
        )
        return demand(self._transport, call)

    def _stored(self, said: Answer) -> Stored[Item]:
        return Stored(json.loads(said.body), said.headers["ETag"] or "", said.index)
