"""A real Prometheus that watches the nodes, by the rules that are shipped."""

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

from members import IDS, Members, begin, until

DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
SECONDS = {"s": 1, "m": 60, "h": 3600}


def shortened(rules: str) -> str:
    """Of `for:` and of ranges each minute becomes a second. All else stays as it is shipped."""

    def less(found: re.Match[str]) -> str:
        took = int(found[2]) * SECONDS[found[3]] * 1000 // 60
        return f"{found[1]}{took}ms{found[4]}"

    return re.sub(r"(\[|\bfor: )(\d+)([smh])(\]|$)", less, rules, flags=re.MULTILINE)


def program(source: Path) -> Path:
    for each in (source / ".deps/prometheus/usr/bin/prometheus", Path("/usr/bin/prometheus")):
        if each.exists():
            return each
    raise RuntimeError("there is no prometheus; .ci/packages gets it")


class Prometheus:
    def __init__(self, nodes: Members, port: int) -> None:
        place = nodes.place
        rules = (nodes.source / "apps/ops/alerts.yml").read_text()
        self.names = re.findall(r"- alert: (\w+)", rules)
        (place / "rules.yml").write_text(shortened(rules))
        targets = [nodes.addr(i) for i in IDS]
        often = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        # JSON is YAML, too.
        (place / "prometheus.yml").write_text(json.dumps({
            "global": often,
            "rule_files": ["rules.yml"],
            "scrape_configs": [{
                "job_name": "lithair",
                "scheme": "https",
                "tls_config": {"ca_file": "ca.pem"},
                "static_configs": [{"targets": targets}],
            }],
        }))  # fmt: skip
        self._at = f"http://127.0.0.1:{port}"
        words = [
            program(nodes.source), "--config.file", place / "prometheus.yml", "--storage.tsdb.path",
            place / "tsdb", "--web.listen-address", f"127.0.0.1:{port}", "--log.level", "warn",
        ]  # fmt: skip
        with (place / "prometheus.log").open("wb") as log:
            self._process = begin(words, stdout=log, stderr=log)
        until("Prometheus is ready", self._is_ready)

    def _get(self, path: str) -> Any:
        with DIRECTLY.open(self._at + path, timeout=10) as said:
            return json.load(said)["data"]

    def _is_ready(self) -> bool:
        try:
            up = self._get("/api/v1/query?query=up")["result"]
        except OSError:
            return False
        return len(up) == len(IDS)

    def firing(self) -> set[str]:
        alerts = self._get("/api/v1/alerts")["alerts"]
        return {x["labels"]["alertname"] for x in alerts if x["state"] == "firing"}

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()
