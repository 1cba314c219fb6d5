"""run.py LANGUAGE WORK LITHAIR_NODE: makes the client of LANGUAGE from a cluster, checks its types,
and drives the cluster with it: by the commands of its README, while leaders are killed and
connections cut, and through all it can."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from nodes import PATIENCE, Cluster, ask
from story import Story

SOURCE = Path(__file__).resolve().parents[2]
LANGUAGE, WORK, NODE = sys.argv[1], Path(sys.argv[2]).resolve(), sys.argv[3]
GENERATE = str(SOURCE / "apps/clients/generate")
ROUNDS = ("kill", "pause", "kill", "kill")
WRITERS = 8
FAULTS: list[str] = []
BEGAN = time.monotonic()


def expect(good: bool, what: str) -> None:
    if not good:
        FAULTS.append(what)
        print(f"BAD   {what}", flush=True)


def say(what: str) -> None:
    print(f"good  {time.monotonic() - BEGAN:5.1f} s  {what}", flush=True)


def run(words: list[str], folder: Path, **variables: str) -> str:
    """What a command says; raises what it said where it fails."""
    done = subprocess.run(
        words,
        cwd=folder,
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=3 * PATIENCE,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{words} in {folder}: {done.returncode}\n{done.stdout}")
    return done.stdout


class TypeScript:
    suffix = "ts"

    def __init__(self, made: Path) -> None:
        self.made = made / "typescript"
        self.stories = WORK / "stories"

    def check(self) -> None:
        """The client under tsc was made already; those who use it are held to as much."""
        modules = self.stories / "node_modules"
        modules.mkdir(parents=True, exist_ok=True)
        for name, place in (
            ("lithair-client", self.made),
            ("@types", self.made / "node_modules/@types"),
        ):
            (modules / name).unlink(missing_ok=True)
            (modules / name).symlink_to(place)
        (self.stories / "package.json").write_text('{ "type": "module" }')
        for each in SOURCE.glob("test/clients/*.ts"):
            (self.stories / each.name).write_text(each.read_text())
        quick = blocks("typescript", "quick.mjs")
        (self.stories / "quick.ts").write_text(quick[0])
        (self.stories / "tsconfig.json").write_text(
            json.dumps(
                {
                    "extends": str(self.made / "tsconfig.json"),
                    "compilerOptions": {"outDir": "built", "rootDir": ".", "skipLibCheck": False},
                    "include": ["*.ts"],
                }
            )
        )
        run(["node", str(self.made / "node_modules/typescript/bin/tsc")], self.stories)
        say("tsc --strict finds nothing in the client, and in what uses it")

    def words(self, story: str) -> list[str]:
        return ["node", "--enable-source-maps", str(self.stories / f"built/{story}.js")]

    def variables(self) -> dict[str, str]:
        return {}


class Python:
    suffix = "py"

    def try_wheel(self) -> None:
        """As pip makes it (PEP 517); what is in it can be read as it is."""
        wheels = WORK / "wheels"
        shutil.rmtree(wheels, ignore_errors=True)
        wheels.mkdir()
        make = "import packing, sys; print(packing.build_wheel(sys.argv[1]))"
        run([sys.executable, "-c", make, str(wheels)], self.made)
        (wheel,) = wheels.iterdir()
        look = (
            "import importlib.metadata as m, lithair_client as c; "
            "assert m.version('lithair-client') == '1.0.0' and '.whl' in c.__file__; c.Client"
        )
        run([sys.executable, "-c", look], wheels, PYTHONPATH=str(wheel))
        say("a wheel of it is made with nothing else")

    def __init__(self, made: Path) -> None:
        self.made = made / "python"

    def check(self) -> None:
        stories = WORK / "stories"
        stories.mkdir(exist_ok=True)
        for name in ("storm.py", "tour.py", "telling.py"):
            (stories / name).write_text((SOURCE / "test/clients" / name).read_text())
        (stories / "quick.py").write_text(blocks("python", "quick.py")[0])
        os.environ["PYTHONPATH"] = str(self.made)
        run([sys.executable, "-W", "error", "-m", "compileall", "-q", "."], self.made)
        self.try_wheel()
        checker = WORK / "node_modules/pyright/index.js"
        if not checker.exists():
            print("      pyright is not here: no types were checked", flush=True)
            return
        (WORK / "pyrightconfig.json").write_text(
            json.dumps(
                {
                    "typeCheckingMode": "strict",
                    "pythonVersion": "3.11",
                    "include": ["stories", str(self.made.relative_to(WORK)), "house"],
                    "extraPaths": [str(self.made.relative_to(WORK)), "house"],
                }
            )
        )
        house = WORK / "house"
        house.mkdir(exist_ok=True)
        for name in ("run.py", "nodes.py", "wires.py", "story.py"):
            (house / name).write_text((SOURCE / "test/clients" / name).read_text())
        run(["node", str(checker), "--pythonpath", sys.executable], WORK)
        say("pyright --strict finds nothing in the client, and in what uses it")

    def words(self, story: str) -> list[str]:
        return [sys.executable, "-X", "dev", str(WORK / f"stories/{story}.py")]


def blocks(language: str, mark: str) -> list[str]:
    """The fenced blocks of the client's README behind `<!-- MARK -->`."""
    text = (SOURCE / f"apps/clients/{language}/README.md").read_text()
    found = re.findall(rf"<!-- {re.escape(mark)} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert found, f"the README of {language} has no block {mark}"
    return found


def try_readme(language: str, cluster: Cluster) -> None:
    """As somebody who reads it does it, with the ports of the cluster."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "apps").symlink_to(SOURCE / "apps")
        if language == "typescript":
            # What was fetched once need not be fetched again.
            (folder / "clients/typescript").mkdir(parents=True)
            fetched = WORK / "made/typescript/node_modules"
            (folder / "clients/typescript/node_modules").symlink_to(fetched)
        program = "quick.mjs" if language == "typescript" else "quick.py"
        script = "set -e\n" + "".join(blocks(language, "run"))
        text = blocks(language, program)[0]
        for i, port in enumerate(cluster.ports):
            text = text.replace(str(8081 + i), str(port))
            script = script.replace(str(8081 + i), str(port))
        (folder / program).write_text(text)
        said = run(["bash", "-c", script], folder)
        expect("tea: 11 left" in said, f"the quick start says: {said}")
        say("the quick start of the README")


def storm(words: list[str], cluster: Cluster) -> None:
    """Writers and a follower, while leaders are killed or stand still, and all wires are cut now
    and then."""
    for each in cluster.wires:
        each.mode = "cutting"
    told = {"nodes": [f"127.0.0.1:{x.port}" for x in cluster.wires], "writers": WRITERS}
    story = Story([*words, json.dumps(told)], lambda _: None)
    try:
        for each in ROUNDS:
            story.await_more(60)
            gone = cluster.leader()
            cluster.pause(gone) if each == "pause" else cluster.kill(gone)
            story.await_more(60)
            cluster.resume(gone) if each == "pause" else cluster.start(gone)
            cluster.await_ready(gone)
        story.await_more(60)
        story.stop()
        report = story.report()
    finally:
        story.close()
    for each in cluster.wires:
        each.mode = "through"
    judge(report, cluster)


def judge(report: dict[str, Any], cluster: Cluster) -> None:
    for each in report["refused"]:
        expect(False, f"a call came to nothing: {each}")
    acknowledged = Counter[str](report["marks"])
    expect(max(acknowledged.values()) == 1, "the program made a mark twice by itself")
    for port in cluster.ports:
        there = Counter(all_names(port))
        expect(there == acknowledged, f"marks: {difference(there, acknowledged)}")
        for counter, value in report["counters"].items():
            item = ask(port, f"/api/counters/{counter}")
            expect(item["value"] == value["value"], f"{counter}: {item} instead of {value}")
            expect(item["total"] == value["total"], f"{counter}: {item} instead of {value}")
    told = Counter[str](name for _, name in report["events"])
    expect(told == acknowledged, f"events: {difference(told, acknowledged)}")
    places = [[int(x) for x in id.split(".")] for id, _ in report["events"]]
    expect(all(a[0] <= b[0] for a, b in zip(places, places[1:])), "events were told out of order")
    lost = sum(x.lost_answers for x in cluster.wires)
    cut = sum(x.cut_streams for x in cluster.wires)
    replayed = sum(x.replayed for x in cluster.wires)
    # Else nothing was tried.
    expect(
        lost > 0 and cut > 0 and replayed > 0, f"{lost} answers lost, {cut} streams cut, {replayed}"
    )
    changes = sum(x["value"] + x["total"] for x in report["counters"].values())
    say(
        f"{len(acknowledged)} creations and {changes} increments over {len(ROUNDS)} leaders gone, "
        f"each once; {lost} answers were lost, {replayed} told again; {cut} streams cut, "
        f"{len(told)} events told once"
    )


def all_names(port: int) -> list[str]:
    made: list[str] = []
    after = ""
    while True:
        page = ask(port, f"/api/marks?take=1000&total=false{after}")
        made += [x["name"] for x in page["data"]]
        if page["next"] is None:
            return made
        after = f"&after={page['next']}"


def difference(seen: Counter[str], wanted: Counter[str]) -> str:
    return f"too many {dict(seen - wanted)}, too few {dict(wanted - seen)}"


def tour(words: list[str], cluster: Cluster) -> None:
    """All that a client can do; the program asks for what is to befall it."""

    def order(x: dict[str, Any]) -> Any:
        which: list[int] = x.get("wires", [0, 1, 2])
        wires = [cluster.wires[i] for i in which]
        match x["what"]:
            case "mode":
                for each in wires:
                    each.mode = x["mode"]
                    each.turned_away = 0
            case "heads":
                return [each.last_head for each in wires]
            case "turned_away":
                return sum(each.turned_away for each in wires)
            case "hang_up":
                for each in wires:
                    each.close()
            case "listen":
                for each in wires:
                    each.listen()
            case "tls":
                return secure_node(cluster)
            case other:
                raise ValueError(other)
        return None

    told = {"nodes": [f"127.0.0.1:{x.port}" for x in cluster.wires]}
    story = Story([*words, json.dumps(told)], order)
    try:
        report = story.report()
    finally:
        story.close()
    for each in report["done"]:
        say(each)
    try_generate(cluster, report["token"])


def try_generate(cluster: Cluster, token: str) -> None:
    """What it says when it can't, and that it shows the token which the cluster has by now."""

    def said(*words: str, **variables: str) -> str:
        place = str(WORK / "none")
        try:
            run([GENERATE, words[0], place, *words[1:]], WORK, **variables)
        except RuntimeError as why:
            return str(why)
        return "done"

    node = f"127.0.0.1:{cluster.ports[0]}"
    shown = {"LITHAIR_TOKEN": token}
    gone = f"127.0.0.1:{cluster.spare_port + 1}"
    empty = WORK / "empty.json"
    empty.write_text('{"tags": [], "paths": {}}')
    for what, words in (
        (said(node, "python"), "does not tell its description"),
        (said(node, "python", **shown), "done"),
        (said(node, "cobol", **shown), "no client for cobol"),
        (said(gone, "python"), "does not tell its description"),
        (said(str(empty), "python"), "tells of no collection"),
    ):
        expect(words in what, f"generate says {what} and not: {words}")
    say("generate shows a token, and says what is wrong")


def secure_node(cluster: Cluster) -> dict[str, Any]:
    """A node alone that speaks HTTPS, with a certificate that is its own authority."""
    key, certificate = WORK / "tls.key", WORK / "tls.pem"
    words = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 "
        "-subj /CN=nodes -addext subjectAltName=IP:127.0.0.1"
    )
    run([*words.split(), "-keyout", str(key), "-out", str(certificate)], WORK)
    place = f"127.0.0.1:{cluster.spare_port}"
    cluster.run(9, ["--addr", place, "--tls-cert", str(certificate), "--tls-key", str(key)])
    return {"node": f"https://{place}", "ca": str(certificate)}


def main() -> int:
    seed = random.randrange(1 << 30)
    print(f"      chance begins with {seed}", flush=True)
    with tempfile.TemporaryDirectory() as place:
        models = Path(place) / "models.toml"
        shop = (SOURCE / "apps/examples/shop.toml").read_text()
        models.write_text(shop + (SOURCE / "test/clients/models.toml").read_text())
        cluster = Cluster(NODE, models, Path(place), seed)
        try:
            for i in range(3):
                cluster.start(i)
            for i in range(3):
                cluster.await_ready(i)
            made = WORK / "made"
            run([GENERATE, f"127.0.0.1:{cluster.ports[0]}", str(made), LANGUAGE], WORK)
            client = TypeScript(made) if LANGUAGE == "typescript" else Python(made)
            client.check()
            try_readme(LANGUAGE, cluster)
            storm(client.words("storm"), cluster)
            tour(client.words("tour"), cluster)
        except Exception as why:
            expect(False, f"{type(why).__name__}: {why}")
        finally:
            cluster.close()
        if FAULTS:
            print(cluster.logs())
    return 1 if FAULTS else 0


sys.exit(main())
