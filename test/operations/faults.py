"""What goes wrong: each a generator that causes it, and cures it when it goes on."""

import http.client
import signal
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Callable, Generator, NamedTuple

from members import IDS, Again, Members, thing, until

Faulty = Generator[None, None, None]
Fault = Callable[[Members], Faulty]


def member_killed(nodes: Members) -> Faulty:
    who = nodes.follower()
    nodes.kill(who)
    yield
    nodes.start(who)


def majority_killed(nodes: Members) -> Faulty:
    left = nodes.leader()
    others = [i for i in IDS if i != left]
    for i in others:
        nodes.kill(i)
    with Again(lambda: nodes.ask(left, "/api/things", thing()), 0.1):
        yield
    for i in others:
        nodes.start(i)


def all_killed(nodes: Members) -> Faulty:
    for i in IDS:
        nodes.kill(i)
    yield
    for i in IDS:
        nodes.start(i)


def leaders_paused(nodes: Members) -> Faulty:
    def pause() -> None:
        leader = nodes.leader()
        nodes.signal(leader, signal.SIGSTOP)
        try:
            until("another leads", lambda: any(nodes.leads(i) for i in IDS if i != leader))
        finally:
            nodes.signal(leader, signal.SIGCONT)

    with Again(pause):
        yield


def member_paused(nodes: Members) -> Faulty:
    who = nodes.follower()
    leader = nodes.leader()
    nodes.signal(who, signal.SIGSTOP)
    with Again(lambda: nodes.load(leader, 24, 2).wait()):
        yield
    nodes.signal(who, signal.SIGCONT)


def state_disk_stalls(nodes: Members) -> Faulty:
    who = nodes.follower()
    leader = nodes.leader()
    nodes.disk(who, f"sync wait 10000 {nodes.data(who)}/node/state")
    with Again(lambda: nodes.load(leader, 24, 2).wait()):
        yield
    nodes.disk(who, "")


def fill(place: Path) -> Path:
    ballast = place / "ballast"
    with ballast.open("wb") as file:
        try:
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        except OSError:
            pass
    return ballast


def disk_full(nodes: Members) -> Faulty:
    who = nodes.follower()
    ballast = fill(nodes.data(who))
    with Again(lambda: nodes.load(nodes.leader(), 8, 1).wait()):
        yield
    ballast.unlink()


def backups_full(nodes: Members) -> Faulty:
    who = nodes.follower()
    ballast = fill(nodes.place / f"backups-{who}")
    with Again(lambda: nodes.ask(nodes.leader(), "/api/things", thing(180)), 0.02):
        yield
    ballast.unlink()


def disk_fails(nodes: Members) -> Faulty:
    who = nodes.follower()
    nodes.disk(who, f"sync eio {nodes.data(who)}/node/log")
    with Again(lambda: nodes.ask(nodes.leader(), "/api/things", thing()), 0.1):
        yield
    nodes.disk(who, "")
    nodes.restart(who)


def map_full(nodes: Members) -> Faulty:
    def grow() -> None:
        nodes.ask(nodes.leader(), "/api/things/_bulk", [thing(180) for _ in range(2000)])

    with Again(grow):
        yield
    # As the manual says: with a larger one, the same on all.
    for i in IDS:
        nodes.restart(i, ["--map-size", "256MiB"])


def disks_slow(nodes: Members) -> Faulty:
    for i in IDS:
        nodes.disk(i, f"sync wait 700 {nodes.data(i)}/node/log")
    with Again(lambda: nodes.load(nodes.leader(), 8, 2).wait()):
        yield
    for i in IDS:
        nodes.disk(i, "")
    # What took long leaves the range.
    nodes.load(nodes.leader(), 8, 2).wait()


def uploads_held(nodes: Members) -> Faulty:
    who = nodes.follower()
    held: list[http.client.HTTPSConnection] = []

    def hold() -> None:
        while len(held) < 20:
            link = nodes.call(who)
            link.putrequest("POST", "/api/things")
            link.putheader("Content-Type", "application/json")
            link.putheader("Content-Length", "1000000")
            link.endheaders(b'{"name":"' + b"x" * 990_000)
            held.append(link)

    def ask() -> None:
        # No item at all, so that nothing of it stays where there is room yet.
        status, _ = nodes.ask(who, "/api/things", {"none": "x" * 100_000})
        # What was held is given up after a while.
        if status not in (0, 503):
            for link in held:
                link.close()
            held.clear()
        try:
            hold()
        except OSError:
            pass

    with Again(ask, 0.2):
        yield
    for link in held:
        link.close()


def connections_held(nodes: Members) -> Faulty:
    who = nodes.follower()
    held: list[socket.socket] = []
    # No more than seven of eight places go to one address.
    for own, count in (("127.0.0.1", 44), ("127.0.0.2", 14)):
        for _ in range(count):
            plain = socket.create_connection(("127.0.0.1", nodes.port + who - 1), 10, (own, 0))
            link = nodes.trust.wrap_socket(plain, server_hostname="127.0.0.1")
            link.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            held.append(link)
    yield
    for link in held:
        link.close()


def processor_taken(nodes: Members) -> Faulty:
    who = nodes.leader()

    def pulse() -> None:
        time.sleep(0.05)
        nodes.signal(who, signal.SIGSTOP)
        time.sleep(0.15)
        nodes.signal(who, signal.SIGCONT)

    with Again(lambda: nodes.load(who, 24, 2).wait()), Again(pulse):
        yield


def certificate_ends(nodes: Members) -> Faulty:
    who = nodes.follower()
    nodes.certify(who, 5)
    nodes.signal(who, signal.SIGHUP)
    yield
    nodes.certify(who, 365)
    nodes.signal(who, signal.SIGHUP)


def log_unread(nodes: Members) -> Faulty:
    who = nodes.follower()
    nodes.readers[who].send_signal(signal.SIGSTOP)

    def knock() -> None:
        # A hello that is none fails the handshake, and that is a line of the log.
        try:
            with socket.create_connection(("127.0.0.1", nodes.port + who - 1), 10) as link:
                link.sendall(b"\x16\x03\x01\x00\x10" + bytes(16))
                link.recv(100)
        except OSError:
            pass

    with ExitStack() as strangers:
        for _ in range(24):
            strangers.enter_context(Again(knock))
        yield
    nodes.readers[who].send_signal(signal.SIGCONT)


def restarts(nodes: Members) -> Faulty:
    who = nodes.follower()
    for _ in range(4):
        # So long that it is seen to have run.
        until("it runs for a while", lambda: nodes.status(who).get("uptime_ms", 0) > 4000)
        nodes.restart(who)
    yield


class Case(NamedTuple):
    alerts: list[str]
    how: str
    fault: Fault
    trouble: str = ""  # what some node's /status calls it


CASES = [
    Case(["LithairNodeDown", "LithairMemberUnreachable"], "a follower is killed", member_killed),
    Case(
        ["LithairMajorityLost", "LithairNoLeader", "LithairNotReady", "LithairErrors"],
        "both followers are killed, and clients go on asking",
        majority_killed,
    ),
    Case(["LithairMajorityLost"], "all nodes are killed", all_killed),
    Case(
        ["LithairElectionsOften"], "whoever leads is stopped until another one does", leaders_paused
    ),
    Case(["LithairMemberLags"], "a follower is stopped under load", member_paused),
    Case(
        ["LithairApplyLags"],
        "syncs of a follower's state take 10 s, under load",
        state_disk_stalls,
    ),
    Case(["LithairTrouble"], "a follower's disk is full", disk_full, "is full"),
    Case(["LithairTrouble"], "the disk of its backups is full", backups_full, "backups fail"),
    Case(["LithairTrouble"], "a follower's disk fails (EIO)", disk_fails, "out of service"),
    Case(["LithairSlowDisk", "LithairSlowCommits"], "syncs of all logs take 700 ms", disks_slow),
    Case(["LithairRefusesForRoom"], "uploads hold all the memory that bodies may", uploads_held),
    Case(["LithairConnectionsFull"], "58 of 60 connections are held", connections_held),
    Case(
        ["LithairLoopBlocked"],
        "the leader gets no processor for 150 ms, again and again",
        processor_taken,
    ),
    Case(
        ["LithairCertificateEnds"],
        "a certificate that ends in 5 days is put in place",
        certificate_ends,
    ),
    Case(["LithairLogLinesLost"], "nobody reads the log, and strangers knock", log_unread),
    Case(["LithairRestarts"], "a follower is killed and started four times", restarts),
    Case(["LithairTrouble"], "items reach `--map-size`", map_full, "--map-size"),
]

NOT_CAUSED = {"LithairDiverged": "it takes a fault of memory, of a disk or of the program"}
