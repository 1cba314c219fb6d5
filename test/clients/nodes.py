"""Real nodes on loopback, with a wire to each that can be cut."""

import ctypes
import json
import random
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

from wires import Wire

PATIENCE = 120.0
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def is_free(port: int) -> bool:
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class PortBlock:
    """Ten neighbouring ports, and 1000 above each another one, as test/cluster/harness/ports.hpp
    claims them."""

    def __init__(self) -> None:
        for _ in range(1000):
            first = 10000 + 2000 * random.randrange(11) + 10 * random.randrange(100)
            self._claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                self._claim.bind(f"\0lithair-ports-{first}")
            except OSError:
                self._claim.close()
                continue
            if all(is_free(first + i) and is_free(first + 1000 + i) for i in range(10)):
                self.first = first
                return
            self._claim.close()
        raise RuntimeError("there are no free ports for a test")


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def ask(port: int, path: str, body: Any = None) -> Any:
    """What a node answers; raises OSError where it does not."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    if body is not None:
        asked.data = json.dumps(body).encode()
        asked.add_header("Content-Type", "application/json")
    with DIRECTLY.open(asked, timeout=10) as said:
        return json.loads(said.read())


class Cluster:
    """Nodes are numbered from 0; their ids are one higher."""

    def __init__(self, program: str, models: Path, folder: Path, seed: int) -> None:
        self._program = program
        self._models = models
        self._folder = folder
        self._block = PortBlock()
        self.ports = [self._block.first + i for i in range(3)]
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self.wires = [
            Wire(self._block.first + 3 + i, port, random.Random(seed + i))
            for i, port in enumerate(self.ports)
        ]
        self.spare_port = self._block.first + 6

    def start(self, i: int) -> None:
        others = ",".join(f"{j + 1}=127.0.0.1:{p}" for j, p in enumerate(self.ports) if j != i)
        words = [
            "--node-id",
            str(i + 1),
            "--addr",
            f"127.0.0.1:{self.ports[i]}",
            "--cluster",
            others,
        ]
        self.run(i, [*words, f"--init={str(i == 0).lower()}"])
        self.wires[i].listen()

    def run(self, i: int, words: list[str]) -> None:
        """A node with these flags, and those that all have."""
        data = ["--data-dir", str(self._folder / f"node-{i}"), "--models", str(self._models)]
        with (self._folder / f"{i}.log").open("ab") as log:
            self._running[i] = subprocess.Popen(
                [self._program, *words, *data, "--drain", "0"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
            )

    def kill(self, i: int) -> None:
        """As a crash, seen from outside: nobody listens any more."""
        node = self._running.pop(i)
        node.send_signal(signal.SIGKILL)
        node.wait()
        self.wires[i].close()

    def pause(self, i: int) -> None:
        """It answers nothing, and its connections stay."""
        self._running[i].send_signal(signal.SIGSTOP)

    def resume(self, i: int) -> None:
        self._running[i].send_signal(signal.SIGCONT)

    def await_ready(self, i: int) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                ask(self.ports[i], "/readyz")
                return
            except OSError:
                if time.monotonic() > end or self._running[i].poll() is not None:
                    raise
            time.sleep(0.05)

    def leader(self) -> int:
        """The running node that all running nodes name."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                named = {ask(self.ports[i], "/raft/leader")["leader_id"] for i in self._running}
            except OSError:
                named = set[int | None]()
            if len(named) == 1 and (one := named.pop()) is not None and one - 1 in self._running:
                return one - 1
            time.sleep(0.05)
        raise TimeoutError("the nodes agree on no leader")

    def close(self) -> None:
        for i in list(self._running):
            node = self._running.pop(i)
            node.kill()
            node.wait()
        for each in self.wires:
            each.close()

    def logs(self) -> str:
        tails = [
            (x.name, x.read_text(errors="replace")[-3000:]) for x in self._folder.glob("*.log")
        ]
        return "\n".join(f"--- {name}\n{text}" for name, text in sorted(tails))
