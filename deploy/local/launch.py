"""Becomes a program, after ending what a killed forerunner left in the same working folder.

    python -I -S launch.py COMMAND...

Nginx's and gunicorn's workers outlive a master that was killed and keep its port, so that the next
master could not start. The working folder is the program's own, which tells them from all others.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from local.machine import end_processes_working_in


def main(command: list[str]) -> None:
    """Never returns: the process becomes `command`."""
    end_processes_working_in(Path.cwd(), patience_s=3.0)
    os.nice(int(os.environ.pop("LAUNCH_NICE", "0")))
    os.execv(command[0], command)  # noqa: S606 - its arguments come from the runner


if __name__ == "__main__":
    main(sys.argv[1:])
