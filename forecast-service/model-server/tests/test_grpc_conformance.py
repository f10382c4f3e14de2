"""The numbers name the checks of the protocol's conformance list."""

from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest
from saved_models import write_half_plus_two
from server_process import ServerProcess, wait_until

from model_server.protocol import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)
from model_server.tensors import proto_from_array

Predictions = prediction_service_pb2_grpc.PredictionServiceStub
Models = model_service_pb2_grpc.ModelServiceStub


@pytest.fixture
def predictions(server: ServerProcess) -> Iterator[Predictions]:
    with server.channel() as channel:
        yield Predictions(channel)


@pytest.fixture
def models(server: ServerProcess) -> Iterator[Models]:
    with server.channel() as channel:
        yield Models(channel)


def predict_request(
    model: str = "hp", *, inputs: tuple[str, ...] = ("x",)
) -> predict_pb2.PredictRequest:
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    for name in inputs:
        request.inputs[name].CopyFrom(proto_from_array(np.array([2.0], np.float32)))
    return request


def code_of(call: Callable[[], object]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as failure:
        call()
    return failure.value.code(), failure.value.details()


def test_21_predict(predictions: Predictions) -> None:
    response = predictions.Predict(predict_request(), timeout=30)

    assert list(response.outputs["y"].float_val) == [3.0]
    assert response.model_spec.name == "hp"
    assert response.model_spec.version.value == 123
    assert response.model_spec.signature_name == "serving_default"


def test_21_tensor_content_is_read_as_well(predictions: Predictions) -> None:
    request = predict_request()
    tensor = request.inputs["x"]
    tensor.ClearField("float_val")
    tensor.tensor_content = np.array([2.0], np.float32).tobytes()

    response = predictions.Predict(request, timeout=30)

    assert list(response.outputs["y"].float_val) == [3.0]


def test_21_unknown_output(predictions: Predictions) -> None:
    request = predict_request()
    request.output_filter.append("z")

    code, _ = code_of(lambda: predictions.Predict(request, timeout=30))

    assert code is grpc.StatusCode.INVALID_ARGUMENT


def test_22_what_is_not_there(predictions: Predictions) -> None:
    unknown_signature = predict_request()
    unknown_signature.model_spec.signature_name = "zz"

    code, details = code_of(lambda: predictions.Predict(predict_request("nope"), timeout=30))
    assert code is grpc.StatusCode.NOT_FOUND
    assert "Servable" in details
    code, _ = code_of(lambda: predictions.Predict(unknown_signature, timeout=30))
    assert code is grpc.StatusCode.FAILED_PRECONDITION


@pytest.mark.parametrize("inputs", [(), ("x", "z"), ("z",)])
def test_22_missing_or_extra_inputs(predictions: Predictions, inputs: tuple[str, ...]) -> None:
    code, details = code_of(lambda: predictions.Predict(predict_request(inputs=inputs), timeout=30))

    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert "input size does not match signature" in details


def test_22_wrong_type_and_wrong_count(predictions: Predictions) -> None:
    of_integers, too_many = predict_request(), predict_request()
    of_integers.inputs["x"].CopyFrom(proto_from_array(np.array([2], np.int32)))
    too_many.inputs["x"].float_val.append(3.0)

    for request in (of_integers, too_many):
        code, _ = code_of(lambda r=request: predictions.Predict(r, timeout=30))
        assert code is grpc.StatusCode.INVALID_ARGUMENT


def test_22_metadata(predictions: Predictions) -> None:
    request = get_model_metadata_pb2.GetModelMetadataRequest()
    request.model_spec.name = "hp"
    code, _ = code_of(lambda: predictions.GetModelMetadata(request, timeout=30))
    assert code is grpc.StatusCode.INVALID_ARGUMENT

    request.metadata_field.append("signature_def")
    response = predictions.GetModelMetadata(request, timeout=30)

    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.metadata["signature_def"].Unpack(signatures)
    assert "serving_default" in signatures.signature_def
    assert response.model_spec.version.value == 123


def test_22_status(models: Models) -> None:
    request = get_model_status_pb2.GetModelStatusRequest()
    code, _ = code_of(lambda: models.GetModelStatus(request, timeout=30))
    assert code is grpc.StatusCode.INVALID_ARGUMENT

    request.model_spec.name = "hp"
    response = models.GetModelStatus(request, timeout=30)

    (status,) = response.model_version_status
    assert (status.version, status.state) == (123, 30)


def test_examples_are_refused_with_a_reason(predictions: Predictions) -> None:
    classify = classification_pb2.ClassificationRequest()
    classify.model_spec.name = "hp"

    code, details = code_of(lambda: predictions.Classify(classify, timeout=30))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert "tensorflow/serving/classify" in details
    code, _ = code_of(
        lambda: predictions.MultiInference(inference_pb2.MultiInferenceRequest(), timeout=30)
    )
    assert code is grpc.StatusCode.INVALID_ARGUMENT


def reload_request(*models: tuple[str, str], label: int | None = None) -> object:
    request = model_management_pb2.ReloadConfigRequest()
    for name, path in models:
        config = request.config.model_config_list.config.add(name=name, base_path=path)
        config.model_platform = "tensorflow"
        if label is not None:
            config.version_labels["stable"] = label
    return request


def test_23_labels_and_reloaded_configurations(changing: ServerProcess, tmp_path: Path) -> None:
    base = str(tmp_path / "models" / "hp")
    path = "/v1/models/hp/labels/stable:predict"
    unknown = changing.predict({"instances": [1]}, path)
    assert unknown.status_code == 400
    assert "Unrecognized servable version label: stable" in unknown.json()["error"]
    with changing.channel() as channel:
        stub = Models(channel)

        reloaded = stub.HandleReloadConfigRequest(reload_request(("hp", base), label=123))
        assert reloaded.status.error_code == 0
        assert changing.predict({"instances": [1]}, path).json() == {"predictions": [2.5]}

        refused = reload_request(("hp", base), label=9)
        code, _ = code_of(lambda: stub.HandleReloadConfigRequest(refused))
        assert code is grpc.StatusCode.FAILED_PRECONDITION
        for request in (
            model_management_pb2.ReloadConfigRequest(),
            reload_request(),
            reload_request(("hp", "models/hp")),
            reload_request(("hp", base), ("hp", base)),
        ):
            code, _ = code_of(lambda r=request: stub.HandleReloadConfigRequest(r))
            assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert changing.predict({"instances": [1]}, path).json() == {"predictions": [2.5]}


def test_23_models_come_and_go_with_the_configuration(
    changing: ServerProcess, tmp_path: Path
) -> None:
    write_half_plus_two(tmp_path / "models" / "other" / "1", offset=10)
    with changing.channel() as channel:
        Models(channel).HandleReloadConfigRequest(
            reload_request(("other", str(tmp_path / "models" / "other")))
        )

    other = changing.predict({"instances": [0]}, "/v1/models/other:predict")

    assert other.json() == {"predictions": [10.0]}
    wait_until(lambda: changing.get("/v1/models/hp").status_code == 404)
