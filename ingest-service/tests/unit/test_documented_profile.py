"""The example of docs/add-a-profile.md, run as it stands there."""

from __future__ import annotations

import importlib.util
import io
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ingest_service.domain import statement
from ingest_service.domain.models import RowError
from ingest_service.domain.normalise import Reading
from ingest_service.domain.profiles import all_profiles, recognise
from servicekit.money import exponent

_PAGE = Path(__file__).parents[3] / "docs" / "add-a-profile.md"
_OPTIONS = statement.StatementOptions(Reading("UTC", "CNY", exponent), None, "en")


def _block(kind: str) -> str:
    pattern = rf"^```\w+ {kind}\n(.*?)^```"
    found = re.search(pattern, _PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_documented_example_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "canteen.py"
    path.write_text(_block("profile"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("canteen", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    among = (*all_profiles(), module.PROFILE)

    def with_example(sample: Any, **options: Any) -> Any:
        return recognise(sample, **{**options, "among": among})

    monkeypatch.setattr(statement, "recognise", with_example)

    def read(data: bytes) -> tuple[str, pd.DataFrame, list[RowError]]:
        chunks = list(statement.read_statement(io.BytesIO(data), _OPTIONS))
        rows = pd.concat([chunk.rows for chunk in chunks])
        return chunks[0].profile_id, rows, [error for chunk in chunks for error in chunk.errors]

    names: dict[str, Any] = {"read": read, "FIXTURE": _block("fixture").encode()}
    exec(compile(_block("test"), str(_PAGE), "exec"), names)  # noqa: S102 - the project's own page
    names["test_the_canteen_card_reads_meals_and_top_ups"]()
