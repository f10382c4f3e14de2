"""Counters and latencies by the real server's names, as Prometheus text."""

import threading
from collections import Counter
from itertools import accumulate

LATENCY_BUCKETS_US = tuple(10 * 1.8**step for step in range(33))


class Metrics:
    """Counts requests by model and outcome; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._latencies: dict[tuple[str, str], list[int]] = {}
        self._sums: Counter[tuple[str, str]] = Counter()

    def observe(self, *, model: str, entrypoint: str, status: str, latency_us: int) -> None:
        """Count one predict request."""
        key = (model, entrypoint)
        bucket = sum(latency_us > bound for bound in LATENCY_BUCKETS_US)
        with self._lock:
            self._counts[model, status] += 1
            self._sums[key] += latency_us
            buckets = self._latencies.setdefault(key, [0] * (len(LATENCY_BUCKETS_US) + 1))
            buckets[bucket] += 1

    def text(self) -> str:
        """Everything counted so far, in the text exposition format."""
        with self._lock:
            lines = ["# TYPE :tensorflow:serving:request_count counter"]
            lines += [
                f':tensorflow:serving:request_count{{model_name="{_escaped(model)}",'
                f'status="{status}"}} {count}'
                for (model, status), count in sorted(self._counts.items())
            ]
            lines.append("# TYPE :tensorflow:serving:request_latency histogram")
            for (model, entrypoint), buckets in sorted(self._latencies.items()):
                labels = f'model_name="{_escaped(model)}",API="predict",entrypoint="{entrypoint}"'
                lines += _histogram(labels, buckets, self._sums[model, entrypoint])
        return "\n".join(lines) + "\n"


def _histogram(labels: str, buckets: list[int], total_us: int) -> list[str]:
    name = ":tensorflow:serving:request_latency"
    bounds = [*(f"{bound:g}" for bound in LATENCY_BUCKETS_US), "+Inf"]
    cumulated = list(accumulate(buckets))
    lines = [
        f'{name}_bucket{{{labels},le="{bound}"}} {count}'
        for bound, count in zip(bounds, cumulated, strict=True)
    ]
    return [
        *lines,
        f"{name}_sum{{{labels}}} {total_us}",
        f"{name}_count{{{labels}}} {cumulated[-1]}",
    ]


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
