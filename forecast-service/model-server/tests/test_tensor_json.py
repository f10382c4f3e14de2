"""JSON, strings and other types that the models of the platform do not use."""

import base64
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from saved_models import write_echo

from model_server.errors import Code, ServingError
from model_server.protocol import tensor_pb2, types_pb2
from model_server.servable import Servable
from model_server.tensor_json import (
    parse_request,
    request_inputs,
    response_body,
    shortest_decimals,
)
from model_server.tensors import array_from_proto, proto_from_array


def answer(servable: Servable, body: object) -> object:
    request = parse_request(json.dumps(body).encode())
    signature = servable.signature(request.signature_name)
    outputs = servable.predict(signature, request_inputs(request, signature))
    return json.loads(response_body(outputs, rows=request.rows))


@pytest.fixture(scope="module")
def strings(tmp_path_factory: pytest.TempPathFactory) -> Servable:
    folder = write_echo(tmp_path_factory.mktemp("strings") / "1", types_pb2.DT_STRING)
    return Servable(folder, tags=["serve"], threads=1, warm_up=False)


def test_texts_and_bytes_travel_both_ways(strings: Servable) -> None:
    long = "支付宝" * 40
    raw = base64.b64encode(b"\x00\xff").decode()

    assert answer(strings, {"instances": ["", "a", long], "signature_name": "text"}) == {
        "predictions": ["", "a", long]
    }
    assert answer(strings, {"instances": [{"b64": raw}]}) == {"predictions": [{"b64": raw}]}
    assert answer(strings, {"inputs": {"b64": raw}}) == {"outputs": {"b64": raw}}


@pytest.mark.parametrize("value", [1, None, {"b65": "AA=="}, {"b64": "A"}, {"b64": 1}])
def test_what_is_no_text_is_refused(strings: Servable, value: object) -> None:
    with pytest.raises(ServingError) as failure:
        answer(strings, {"inputs": [value]})

    assert failure.value.code is Code.INVALID_ARGUMENT


def test_rows_with_several_inputs_are_objects_or_lists_of_them(strings: Servable) -> None:
    rows = [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]

    body = {"instances": rows, "signature_name": "pair"}

    assert answer(strings, body) == {"predictions": rows}
    for broken in (["1"], [rows[0], {"a": "3"}], [rows[0], "3"], [{**rows[0], "c": "5"}]):
        with pytest.raises(ServingError):
            answer(strings, {"instances": broken, "signature_name": "pair"})


@pytest.mark.parametrize(
    ("dtype", "accepted", "refused"),
    [
        (types_pb2.DT_INT32, [1, -2], 1.0),
        (types_pb2.DT_INT32, [2**31 - 1], 2**31),
        (types_pb2.DT_INT64, [2**53 + 1], True),
        (types_pb2.DT_UINT8, [255], -1),
        (types_pb2.DT_BOOL, [True, False], 1),
        (types_pb2.DT_DOUBLE, [0.1, 2.0], 2**60 + 1),
        (types_pb2.DT_FLOAT, [0.1, 7.0], "7"),
    ],
)
def test_types_are_taken_at_their_word(
    tmp_path: Path, dtype: int, accepted: list[object], refused: object
) -> None:
    servable = Servable(write_echo(tmp_path / "1", dtype), tags=["serve"], threads=1, warm_up=False)

    assert answer(servable, {"instances": accepted}) == {"predictions": accepted}
    with pytest.raises(ServingError) as failure:
        answer(servable, {"instances": [refused]})
    assert failure.value.code is Code.INVALID_ARGUMENT
    servable.close()
    servable.close()


def test_numbers_print_with_six_digits_where_those_suffice() -> None:
    values = np.array([0.1, 2.5, 1 / 3, 16777216, 1e-30, 123456.7, 0, -0.2], np.float32)

    assert shortest_decimals(values).tolist() == [
        0.1,
        2.5,
        0.333333343,
        16777216.0,
        1e-30,
        123456.703,
        0.0,
        -0.2,
    ]


@given(st.lists(st.floats(width=32), min_size=1, max_size=30))
def test_printed_numbers_read_back_as_the_same_floats(numbers: list[float]) -> None:
    values = np.array(numbers, np.float32)

    read = np.array(json.loads(json.dumps(shortest_decimals(values).tolist())), np.float32)

    assert np.array_equal(read, values, equal_nan=True)


@pytest.mark.parametrize(
    "value",
    [
        np.array([[1.5, math.inf]], np.float32),
        np.array(7, np.int64),
        np.array([1, 2], np.float16),
        np.array([True, False]),
        np.array([1 + 2j], np.complex64),
        np.array([[b"a"], [b""]], dtype=object),
        np.zeros((0, 3), np.float32),
    ],
)
def test_messages_hold_arrays(value: np.ndarray) -> None:
    read = array_from_proto(proto_from_array(value))

    assert read.dtype == value.dtype
    assert read.tolist() == value.tolist()


def test_a_single_value_fills_the_shape() -> None:
    proto = tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT, float_val=[2.0])
    proto.tensor_shape.dim.add(size=3)

    assert array_from_proto(proto).tolist() == [2.0, 2.0, 2.0]


def test_messages_that_contradict_themselves_are_refused() -> None:
    too_many = tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT, float_val=[1, 2])
    partial = tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT)
    partial.tensor_shape.dim.add(size=-1)
    cut = tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT, tensor_content=b"abc")
    untyped = tensor_pb2.TensorProto()

    for proto in (too_many, partial, cut, untyped):
        with pytest.raises(ServingError):
            array_from_proto(proto)
