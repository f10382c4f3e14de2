"""How long a report takes and how much memory its maker needs.

Compared with what one would reach for instead: the same charts as pictures by Matplotlib alone.

Usage: FONT_DIR=... python report-service/bench/render.py [--repeat N]
"""

import argparse
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from factories import make_edition

from report_service.domain.content import build_document
from report_service.domain.document import Figure
from report_service.domain.report import Format
from report_service.rendering.fonts import find_typeface

DEFAULT_FONTS = "frontend/node_modules/@expo-google-fonts/noto-sans-sc"


def timed(act: Callable[[], object], repeat: int) -> list[float]:
    """The seconds of each run."""
    seconds = []
    for _ in range(repeat):
        started_at = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - started_at)
    return seconds


def main() -> None:
    """Print a JSON line and a readable one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    root = Path(__file__).resolve().parents[2]
    typeface = find_typeface(Path(os.environ.get("FONT_DIR") or root / DEFAULT_FONTS))
    started_at = time.perf_counter()
    from report_service.rendering.charts import draw, png
    from report_service.rendering.renderer import FileRenderer

    result: dict[str, float] = {"import_s": time.perf_counter() - started_at}
    renderer, edition = FileRenderer(typeface), make_edition()
    for kind in (Format.PDF, Format.DOCX):
        seconds = timed(lambda kind=kind: renderer.render(edition, kind), repeat)
        result[f"{kind}_first_s"] = seconds[0]
        result[f"{kind}_median_s"] = statistics.median(seconds[1:] or seconds)
        result[f"{kind}_bytes"] = len(renderer.render(edition, kind))
    blocks = [block for section in build_document(edition).sections for block in section.blocks]
    charts = [block.chart for block in blocks if isinstance(block, Figure)]
    pictures = timed(lambda: [png(draw(chart, typeface)) for chart in charts], repeat)
    result["pictures_alone_median_s"] = statistics.median(pictures)
    result["peak_rss_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({key: round(value, 3) for key, value in result.items()}))
    print(
        f"PDF {result['pdf_median_s']:.2f} s ({result['pdf_bytes'] / 1024:.0f} KiB), "
        f"Word {result['docx_median_s']:.2f} s ({result['docx_bytes'] / 1024:.0f} KiB), "
        f"first PDF {result['pdf_first_s']:.2f} s, imports {result['import_s']:.2f} s, "
        f"its charts alone as pictures {result['pictures_alone_median_s']:.2f} s, "
        f"peak {result['peak_rss_mib']:.0f} MiB"
    )


if __name__ == "__main__":
    main()
