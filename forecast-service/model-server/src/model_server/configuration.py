"""Command line flags and model configuration, by the real server's names."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from google.protobuf import text_format

from model_server.errors import invalid_argument
from model_server.protocol import model_server_config_pb2

DEFAULT_METRICS_PATH = "/monitoring/prometheus/metrics"
# Flags that the real server has and this one takes without doing anything about them.
IGNORED_FLAGS = (
    "allow_version_labels",
    "batching_parameters_file",
    "enable_cors_support",
    "enable_model_warmup_on_all_versions",
    "enable_profiler",
    "enable_signature_method_name_check",
    "flush_filesystem_caches",
    "grpc_channel_arguments",
    "grpc_max_threads",
    "num_request_iterations_for_warmup",
    "num_unload_threads",
    "per_process_gpu_memory_fraction",
    "platform_config_file",
    "prefer_tflite_model",
    "remove_unused_fields_from_bundle_metagraph",
    "ssl_config_file",
    "tensorflow_inter_op_parallelism",
    "tensorflow_intra_op_parallelism",
    "thread_pool_factory_config_file",
    "xla_cpu_compilation_enabled",
)


class Policy(Enum):
    """Which of the version folders are served."""

    LATEST = "latest"
    ALL = "all"
    SPECIFIC = "specific"


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """One model: where its version folders lie, which of them to serve, how to call them."""

    name: str
    base_path: Path
    policy: Policy = Policy.LATEST
    latest_count: int = 1
    specific_versions: frozenset[int] = frozenset()
    labels: dict[str, int] = field(default_factory=dict)

    def aspired(self, present: Sequence[int]) -> set[int]:
        """The versions to serve out of those present."""
        if self.policy is Policy.ALL:
            return set(present)
        if self.policy is Policy.SPECIFIC:
            return set(present) & self.specific_versions
        return set(sorted(present)[-self.latest_count :])


@dataclass(frozen=True, slots=True)
class Options:
    """The flags that this server acts on."""

    port: int
    rest_api_port: int
    rest_api_num_threads: int
    model_name: str
    model_base_path: str
    model_config_file: str
    model_config_file_poll_wait_s: float
    file_system_poll_wait_s: float
    max_num_load_retries: int
    load_retry_interval_s: float
    metrics_path: str | None
    allow_labels_for_unavailable: bool
    enable_batching: bool
    enable_warm_up: bool
    saved_model_tags: tuple[str, ...]
    session_threads: int
    bind_address: str

    def models(self) -> list[ModelConfig]:
        """The configured models. Raises ServingError or OSError if the file cannot be used."""
        if self.model_config_file:
            return read_model_config(Path(self.model_config_file))
        if not self.model_base_path:
            raise invalid_argument("Give --model_base_path or --model_config_file")
        return [ModelConfig(self.model_name, Path(self.model_base_path))]


def parse_flags(argv: Sequence[str] | None = None) -> Options:
    """Options of a command line; exits with a message for a flag that the real server lacks."""
    given = _parser().parse_args(argv)
    return Options(
        port=given.port,
        rest_api_port=given.rest_api_port,
        rest_api_num_threads=given.rest_api_num_threads,
        model_name=given.model_name,
        model_base_path=given.model_base_path,
        model_config_file=given.model_config_file,
        model_config_file_poll_wait_s=given.model_config_file_poll_wait_seconds,
        file_system_poll_wait_s=given.file_system_poll_wait_seconds,
        max_num_load_retries=given.max_num_load_retries,
        load_retry_interval_s=given.load_retry_interval_micros / 1e6,
        metrics_path=_metrics_path(given.monitoring_config_file),
        allow_labels_for_unavailable=given.allow_version_labels_for_unavailable_models,
        enable_batching=given.enable_batching,
        enable_warm_up=given.enable_model_warmup,
        saved_model_tags=tuple(given.saved_model_tags.split(",")),
        session_threads=given.tensorflow_session_parallelism,
        bind_address=given.bind_address,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m model_server", allow_abbrev=False)
    numbers = {
        "port": (8500, "gRPC port"),
        "rest_api_port": (0, "REST port, 0 for none"),
        "rest_api_num_threads": (8, "REST requests computed at the same time"),
        "max_num_load_retries": (5, "further attempts after a version failed to load"),
        "load_retry_interval_micros": (60_000_000, "time between those attempts"),
        "tensorflow_session_parallelism": (2, "threads of TensorFlow"),
    }
    for name, (number, text) in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=number, help=text)
    for name, seconds in (
        ("file_system_poll_wait_seconds", 1.0),
        ("model_config_file_poll_wait_seconds", 0.0),
    ):
        parser.add_argument(f"--{name}", type=float, default=seconds)
    texts = {
        "model_name": "default",
        "model_base_path": "",
        "model_config_file": "",
        "monitoring_config_file": "",
        "saved_model_tags": "serve",
        "bind_address": "0.0.0.0",  # noqa: S104 - as the real server; the local runner narrows it
    }
    for name, text in texts.items():
        parser.add_argument(f"--{name}", default=text)
    for name, default in (
        ("allow_version_labels_for_unavailable_models", False),
        ("enable_batching", False),
        ("enable_model_warmup", True),
    ):
        parser.add_argument(f"--{name}", type=_boolean, nargs="?", const=True, default=default)
    for name in IGNORED_FLAGS:
        parser.add_argument(f"--{name}", nargs="?", help=argparse.SUPPRESS)
    return parser


def _boolean(text: str) -> bool:
    if text.lower() in {"true", "1"}:
        return True
    if text.lower() in {"false", "0"}:
        return False
    raise argparse.ArgumentTypeError(f"{text} is neither true nor false")


def _metrics_path(file: str) -> str | None:
    """Path of the metrics, None where they are off; a subset of MonitoringConfig's text form."""
    if not file:
        return None
    text = re.sub(r"#.*", "", Path(file).read_text(encoding="utf-8"))
    if not re.search(r"enable\s*:\s*(true|1)\b", text):
        return None
    path = re.search(r"path\s*:\s*[\"']([^\"']+)[\"']", text)
    return path.group(1) if path else DEFAULT_METRICS_PATH


def read_model_config(path: Path) -> list[ModelConfig]:
    """Models of a ModelServerConfig in text form. Raises ServingError if it is not one."""
    try:
        message = text_format.Parse(
            path.read_text(encoding="utf-8"), model_server_config_pb2.ModelServerConfig()
        )
    except text_format.ParseError as error:
        raise invalid_argument(f"Invalid protobuf file: '{path.name}': {error}") from error
    return model_configs(message)


def model_configs(message: model_server_config_pb2.ModelServerConfig) -> list[ModelConfig]:
    """Checked models of a configuration message.

    Raises ServingError for an empty list, a model without name, a relative path, or a name twice.
    """
    entries = message.model_config_list.config
    if not entries:
        raise invalid_argument("Model config list is empty")
    models = [_model_config(entry) for entry in entries]
    names = [model.name for model in models]
    for name in names:
        if names.count(name) > 1:
            raise invalid_argument(f"Illegal to list model {name} multiple times in config list")
    return models


def _model_config(entry: model_server_config_pb2.ModelConfig) -> ModelConfig:
    if not entry.name:
        raise invalid_argument("Model config has no name")
    if entry.model_platform not in {"", "tensorflow"}:
        raise invalid_argument(f"Model platform {entry.model_platform} is not supported")
    path = Path(entry.base_path)
    if not path.is_absolute():
        raise invalid_argument(
            f"Expected model {entry.name} to have an absolute path or URI; got base_path()="
            f"{entry.base_path}"
        )
    policy = entry.model_version_policy
    kind = policy.WhichOneof("policy_choice") or "latest"
    if kind == "specific" and not policy.specific.versions:
        raise invalid_argument(f"Specific version policy of model {entry.name} names no version")
    return ModelConfig(
        name=entry.name,
        base_path=path,
        policy=Policy(kind),
        latest_count=max(policy.latest.num_versions, 1),
        specific_versions=frozenset(policy.specific.versions),
        labels=dict(entry.version_labels),
    )
