"""Which versions of which models are being served, kept in step with the folders.

States run START, LOADING, AVAILABLE, UNLOADING, END. A new version is loaded before the old one is
let go, a version that fails to load never takes the place of one that works, and a version is freed
by whoever uses it last.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from model_server.configuration import ModelConfig
from model_server.errors import (
    Code,
    ServingError,
    failed_precondition,
    invalid_argument,
    not_found,
)
from model_server.servable import Servable

logger = logging.getLogger(__name__)
Loader = Callable[[Path], Servable]


class State(IntEnum):
    """ModelVersionStatus.State of the protocol."""

    UNKNOWN = 0
    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclass(frozen=True, slots=True)
class VersionStatus:
    """What is told about a version; `code` and `message` say why it ended, if it failed."""

    version: int
    state: State
    code: Code
    message: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The version a caller asks for: a number, a label, or the latest."""

    model: str
    version: int | None = None
    label: str | None = None

    def describe(self) -> str:
        """The real server's words for it."""
        if self.version is not None:
            return f"Specific({self.model}, {self.version})"
        return f"Latest({self.model})"


class _Version:
    """One version; its fields change under the catalogue's lock only."""

    def __init__(self, number: int, folder: Path) -> None:
        self.number = number
        self.folder = folder
        self.state = State.START
        self.failure: ServingError | None = None
        self.failures = 0
        self.retry_at = 0.0
        self.users = 0
        self.servable: Servable | None = None

    def status(self) -> VersionStatus:
        failure = self.failure
        code, message = (failure.code, failure.message) if failure else (Code.OK, "")
        return VersionStatus(self.number, self.state, code, message)


class _Model:
    def __init__(self, config: ModelConfig) -> None:
        self.config = config
        self.versions: dict[int, _Version] = {}
        self.labels: dict[str, int] = {}

    def available(self) -> list[_Version]:
        return [v for v in self.versions.values() if v.state is State.AVAILABLE]


class Catalogue:
    """All models. Reads are safe from any thread; `poll` and `configure` exclude each other."""

    def __init__(
        self,
        loader: Loader,
        *,
        max_retries: int,
        retry_interval_s: float,
        allow_labels_for_unavailable: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._loader = loader
        self._max_retries = max_retries
        self._retry_interval_s = retry_interval_s
        self._allow_labels_for_unavailable = allow_labels_for_unavailable
        self._clock = clock
        self._lock = threading.Lock()
        self._changing = threading.Lock()
        self._models: dict[str, _Model] = {}

    def configure(self, configs: Sequence[ModelConfig]) -> None:
        """Serve exactly these models from now on, and load what is new before returning.

        Raises ServingError if a new model has no version that loads, or a label names a version
        that is not available; the models stay as far as they were loaded.
        """
        with self._changing:
            kept = {config.name for config in configs}
            with self._lock:
                removed = [model for name, model in self._models.items() if name not in kept]
                for config in configs:
                    model = self._models.setdefault(config.name, _Model(config))
                    model.config = config
            for config in configs:
                self._update(self._models[config.name])
            for model in removed:
                for version in list(model.versions.values()):
                    self._unload(version)
                with self._lock:
                    del self._models[model.config.name]
            self._require_available(configs)
            self._assign_labels(configs)

    def poll(self) -> None:
        """Look at the folders once and load or let go accordingly."""
        with self._changing:
            for model in list(self._models.values()):
                self._update(model)

    def ready(self) -> bool:
        """Whether every model has an available version."""
        with self._lock:
            models = list(self._models.values())
            return bool(models) and all(model.available() for model in models)

    def close(self) -> None:
        """Let go of everything that nobody uses."""
        with self._changing:
            for model in self._models.values():
                for version in model.versions.values():
                    self._unload(version)

    def statuses(self, choice: Choice) -> list[VersionStatus]:
        """Status of the chosen version, or of all versions, newest first.

        Raises ServingError NOT_FOUND if there is none.
        """
        with self._lock:
            model = self._models.get(choice.model)
            number = self._number(model, choice) if model else choice.version
            versions = sorted(model.versions.values(), key=_by_number) if model else []
            statuses = [v.status() for v in versions if number is None or v.number == number]
        if statuses:
            return statuses[::-1]
        if number is None:
            raise not_found(f"Could not find any versions of model {choice.model}")
        raise not_found(f"Could not find version {number} of model {choice.model}")

    @contextmanager
    def using(self, choice: Choice) -> Iterator[tuple[int, Servable]]:
        """The chosen version's number and servable, kept alive for the block.

        Raises ServingError NOT_FOUND if it is not available.
        """
        version = self._acquire(choice)
        try:
            if version.servable is None:
                raise ServingError(Code.INTERNAL, "An available version has nothing loaded")
            yield version.number, version.servable
        finally:
            self._release(version)

    def _acquire(self, choice: Choice) -> _Version:
        with self._lock:
            model = self._models.get(choice.model)
            available = model.available() if model else []
            number = self._number(model, choice) if model else choice.version
            candidates = [v for v in available if number is None or v.number == number]
            if not candidates:
                described = Choice(choice.model, number).describe()
                raise not_found(f"Servable not found for request: {described}")
            version = max(candidates, key=_by_number)
            version.users += 1
            return version

    def _release(self, version: _Version) -> None:
        with self._lock:
            version.users -= 1
        self._free_if_unused(version)

    @staticmethod
    def _number(model: _Model, choice: Choice) -> int | None:
        if choice.label is None:
            return choice.version
        if choice.label not in model.labels:
            raise invalid_argument(f"Unrecognized servable version label: {choice.label}")
        return model.labels[choice.label]

    def _update(self, model: _Model) -> None:
        present = _present_versions(model.config.base_path)
        if present is None:
            return
        aspired = model.config.aspired(list(present))
        self._forget_failures(model, set(present))
        for number in sorted(aspired):
            self._load_if_due(model, number, present[number])
        with self._lock:
            serving = {version.number for version in model.available()}
            obsolete = [v for v in model.available() if v.number not in aspired]
        if serving & aspired or not aspired:
            for version in obsolete:
                self._unload(version)

    def _forget_failures(self, model: _Model, present: set[int]) -> None:
        """A failed version whose folder is gone gets new attempts when a folder comes again."""
        with self._lock:
            for version in model.versions.values():
                if version.number not in present:
                    version.failures = 0

    def _load_if_due(self, model: _Model, number: int, folder: Path) -> None:
        with self._lock:
            version = model.versions.setdefault(number, _Version(number, folder))
            exhausted = version.failures > self._max_retries
            waiting = version.failures > 0 and self._clock() < version.retry_at
            if version.state not in {State.START, State.END} or exhausted or waiting:
                return
            version.state = State.LOADING
        logger.info("loading %s version %d", model.config.name, number)
        try:
            servable = self._loader(folder)
        except ServingError as failure:
            self._note_failure(model, version, failure)
            return
        with self._lock:
            version.servable, version.failure, version.failures = servable, None, 0
            version.state = State.AVAILABLE
        logger.info("%s version %d is available", model.config.name, number)

    def _note_failure(self, model: _Model, version: _Version, failure: ServingError) -> None:
        logger.error(
            "%s version %d failed to load: %s", model.config.name, version.number, failure.message
        )
        with self._lock:
            version.state, version.failure = State.END, failure
            version.failures += 1
            version.retry_at = self._clock() + self._retry_interval_s

    def _unload(self, version: _Version) -> None:
        with self._lock:
            if version.state is not State.AVAILABLE:
                return
            version.state = State.UNLOADING
        self._free_if_unused(version)

    def _free_if_unused(self, version: _Version) -> None:
        with self._lock:
            if version.state is not State.UNLOADING or version.users:
                return
            servable, version.servable = version.servable, None
            version.state = State.END
        if servable is not None:
            servable.close()
            logger.info("version %d was let go", version.number)

    def _require_available(self, configs: Sequence[ModelConfig]) -> None:
        for config in configs:
            with self._lock:
                model = self._models[config.name]
                failures = [v.failure for v in model.versions.values() if v.failure is not None]
                if model.available():
                    continue
            reason = failures[0].message if failures else "no version folder was found"
            raise ServingError(
                Code.UNKNOWN, f"Model {config.name} did not become available: {reason}"
            )

    def _assign_labels(self, configs: Sequence[ModelConfig]) -> None:
        """All labels or none: a wrong one leaves the former routing in place."""
        with self._lock:
            for config in configs:
                model = self._models[config.name]
                numbers = {version.number for version in model.available()}
                for label, number in config.labels.items():
                    is_new = label not in model.labels
                    if number in numbers or (is_new and self._allow_labels_for_unavailable):
                        continue
                    raise failed_precondition(
                        f"Request to assign label to version {number} of model {config.name}, "
                        "which is not currently available for inference"
                    )
            for config in configs:
                self._models[config.name].labels = dict(config.labels)


def _by_number(version: _Version) -> int:
    return version.number


def _present_versions(base_path: Path) -> dict[int, Path] | None:
    """Version folders by number: names of digits only. None where the base path is missing."""
    try:
        folders = [path for path in base_path.iterdir() if path.is_dir()]
    except OSError:
        logger.warning("base path %s cannot be read", base_path)
        return None
    return {
        int(folder.name): folder
        for folder in folders
        if folder.name.isascii() and folder.name.isdigit()
    }
