"""What the server answers, in the protocol's messages; both protocols stand on these functions."""

from dataclasses import dataclass

from model_server.catalogue import Catalogue, Choice, VersionStatus
from model_server.configuration import model_configs
from model_server.errors import ServingError, failed_precondition, invalid_argument
from model_server.protocol import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    meta_graph_pb2,
    model_management_pb2,
    model_pb2,
    predict_pb2,
)
from model_server.runtime import Array
from model_server.servable import DEFAULT_SIGNATURE
from model_server.tensors import array_from_proto, proto_from_array

PREDICT_METHOD = "tensorflow/serving/predict"
SIGNATURE_FIELD = "signature_def"


@dataclass(frozen=True, slots=True)
class Prediction:
    """Outputs by alias, and which version's signature gave them."""

    version: int
    signature: meta_graph_pb2.SignatureDef
    outputs: dict[str, Array]


def choice_of(spec: model_pb2.ModelSpec) -> Choice:
    """The version that a ModelSpec names. Raises ServingError if it names no model."""
    if not spec.name:
        raise invalid_argument("ModelSpec has no name specified.")
    kind = spec.WhichOneof("version_choice")
    return Choice(
        model=spec.name,
        version=spec.version.value if kind == "version" else None,
        label=spec.version_label if kind == "version_label" else None,
    )


def predict(
    catalogue: Catalogue, request: predict_pb2.PredictRequest
) -> predict_pb2.PredictResponse:
    """PredictionService.Predict. Raises ServingError as the real server's codes have it."""
    if not request.HasField("model_spec"):
        raise invalid_argument("Missing ModelSpec")
    name = request.model_spec.signature_name or DEFAULT_SIGNATURE
    with catalogue.using(choice_of(request.model_spec)) as (version, servable):
        signature = servable.signature(name)
        inputs = {alias: array_from_proto(proto) for alias, proto in request.inputs.items()}
        outputs = servable.predict(signature, inputs, list(request.output_filter))
    response = predict_pb2.PredictResponse()
    response.model_spec.name = request.model_spec.name
    response.model_spec.version.value = version
    response.model_spec.signature_name = name
    for alias, value in outputs.items():
        response.outputs[alias].CopyFrom(proto_from_array(value))
    return response


def metadata(
    catalogue: Catalogue, request: get_model_metadata_pb2.GetModelMetadataRequest
) -> get_model_metadata_pb2.GetModelMetadataResponse:
    """PredictionService.GetModelMetadata; the one field there is is signature_def."""
    if not request.HasField("model_spec"):
        raise invalid_argument("Missing ModelSpec")
    if not request.metadata_field:
        raise invalid_argument("GetModelMetadataRequest must specify at least one metadata_field")
    for field in request.metadata_field:
        if field != SIGNATURE_FIELD:
            raise invalid_argument(f"Metadata field {field} is not supported")
    response = get_model_metadata_pb2.GetModelMetadataResponse()
    with catalogue.using(choice_of(request.model_spec)) as (version, servable):
        signatures = get_model_metadata_pb2.SignatureDefMap(signature_def=servable.signatures)
    response.model_spec.name = request.model_spec.name
    response.model_spec.version.value = version
    response.metadata[SIGNATURE_FIELD].Pack(signatures)
    return response


def model_status(
    catalogue: Catalogue, request: get_model_status_pb2.GetModelStatusRequest
) -> get_model_status_pb2.GetModelStatusResponse:
    """ModelService.GetModelStatus."""
    if not request.HasField("model_spec"):
        raise invalid_argument("Missing ModelSpec")
    response = get_model_status_pb2.GetModelStatusResponse()
    for status in catalogue.statuses(choice_of(request.model_spec)):
        _add_status(response, status)
    return response


def _add_status(
    response: get_model_status_pb2.GetModelStatusResponse, status: VersionStatus
) -> None:
    entry = response.model_version_status.add(version=status.version, state=int(status.state))
    entry.status.error_code = int(status.code)
    entry.status.error_message = status.message


def reload_config(
    catalogue: Catalogue, request: model_management_pb2.ReloadConfigRequest
) -> model_management_pb2.ReloadConfigResponse:
    """ModelService.HandleReloadConfigRequest; returns once new models have loaded."""
    if request.config.WhichOneof("config") != "model_config_list":
        raise invalid_argument(
            "ServerModelConfig type not supported by HandleReloadConfigRequest. "
            "Only ModelConfigList is currently supported"
        )
    catalogue.configure(model_configs(request.config))
    response = model_management_pb2.ReloadConfigResponse()
    response.status.error_code = 0
    return response


def refuse_examples(
    catalogue: Catalogue, spec: model_pb2.ModelSpec, *, method: str
) -> ServingError:
    """Why Classify, Regress and MultiInference are not answered for this model.

    Raises ServingError NOT_FOUND or FAILED_PRECONDITION where the model or signature is missing.
    """
    with catalogue.using(choice_of(spec)) as (_, servable):
        signature = servable.signature(spec.signature_name)
    wanted = f"tensorflow/serving/{method}"
    if signature.method_name != wanted:
        return failed_precondition(
            f"Expected {method} signature method_name to be {wanted}. Was: {signature.method_name}"
        )
    return invalid_argument(f"{method} is not offered by this server; use predict")
