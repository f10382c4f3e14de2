"""Training in a process of its own: TensorFlow never enters the worker."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from forecast_service.clients.model_folder import ModelFolder, metrics_in
from forecast_service.domain.training import Candidate, TrainingFailed
from servicekit.logs import get_logger

TRAINING_MODULE = "forecast_service.training.baseline"
# The command writes this version into the folder it is given.
_WRITTEN_VERSION = "1"
_STEP = re.compile(r"seed (\d+): step (\d+) of (\d+)")
_KEPT_LINES = 20
_STOP_TIMEOUT_S = 10.0


class SubprocessTrainer:
    """Runs the training command beside the served versions, and renames a whole one into place.

    Args:
        folder: Where the served versions are.
        command: The training command; the folder to write into is appended as --out FOLDER.
        seeds: How many members the command trains, for the progress.
    """

    def __init__(
        self, folder: ModelFolder, *, command: Iterable[str] | None = None, seeds: int = 3
    ) -> None:
        self._folder = folder
        default = (sys.executable, "-m", TRAINING_MODULE, "--seeds", str(seeds))
        self._command = tuple(command or default)
        self._seeds = seeds

    def served_metrics(self) -> Mapping[str, float]:
        """The held-out figures of the newest version."""
        versions = self._folder.versions()
        return self._folder.metrics(versions[-1]) if versions else {}

    def run(self, job_id: int, *, progress: Callable[[int, int, str], None]) -> Candidate:
        """Train below a hidden folder, which the model server does not look into.

        Raises:
            TrainingFailed: the command ended with an error or without a version.
        """
        staging = self._folder.path / f".training-{job_id}"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        try:
            self._execute(staging, progress=progress)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        written = staging / _WRITTEN_VERSION
        if not written.is_dir():
            shutil.rmtree(staging, ignore_errors=True)
            raise TrainingFailed("The training command wrote no version.")
        return Candidate(folder=written, metrics=metrics_in(written))

    def promote(self, candidate: Candidate) -> str:
        """The number under which the candidate now serves; it appears whole, by a rename."""
        version = self._folder.next_version()
        candidate.folder.rename(self._folder.path / version)
        shutil.rmtree(candidate.folder.parent, ignore_errors=True)
        return version

    def discard(self, candidate: Candidate) -> None:
        """Remove the candidate."""
        shutil.rmtree(candidate.folder.parent, ignore_errors=True)

    def _execute(self, staging: Path, *, progress: Callable[[int, int, str], None]) -> None:
        process = subprocess.Popen(
            [*self._command, "--out", str(staging)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        last_lines: deque[str] = deque(maxlen=_KEPT_LINES)
        try:
            for line in process.stderr or ():
                last_lines.append(line.rstrip())
                self._report(line, progress=progress)
            status = process.wait()
        finally:
            _stop(process)
        if status != 0:
            get_logger().error("training_failed", status=status, output="\n".join(last_lines))
            raise TrainingFailed(_reason(status, last_lines))

    def _report(self, line: str, *, progress: Callable[[int, int, str], None]) -> None:
        found = _STEP.search(line)
        if found is None:
            return
        seed, step, steps = (int(number) for number in found.groups())
        progress((seed - 1) * steps + step, self._seeds * steps, "training")


def _stop(process: subprocess.Popen[str]) -> None:
    """End the process where it still runs: the job was given up or the worker stops."""
    if process.stderr is not None:
        process.stderr.close()
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _reason(status: int, lines: Iterable[str]) -> str:
    if any("No module named" in line for line in lines):
        return "This installation has no training libraries (TensorFlow and the household data)."
    return f"The training process ended with status {status}."
