"""kill -9 of any one process: it comes back, and nothing acknowledged is lost."""

import os
import signal
from pathlib import Path

import pytest
from conftest import Stack, new_user
from platform_client import PlatformClient, wait_for
from statements import household, statement

PROGRAMS = (
    "auth", "ingest", "ingest-worker", "analytics", "analytics-worker", "forecast",
    "forecast-worker", "report", "report-worker", "serving", "gateway",
)  # fmt: skip


def process_ids(stack: Stack) -> dict[str, int]:
    """Program name to process id, as `make status` prints them."""
    return {
        words[0].split(":")[-1]: int(words[words.index("pid") + 1].rstrip(","))
        for words in (
            line.split() for line in stack.make("status", must_succeed=False).splitlines()
        )
        if "RUNNING" in words and "pid" in words
    }


@pytest.mark.parametrize("program", PROGRAMS)
def test_killed_process_comes_back_and_nothing_is_lost(
    stack: Stack, tmp_path: Path, program: str
) -> None:
    client = new_user(stack.base_url)
    frame = household(rows=600)
    path = statement(frame, tmp_path, name="kill.csv", statement_format="platform")
    accepted = client.upload(path).json()
    victim = process_ids(stack)[program]
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: process_ids(stack).get(program), lambda pid: pid not in (None, victim))
    wait_for(lambda: _gives(client, "/healthz"), lambda status: status == 200)
    wait_for(lambda: _gives(client, f"/data/imports/{accepted['id']}"), lambda s: s == 200)
    result = client.finished(f"/data/imports/{accepted['id']}", {"queued", "running"})
    assert result["rows_success"] == len(frame)
    wait_for(
        lambda: _count(client), lambda count: count == len(frame[frame.direction == "expense"])
    )


def _gives(client: PlatformClient, path: str) -> int:
    try:
        return client.call("GET", path).status_code
    except OSError:  # the gateway itself is coming back
        return 0


def _count(client: PlatformClient) -> int:
    answer = client.call("GET", "/analytics/overview")
    return int(answer.json()["count"]) if answer.status_code == 200 else -1
