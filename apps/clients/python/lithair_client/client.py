"""What all clients have; the generated one adds the collections and projections."""

import json
import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Generic, NotRequired, Self, TypedDict, TypeVar

from .collection import Collection, Page, demand, new_key, query_of, read_headers
from .nodes import Nodes
from .transport import Answer, Call, Consistency, Token, Transport

Row = TypeVar("Row")
Item = TypeVar("Item")
Create = TypeVar("Create")
Replace = TypeVar("Replace")
Patch = TypeVar("Patch")
Key = TypeVar("Key", str, int)
Where = TypeVar("Where")


class Options(TypedDict, total=False):
    """Times are in seconds."""

    # An access token or JSON Web Token; a function is asked before each request.
    token: Token
    # Of reads that don't say it themselves; linearizable unless it is said.
    consistency: Consistency
    # How long a call may take with all its tries; 30.
    deadline: float
    # How long a node may be silent in one try; 10.
    patience: float
    # After its first failure a node is let alone for up to so long, doubled with each more; 0.05.
    backoff: float
    # A stream that says nothing for so long goes on at another node; 15: nodes speak every 5.
    silence: float
    # File of the authority of the nodes' certificates, in PEM.
    ca: str
    # Files of the client's own certificate and key, where nodes ask for one.
    certificate: tuple[str, str]


class Projection(Generic[Row]):
    """Rows of a table that follows a collection."""

    def __init__(self, transport: Transport, name: str) -> None:
        self._transport = transport
        self.name = name

    def rows(
        self,
        *,
        skip: int | None = None,
        take: int | None = None,
        after: str | None = None,
        total: bool | None = None,
        consistency: Consistency | None = None,
        min_index: int | None = None,
    ) -> Page[Row]:
        words = {"skip": skip, "take": take, "after": after, "total": total}
        headers = read_headers(self._transport, False, consistency, min_index)
        path = f"/api/projections/{self.name}{query_of(words)}"
        said = demand(self._transport, Call("GET", path, headers))
        page = json.loads(said.body)
        return Page(page["data"], page.get("total"), page["next"], said.index)

    def all(self, *, consistency: Consistency | None = None) -> Iterator[Row]:
        """Row by row, read page by page."""
        page = self.rows(take=1000, total=False, consistency=consistency)
        yield from page.items
        while page.next is not None:
            page = self.rows(take=1000, total=False, after=page.next, consistency=consistency)
            yield from page.items


class Result(TypedDict):
    status: int
    version: NotRequired[int]
    item: NotRequired[dict[str, Any]]


class Committed(TypedDict):
    """What became of each operation, in their order."""

    index: int
    results: list[Result]


class Transaction:
    """Operations on several collections, all or none. Collects them; nothing is sent before
    `commit`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._operations: list[dict[str, Any]] = []

    def create(
        self, at: Collection[Item, Create, Replace, Patch, Key, Where], item: Create
    ) -> Self:
        return self._add(at, {"op": "create", "item": item}, None)

    def replace(
        self,
        at: Collection[Item, Create, Replace, Patch, Key, Where],
        id: Key,
        item: Replace,
        *,
        if_match: str | None = None,
    ) -> Self:
        return self._add(at, {"op": "replace", "id": id, "item": item}, if_match)

    def patch(
        self,
        at: Collection[Item, Create, Replace, Patch, Key, Where],
        id: Key,
        changes: Patch,
        *,
        if_match: str | None = None,
    ) -> Self:
        return self._add(at, {"op": "patch", "id": id, "item": changes}, if_match)

    def delete(
        self,
        at: Collection[Item, Create, Replace, Patch, Key, Where],
        id: Key,
        *,
        if_match: str | None = None,
    ) -> Self:
        return self._add(at, {"op": "delete", "id": id}, if_match)

    def commit(self, *, key: str | None = None, deadline: float | None = None) -> Committed:
        """May be called again when it raised UnknownOutcome or Unavailable, with the same `key`: it
        takes effect once."""
        body = json.dumps({"operations": self._operations}).encode()
        headers = {"Content-Type": "application/json"}
        call = Call("POST", "/api/_txn", headers, body, key or new_key(), deadline=deadline)
        return json.loads(demand(self._transport, call).body)

    def _add(
        self,
        at: Collection[Item, Create, Replace, Patch, Key, Where],
        operation: dict[str, Any],
        if_match: str | None,
    ) -> Self:
        if at.facts.local:
            raise ValueError(f"{at.facts.name} stays with its node.")
        # "41-8c1f" is version 41.
        version = re.match(r'"?(\d+)', if_match or "")
        if version is not None:
            operation["if_version"] = int(version[1])
        self._operations.append(operation | {"collection": at.facts.name})
        return self


class LithairClient:
    """Any thread may use it. Ends its connections with `close`, or as a context."""

    def __init__(self, nodes: Sequence[str], options: Options) -> None:
        tls = ssl.create_default_context(cafile=options.get("ca"))
        if "certificate" in options:
            tls.load_cert_chain(*options["certificate"])
        self.transport = Transport(
            Nodes(nodes, options.get("backoff", 0.05)),
            token=options.get("token"),
            consistency=options.get("consistency", "linearizable"),
            deadline=options.get("deadline", 30.0),
            patience=options.get("patience", 10.0),
            silence=options.get("silence", 15.0),
            tls=tls,
        )

    def transaction(self) -> Transaction:
        return Transaction(self.transport)

    @property
    def index(self) -> int:
        """The latest log index that this client wrote or saw; `min_index` of another client takes
        it."""
        return self.transport.index

    def forget_index(self) -> None:
        """After a backup was restored, when reads of consistency `session` are refused as Stale."""
        self.transport.forget_index()

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        deadline: float | None = None,
    ) -> Answer:
        """Any operation of the API, with the same failover. A write of which nothing is known is
        repeated only where there is a `key`, which operators' routes don't know: `UnknownOutcome`
        else."""
        made = dict(headers or {})
        if body is not None:
            made.setdefault("Content-Type", "application/json")
        sent = None if body is None else json.dumps(body).encode()
        return demand(self.transport, Call(method, path, made, sent, key, deadline=deadline))

    def close(self) -> None:
        self.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        why: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
