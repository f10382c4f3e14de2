"""Start time, memory and latency of the model server with the shipped model.

python forecast-service/model-server/bench/measure.py
"""

import json
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

import requests

MODELS = Path(__file__).resolve().parents[2] / "baseline" / "spending"
REPEATS = {1: 50, 1000: 8}


def main() -> None:
    """Print one JSON object and one readable line."""
    ports = [_free_port(), _free_port()]
    command = [
        *(sys.executable, "-m", "model_server", "--bind_address=127.0.0.1"),
        *(f"--port={ports[0]}", f"--rest_api_port={ports[1]}"),
        *("--model_name=spending", f"--model_base_path={MODELS}"),
    ]
    started = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_for(ports[1], process)
        figures: dict[str, object] = {"start_s": round(time.perf_counter() - started, 2)}
        figures["at_rest"] = _memory_mb(process.pid)
        url = f"http://127.0.0.1:{ports[1]}/v1/models/spending"
        figures["latency_ms"] = {rows: _latency(url, rows) for rows in REPEATS}
        figures["after_requests"] = _memory_mb(process.pid)
    finally:
        process.terminate()
        process.wait()
    print(json.dumps(figures))
    print(f"open after {figures['start_s']} s, at rest {figures['at_rest']}")


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    raise SystemExit("the server did not start")


def _latency(url: str, rows: int) -> dict[str, float]:
    columns = _calendar_columns(url)
    body = json.dumps(
        {
            "inputs": {
                "history": [[float((7 * day) % 97) for day in range(112)]] * rows,
                "mask": [[1.0] * 112] * rows,
                "calendar": [[[0.0] * columns] * 28] * rows,
            }
        }
    )
    times = []
    with requests.Session() as session:
        for _ in range(REPEATS[rows]):
            started = time.perf_counter()
            session.post(f"{url}:predict", data=body, timeout=60).raise_for_status()
            times.append(1000 * (time.perf_counter() - started))
    return {"first": round(times[0], 1), "median": round(statistics.median(times), 1)}


def _calendar_columns(url: str) -> int:
    metadata = requests.get(f"{url}/metadata", timeout=60).json()["metadata"]
    signature = metadata["signature_def"]["signature_def"]["serving_default"]
    return int(signature["inputs"]["calendar"]["tensor_shape"]["dim"][-1]["size"])


def _memory_mb(pid: int) -> dict[str, int]:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    names = {"VmRSS": "resident", "RssAnon": "private"}
    return {name: int(lines[key].split()[0]) // 1024 for key, name in names.items()}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
