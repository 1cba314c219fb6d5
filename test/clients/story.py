"""A program that uses a client and tells what it does, a line each; what it asks for is done in
between."""

import json
import subprocess
import threading
from collections.abc import Callable
from typing import Any

from nodes import PATIENCE, die_with_parent


class Story:
    """Lines of the program: `ack N` after each some writes, `do {...}` for an order that is
    answered by a line of JSON, and at its end `report {...}`."""

    def __init__(self, words: list[str], orders: Callable[[dict[str, Any]], Any]) -> None:
        self._orders = orders
        self._told = threading.Condition()
        self._acknowledged = 0
        self._report: dict[str, Any] | None = None
        self._ended = False
        self._program = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=die_with_parent,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def await_more(self, writes: int) -> None:
        """Until so many more were acknowledged from now on."""
        with self._told:
            goal = self._acknowledged + writes
            self._await(lambda: self._acknowledged >= goal, f"{writes} more writes")

    def stop(self) -> None:
        """Tells it to come to its end."""
        assert self._program.stdin is not None
        self._program.stdin.close()

    def report(self) -> dict[str, Any]:
        with self._told:
            self._await(lambda: self._report is not None, "the end of the program")
            assert self._report is not None
            return self._report

    def close(self) -> None:
        self._program.kill()
        self._program.wait()

    def _await(self, reached: Callable[[], bool], what: str) -> None:
        if not self._told.wait_for(lambda: reached() or self._ended, PATIENCE) or not reached():
            raise TimeoutError(f"in vain awaited: {what}")

    def _listen(self) -> None:
        assert self._program.stdout is not None and self._program.stdin is not None
        for line in self._program.stdout:
            word, _, rest = line.partition(" ")
            if word == "do":
                self._program.stdin.write(json.dumps(self._orders(json.loads(rest))) + "\n")
                self._program.stdin.flush()
                continue
            with self._told:
                if word == "ack":
                    self._acknowledged = int(rest)
                elif word == "report":
                    self._report = json.loads(rest)
                else:
                    print(line, end="", flush=True)
                self._told.notify_all()
        with self._told:
            self._ended = True
            self._told.notify_all()
