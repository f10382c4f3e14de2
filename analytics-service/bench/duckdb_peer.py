"""DuckDB in-process on the same rows: loads them once, then times statements that come as JSON.

Runs by itself in an environment that has duckdb: `python duckdb_peer.py ROWS.csv`. Each line of
its input is {"statements": [...], "times": n}; each line of its output {"ms": median, "rows": n},
the sum over the statements, results fetched.
"""

import json
import statistics
import sys
import time

import duckdb

_LOAD = (
    "CREATE TABLE x AS SELECT * FROM read_csv(?, header = true, columns = {"
    "'day': 'DATE', 'hour': 'TINYINT', 'currency': 'VARCHAR', 'direction': 'VARCHAR',"
    " 'category_id': 'INTEGER', 'root_id': 'INTEGER', 'amount': 'BIGINT', 'net': 'BIGINT',"
    " 'merchant': 'VARCHAR', 'place': 'VARCHAR', 'note': 'VARCHAR', 'source': 'VARCHAR',"
    " 'account': 'VARCHAR', 'lat': 'DOUBLE', 'lon': 'DOUBLE'})"
)


def main() -> None:
    """Load, then answer until the input ends."""
    connection = duckdb.connect(":memory:")
    started = time.perf_counter()
    connection.execute(_LOAD, [sys.argv[1]])
    told = {"load_s": round(time.perf_counter() - started, 2), "version": duckdb.__version__}
    print(json.dumps(told), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        rows, taken = 0, []
        for turn in range(asked["times"] + 1):
            started = time.perf_counter()
            rows = sum(len(connection.execute(s).fetchall()) for s in asked["statements"])
            if turn:  # the first does not count
                taken.append((time.perf_counter() - started) * 1000)
        print(json.dumps({"ms": round(statistics.median(taken), 2), "rows": rows}), flush=True)


if __name__ == "__main__":
    main()
