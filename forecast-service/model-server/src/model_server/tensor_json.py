"""The JSON of the REST protocol: requests to arrays, arrays to answers."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model_server.errors import Code, ServingError, invalid_argument
from model_server.protocol import meta_graph_pb2, types_pb2
from model_server.runtime import DTYPES, Array
from model_server.servable import DEFAULT_SIGNATURE, type_name

Json = object
_FLOATS = {types_pb2.DT_FLOAT, types_pb2.DT_DOUBLE}
# Beyond this, whole numbers have no exact floating point value, and the real server refuses them.
_LARGEST_WHOLE = {types_pb2.DT_FLOAT: 2**24 - 1, types_pb2.DT_DOUBLE: 2**53 - 1}
_SHORT_DIGITS = 6
_FULL_DIGITS = 9


@dataclass(frozen=True, slots=True)
class JsonRequest:
    """A parsed body; `rows` says whether it came as instances or as inputs."""

    signature_name: str
    rows: bool
    values: Json


def parse_request(body: bytes) -> JsonRequest:
    """The request of a body. Raises ServingError with the real server's words."""
    document = _parse_document(body)
    if not isinstance(document, dict):
        raise invalid_argument(f"JSON Value: {_show(document)} Is not object")
    name = document.get("signature_name", DEFAULT_SIGNATURE)
    if not isinstance(name, str):
        raise invalid_argument(
            f"JSON Value: {_show(name)} not formatted correctly. "
            "'signature_name' key must be a string value."
        )
    has_rows, has_columns = "instances" in document, "inputs" in document
    if has_rows and has_columns:
        raise invalid_argument(
            "Not formatted correctly: expected one of 'inputs' or 'instances' keys, got both"
        )
    if not has_rows and not has_columns:
        raise invalid_argument("Missing 'inputs' or 'instances' key")
    values = document["instances"] if has_rows else document["inputs"]
    if has_rows:
        _check_rows(values)
    return JsonRequest(signature_name=name, rows=has_rows, values=values)


def _parse_document(body: bytes) -> Json:
    if not body.strip():
        raise invalid_argument("JSON Parse error: The document is empty")
    try:
        document: Json = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise invalid_argument(f"JSON Parse error: {error}") from error
    return document


def _check_rows(values: Json) -> None:
    if not isinstance(values, list):
        raise invalid_argument("Expecting 'instances' value to be an list/array")
    if not values:
        raise invalid_argument("No values in 'instances' array")


def request_inputs(
    request: JsonRequest, signature: meta_graph_pb2.SignatureDef
) -> dict[str, Array]:
    """Inputs by alias, typed by the signature. Raises ServingError where a value does not fit."""
    if request.rows and isinstance(request.values, list):
        return _inputs_of_rows(request.values, signature)
    return _inputs_of_columns(request.values, signature)


def _inputs_of_columns(values: Json, signature: meta_graph_pb2.SignatureDef) -> dict[str, Array]:
    if not isinstance(values, dict) or _is_base64(values):
        return {name: _to_array(values, info.dtype) for name, info in _only(signature)}
    inputs = {}
    for name, info in signature.inputs.items():
        if name in values:
            inputs[name] = _to_array(values[name], info.dtype)
        elif name not in signature.defaults:
            raise invalid_argument(f"Missing named input: {name} in 'inputs' object.")
    return inputs


def _inputs_of_rows(rows: list[Json], signature: meta_graph_pb2.SignatureDef) -> dict[str, Array]:
    if not isinstance(rows[0], dict) or _is_base64(rows[0]):
        ((name, info),) = _only(signature)
        return {name: _stack(rows, info.dtype)}
    wanted = set(signature.inputs)
    names = [name for name in signature.inputs if name in rows[0]]
    columns: dict[str, list[Json]] = {name: [] for name in names}
    for position, row in enumerate(rows):
        if not isinstance(row, dict) or set(row) != set(names) or not set(row) <= wanted:
            raise _row_error(position, f"named inputs must be {{{','.join(sorted(wanted))}}}")
        for name in names:
            columns[name].append(row[name])
    return {name: _stack(column, signature.inputs[name].dtype) for name, column in columns.items()}


def _only(
    signature: meta_graph_pb2.SignatureDef,
) -> list[tuple[str, meta_graph_pb2.TensorInfo]]:
    if len(signature.inputs) != 1:
        raise invalid_argument(
            "Values must be named: the signature has the inputs "
            f"{{{','.join(sorted(signature.inputs))}}}"
        )
    return list(signature.inputs.items())


def _stack(rows: list[Json], dtype: int) -> Array:
    shape = _shape(rows[0])
    flat: list[Json] = []
    for position, row in enumerate(rows):
        try:
            _collect(row, shape, dtype, flat)
        except ServingError as error:
            raise _row_error(position, error.message) from error
    return _packed(flat, [len(rows), *shape], dtype)


def _row_error(position: int, message: str) -> ServingError:
    return invalid_argument(
        f"Failed to process element: {position} of 'instances' list. Error: {message}"
    )


def _to_array(value: Json, dtype: int) -> Array:
    shape = _shape(value)
    flat: list[Json] = []
    _collect(value, shape, dtype, flat)
    return _packed(flat, shape, dtype)


def _packed(flat: list[Json], shape: Sequence[int], dtype: int) -> Array:
    if DTYPES[dtype].hasobject:
        texts = np.empty(len(flat), dtype=object)
        texts[:] = flat
        return texts.reshape(shape)
    try:
        values: Array = np.array(flat, dtype=DTYPES[dtype])
    except (OverflowError, ValueError) as error:
        raise invalid_argument(f"A value is not of expected type: {type_name(dtype)}") from error
    return values.reshape(shape)


def _shape(value: Json) -> list[int]:
    shape = []
    while isinstance(value, list):
        shape.append(len(value))
        if not value:
            break
        value = value[0]
    return shape


def _collect(value: Json, shape: Sequence[int], dtype: int, flat: list[Json]) -> None:
    """Append the leaves of `value`, which must have exactly `shape`, as the type wants them."""
    if not shape:
        if isinstance(value, list):
            raise invalid_argument("Encountered list at unexpected level")
        _check_leaves([value], dtype)
        flat.append(_leaf(value, dtype))
        return
    if not isinstance(value, list):
        raise invalid_argument(f"JSON Value: {_show(value)} found at incorrect level")
    if len(value) != shape[0]:
        raise invalid_argument(
            f"Encountered list at unexpected size: {len(value)} expected size: {shape[0]}"
        )
    if len(shape) > 1:
        for part in value:
            _collect(part, shape[1:], dtype, flat)
        return
    _check_leaves(value, dtype)
    flat.extend(value if dtype != types_pb2.DT_STRING else [_leaf(v, dtype) for v in value])


def _check_leaves(leaves: list[Json], dtype: int) -> None:
    """One pass in C over the leaves' types; only a failure looks for the culprit."""
    kinds = set(map(type, leaves))
    allowed = _kinds(dtype)
    if list in kinds:
        raise invalid_argument("Encountered list at unexpected level")
    if not kinds <= allowed:
        culprit = next(leaf for leaf in leaves if type(leaf) not in allowed)
        raise invalid_argument(
            f"JSON Value: {_show(culprit)} is not of expected type: {type_name(dtype)}"
        )
    limit = _LARGEST_WHOLE.get(dtype)
    if limit is not None and int in kinds:
        _check_whole_numbers(leaves, limit, dtype)


def _check_whole_numbers(leaves: list[Json], limit: int, dtype: int) -> None:
    for leaf in leaves:
        if type(leaf) is int and abs(leaf) > limit:
            raise invalid_argument(
                f"Cannot convert JSON value: {leaf} to {type_name(dtype)} "
                "without loss of precision."
            )


def _kinds(dtype: int) -> set[type]:
    if dtype in _FLOATS:
        return {int, float}
    if dtype == types_pb2.DT_STRING:
        return {str, dict}
    if dtype == types_pb2.DT_BOOL:
        return {bool}
    if dtype in DTYPES and np.issubdtype(DTYPES[dtype], np.integer):
        return {int}
    raise ServingError(Code.UNIMPLEMENTED, f"Conversion of JSON to {type_name(dtype)}")


def _leaf(value: Json, dtype: int) -> Json:
    if dtype != types_pb2.DT_STRING:
        return value
    if isinstance(value, str):
        return value.encode()
    if not isinstance(value, dict) or not _is_base64(value):
        raise invalid_argument(
            f"JSON Value: {_show(value)} not formatted correctly for base64 data"
        )
    try:
        return base64.b64decode(str(value["b64"]), validate=True)
    except binascii.Error as error:
        raise invalid_argument("Unable to base64 decode") from error


def _is_base64(value: Json) -> bool:
    return isinstance(value, dict) and set(value) == {"b64"} and isinstance(value["b64"], str)


def _show(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:200] + "..."  # noqa: PLR2004 - of an error text


def response_body(outputs: Mapping[str, Array], *, rows: bool) -> bytes:
    """The answer's JSON. Raises ServingError if outputs cannot be split into rows."""
    if rows:
        document: dict[str, Json] = {"predictions": _predictions(outputs)}
    else:
        document = {"outputs": _columns(outputs)}
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def _columns(outputs: Mapping[str, Array]) -> Json:
    columns = {name: _to_json(name, value) for name, value in outputs.items()}
    return next(iter(columns.values())) if len(columns) == 1 else columns


def _predictions(outputs: Mapping[str, Array]) -> list[Json]:
    sizes = set()
    for name, value in outputs.items():
        if value.ndim == 0:
            raise invalid_argument(f"Tensor name: {name} has no shape information")
        sizes.add(value.shape[0])
    if len(sizes) > 1:
        raise invalid_argument(
            f"Tensor name: {max(outputs)} has inconsistent batch size: {sorted(sizes)}"
        )
    columns = [_to_json(name, value) for name, value in outputs.items()]
    if len(columns) == 1 and isinstance(columns[0], list):
        return columns[0]
    return [dict(zip(outputs, row, strict=True)) for row in zip(*columns, strict=True)]


def _to_json(name: str, value: Array) -> Json:
    if value.dtype.hasobject:
        return _texts_to_json(name, value.tolist())
    if value.dtype in {np.dtype(np.float32), np.dtype(np.float16)}:
        return shortest_decimals(value.astype(np.float32)).tolist()
    return value.tolist()


def _texts_to_json(name: str, value: Json) -> Json:
    if isinstance(value, list):
        return [_texts_to_json(name, part) for part in value]
    raw = value if isinstance(value, bytes) else b""
    if name.endswith("_bytes"):
        return {"b64": base64.b64encode(raw).decode()}
    return raw.decode(errors="replace")


def shortest_decimals(values: Array) -> Array:
    """Doubles that print as the real server prints these floats.

    Six significant digits where they read back as the same float, else nine, which always do;
    without this every float would print with 17 digits, most of them noise.
    """
    exact = values.astype(np.float64)
    short = _rounded(exact, _SHORT_DIGITS)
    with np.errstate(over="ignore"):
        same = short.astype(np.float32) == values
    return np.where(same | ~np.isfinite(exact), short, _rounded(exact, _FULL_DIGITS))


def _rounded(values: Array, digits: int) -> Array:
    usable = np.isfinite(values) & (values != 0)
    magnitude = np.floor(np.log10(np.abs(np.where(usable, values, 1.0))))
    places = digits - 1 - magnitude
    # Dividing a whole number by an exact power of ten rounds once, so the shortest text of the
    # result is the decimal that was meant; beyond 10**22 powers are inexact, and nobody notices.
    up, down = 10.0 ** np.maximum(places, 0), 10.0 ** np.maximum(-places, 0)
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = np.round(values * up / down) / up * down
    return np.where(usable & np.isfinite(rounded), rounded, values)
