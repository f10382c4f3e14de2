"""Writes a demo statement: `python -m demo --years 2 --format platform --out demo.csv`."""

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from demo.household import generate
from demo.statement import write_statement


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 when the file is written, 2 when the arguments do not fit together."""
    options = _parser().parse_args(arguments)
    try:
        frame = generate(rows=options.rows, years=options.years, end=options.end, seed=options.seed)
        write_statement(frame, options.out, statement_format=options.format)
    except ValueError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    print(
        f"{len(frame)} rows from {frame['time'].iloc[0]} to {frame['time'].iloc[-1]}: {options.out}"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument(
        "--rows", type=int, help="exact number of rows (default: what comes naturally)"
    )
    parser.add_argument("--years", type=float, default=2.0, help="length of the period (default 2)")
    parser.add_argument("--end", type=date.fromisoformat, default=datetime.now(UTC).date(),
                        help="first day after the period (default: today)")  # fmt: skip
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--format", choices=("platform", "alipay", "wechat"), default="platform")
    parser.add_argument("--out", type=Path, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
