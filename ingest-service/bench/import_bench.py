"""Rows per second from upload to committed, beside sqlite3's own .import of the same rows.

Starts the real web process (gunicorn) and the real worker on a folder of its own, uploads a
made-up Alipay statement, waits until the import is done, uploads the same rows under other bytes
(0 may be added), and prints JSON and a readable line.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import requests

from servicekit.testing import TokenMint

_MERCHANTS = [
    "兰州拉面",
    "瑞幸咖啡",
    "盒马鲜生",
    "滴滴出行",
    "中国移动",
    "美团外卖",
    "全家便利店",
    "某某文具店",
]
_SERVICE = Path(__file__).resolve().parents[1]
_HEADER = (
    "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,"
    "交易订单号,商家订单号,备注,"
)


def write_statement(path: Path, rows: int, *, preamble: str) -> None:
    """An Alipay statement in order of time, newest last."""
    rng = random.Random(7)
    with path.open("w", encoding="gb18030", newline="") as file:
        file.write(f"{preamble}\r\n------支付宝（中国）网络技术有限公司------\r\n{_HEADER}\r\n")
        moment = 1_577_836_800
        for number in range(rows):
            moment += rng.randint(1, 120)
            clock = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment))
            merchant = f"{rng.choice(_MERCHANTS)}{rng.randint(1, 500)}号店"
            file.write(
                f"{clock} ,餐饮美食,{merchant},/,商品{rng.randint(1, 9999)},支出,"
                f"{rng.randint(100, 99999) / 100:.2f},招商银行(1234),交易成功,"
                f"2024{number:024d}\t,M{number:020d}\t,,\r\n"
            )


def sqlite_import_s(path: Path, folder: Path) -> float:
    """Seconds of a bare executemany of all cells into one table with a unique index."""
    target = sqlite3.connect(folder / "plain.sqlite3")
    target.execute("PRAGMA journal_mode = WAL")
    target.execute(f"CREATE TABLE plain ({', '.join(f'c{n}' for n in range(13))}, UNIQUE (c9))")
    started = time.perf_counter()
    with path.open(encoding="gb18030", newline="") as file:
        lines = csv.reader(file)
        for _ in range(3):
            next(lines)
        with target:
            marks = ",".join("?" * 13)
            target.executemany(f"INSERT OR IGNORE INTO plain VALUES ({marks})", lines)  # noqa: S608 - marks
    seconds = time.perf_counter() - started
    target.close()
    return seconds


@contextlib.contextmanager
def running(
    folder: Path, mint: TokenMint
) -> Iterator[tuple[str, dict[str, subprocess.Popen[bytes]]]]:
    """The address of a live service and its two processes."""
    document = json.dumps(mint.jwks_document).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:  # type: ignore[override] # silent
            pass

    auth = HTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=auth.serve_forever, daemon=True).start()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    env = os.environ | {
        "DATA_DIR": str(folder / "data"),
        "AUTH_URL": f"http://127.0.0.1:{auth.server_port}",
        "BIND": bind,
        "LOG_LEVEL": "WARNING",
    }
    subprocess.run([sys.executable, "-m", "ingest_service.cli", "migrate"], env=env, check=True)
    gunicorn = [
        "-m",
        "gunicorn",
        "-c",
        "python:servicekit.gunicorn_conf",
        "ingest_service.wsgi:app",
    ]
    processes = {
        "web": subprocess.Popen([sys.executable, *gunicorn], env=env, cwd=_SERVICE),
        "worker": subprocess.Popen([sys.executable, "-m", "ingest_service.worker"], env=env),
    }
    try:
        _wait_ready(f"http://{bind}/readyz")
        yield f"http://{bind}", processes
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.wait(20)
        auth.shutdown()


def _wait_ready(url: str) -> None:
    for _ in range(200):
        with contextlib.suppress(requests.RequestException):
            if requests.get(url, timeout=2).ok:
                return
        time.sleep(0.1)
    raise RuntimeError("the service did not start")


def import_file(
    address: str, path: Path, headers: dict[str, str]
) -> tuple[float, dict[str, object]]:
    """Seconds from the first byte of the upload until the import is done, and the import."""
    started = time.perf_counter()
    with path.open("rb") as file:
        answer = requests.post(
            f"{address}/data/import", files={"file": file}, headers=headers, timeout=600
        )
    answer.raise_for_status()
    location = answer.json()["location"]
    while True:
        record = requests.get(address + location, headers=headers, timeout=60).json()
        if record["status"] not in {"queued", "running"}:
            return time.perf_counter() - started, record
        time.sleep(0.05)


def peak_mib(process: subprocess.Popen[bytes], *, children: bool) -> float:
    """The largest resident size so far, of the process or the largest of its children."""
    own = [process.pid]
    if children:
        text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        own = [int(pid) for pid in text.split()] or own
    found = 0.0
    for pid in own:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                found = max(found, int(line.split()[1]) / 1024)
    return round(found, 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    mint = TokenMint()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, second = folder / "one.csv", folder / "two.csv"
        write_statement(first, rows, preamble="导出信息：一")
        write_statement(second, rows, preamble="导出信息：二")
        plain_s = sqlite_import_s(first, folder)
        with running(folder, mint) as (address, processes):
            headers = mint.headers("1")
            seconds, record = import_file(address, first, headers)
            again_s, again = import_file(address, second, headers)
            web_before = peak_mib(processes["web"], children=True)
            feed_s, feed_bytes = pull_feed(address, mint)
            result = {
                "rows": rows,
                "seconds": round(seconds, 2),
                "rows_per_s": round(rows / seconds),
                "again_seconds": round(again_s, 2),
                "added_again": again["rows_success"],
                "sqlite_import_s": round(plain_s, 2),
                "ratio": round(seconds / plain_s, 1),
                "ratio_again": round(again_s / plain_s, 1),
                "feed_seconds": round(feed_s, 2),
                "feed_bytes": feed_bytes,
                "peak_mb": peak_mib(processes["worker"], children=False),
                "web_peak_mb": web_before,
                "web_peak_after_feed_mb": peak_mib(processes["web"], children=True),
            }
    print(json.dumps(result))
    print(
        f"{rows} rows in {seconds:.1f} s ({rows / seconds:.0f}/s), stored {record['rows_success']};"
        f" again {again_s:.1f} s, added {again['rows_success']}"
    )


def pull_feed(address: str, mint: TokenMint) -> tuple[float, int]:
    """Seconds and bytes of the whole feed in Arrow."""
    headers = mint.headers("", role="service", scopes=["changes:read"])
    headers["Accept"] = "application/vnd.apache.arrow.stream"
    started = time.perf_counter()
    with requests.get(
        f"{address}/internal/changes?limit=1000000", headers=headers, timeout=600, stream=True
    ) as answer:
        answer.raise_for_status()
        size = sum(len(block) for block in answer.iter_content(1 << 20))
    return time.perf_counter() - started, size


if __name__ == "__main__":
    main()
