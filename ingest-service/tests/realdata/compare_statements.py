"""make realdata: every statement that has an expected result, through app and worker, against it.

`--data FOLDER` holds statements/ and malformed/. Compared are the number of rows, every amount with
its day (or moment) and direction, and so the sums by direction; where a named error is expected,
that ours is for the same reason. Files without an expected result must be answered. Prints a table
and a JSON summary; `--write` puts the figures between the markers of docs/formats.md and the names
of the files that agree into agreed.txt: figures and names only, nothing of the files' text.

Exits 1 where a file that agreed no longer does, where one is not answered within 5 s and 300 MB,
and without `--check` also where a difference has no known reason.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cases import Case, cases
from differences import reason_for
from platform_run import Ours, Service
from verdicts import difference

_HERE = Path(__file__).resolve().parent
_DOCS = _HERE.parents[2] / "docs" / "formats.md"
_AGREED = _HERE / "agreed.txt"
_BEGIN, _END = "<!-- realdata: begin -->", "<!-- realdata: end -->"
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own below it
_MAX_S, _MAX_MB = 5.0, 300.0


@dataclass
class Line:
    """What became of one file."""

    case: Case
    ours: Ours
    differs: str = ""
    reason: str = ""

    @property
    def compared(self) -> bool:
        """Whether an expected result stands beside the file."""
        return self.case.expected is not None

    @property
    def agrees(self) -> bool:
        """Whether everything that is told agrees."""
        return self.compared and not self.differs

    @property
    def in_bounds(self) -> bool:
        """Whether the file was answered, in time and without too much memory."""
        cheap = self.ours.seconds <= _MAX_S and self.ours.grown_mb <= _MAX_MB
        return self.ours.answered and cheap


@dataclass
class Report:
    """All lines, and what is said of them."""

    lines: list[Line] = field(default_factory=list)

    @property
    def compared(self) -> list[Line]:
        """Those with an expected result."""
        return [line for line in self.lines if line.compared]

    @property
    def agreeing(self) -> list[str]:
        """The names of the files that agree."""
        return sorted(line.case.name for line in self.lines if line.agrees)

    def headline(self) -> str:
        """The count of agreements."""
        return f"{len(self.agreeing)} of {len(self.compared)} agree."

    def worse(self, agreed: list[str]) -> list[str]:
        """What got worse than in the list of names, or is out of bounds, one line each."""
        here = {line.case.name for line in self.lines}
        lost = sorted(set(agreed) & here - set(self.agreeing))
        beyond = [line for line in self.lines if not line.in_bounds]
        return [f"no longer agrees: {name}" for name in lost] + [
            f"out of bounds: {line.case.name}: {line.ours.text()}, {_cost(line)}" for line in beyond
        ]

    def unexplained(self) -> list[str]:
        """The differences that nobody has given a reason for, one line each."""
        return [
            f"no reason: {line.case.name}: {line.differs}"
            for line in self.lines
            if line.differs and not line.reason
        ]

    def summary(self) -> dict[str, Any]:
        """The figures for machines."""
        return {
            "files": len(self.lines),
            "compared": len(self.compared),
            "agree": len(self.agreeing),
            "answered": sum(line.ours.answered for line in self.lines),
            "slowest_cpu_s": round(max(line.ours.seconds for line in self.lines), 2),
            "grown_mb": round(max(line.ours.grown_mb for line in self.lines)),
            "reader_process_mb": _children_mb(),
            "differ": [
                {"file": line.case.name, "differs": line.differs, "reason": line.reason}
                for line in self.lines
                if line.differs
            ],
        }


def run(data: Path, *, only: str = "") -> Report:
    """Takes every file with this in its name and compares it."""
    report = Report()
    # In memory where that can be: what is measured is reading, not the disk's fsync.
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as name:
        service = Service(Path(name))
        for case in (case for case in cases(data) if only in case.name):
            ours = service.take(
                case.path,
                time_zone=case.time_zone,
                answer=case.answer,
                keep=case.keep,
            )
            line = Line(case, ours)
            if case.expected is not None:
                line.differs = difference(ours, case.expected)
                line.reason = reason_for(case.name, line.differs) if line.differs else ""
            report.lines.append(line)
    return report


def _children_mb() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def _cost(line: Line) -> str:
    return f"{line.ours.seconds:.2f} s, {line.ours.grown_mb:.0f} MB"


def table(head: list[str], lines: list[list[str]]) -> str:
    """A table in Markdown."""
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *lines])


def groups(report: Report) -> str:
    """One line for each origin: counts, the slowest file, the most memory."""
    lines = []
    for name in dict.fromkeys(line.case.group for line in report.lines):
        of = [line for line in report.lines if line.case.group == name]
        lines.append(
            [name, str(len(of)), str(sum(line.compared for line in of)),
             str(sum(line.agrees for line in of)), str(sum(line.ours.answered for line in of)),
             f"{max(line.ours.seconds for line in of):.2f}",
             f"{max(line.ours.grown_mb for line in of):.0f}"]
        )  # fmt: skip
    head = ["from", "files", "compared", "agree", "answered", "most CPU, s", "most memory, MB"]
    return table(head, lines)


def differing(report: Report) -> str:
    """The files that differ, by reason."""
    by_reason: dict[str, list[Line]] = {}
    for line in report.lines:
        if line.differs:
            by_reason.setdefault(line.reason or "No reason known yet.", []).append(line)
    lines = [
        [reason, str(len(of)), "<br>".join(_which(line) for line in of)]
        for reason, of in sorted(by_reason.items(), key=lambda item: -len(item[1]))
    ]
    return table(["why", "files", "which: expected; ours"], lines)


def _which(line: Line) -> str:
    """What tells the file apart, what they expect, and what ours is."""
    folder, _, rest = line.case.name.partition("/")
    kind, _, name = rest.rpartition("/")
    name = re.sub(r"^.*(?:ParseImportedData|Importer|FileReader)_", "", name)
    told = line.case.expected.told() if line.case.expected else ""
    return f"`{kind or folder} {name}`: {told}; {line.ours.text()}, {line.differs}"


def outcomes(report: Report) -> str:
    """What became of the files of which nothing is expected."""
    lines = [line for line in report.lines if not line.compared]
    counts = Counter(line.ours.status for line in lines)
    told = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    return f"{len(lines)} files have no expected result beside them: {told}."


def guesses(report: Report) -> str:
    """What became of tables that nobody knows, where the proposal is taken as it is."""
    tables = [line for line in report.lines if line.case.group == "oxford"]
    sorts = Counter((line.ours.asked, line.agrees or bool(line.reason)) for line in tables)
    answered = f"{sorts[True, True]} ask and propose the right mapping"
    return (
        f"Of the {len(tables)} tables without a profile (oxford: 15 headers; in one the dates are "
        f"destroyed), {sorts[False, True]} are read rightly without asking, {answered}, and "
        f"{sorts[False, False] + sorts[True, False]} are guessed wrong."
    )


def page(report: Report) -> str:
    """The text between the markers of docs/formats.md."""
    figures = report.summary()
    bounds = (
        f"Every file was answered: {figures['answered']} of {figures['files']}, the slowest in "
        f"{figures['slowest_cpu_s']} s of CPU, the process growing by at most "
        f"{figures['grown_mb']} MB. Readers of workbooks are processes of their own, the largest "
        f"of {figures['reader_process_mb']} MB."
    )
    return "\n\n".join(
        [report.headline(), groups(report), bounds, outcomes(report),
         guesses(report), "Those that differ, and why:", differing(report)]
    )  # fmt: skip


def write_docs(path: Path, text: str) -> None:
    """Puts the text between the markers."""
    words = path.read_text(encoding="utf-8")
    before, _, rest = words.partition(_BEGIN)
    after = rest.partition(_END)[2]
    path.write_text(f"{before}{_BEGIN}\n{text}\n{_END}{after}", encoding="utf-8")


def main() -> int:
    """The exit status: 0 where nothing got worse."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write docs/formats.md, agreed.txt")
    parser.add_argument("--only", default="", help="take only files with this in their name")
    parser.add_argument("--check", action="store_true", help="fail only where something got worse")
    given = parser.parse_args()
    report = run(given.data, only=given.only)
    faults = report.worse(_AGREED.read_text(encoding="utf-8").splitlines())
    if not given.check:
        faults += report.unexplained()
    sys.stdout.write(page(report) + "\n\n")
    sys.stdout.write(json.dumps(report.summary(), ensure_ascii=False) + "\n")
    if given.write and not given.only:
        write_docs(_DOCS, page(report))
        _AGREED.write_text("\n".join(report.agreeing) + "\n", encoding="utf-8")
    for fault in faults:
        sys.stderr.write(fault + "\n")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
