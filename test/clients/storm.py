"""Many writers and a follower, whatever becomes of nodes and wires; run.py judges what they report.
"""

import threading
from collections.abc import Callable

from lithair_client import Changed, Client
from lithair_client.models import CountersPatch, Counters
from telling import stopped, tell, told

COUNTERS = ("left", "right")
made: list[str] = []
refused: list[str] = []
sums = {each: {"value": 0, "total": 0} for each in COUNTERS}
events: list[tuple[str, str]] = []
lock = threading.Lock()
stop = threading.Event()
acknowledged = 0


def one_more(item: Counters) -> CountersPatch:
    return {"value": item["value"] + 1}


def done(names: list[str], counter: str = "left", value: int = 0, total: int = 0) -> None:
    global acknowledged
    with lock:
        made.extend(names)
        sums[counter]["value"] += value
        sums[counter]["total"] += total
        acknowledged += 1
        tell("ack", acknowledged)


def write(shop: Client, writer: int) -> None:
    n = 0
    while not stop.is_set():
        name = f"{writer}-{n}"
        counter = COUNTERS[n % 2]
        match n % 5:
            case 0:
                shop.marks.create({"name": name})
                done([name])
            case 1:
                # Nothing but the key keeps this from counting twice.
                shop.counters.patch(counter, {"total": 1})
                done([], counter, total=1)
            case 2:
                shop.counters.update(counter, one_more)
                done([], counter, value=1)
            case 3:
                names = [f"{name}a", f"{name}b"]
                shop.marks.create_many([{"name": each} for each in names])
                done(names)
            case _:
                both = shop.transaction().create(shop.marks, {"name": name})
                both.patch(shop.counters, counter, {"total": 1}).commit()
                done([name], counter, total=1)
        n += 1


def follow(shop: Client) -> None:
    with shop.marks.follow(after=0) as changes:
        for change in changes:
            assert isinstance(change, Changed) and change.type == "create"
            events.append((change.id, change.item["name"]))
            if change.item["name"] == "the last":
                return


def guarded(what: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            what()
        except Exception as why:
            refused.append(f"{type(why).__name__}: {why}")

    made = threading.Thread(target=run, daemon=True)
    made.start()
    return made


def main() -> None:
    with Client(told["nodes"], deadline=60, patience=3) as shop:
        for id in COUNTERS:
            shop.counters.create({"id": id})
        following = guarded(lambda: follow(shop))

        def writer(i: int) -> threading.Thread:
            return guarded(lambda: write(shop, i))

        writing = [writer(i) for i in range(told["writers"])]
        stopped()
        stop.set()
        for each in writing:
            each.join()
        shop.marks.create({"name": "the last"})
        made.append("the last")
        following.join()
    tell("report", {"marks": made, "counters": sums, "events": events, "refused": refused})


main()
