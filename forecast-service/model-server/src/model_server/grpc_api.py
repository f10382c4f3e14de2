"""The gRPC protocol: PredictionService and ModelService."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn, TypeVar

import grpc

from model_server import inference
from model_server.catalogue import Catalogue
from model_server.errors import Code, ServingError, invalid_argument
from model_server.metrics import Metrics
from model_server.protocol import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

logger = logging.getLogger(__name__)
_STATUS_CODES = {status.value[0]: status for status in grpc.StatusCode}
_UNLIMITED_BYTES = -1
Response = TypeVar("Response")


def _abort(context: grpc.ServicerContext, error: ServingError) -> NoReturn:
    context.abort(_STATUS_CODES[int(error.code)], error.message)
    raise error  # abort has raised already; this tells the type checker


def _answered(context: grpc.ServicerContext, answer: Callable[[], Response]) -> Response:
    try:
        return answer()
    except ServingError as error:
        _abort(context, error)
    # The edge of the server: what nobody foresaw becomes INTERNAL, its reason goes to the log.
    except Exception:
        logger.exception("a request failed")
        _abort(context, ServingError(Code.INTERNAL, "Internal error"))


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Predict and GetModelMetadata; the calls that take Examples are refused."""

    def __init__(self, catalogue: Catalogue, metrics: Metrics) -> None:
        self._catalogue = catalogue
        self._metrics = metrics

    def Predict(  # noqa: N802 - the protocol's name
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        """Outputs of a signature for tensors."""
        started = time.perf_counter_ns()
        status = Code.OK
        try:
            return inference.predict(self._catalogue, request)
        except ServingError as error:
            status = error.code
            _abort(context, error)
        # As above: counted as INTERNAL too.
        except Exception:
            status = Code.INTERNAL
            logger.exception("a request failed")
            _abort(context, ServingError(Code.INTERNAL, "Internal error"))
        finally:
            self._metrics.observe(
                model=request.model_spec.name,
                entrypoint="GRPC",
                status=status.name,
                latency_us=(time.perf_counter_ns() - started) // 1000,
            )

    def GetModelMetadata(  # noqa: N802
        self,
        request: get_model_metadata_pb2.GetModelMetadataRequest,
        context: grpc.ServicerContext,
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """Signatures of a version."""
        return _answered(context, lambda: inference.metadata(self._catalogue, request))

    def Classify(  # noqa: N802
        self, request: classification_pb2.ClassificationRequest, context: grpc.ServicerContext
    ) -> NoReturn:
        """Refused: the platform's models answer Predict only."""
        self._refuse(request, context, method="classify")

    def Regress(  # noqa: N802
        self, request: regression_pb2.RegressionRequest, context: grpc.ServicerContext
    ) -> NoReturn:
        """Refused: the platform's models answer Predict only."""
        self._refuse(request, context, method="regress")

    def MultiInference(  # noqa: N802
        self, request: inference_pb2.MultiInferenceRequest, context: grpc.ServicerContext
    ) -> NoReturn:
        """Refused: the platform's models answer Predict only."""
        if not request.tasks:
            _abort(context, invalid_argument("Inference request must have at least one task"))
        self._refuse(request.tasks[0], context, method="classify")

    def _refuse(
        self,
        request: (
            classification_pb2.ClassificationRequest
            | regression_pb2.RegressionRequest
            | inference_pb2.InferenceTask
        ),
        context: grpc.ServicerContext,
        *,
        method: str,
    ) -> NoReturn:
        refusal = _answered(
            context,
            lambda: inference.refuse_examples(self._catalogue, request.model_spec, method=method),
        )
        _abort(context, refusal)


class ModelService(model_service_pb2_grpc.ModelServiceServicer):
    """GetModelStatus and HandleReloadConfigRequest."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def GetModelStatus(  # noqa: N802
        self,
        request: get_model_status_pb2.GetModelStatusRequest,
        context: grpc.ServicerContext,
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """State of one version or of all."""
        return _answered(context, lambda: inference.model_status(self._catalogue, request))

    def HandleReloadConfigRequest(  # noqa: N802
        self,
        request: model_management_pb2.ReloadConfigRequest,
        context: grpc.ServicerContext,
    ) -> model_management_pb2.ReloadConfigResponse:
        """Serve another set of models, or route labels to other versions."""
        return _answered(context, lambda: inference.reload_config(self._catalogue, request))


def build_grpc_server(
    catalogue: Catalogue, metrics: Metrics, *, address: str, threads: int
) -> grpc.Server:
    """A server bound to `address`, not yet started. Raises RuntimeError if the port is taken."""
    server = grpc.server(
        ThreadPoolExecutor(threads, thread_name_prefix="grpc"),
        options=[
            ("grpc.max_receive_message_length", _UNLIMITED_BYTES),
            ("grpc.max_send_message_length", _UNLIMITED_BYTES),
            ("grpc.so_reuseport", 0),  # a second server on the port is a mistake, not a replica
        ],
    )
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        PredictionService(catalogue, metrics), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(ModelService(catalogue), server)
    server.add_insecure_port(address)
    return server
