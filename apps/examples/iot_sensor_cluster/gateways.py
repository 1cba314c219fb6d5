#!/usr/bin/env python3
"""Gateways of a factory hall: each has sensors, and sends their readings to the node beside it, in batches.

    gateways.py [--rate 20000] [--seconds 10] [--gateways 24] [--batch 500] NODE...     NODE is HOST:PORT

A batch has a key, so it counts once however often it is sent. While the cluster can't take it (503, or no answer) it
waits in the node's own buffer, or in memory while there is no node either; whatever waits is sent as soon as it can be.
At the end it tells how much was sent, and how long batches took.
"""
import argparse
import http.client
import json
import random
import threading
import time


class Node:
    """One connection to a node."""

    def __init__(self, address):
        self.address, self.connection = address, None

    def ask(self, method, path, body=None, key=None):
        """Status and body; 0 where nobody answers."""
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.address, timeout=10)
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.connection = None
            return 0, b""


class Gateway(threading.Thread):
    def __init__(self, number, address, said):
        super().__init__()
        self.number, self.node, self.said = number, Node(address), said
        self.waiting = []  # [key, batch] that not even the node's buffer has
        self.sent = self.buffered = 0
        self.waits = False  # whether anything does, there or in the node's buffer
        self.took = []

    def run(self):
        batches = max(1, round(self.said.rate * self.said.seconds / self.said.gateways / self.said.batch))
        begun = time.monotonic()
        for n in range(batches):
            due = begun + n * self.said.seconds / batches
            time.sleep(max(0, due - time.monotonic()))
            key = f"{self.said.run}-{self.number}-{n}"
            batch = self.readings()
            # Behind what waits already, so that the oldest go first.
            if self.waits or not self.send(key, batch):
                self.keep(key, batch)
                self.empty_buffer(once=True)
        while self.waits and not self.empty_buffer(once=False):
            time.sleep(0.1)

    def readings(self):
        minute = time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime())
        return json.dumps([{"sensor": f"g{self.number}-s{random.randrange(20)}", "minute": minute,
                            "value": random.randrange(18_000, 24_000)} for _ in range(self.said.batch)])

    def send(self, key, batch):
        begun = time.monotonic()
        status, said = self.node.ask("POST", "/api/readings/_bulk", batch, key)
        if status in (0, 429, 503, 504):  # not now, or nobody knows: the same again does no harm
            return False
        if status != 201:
            raise SystemExit(f"gateways: {status} {said.decode()}")
        self.took.append(time.monotonic() - begun)
        self.sent += self.said.batch
        return True

    def keep(self, key, batch):
        self.waits = True
        status, _ = self.node.ask("POST", "/api/buffer", json.dumps({"id": key, "readings": json.loads(batch)}))
        if status in (201, 409):  # 409: it is there, and the answer was lost
            self.buffered += self.said.batch
        else:
            self.waiting.append((key, batch))

    def empty_buffer(self, once):
        """Sends what waits, or the oldest of it; whether nothing waits any more."""
        while self.waiting:
            key, batch = self.waiting[0]
            if not self.send(key, batch):
                return False
            self.waiting.pop(0)
        while True:
            mine = f"{self.said.run}-{self.number}-"
            status, page = self.node.ask("GET", f"/api/buffer?id=>={mine}&id=<{mine}~&take=1&total=false")
            if status != 200:
                return False
            found = json.loads(page)["data"]
            if not found:
                self.waits = False
                return True
            if not self.send(found[0]["id"], json.dumps(found[0]["readings"])):
                return False
            self.node.ask("DELETE", "/api/buffer/" + found[0]["id"])
            if once:
                return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=20_000, help="readings a second, of all gateways")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--gateways", type=int, default=24)
    parser.add_argument("--batch", type=int, default=500, help="readings in a batch")
    parser.add_argument("nodes", nargs="+", metavar="NODE")
    said = parser.parse_args()
    said.run = f"{random.randrange(1 << 48):012x}"
    begun = time.monotonic()
    gateways = [Gateway(n, said.nodes[n % len(said.nodes)], said) for n in range(said.gateways)]
    for each in gateways:
        each.start()
    for each in gateways:
        each.join()
    took = time.monotonic() - begun
    sent = sum(each.sent for each in gateways)
    waits = sorted(x for each in gateways for x in each.took)
    print(f"{sent} readings in {took:.1f} s: {sent / took:.0f}/s, of which {sum(x.buffered for x in gateways)} were in a "
          f"buffer; a batch of {said.batch} took {waits[len(waits) // 2] * 1000:.1f} ms, "
          f"at the 99th percentile {waits[len(waits) * 99 // 100] * 1000:.1f} ms")


main()
