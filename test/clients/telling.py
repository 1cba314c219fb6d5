"""How a story tells run.py what it does; see story.py."""

import json
import sys
import threading
from typing import Any, TypedDict


class Told(TypedDict):
    nodes: list[str]
    writers: int


told: Told = json.loads(sys.argv[1])
_lock = threading.Lock()


def tell(word: str, what: Any) -> None:
    with _lock:
        print(word, json.dumps(what), flush=True)


def order(what: str, **more: Any) -> Any:
    """Has something done, and tells what came of it."""
    tell("do", {"what": what, **more})
    return json.loads(sys.stdin.readline())


def stopped() -> None:
    """Until run.py wants it to end."""
    while sys.stdin.readline():
        pass
