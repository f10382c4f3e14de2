"""SavedModels written message by message, so that the tests need no TensorFlow in Python."""

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from model_server.protocol import (
    meta_graph_pb2,
    node_def_pb2,
    predict_pb2,
    prediction_log_pb2,
    saved_model_pb2,
    tensor_shape_pb2,
    types_pb2,
)
from model_server.servable import WARM_UP_FILE, _masked_crc
from model_server.tensors import proto_from_array

PREDICT = "tensorflow/serving/predict"
Graph = meta_graph_pb2.MetaGraphDef


def write_half_plus_two(folder: Path, *, offset: float = 2.0) -> Path:
    """y = 0.5 x + offset, input x and output y of shape (-1)."""
    graph = _graph()
    _placeholder(graph, "x")
    _constant(graph, "half", 0.5)
    _constant(graph, "offset", offset)
    _node(graph, "scaled", "Mul", ["x", "half"])
    _node(graph, "y", "AddV2", ["scaled", "offset"])
    _sign(graph, "serving_default", inputs={"x": "x:0"}, outputs={"y": "y:0"})
    return _write(graph, folder)


def write_two_outputs(folder: Path) -> Path:
    """Two outputs with a batch, and under the signature `total` one without rank."""
    graph = _graph()
    _placeholder(graph, "x")
    _constant(graph, "half", 0.5)
    _constant(graph, "first_axis", 0, types_pb2.DT_INT32)
    _node(graph, "halved", "Mul", ["x", "half"])
    _node(graph, "doubled", "AddV2", ["x", "x"])
    total = _node(graph, "total", "Sum", ["x", "first_axis"])
    total.attr["Tidx"].type = types_pb2.DT_INT32
    total.attr["keep_dims"].b = False
    _sign(
        graph,
        "serving_default",
        inputs={"x": "x:0"},
        outputs={"halved": "halved:0", "doubled": "doubled:0"},
    )
    _sign(graph, "total", inputs={"x": "x:0"}, outputs={"total": "total:0"})
    return _write(graph, folder)


def write_echo(folder: Path, dtype: int) -> Path:
    """y = x of any type; `a` and `b` are echoed under the signature `pair`."""
    graph = _graph()
    for name in ("x", "a", "b"):
        _placeholder(graph, name, dtype)
        _node(graph, f"{name}_out", "Identity", [name], dtype)
    _sign(
        graph, "serving_default", inputs={"x": "x:0"}, outputs={"y_bytes": "x_out:0"}, dtype=dtype
    )
    _sign(graph, "text", inputs={"x": "x:0"}, outputs={"y": "x_out:0"}, dtype=dtype)
    _sign(
        graph,
        "pair",
        inputs={"a": "a:0", "b": "b:0"},
        outputs={"a": "a_out:0", "b": "b_out:0"},
        dtype=dtype,
    )
    return _write(graph, folder)


def write_warm_up(folder: Path, *, signature: str) -> None:
    """One recorded request in assets.extra."""
    request = predict_pb2.PredictRequest()
    request.model_spec.signature_name = signature
    request.inputs["x"].CopyFrom(proto_from_array(np.array([1.0], np.float32)))
    log = prediction_log_pb2.PredictionLog(
        predict_log=prediction_log_pb2.PredictLog(request=request)
    )
    record = log.SerializeToString()
    length = struct.pack("<Q", len(record))
    path = folder / WARM_UP_FILE
    path.parent.mkdir()
    path.write_bytes(length + _masked_crc(length) + record + _masked_crc(record))


def _graph() -> Graph:
    graph = Graph()
    graph.meta_info_def.tags.append("serve")
    graph.graph_def.versions.producer = 1882
    return graph


def _node(
    graph: Graph, name: str, operation: str, inputs: list[str], dtype: int = types_pb2.DT_FLOAT
) -> node_def_pb2.NodeDef:
    node = graph.graph_def.node.add(name=name, op=operation, input=inputs)
    node.attr["T"].type = dtype
    return node


def _placeholder(graph: Graph, name: str, dtype: int = types_pb2.DT_FLOAT) -> None:
    node = graph.graph_def.node.add(name=name, op="Placeholder")
    node.attr["dtype"].type = dtype
    node.attr["shape"].shape.CopyFrom(_batch_shape())


def _constant(graph: Graph, name: str, value: float, dtype: int = types_pb2.DT_FLOAT) -> None:
    kind = np.float32 if dtype == types_pb2.DT_FLOAT else np.int32
    node = graph.graph_def.node.add(name=name, op="Const")
    node.attr["dtype"].type = dtype
    node.attr["value"].tensor.CopyFrom(proto_from_array(np.array(value, kind)))


def _batch_shape() -> tensor_shape_pb2.TensorShapeProto:
    return tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=-1)])


def _sign(
    graph: Graph,
    name: str,
    *,
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    dtype: int = types_pb2.DT_FLOAT,
) -> None:
    signature = graph.signature_def[name]
    signature.method_name = PREDICT
    for aliases, tensors in ((signature.inputs, inputs), (signature.outputs, outputs)):
        for alias, tensor in tensors.items():
            aliases[alias].name = tensor
            aliases[alias].dtype = dtype
            aliases[alias].tensor_shape.CopyFrom(_batch_shape())


def _write(graph: Graph, folder: Path) -> Path:
    """Rename into place, as every writer of version folders does."""
    saved_model = saved_model_pb2.SavedModel(saved_model_schema_version=1, meta_graphs=[graph])
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    unfinished.mkdir(parents=True)
    (unfinished / "saved_model.pb").write_bytes(saved_model.SerializeToString())
    return unfinished.rename(folder)
