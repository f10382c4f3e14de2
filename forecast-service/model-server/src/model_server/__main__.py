"""python -m model_server: serve models until SIGTERM."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from model_server.catalogue import Catalogue
from model_server.configuration import Options, parse_flags
from model_server.errors import ServingError
from model_server.grpc_api import build_grpc_server
from model_server.metrics import Metrics
from model_server.rest import RestApi, RestServer
from model_server.runtime import tensorflow_version
from model_server.servable import Servable

logger = logging.getLogger("model_server")
DRAIN_S = 30.0
GRPC_THREADS = 8


def main() -> int:
    """Run the server; returns the exit status."""
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "INFO").upper(),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    options = parse_flags()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    logger.info("TensorFlow %s", tensorflow_version())
    if options.enable_batching:
        logger.info("--enable_batching is accepted and has no effect: requests run as they come")
    try:
        catalogue = _catalogue(options)
        _configure(catalogue, options)
        return _serve(catalogue, options, stopped)
    except (ServingError, OSError, RuntimeError) as error:
        logger.error("cannot serve: %s", error)  # noqa: TRY400 - the reason is the whole story
        return 1


def _catalogue(options: Options) -> Catalogue:
    def load(folder: Path) -> Servable:
        return Servable(
            folder,
            tags=options.saved_model_tags,
            threads=options.session_threads,
            warm_up=options.enable_warm_up,
        )

    return Catalogue(
        load,
        max_retries=options.max_num_load_retries,
        retry_interval_s=options.load_retry_interval_s,
        allow_labels_for_unavailable=options.allow_labels_for_unavailable,
    )


def _configure(catalogue: Catalogue, options: Options) -> None:
    """A model that is not there yet is waited for; a wrong configuration file is not."""
    models = options.models()
    try:
        catalogue.configure(models)
    except ServingError as error:
        logger.warning("%s", error.message)


def _serve(catalogue: Catalogue, options: Options, stopped: threading.Event) -> int:
    while not catalogue.ready():
        if stopped.wait(options.file_system_poll_wait_s or 1.0):
            return 0
        catalogue.poll()
    metrics = Metrics()
    grpc_server = build_grpc_server(
        catalogue,
        metrics,
        address=f"{options.bind_address}:{options.port}",
        threads=GRPC_THREADS,
    )
    rest_server = _rest_server(catalogue, metrics, options)
    grpc_server.start()
    logger.info("gRPC on port %d, REST on port %d", options.port, options.rest_api_port)
    _watch(catalogue, options, stopped)
    logger.info("draining")
    grpc_stopped = grpc_server.stop(DRAIN_S)
    if rest_server is not None:
        rest_server.drain(DRAIN_S)
        rest_server.server_close()
    grpc_stopped.wait()
    catalogue.close()
    return 0


def _rest_server(catalogue: Catalogue, metrics: Metrics, options: Options) -> RestServer | None:
    if options.rest_api_port == 0:
        return None
    api = RestApi(catalogue, metrics, metrics_path=options.metrics_path)
    server = RestServer(
        (options.bind_address, options.rest_api_port), api, threads=options.rest_api_num_threads
    )
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="rest", daemon=True
    ).start()
    return server


def _watch(catalogue: Catalogue, options: Options, stopped: threading.Event) -> None:
    """Poll folders and configuration file until stopped; 0 means never, negative too."""
    watchers = [
        threading.Thread(target=_repeat, args=(stopped, wait_s, action), daemon=True)
        for wait_s, action in (
            (options.file_system_poll_wait_s, catalogue.poll),
            (
                options.model_config_file_poll_wait_s if options.model_config_file else 0.0,
                lambda: catalogue.configure(options.models()),
            ),
        )
        if wait_s > 0
    ]
    for watcher in watchers:
        watcher.start()
    stopped.wait()


def _repeat(stopped: threading.Event, wait_s: float, action: Callable[[], None]) -> None:
    while not stopped.wait(wait_s):
        try:
            action()
        except (ServingError, OSError) as error:
            logger.warning("%s", error)
        # Whatever one look at the folder meets, the next one must still come: the thread goes on.
        except Exception:
            logger.exception("polling failed")


if __name__ == "__main__":
    sys.exit(main())
