"""Golden contracts: the JSON shapes that cross a service boundary (tests only).

A contract file is {"example": <payload>, "nullable": [...], "optional": [...], "maps": [...]}.
Paths are written like items[].lat; "maps" names objects whose keys are data.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class ContractBroken(AssertionError):  # noqa: N818 - reads as the state it reports
    """A payload is not of the agreed shape."""


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "null"),
    (bool, "boolean"),
    ((int, float), "number"),
    (str, "string"),
    (Mapping, "object"),
    (list, "array"),
)


@dataclass(frozen=True, slots=True)
class _Contract:
    name: str
    nullable: frozenset[str]
    optional: frozenset[str]
    maps: frozenset[str]


def contracts_dir() -> Path:
    """The folder of contract files: CONTRACTS_DIR, else tests/contracts of this checkout."""
    named = os.environ.get("CONTRACTS_DIR")
    return Path(named) if named else Path(__file__).resolve().parents[4] / "tests" / "contracts"


def load_contract(name: str) -> dict[str, Any]:
    """The whole contract file of this name, such as "analytics/trend"."""
    path = contracts_dir() / f"{name}.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def contract_example(name: str) -> Any:
    """The example payload of a contract, for fakes of the neighbour that answers it."""
    return load_contract(name)["example"]


def assert_matches_contract(payload: object, name: str) -> None:
    """Check keys and JSON types of a payload against a contract, all the way down.

    Raises:
        ContractBroken: Says where, and what stands there.
    """
    document = load_contract(name)
    contract = _Contract(
        name=name,
        nullable=frozenset(document.get("nullable", ())),
        optional=frozenset(document.get("optional", ())),
        maps=frozenset(document.get("maps", ())),
    )
    _compare(payload, document["example"], path="", contract=contract)


def _compare(value: object, example: object, *, path: str, contract: _Contract) -> None:
    if value is None and path in contract.nullable:
        return
    if example is None:
        if value is not None and path not in contract.nullable:
            raise _broken(contract, path, "should be null")
        return
    if _kind(value) != _kind(example):
        raise _broken(contract, path, f"is {_kind(value)}, should be {_kind(example)}")
    if isinstance(value, Mapping) and isinstance(example, Mapping):
        _compare_objects(value, example, path=path, contract=contract)
    elif isinstance(value, list) and isinstance(example, list) and example:
        for item in value:
            _compare(item, example[0], path=f"{path}[]", contract=contract)


def _compare_objects(
    value: Mapping[str, Any], example: Mapping[str, Any], *, path: str, contract: _Contract
) -> None:
    if path in contract.maps or not example:
        for item in value.values():
            for first in list(example.values())[:1]:
                _compare(item, first, path=f"{path}.*", contract=contract)
        return
    prefix = f"{path}." if path else ""
    missing = {k for k in example.keys() - value.keys() if prefix + k not in contract.optional}
    unknown = value.keys() - example.keys()
    if missing or unknown:
        text = f"lacks {sorted(missing)}" if missing else f"has unknown {sorted(unknown)}"
        raise _broken(contract, path, text)
    for key, item in value.items():
        _compare(item, example[key], path=prefix + key, contract=contract)


def _kind(value: object) -> str:
    # bool before numbers: Python counts True as an int, JSON does not.
    for types, name in _KINDS:
        if isinstance(value, types):
            return name
    return type(value).__name__


def _broken(contract: _Contract, path: str, text: str) -> ContractBroken:
    return ContractBroken(f"{contract.name}: {path or 'the payload'} {text}")
