import json
from pathlib import Path

import pytest

from servicekit.contracts import ContractBroken, assert_matches_contract, contract_example

EXAMPLE = {
    "items": [{"id": "1", "amount": 1.5, "lat": 31.2, "note": "早餐"}],
    "counts": {"USD": 2},
    "prefs": {},
    "next_cursor": None,
}


@pytest.fixture(autouse=True)
def contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = {
        "example": EXAMPLE,
        "nullable": ["items[].lat", "next_cursor"],
        "optional": ["items[].note"],
        "maps": ["counts"],
    }
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "list.json").write_text(json.dumps(document))
    monkeypatch.setenv("CONTRACTS_DIR", str(tmp_path))


def payload(**item: object) -> dict[str, object]:
    return {
        "items": [{"id": "2", "amount": 3, "lat": None, **item}],
        "counts": {"JPY": 5, "EUR": 1},
        "prefs": {"any": [1, "thing"]},
        "next_cursor": "abc",
    }


def test_the_example_matches_itself() -> None:
    assert_matches_contract(contract_example("x/list"), "x/list")


def test_allowed_differences_pass() -> None:
    assert_matches_contract(payload(), "x/list")
    assert_matches_contract({**payload(), "items": []}, "x/list")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (payload(id=2), "items\\[\\].id is number"),
        (payload(id=None), "is null"),
        (payload(extra=1), "unknown \\['extra'\\]"),
        (payload(amount=True), "is boolean"),
        ({**payload(), "counts": {"JPY": "5"}}, "counts.\\* is string"),
        ({"items": []}, "lacks"),
        ([], "the payload is array"),
    ],
)
def test_differences_are_named(broken: object, message: str) -> None:
    with pytest.raises(ContractBroken, match=message):
        assert_matches_contract(broken, "x/list")
