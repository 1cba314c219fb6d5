"""Which node is asked next. Calls stay with one node while it serves."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit


@dataclass
class _Node:
    url: SplitResult
    rests_until: float = 0.0  # before that moment it is let alone
    failures: int = 0  # in a row


class Nodes:
    """Any thread may ask."""

    def __init__(self, urls: Sequence[str], backoff: float) -> None:
        if not urls or isinstance(urls, str):
            raise ValueError("A client needs a list of nodes to ask.")
        whole = [each if "://" in each else f"http://{each}" for each in urls]
        self._all = [_Node(urlsplit(each)) for each in whole]
        self._backoff = backoff
        self._current = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._all)

    def url(self, at: int) -> SplitResult:
        return self._all[at].url

    def choose(self, pinned: bool = False) -> tuple[int, float]:
        """The node to ask, and how long to wait before. `pinned`: the first, whatever befell it."""
        with self._lock:
            now = time.monotonic()
            if pinned:
                return 0, max(0.0, self._all[0].rests_until - now)
            order = [(self._current + i) % len(self._all) for i in range(len(self._all))]
            waits = [(max(0.0, self._all[at].rests_until - now), i) for i, at in enumerate(order)]
            wait, i = min(waits)
            return order[i], wait

    def worked(self, at: int) -> None:
        with self._lock:
            self._all[at].failures = 0
            self._all[at].rests_until = 0.0

    def failed(self, at: int, retry_after: float | None = None) -> None:
        """`retry_after`: as the node said itself."""
        with self._lock:
            node = self._all[at]
            if self._current == at:
                self._current = (at + 1) % len(self._all)
            now = time.monotonic()
            if node.rests_until > now:
                return  # calls that failed together are one failure
            most = min(2.0, self._backoff * 2 ** min(node.failures, 10))
            node.failures += 1
            node.rests_until = now + (retry_after or 0.0) + most * random.uniform(0.5, 1)
