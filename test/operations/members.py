"""Three real nodes on loopback under HTTPS, each with a disk that can be filled or made bad."""

import ctypes
import http.client
import json
import os
import random
import signal
import ssl
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Callable, Iterable

PATIENCE = 400.0
IDS = (1, 2, 3)
NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
FLAGS = [
    "--election-timeout", "1s-2s", "--heartbeat", "100ms",
    "--map-size", "64MiB", "--checkpoint-bytes", "256KiB",
    "--max-connections", "60", "--max-bodies", "16MiB", "--log-level", "debug",
    "--backup-log-every", "1s", "--drain", "0",
]  # fmt: skip


def until(what: str, holds: Callable[[], Any]) -> Any:
    """What it gave once it holds; a machine may be busy."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if given := holds():
            return given
        time.sleep(0.1)
    raise RuntimeError(f"in vain: {what}")


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def begin(words: Iterable[Any], **more: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([str(x) for x in words], preexec_fn=die_with_parent, **more)


class Members:
    """Below `place`, with the programs of `build`. HTTP is at `port` and the next two ports."""

    def __init__(self, build: Path, source: Path, place: Path, port: int) -> None:
        self.build, self.source, self.place, self.port = build, source, place, port
        self.running: dict[int, subprocess.Popen[bytes]] = {}
        self.readers: dict[int, subprocess.Popen[bytes]] = {}
        self._openssl(f"req -x509 {NEW_KEY} -days 365 -subj /CN=alerts -keyout ca.key -out ca.pem")
        for i in IDS:
            self.certify(i, 365)
            # Small disks of their own: for data, and for backups.
            for name, size in (("data", "160m"), ("backups", "32m")):
                at = place / f"{name}-{i}"
                at.mkdir()
                mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", at]
                subprocess.run(mount, check=True)
            self.disk(i, "")
        self.trust = ssl.create_default_context(cafile=str(place / "ca.pem"))

    def _openssl(self, words: str) -> None:
        subprocess.run(["openssl", *words.split()], cwd=self.place, check=True, capture_output=True)

    def certify(self, i: int, days: int) -> None:
        """Another certificate for its clients; it is in use from the next SIGHUP or start on."""
        (self.place / "names").write_text("subjectAltName=IP:127.0.0.1\n")
        self._openssl(f"req -new {NEW_KEY} -subj /CN=node-{i} -keyout {i}.key -out {i}.csr")
        by = "-CA ca.pem -CAkey ca.key -CAcreateserial"
        self._openssl(f"x509 -req -in {i}.csr {by} -days {days} -extfile names -out {i}.pem")

    def data(self, i: int) -> Path:
        return self.place / f"data-{i}"

    def addr(self, i: int) -> str:
        return f"127.0.0.1:{self.port + i - 1}"

    def peer(self, i: int) -> int:
        return self.port + 999 + i

    def disk(self, i: int, order: str) -> None:
        """What test/cluster/bad_disk makes of its disk from now on; nothing: it is well."""
        new = self.place / f"{i}.disk.new"
        new.write_text(order)
        new.rename(self.place / f"{i}.disk")

    def start(self, i: int, more: Iterable[str] = ()) -> None:
        others = ",".join(f"{x}={self.addr(x)}/{self.peer(x)}" for x in IDS if x != i)
        surroundings = dict(
            os.environ,
            LD_PRELOAD=str(self.build / "test/cluster/liblithair_bad_disk.so"),
            LITHAIR_BAD_DISK=str(self.place / f"{i}.disk"),
        )
        words = [
            self.build / "apps/lithair_node", "--node-id", i, "--init", "--cluster", others,
            "--addr", self.addr(i), "--peer-addr", f"127.0.0.1:{self.peer(i)}",
            "--models", self.source / "test/operations/models.toml",
            "--data-dir", self.data(i) / "node", "--backup-dir", self.place / f"backups-{i}",
            "--tls-cert", self.place / f"{i}.pem", "--tls-key", self.place / f"{i}.key",
            *FLAGS, *more,
        ]  # fmt: skip
        node = begin(words, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        with (self.place / f"{i}.log").open("ab") as log:
            self.readers[i] = begin(["cat"], stdin=node.stderr, stdout=log)
        assert node.stderr is not None
        node.stderr.close()
        self.running[i] = node

    def signal(self, i: int, which: signal.Signals) -> None:
        self.running[i].send_signal(which)

    def kill(self, i: int) -> None:
        node = self.running.pop(i)
        node.kill()
        node.wait()
        reader = self.readers.pop(i)
        reader.send_signal(signal.SIGCONT)
        reader.wait()

    def restart(self, i: int, more: Iterable[str] = ()) -> None:
        self.kill(i)
        self.start(i, more)

    def end(self) -> None:
        for i in list(self.running):
            self.kill(i)

    def call(self, i: int) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self.addr(i), timeout=10, context=self.trust)

    def ask(self, i: int, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and document; 0 where nobody answers."""
        link = self.call(i)
        try:
            text = None if body is None else json.dumps(body)
            kind = {} if body is None else {"Content-Type": "application/json"}
            link.request("GET" if body is None else "POST", path, text, kind)
            got = link.getresponse()
            return got.status, json.loads(got.read() or b"null")
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            link.close()

    def status(self, i: int) -> dict[str, Any]:
        return self.ask(i, "/status")[1] or {}

    def are_ready(self) -> bool:
        return all(i in self.running and self.ask(i, "/readyz")[0] == 200 for i in IDS)

    def leader(self) -> int:
        return until("a leader", lambda: next((i for i in IDS if self.leads(i)), 0))

    def leads(self, i: int) -> bool:
        return self.status(i).get("role") == "leader"

    def follower(self) -> int:
        leader = self.leader()
        return next(i for i in reversed(IDS) if i != leader)

    def load(self, i: int, connections: int, seconds: int) -> subprocess.Popen[bytes]:
        """Writes through one node, and deletes what it wrote."""
        words = [
            self.build / "apps/lithairctl", "bench", "things", "--yes", "--clean", "--read-share", 0,
            "--connections", connections, "--seconds", seconds, "--size", 40,
            "--endpoints", self.addr(i), "--ca", self.place / "ca.pem",
        ]  # fmt: skip
        return begin(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Again:
    """Does something in a thread of its own again and again, while it is entered."""

    def __init__(self, what: Callable[[], Any], pause: float = 0.0) -> None:
        self._what, self._pause = what, pause
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._over.is_set():
            self._what()
            self._over.wait(self._pause)

    def __enter__(self) -> "Again":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        self._thread.join()


def thing(size: int = 10) -> dict[str, str]:
    return {"name": f"{random.getrandbits(64):016x}" + "x" * size}
