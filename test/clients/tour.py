"""All that a client can do, step by step; what is to befall it run.py does."""

import json
import threading
from collections.abc import Callable
from typing import TypeVar

import lithair_client as lithair
from lithair_client import Changed, Client, Deleted
from lithair_client.models import Counters, CountersPatch, Products, ProductsPatch
from telling import order, tell, told

Error = TypeVar("Error", bound=BaseException)
NODES = told["nodes"]
done: list[str] = []
tokens: list[str] = []
shop = Client(NODES)


def step(name: str) -> Callable[[Callable[[], None]], None]:
    def run(what: Callable[[], None]) -> None:
        try:
            what()
        except Exception as why:
            raise RuntimeError(name) from why
        done.append(name)

    return run


def refused(kind: type[Error], what: Callable[[], object]) -> Error:
    """That it raises this, and what it was."""
    try:
        what()
    except kind as why:
        return why
    raise AssertionError(f"it raised no {kind.__name__}")


def named(name: str) -> int:
    return shop.marks.count({"name": lithair.exactly(name)})


@step("items are created, read, changed, replaced and deleted")
def _() -> None:
    made = shop.products.create({"name": "green tea", "price": "3.50", "stock": 2})
    id = made.item["id"]
    assert made.item["state"] == "draft"
    assert shop.products.get(id).item == made.item
    changed = shop.products.patch(id, {"stock": 5}, if_match=made.version)
    assert changed.index > made.index
    refused(lithair.Stale, lambda: shop.products.patch(id, {"stock": 6}, if_match=made.version))
    assert shop.products.replace(id, {"name": "green tea", "price": "4"}).item["stock"] == 0

    def more(item: Products) -> ProductsPatch:
        return {"stock": item["stock"] + 3}

    assert shop.products.update(id, more).item["stock"] == 3
    assert shop.products.update(id, lambda _: None).item["stock"] == 3
    shop.products.delete(id)
    assert shop.products.find(id) is None
    refused(lithair.NotFound, lambda: shop.products.get(id))


@step("what is refused is an error of its kind")
def _() -> None:
    made = shop.products.create({"name": "coffee", "price": "5"})
    refused(lithair.Conflict, lambda: shop.products.create({"name": "coffee", "price": "6"}))
    wrong = refused(lithair.Invalid, lambda: shop.products.create({"name": "cheap", "price": "0"}))
    assert [each["field"] for each in wrong.problem["errors"]] == ["price"]
    there = made.item["id"]
    refused(lithair.Stale, lambda: shop.products.create_at(there, {"name": "x", "price": "1"}))


@step("None removes a field, and what is not said stays")
def _() -> None:
    shop.counters.create({"id": "one", "about": "something"})
    assert shop.counters.patch("one", {"value": 1}).item.get("about") == "something"
    assert shop.counters.patch("one", {"about": None}).item.get("about") is None
    assert [each["type"] for each in shop.counters.history("one")] == [
        "created",
        "updated",
        "updated",
    ]


@step("lists go on page by page")
def _() -> None:
    names = [f"page {i:02}" for i in range(50)]
    shop.marks.create_many([{"name": each} for each in names])
    assert [x["name"] for x in shop.marks.items({"name": "~page"}, sort="name", take=7)] == names
    assert len(list(shop.marks.pages({"name": "~page"}, take=7))) == 8
    assert shop.marks.list({"name": "~page"}, take=1).total == 50
    assert shop.marks.count({"name": "~page"}) == 50
    assert shop.marks.random_id() is not None
    assert named("!page 01") == 0


@step("a transaction is done whole or not at all")
def _() -> None:
    one = shop.counters.get("one")

    def both() -> lithair.Transaction:
        made = shop.transaction().patch(shop.counters, "one", {"value": 7}, if_match=one.version)
        return made.create(shop.marks, {"name": "both"})

    assert [each["status"] for each in both().commit()["results"]] == [200, 201]
    refused(lithair.Stale, lambda: both().commit())
    assert named("both") == 1


@step("projections are read row by row")
def _() -> None:
    cups = shop.products.create({"name": "cups", "price": "2"}).item["id"]
    bought = shop.orders.create({"product": cups, "customer": "ann", "pieces": 2, "amount": "4.00"})
    shop.orders.patch(bought.item["id"], {"state": "paid"})
    rows = list(shop.projections.sales.all())
    assert [(x["customer"], x["revenue"]) for x in rows] == [("ann", "4.00")]


@step("a read of the session sees what the client wrote, at any node")
def _() -> None:
    for i in range(20):
        made = shop.marks.create({"name": f"session {i}"})
        with Client([NODES[i % 3]], consistency="session") as other:
            assert other.marks.get(made.item["id"], min_index=made.index).item == made.item
            assert other.index >= made.index
    heads = [str(each).lower() for each in order("heads")]
    assert any("x-min-index: " in each and "x-consistency: local" in each for each in heads)


@step("a write whose answer is lost is asked elsewhere, and takes effect once")
def _() -> None:
    order("mode", mode="swallowing", wires=[0])
    with Client(NODES) as lucky:
        lucky.marks.create({"name": "lost and found"})
    assert named("lost and found") == 1
    order("mode", mode="swallowing")
    with Client(NODES, deadline=1) as deaf:
        why = refused(lithair.UnknownOutcome, lambda: deaf.marks.create({"name": "unheard"}))
        assert why.key is not None

    # A token that can't be had is the program's to mend, and no attempt.
    def none() -> str:
        raise OSError("no token")

    refused(OSError, lambda: Client(NODES, token=none).marks.list())
    # What has no key is not asked again.
    with Client(NODES) as operator:
        refused(lithair.UnknownOutcome, lambda: operator.request("POST", "/cluster/transfer", {}))
    # Who is let in no more has no word about what was done before, either.
    order("mode", mode="denying", wires=[1, 2])
    with Client(NODES) as expired:
        refused(lithair.UnknownOutcome, lambda: expired.marks.create({"name": "expired"}))
        refused(lithair.NotAllowed, lambda: Client(NODES[1:]).marks.create({"name": "never"}))
    order("mode", mode="through")
    assert named("expired") == 1
    shop.marks.create({"name": "unheard"}, key=why.key)
    assert named("unheard") == 1


@step("nodes that are busy are let alone for as long as they say")
def _() -> None:
    order("mode", mode="busy")
    # They want a minute each: who may not wait so long knows at once.
    with Client(NODES, deadline=50) as hasty:
        refused(lithair.Unavailable, lambda: hasty.marks.create({"name": "never"}))
    assert order("turned_away") == 3
    order("mode", mode="through", wires=[1, 2])
    with Client(NODES) as patient:
        patient.marks.create({"name": "elsewhere"})
    order("mode", mode="through")
    assert named("never") == 0


@step("what nobody has heard has certainly not taken effect")
def _() -> None:
    order("hang_up")
    with Client(NODES, deadline=0.5) as alone:
        refused(lithair.Unavailable, lambda: alone.marks.create({"name": "unheard of"}))
        refused(lithair.Unavailable, lambda: alone.marks.list())
    order("listen")
    assert named("unheard of") == 0


@step("a stream can be closed from another thread")
def _() -> None:
    changes = shop.marks.follow(after=0)
    next(changes)
    seen: list[object] = []
    reading = threading.Thread(target=lambda: seen.extend(changes))
    reading.start()
    changes.close()
    reading.join()
    assert changes.place is not None


@step("who falls out of the log is told so, and goes on from a list")
def _() -> None:
    refused(lithair.Gone, lambda: next(shop.marks.follow(after=10**12)))
    seen: list[int] = []

    def anew(why: lithair.Gone) -> int:
        seen.append(why.status)
        items, index = shop.marks.snapshot()
        assert len(items) > 50
        shop.marks.create({"name": "behind it"})
        return index

    with shop.marks.follow({"name": "~behind"}, after=10**12, on_gone=anew) as changes:
        change = next(changes)
    assert isinstance(change, Changed) and change.item["name"] == "behind it"
    assert seen == [410]


@step("a stream tells what was changed and deleted")
def _() -> None:
    made = shop.marks.create({"name": "changing"})
    id = made.item["id"]
    shop.marks.patch(id, {"name": "changed"})
    shop.marks.delete(id)
    with shop.marks.follow(after=made.index) as changes:
        first, second = next(changes), next(changes)
    assert isinstance(first, Changed) and (first.type, first.item["name"]) == ("update", "changed")
    assert isinstance(second, Deleted) and second.key == id


@step("threads share a client, and count exactly")
def _() -> None:
    def one_more(item: Counters) -> CountersPatch:
        return {"value": item["value"] + 1}

    def ten() -> None:
        for _ in range(10):
            shop.counters.update("many", one_more)

    shop.counters.create({"id": "many"})
    threads = [threading.Thread(target=ten) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert shop.counters.get("many").item["value"] == 50


@step("local data stay with the first node")
def _() -> None:
    shop.desk_notes.create({"id": "here", "text": "only here"})
    assert shop.desk_notes.get("here").item.get("text") == "only here"
    with Client([NODES[1], NODES[0]]) as other:
        assert other.desk_notes.find("here") is None
    refused(ValueError, lambda: shop.transaction().delete(shop.desk_notes, "here"))


@step("HTTPS with an authority of its own")
def _() -> None:
    secured = order("tls")
    with Client([secured["node"]], ca=secured["ca"]) as secure:
        secure.marks.create({"name": "sealed"})
        with secure.marks.follow(after=0) as changes:
            change = next(changes)
        assert isinstance(change, Changed) and change.item["name"] == "sealed"
    with Client([secured["node"]], deadline=0.5) as distrusting:
        refused(lithair.Unavailable, lambda: distrusting.marks.list())


@step("tokens are shown")
def _() -> None:
    made = shop.request("POST", "/_admin/tokens", {"name": "me", "role": "admin"})
    token = str(json.loads(made.body)["token"])
    tokens.append(token)
    with Client(NODES, token=lambda: token) as known:
        known.marks.create({"name": "with a token"})
    with Client(NODES) as other:
        # The first token counts at a node as soon as that has heard of it.
        try:
            while True:
                other.marks.count()
        except lithair.NotAllowed:
            pass
        refused(lithair.NotAllowed, lambda: other.marks.create({"name": "without"}))
        refused(lithair.NotAllowed, lambda: next(other.marks.follow()))


tell("report", {"done": done, "token": tokens[0]})
