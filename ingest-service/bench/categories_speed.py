"""What the category model costs an import: the same file with it and without.

Rows of payees that no rule knows and that name no category, so that the model is asked about
every one. `usual`: 5,000 payees and 10,000 notes; `worst`: every row has texts of its own. In one
process, whose CPU seconds are counted. Prints JSON and a readable line.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import logging
import random
import tempfile
import time
from pathlib import Path

from ingest_service import app as wiring
from ingest_service.config import Config
from ingest_service.domain.category_scoring import judge_for
from ingest_service.usecases import run_import
from servicekit.logs import configure_logs
from servicekit.sqlite import migrate, open_engine
from servicekit.testing import TokenMint

_KINDS = ("五金", "农资", "印务", "琴房", "画室", "Lumber", "Optics", "Dairy Farm")


def _nobody(*_models: object) -> None:
    """In place of judge_for(): imports without a model."""


def statement(rows: int, *, worst: bool) -> bytes:
    """A bank's export without categories."""
    rng = random.Random(11)
    lines = ["time,amount,merchant,note,direction"]
    moment = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    for number in range(rows):
        moment += dt.timedelta(seconds=rng.randint(1, 90))
        payee = number if worst else rng.randint(1, 5_000)
        note = number if worst else rng.randint(1, 10_000)
        name = (
            f"{chr(0x4E00 + payee % 6_000)}{chr(0x4E00 + payee // 7 % 6_000)}{rng.choice(_KINDS)}"
        )
        cells = (f"{moment:%Y-%m-%d %H:%M:%S}", f"{rng.randint(100, 99_999) / 100:.2f}", name)
        lines.append(",".join((*cells, f"货号{chr(0x4E00 + note % 9_000)}{note}", "expense")))
    return "\n".join(lines).encode()


def import_cpu_s(data: bytes, *, judged: bool) -> tuple[float, int]:
    """CPU seconds of the worker's import of a file, and how many rows the model decided."""
    with tempfile.TemporaryDirectory() as name:
        config = Config(data_dir=Path(name), auth_url="http://auth.invalid")
        migrate(database_path=config.database_path, migrations_dir=wiring.MIGRATIONS)
        engine = open_engine(config.database_path)
        mint = TokenMint()
        # The one thing that varies between the two runs.
        setattr(run_import, "judge_for", judge_for if judged else _nobody)  # noqa: B010
        client = wiring.create_app(config, jwks=mint.jwks, engine=engine).test_client()
        worker = wiring.create_worker(config, engine=engine)
        form = {"file": (io.BytesIO(data), "bank.csv")}
        headers = mint.headers("1")
        client.post("/data/import", data=form, headers=headers)
        started = time.process_time()
        worker.run_once()
        seconds = time.process_time() - started
        query = {"category_source": "model"}
        decided = client.get("/expenses/count", query_string=query, headers=headers).get_json()
        engine.dispose()
        return seconds, decided["count"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    configure_logs(service="bench", level="ERROR")
    logging.disable(logging.INFO)
    result: dict[str, object] = {"rows": rows}
    import_cpu_s(statement(1_000, worst=False), judged=True)
    for name in ("usual", "worst"):
        data = statement(rows, worst=name == "worst")
        without, _ = import_cpu_s(data, judged=False)
        with_model, decided = import_cpu_s(data, judged=True)
        result[name] = {
            "without_s": round(without, 2),
            "with_s": round(with_model, 2),
            "ratio": round(with_model / without, 3),
            "decided": decided,
        }
        print(f"{name}: {without:.1f} s without, {with_model:.1f} s with the model")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
