"""make realdata: every statement that has an expected result, through app and worker, against it.

`--data FOLDER` holds statements/. Prints a table and a JSON summary, and with --write puts the
table between the markers of docs/formats.md: figures and file names only. Compared are the number
of rows, all amounts, all days (or times), the directions that are told, and the verdict: refused
or read. Exits 1 where a difference has no known reason.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import expectations as e
from differences import reason_for
from fakes import Client, Clock

from ingest_service.app import MIGRATIONS, create_app, create_worker
from ingest_service.config import Config
from servicekit.sqlite import migrate, open_engine
from servicekit.testing import TokenMint

_ROOT = Path(__file__).resolve().parents[3]
_BEGIN, _END = "<!-- realdata: begin -->", "<!-- realdata: end -->"


@dataclass
class Ours:
    """What the service made of a statement."""

    status: str
    profile: str
    code: str
    counts: dict[str, int]
    items: list[Any]

    @property
    def refused(self) -> bool:
        """Whether the file, or a row of it, was not taken as it is."""
        unread = self.status in {"failed", "refused", "needs_mapping", "needs_password"}
        return unread or self.counts.get("failed", 0) > 0

    def text(self) -> str:
        """One cell of the table."""
        counts = "/".join(str(self.counts.get(n, 0)) for n in ("success", "ignored", "failed"))
        told = f" {self.code}" if self.code else ""
        return f"{self.profile or '-'}: {self.status} {counts}{told}"


class Service:
    """An ingest service on a folder of its own; every statement goes to a user of its own."""

    def __init__(self, folder: Path) -> None:
        config = Config(data_dir=folder, auth_url="http://auth.invalid")
        migrate(database_path=config.database_path, migrations_dir=MIGRATIONS)
        engine = open_engine(config.database_path)
        mint, clock = TokenMint(), Clock(dt.datetime(2024, 6, 1, tzinfo=dt.UTC))
        app = create_app(config, clock=clock, jwks=mint.jwks, engine=engine)
        worker = create_worker(config, clock=clock, engine=engine)
        self._client = Client(app, worker, mint, locale="en")
        self._users = 0

    def take(self, path: Path, *, time_zone: str) -> Ours:
        """Imports the statement for a new user and reads it back."""
        self._users += 1
        client = self._client.as_user(str(self._users), locale="en")
        response = client.upload(path.read_bytes(), path.name, time_zone=time_zone)
        body = response.get_json()
        if response.status_code != 202:
            return Ours("refused", "", str(body.get("type", "")).rpartition("/")[2], {}, [])
        client.work()
        record = client.json(body["location"])
        counts = {
            name: record[f"rows_{name}"]
            for name in ("total", "success", "duplicate", "ignored", "failed")
        }
        code = (record.get("error") or {}).get("code", "")
        return Ours(record["status"], record["profile"] or "", code, counts, client.expenses())


@dataclass
class Case:
    """A statement, where it comes from, and what it should become."""

    path: Path
    name: str
    expected: e.Expected | None
    time_zone: str
    without: str = ""


def cases(folder: Path) -> Iterator[Case]:
    """All statements of the folder in a fixed order."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = str(path.relative_to(folder))
        if path.suffix in {".json", ".yml", ".yaml", ".beancount", ".ledger", ".conf", ".zip"}:
            continue
        group = name.partition("/")[0]
        if group == "ezbookkeeping":
            yield _of_ezbookkeeping(path, name)
        elif group == "double-entry-generator":
            ledger = next(path.parent.glob("*.beancount"), None)
            expected = e.from_ledger(ledger) if ledger else None
            yield Case(path, name, expected, "Asia/Shanghai", "no ledger beside it")
        elif group in {"mt940", "camt"}:
            beside = path.with_suffix(".yml" if group == "mt940" else ".json")
            read = e.from_mt940 if group == "mt940" else e.from_camt
            expected = read(beside) if beside.exists() else None
            yield Case(path, name, expected, "UTC", "no transaction is expected of it")
        elif group == "bank2ynab":
            yield _of_bank2ynab(path, name, folder / group)
        elif path.suffix.lower() in {".ofx", ".qfx", ".qif"}:
            read_tags = e.from_qif_lines if path.suffix.lower() == ".qif" else e.from_ofx_tags
            broken = path.name in {"date_missing.ofx", "decimal_error.ofx"}
            expected = e.Expected(error="named errors") if broken else read_tags(path)
            yield Case(path, name, expected, "UTC")
        else:
            yield Case(path, name, None, "UTC", "no expected result stands beside it")


def _of_ezbookkeeping(path: Path, name: str) -> Case:
    beside = path.with_name(path.name + ".expect.json")
    expected = e.from_ezbookkeeping(beside) if beside.exists() else None
    says = expected and (expected.error or expected.rows is not None)
    return Case(path, name, expected if says else None, "UTC", "its test says nothing about rows")


def _of_bank2ynab(path: Path, name: str, folder: Path) -> Case:
    for pattern, section in e.layouts(folder):
        if pattern.match(path.name) and (expected := e.from_layout(path, section)):
            return Case(path, name, expected, "UTC")
    return Case(path, name, None, "UTC", "no layout of the configuration reads rows of it")


def difference(ours: Ours, expected: e.Expected) -> str:
    """What differs, "" where all that is said agrees."""
    if expected.error is not None:
        return "" if ours.refused else "read, refusal expected"
    if expected.rows == 0:
        return "" if ours.counts.get("success", 0) == 0 else "rows where none are expected"
    if ours.status in {"refused", "failed", "needs_mapping"} and ours.counts.get("success", 0) == 0:
        return f"not read ({ours.code or ours.status})"
    ignored = ours.counts["ignored"]
    # Others leave out, or keep, what we count as ignored (balances) or as repeated in the file.
    stored = ours.counts["success"]
    taken = {stored, stored + ignored, stored + ignored + ours.counts["duplicate"]}
    found = []
    if expected.rows is not None and expected.rows not in taken:
        found.append(f"rows {stored}, expected {expected.rows}")
    places = {"JPY": 0, "KRW": 0, "HUF": 2}
    amounts = Counter(e.minor(i["amount"], places.get(i["currency"], 2)) for i in ours.items)
    if len(list((expected.amounts - amounts).elements())) > ignored:
        found.append("amounts")
    times = Counter(_moment(item, expected) for item in ours.items)
    if len(list((expected.times - times).elements())) > ignored:
        found.append("days")
    kinds = Counter(item["direction"] for item in ours.items)
    missing = list((expected.kinds - kinds).elements())
    if len(missing) > ignored + kinds["refund"] + kinds["neutral"]:
        found.append("directions")
    return ", ".join(found)


def _moment(item: Any, expected: e.Expected) -> str:
    if any("T" in time for time in expected.times):
        moment = dt.datetime.fromisoformat(item["time"]).astimezone(dt.UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S")
    return str(item["local_date"])


def run(folder: Path) -> tuple[list[list[str]], dict[str, Any], list[str]]:
    """The lines of the table, the summary, and the statements that cannot be compared."""
    lines, apart = [], []
    summary: dict[str, Any] = {"files": 0, "agree": 0, "differ": []}
    with tempfile.TemporaryDirectory() as name:
        service = Service(Path(name))
        for case in cases(folder):
            ours = service.take(case.path, time_zone=case.time_zone)
            if case.expected is None:
                apart.append(f"`{case.name}`: {case.without}; ours: {ours.text()}")
                continue
            differs = difference(ours, case.expected)
            reason = reason_for(case.name, differs) if differs else ""
            told = case.expected.error or f"{case.expected.rows} rows"
            verdict = (
                f"differs: {differs}. {reason or 'No reason known yet.'}" if differs else "agrees"
            )
            lines.append([f"`{case.name}`", ours.text(), told, verdict])
            summary["files"] += 1
            summary["agree"] += not differs
            if differs:
                summary["differ"].append(
                    {"file": case.name, "ours": f"{ours.text()} ({differs})", "expected": told,
                     "reason": reason}
                )  # fmt: skip
    return lines, summary, apart


def _table(lines: list[list[str]]) -> str:
    head = ["file", "ours: profile, status, success/ignored/failed", "expected", "verdict"]
    rules = ["---"] * len(head)
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, rules, *lines])


def write_docs(path: Path, text: str) -> None:
    """Puts the text between the markers."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(_BEGIN)
    after = rest.partition(_END)[2]
    path.write_text(f"{before}{_BEGIN}\n{text}\n{_END}{after}", encoding="utf-8")


def main() -> int:
    """The exit status: 1 where a difference has no reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write docs/formats.md too")
    given = parser.parse_args()
    lines, summary, apart = run(given.data / "statements")
    table = _table(lines)
    told = f"{summary['agree']} of {summary['files']} agree."
    listed = "\n".join(f"- {line}" for line in apart)
    sys.stdout.write(f"{table}\n\nNot compared:\n{listed}\n\n{told}\n")
    sys.stdout.write(json.dumps(summary, ensure_ascii=False) + "\n")
    if given.write:
        differing = _table([line for line in lines if line[3] != "agrees"])
        by_group = Counter(line[0].strip("`").split("/")[0] for line in lines)
        good = Counter(line[0].strip("`").split("/")[0] for line in lines if line[3] == "agrees")
        groups = "\n".join(f"| {name} | {by_group[name]} | {good[name]} |" for name in by_group)
        text = (
            f"{told}\n\n| from | files | agree |\n| --- | --- | --- |\n{groups}\n\n"
            f"Those that differ, and why:\n\n{differing}\n\nNot compared, and why:\n\n{listed}"
        )
        write_docs(_ROOT / "docs" / "formats.md", text)
    return int(any(not one["reason"] for one in summary["differ"]))


if __name__ == "__main__":
    sys.exit(main())
