"""Every file of the corpus comes to the end that tests/corpus/expected.json tells, and no other.

    WRITE_EXPECTED=1 .venv/bin/pytest ingest-service/tests/integration/test_bad_files.py

writes that file anew, to be read before it is committed. Time and memory are measured by
bench/bad_files.py; here each process merely may not take more than MEMORY_MIB on top.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from corpus import bad_files
from corpus.model import csv_text, good_rows, of_text
from corpus.sending import leftovers, send
from live import running

from servicekit.testing import TokenMint

pytestmark = pytest.mark.integration
# 230 MB that a worker loads once (libraries' pools, the classifier), and 300 MB for a file.
MEMORY_MIB = 560
EXPECTED = Path(__file__).parents[1] / "corpus" / "expected.json"
_SETTLED = {"refused", "failed", "partial", "succeeded", "needs_mapping", "needs_password"}


def test_every_bad_file_comes_to_its_end_and_the_service_goes_on(
    tmp_path: Path, mint: TokenMint
) -> None:
    outcomes = {}
    with running(tmp_path, mint, memory_mib=MEMORY_MIB) as live:
        processes = live.processes()
        for user_id, file in enumerate(bad_files(), start=1):
            result = send(live, file, user_id=user_id, folder=tmp_path)
            outcomes[file.name] = result.outcome()
            assert result.http_status < 500, file.name
            assert result.verdict in _SETTLED, file.name
            assert (
                result.verdict in {"succeeded", "needs_password"}
                or result.code
                or (result.failed or result.ignored or result.verdict == "needs_mapping")
            ), f"{file.name} failed without a reason"
            assert result.sentence or not result.code, f"{file.name} failed without a sentence"
            assert list(leftovers(live)) == [], file.name
        good = of_text("good.csv", csv_text(good_rows()))
        assert send(live, good, user_id=1_000_000, folder=tmp_path).stored == len(good_rows())
        assert live.processes() == processes, "a process was lost on the way"
    if os.environ.get("WRITE_EXPECTED"):
        lines = [f" {json.dumps(name)}: {json.dumps(told)}" for name, told in outcomes.items()]
        EXPECTED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    assert len(outcomes) >= 200
    assert outcomes == json.loads(EXPECTED.read_text(encoding="utf-8"))
