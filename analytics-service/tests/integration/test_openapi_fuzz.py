"""Made-up requests by the service's own OpenAPI document: whatever comes, no answer is a 5xx."""

from collections.abc import Callable

import pytest
import schemathesis
from factories import expense
from fakes import Ledger
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode

from servicekit.testing import TokenMint

EXAMPLES = 40
"""Requests of each kind for each operation, half of them against the document."""


@pytest.fixture
def operations(client: FlaskClient) -> list[APIOperation]:
    document = schemathesis.openapi.from_wsgi("/openapi.json", client.application)
    return [found.ok() for found in document.get_all_operations()]


def _ask(operation: APIOperation, headers: dict[str, str], mode: GenerationMode) -> list[int]:
    """The status codes of made-up requests."""
    seen: list[int] = []

    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Case) -> None:
        answer = case.call(headers=headers)
        seen.append(answer.status_code)
        case.validate_response(answer, checks=[not_a_server_error])

    run()
    return seen


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_makes_the_service_fail(
    operations: list[APIOperation],
    mode: GenerationMode,
    mint: TokenMint,
    ledger: Ledger,
    pull: Callable[[], None],
) -> None:
    ledger.put(*(expense(id=number, amount_minor=number * 321) for number in range(1, 60)))
    pull()

    codes = {op.label: set(_ask(op, mint.headers(), mode)) for op in operations}

    charts = {label for label in codes if label.startswith("GET /analytics/")}
    assert len(charts) >= 10
    if mode is GenerationMode.POSITIVE:
        assert all(200 in codes[label] for label in charts), codes
