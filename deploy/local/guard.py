"""Brings supervisor back when it is killed; supervisor brings this process back.

    python -I -S guard.py WORK_FOLDER COMMAND...

It runs as one of supervisor's own programs. When its parent is gone it ends what the parent left
running, starts COMMAND (supervisor again) and exits. An orderly stop ends this process first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from local.machine import end_processes_working_in

_LOOK_EVERY_S = 0.5


def main(arguments: list[str]) -> None:
    """Waits for the parent's end."""
    work_folder, command = Path(arguments[0]), arguments[1:]
    parent = os.getppid()
    while os.getppid() == parent and parent != 1:
        time.sleep(_LOOK_EVERY_S)
    end_processes_working_in(work_folder)
    # this process's own output went to the supervisor that has ended
    nowhere = subprocess.DEVNULL
    subprocess.run(command, check=False, cwd="/", stdin=nowhere, stdout=nowhere, stderr=nowhere)


if __name__ == "__main__":
    main(sys.argv[1:])
