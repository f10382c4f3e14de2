"""The numbers name the checks of the protocol's conformance list."""

import gzip
import json
import math
import socket

import pytest
import requests
from server_process import ServerProcess

HP = "/v1/models/hp"
AVAILABLE = {
    "model_version_status": [
        {
            "version": "123",
            "state": "AVAILABLE",
            "status": {"error_code": "OK", "error_message": ""},
        }
    ]
}


def assert_error(answer: requests.Response, status: int, text: str) -> None:
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert text in answer.json()["error"]


def test_01_02_status_of_a_model_and_a_version(server: ServerProcess) -> None:
    assert server.get(HP).json() == AVAILABLE
    assert server.get(f"{HP}/versions/123").json() == AVAILABLE
    assert_error(server.get(f"{HP}/versions/9"), 404, "Could not find version 9 of model hp")


def test_03_04_status_of_nothing(server: ServerProcess) -> None:
    unknown = server.get("/v1/models/nope")
    assert_error(unknown, 404, "Could not find any versions of model nope")
    assert_error(server.get("/v1/models"), 400, "Missing model name in request.")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{HP}:predict"),
        ("POST", HP),
        ("PUT", HP),
        ("PUT", f"{HP}:predict"),
        ("GET", "/v1/nothing"),
        ("DELETE", HP),
    ],
)
def test_05_malformed_requests(server: ServerProcess, method: str, path: str) -> None:
    answer = requests.request(method, server.rest + path, timeout=30)

    assert_error(answer, 400, f"Malformed request: {method} {path}")


def test_06_paths_outside_the_protocol_are_not_json(server: ServerProcess) -> None:
    answer = server.get("/statuspage")

    assert answer.status_code == 404
    assert "json" not in answer.headers["Content-Type"]


@pytest.mark.parametrize("path", [f"{HP}/metadata", f"{HP}/versions/123/metadata"])
def test_07_metadata(server: ServerProcess, path: str) -> None:
    answer = server.get(path)

    assert answer.status_code == 200
    assert answer.json()["model_spec"] == {"name": "hp", "signature_name": "", "version": "123"}
    signature = answer.json()["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert signature["inputs"]["x"] == {
        "dtype": "DT_FLOAT",
        "tensor_shape": {"dim": [{"size": "-1", "name": ""}], "unknown_rank": False},
        "name": "x:0",
    }
    assert signature["method_name"] == "tensorflow/serving/predict"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"instances": [1, 2, 5]}, {"predictions": [2.5, 3.0, 4.5]}),
        ({"instances": [{"x": 1}, {"x": 2}]}, {"predictions": [2.5, 3.0]}),
        ({"inputs": [2, 3, 4]}, {"outputs": [3.0, 3.5, 4.0]}),
        ({"inputs": {"x": [2, 3, 4]}}, {"outputs": [3.0, 3.5, 4.0]}),
        (
            {"signature_name": "serving_default", "inputs": [-4.0]},
            {"outputs": [0.0]},
        ),
    ],
)
@pytest.mark.parametrize("path", [f"{HP}:predict", f"{HP}/versions/123:predict"])
def test_08_09_predict_by_row_and_by_column(
    server: ServerProcess, path: str, body: object, expected: object
) -> None:
    answer = server.predict(body, path)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == expected


def test_10_unknown_servables(server: ServerProcess) -> None:
    version = server.predict({"instances": [1]}, f"{HP}/versions/9:predict")
    model = server.predict({"instances": [1]}, "/v1/models/nope:predict")

    assert_error(version, 404, "Servable not found for request: Specific(hp, 9)")
    assert_error(model, 404, "Servable not found for request: Latest(nope)")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("", "JSON Parse error: The document is empty"),
        ("{", "JSON Parse error"),
        ("[1]", "Is not object"),
        ("{}", "Missing 'inputs' or 'instances' key"),
        ('{"instances":[1],"inputs":[1]}', "one of 'inputs' or 'instances'"),
        ('{"instances":[]}', "No values in 'instances' array"),
        ('{"instances":["a"]}', "is not of expected type: float"),
        ('{"inputs":["a"]}', "is not of expected type: float"),
        ('{"instances":[true]}', "is not of expected type: float"),
        ('{"instances":[null]}', "is not of expected type: float"),
        ('{"instances":[33554433]}', "without loss of precision"),
        ('{"instances":[[1,2],[1]]}', "Failed to process element: 1 of 'instances' list"),
        ('{"instances":[{"x":1},{"z":1}]}', "Failed to process element: 1 of 'instances' list"),
        ('{"inputs":{"z":[1]}}', "Missing named input: x"),
        ('{"signature_name":100,"instances":[1]}', "key must be a string value"),
        ('{"signature_name":"zz","instances":[1]}', "not found in signature def"),
    ],
)
def test_11_to_15_unusable_bodies(server: ServerProcess, body: str, text: str) -> None:
    answer = requests.post(f"{server.rest}{HP}:predict", data=body, timeout=30)

    assert_error(answer, 400, text)


def test_16_nan_and_infinity_travel_as_bare_tokens(server: ServerProcess) -> None:
    answer = requests.post(
        f"{server.rest}{HP}:predict", data='{"instances":[NaN,-Infinity]}', timeout=30
    )

    assert answer.status_code == 200
    assert "NaN" in answer.text
    nan, infinity = json.loads(answer.text)["predictions"]
    assert math.isnan(nan)
    assert infinity == -math.inf


def test_17_several_outputs_and_an_output_without_rows(server: ServerProcess) -> None:
    path = "/v1/models/two:predict"
    scalar = {"signature_name": "total"}

    rows = server.predict({"instances": [1, 2]}, path).json()
    columns = server.predict({"inputs": [1, 2]}, path).json()

    assert rows["predictions"] == [
        {"doubled": 2.0, "halved": 0.5},
        {"doubled": 4.0, "halved": 1.0},
    ]
    assert columns["outputs"] == {"doubled": [2.0, 4.0], "halved": [0.5, 1.0]}
    assert server.predict({"inputs": [1, 2], **scalar}, path).json() == {"outputs": 3.0}
    assert_error(
        server.predict({"instances": [1, 2], **scalar}, path), 400, "has no shape information"
    )


def test_18_compressed_and_chunked_requests(server: ServerProcess) -> None:
    body = json.dumps({"instances": [1]}).encode()
    url = f"{server.rest}{HP}:predict"

    zipped = requests.post(
        url, data=gzip.compress(body), headers={"Content-Encoding": "gzip"}, timeout=30
    )
    chunked = requests.post(url, data=iter([body[:5], body[5:]]), timeout=30)
    broken = requests.post(url, data=body, headers={"Content-Encoding": "gzip"}, timeout=30)

    assert zipped.json() == chunked.json() == {"predictions": [2.5]}
    assert_error(broken, 400, "not gzip")


@pytest.mark.parametrize("verb", ["classify", "regress"])
def test_19_examples_need_a_signature_for_them(server: ServerProcess, verb: str) -> None:
    answer = server.predict({"examples": [{"x": 1}]}, f"{HP}:{verb}")

    assert_error(answer, 400, f"tensorflow/serving/{verb}")


def test_20_metrics_where_configured(server: ServerProcess) -> None:
    server.predict({"instances": [1]})

    answer = server.get("/monitoring/prometheus/metrics")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert ':tensorflow:serving:request_count{model_name="hp",status="OK"}' in answer.text
    assert ':tensorflow:serving:request_latency_count{model_name="hp"' in answer.text


def test_an_unreasonable_length_is_refused_and_the_server_goes_on(server: ServerProcess) -> None:
    host, port = server.rest.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(b"POST /v1/models/hp:predict HTTP/1.1\r\nContent-Length: 1e99\r\n\r\n")
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert server.get(HP).status_code == 200


def test_one_connection_serves_many_requests(server: ServerProcess) -> None:
    with requests.Session() as session:
        answers = [
            session.post(f"{server.rest}{HP}:predict", json={"instances": [step]}, timeout=30)
            for step in range(20)
        ]

    assert [answer.json()["predictions"] for answer in answers] == [
        [0.5 * step + 2] for step in range(20)
    ]
    assert all(answer.headers.get("Connection") != "close" for answer in answers)
