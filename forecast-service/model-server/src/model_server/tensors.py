"""TensorProto to arrays and back; strings are arrays of bytes objects."""

import numpy as np

from model_server.errors import invalid_argument
from model_server.protocol import tensor_pb2, tensor_shape_pb2, types_pb2
from model_server.runtime import DTYPES, Array

_FIELDS = {
    types_pb2.DT_FLOAT: "float_val",
    types_pb2.DT_DOUBLE: "double_val",
    types_pb2.DT_INT32: "int_val",
    types_pb2.DT_UINT8: "int_val",
    types_pb2.DT_INT16: "int_val",
    types_pb2.DT_INT8: "int_val",
    types_pb2.DT_UINT16: "int_val",
    types_pb2.DT_STRING: "string_val",
    types_pb2.DT_INT64: "int64_val",
    types_pb2.DT_BOOL: "bool_val",
    types_pb2.DT_UINT32: "uint32_val",
    types_pb2.DT_UINT64: "uint64_val",
    types_pb2.DT_HALF: "half_val",
}
_NUMBERS = {dtype: number for number, dtype in DTYPES.items()}


def array_from_proto(proto: tensor_pb2.TensorProto) -> Array:
    """The array of a message that holds tensor_content or a typed field.

    A typed field shorter than the shape repeats its last value, as TensorFlow does. Raises
    ServingError for an unknown type, a partial shape, or a count that does not fit.
    """
    if proto.dtype not in DTYPES:
        raise invalid_argument(f"Tensors of type {proto.dtype} are not supported")
    if proto.tensor_shape.unknown_rank or any(dim.size < 0 for dim in proto.tensor_shape.dim):
        raise invalid_argument("Tensor proto has no fully defined shape")
    shape = [dim.size for dim in proto.tensor_shape.dim]
    count = int(np.prod(shape, dtype=np.int64))
    values = _content(proto) if proto.tensor_content else _field(proto, count)
    if len(values) != count:
        raise invalid_argument(f"Tensor proto has {len(values)} values for shape {shape}")
    return values.reshape(shape)


def _content(proto: tensor_pb2.TensorProto) -> Array:
    dtype = DTYPES[proto.dtype]
    if dtype.hasobject or len(proto.tensor_content) % dtype.itemsize:
        raise invalid_argument("Tensor content does not fit its type")
    return np.frombuffer(proto.tensor_content, dtype=dtype)


def _field(proto: tensor_pb2.TensorProto, count: int) -> Array:
    name = _FIELDS.get(proto.dtype)
    if name is None:
        raise invalid_argument("This tensor type travels as tensor_content only")
    given = getattr(proto, name)
    dtype = DTYPES[proto.dtype]
    if proto.dtype == types_pb2.DT_HALF:
        values: Array = np.array(given, dtype=np.uint16).view(np.float16)
    elif dtype.hasobject:
        values = np.empty(len(given), dtype=object)
        values[:] = list(given)
    else:
        values = np.array(given, dtype=dtype)
    if len(values) in {0, count}:
        return values if len(values) == count else _default(dtype, count)
    return np.concatenate([values, np.repeat(values[-1:], max(count - len(values), 0))])


def _default(dtype: np.dtype[np.generic], count: int) -> Array:
    if dtype.hasobject:
        return np.full(count, b"", dtype=object)
    return np.zeros(count, dtype=dtype)


def proto_from_array(value: Array) -> tensor_pb2.TensorProto:
    """A message with the typed field filled, as the real server answers."""
    number = _NUMBERS[value.dtype]
    proto = tensor_pb2.TensorProto(dtype=number, tensor_shape=shape_proto(value.shape))
    name = _FIELDS.get(number)
    if name is None:
        proto.tensor_content = value.tobytes()
        return proto
    flat = value.view(np.uint16) if number == types_pb2.DT_HALF else value
    getattr(proto, name).extend(flat.ravel().tolist())
    return proto


def shape_proto(shape: tuple[int, ...]) -> tensor_shape_pb2.TensorShapeProto:
    """The message of a fully known shape."""
    dimensions = [tensor_shape_pb2.TensorShapeProto.Dim(size=size) for size in shape]
    return tensor_shape_pb2.TensorShapeProto(dim=dimensions)
