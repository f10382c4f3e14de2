"""TensorFlow's C API: load a SavedModel, run it, let it go.

The stable C API of the shared library inside the tensorflow wheel, called through ctypes (which
releases the interpreter's lock while TensorFlow computes).
"""

import ctypes
from collections.abc import Mapping, Sequence
from ctypes import POINTER, c_char_p, c_int, c_int64, c_size_t, c_void_p
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model_server.errors import Code, ServingError, invalid_argument
from model_server.protocol import config_pb2, meta_graph_pb2, tensorflow_folder, types_pb2

Array = NDArray[np.generic]

DTYPES: dict[int, np.dtype[np.generic]] = {
    types_pb2.DT_FLOAT: np.dtype(np.float32),
    types_pb2.DT_DOUBLE: np.dtype(np.float64),
    types_pb2.DT_INT32: np.dtype(np.int32),
    types_pb2.DT_UINT8: np.dtype(np.uint8),
    types_pb2.DT_INT16: np.dtype(np.int16),
    types_pb2.DT_INT8: np.dtype(np.int8),
    types_pb2.DT_STRING: np.dtype(object),
    types_pb2.DT_COMPLEX64: np.dtype(np.complex64),
    types_pb2.DT_INT64: np.dtype(np.int64),
    types_pb2.DT_BOOL: np.dtype(np.bool_),
    types_pb2.DT_UINT16: np.dtype(np.uint16),
    types_pb2.DT_COMPLEX128: np.dtype(np.complex128),
    types_pb2.DT_HALF: np.dtype(np.float16),
    types_pb2.DT_UINT32: np.dtype(np.uint32),
    types_pb2.DT_UINT64: np.dtype(np.uint64),
}
_NUMBERS = {dtype: number for number, dtype in DTYPES.items()}
_STRING_BYTES = 24  # sizeof(TF_TString)


class _Buffer(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("length", c_size_t), ("deallocator", c_void_p)]


class _Output(ctypes.Structure):
    _fields_ = [("operation", c_void_p), ("index", c_int)]


# name: (result type, argument types)
_FUNCTIONS: dict[str, tuple[object, Sequence[object]]] = {
    "TF_NewStatus": (c_void_p, []),
    "TF_DeleteStatus": (None, [c_void_p]),
    "TF_GetCode": (c_int, [c_void_p]),
    "TF_Message": (c_char_p, [c_void_p]),
    "TF_NewGraph": (c_void_p, []),
    "TF_DeleteGraph": (None, [c_void_p]),
    "TF_GraphOperationByName": (c_void_p, [c_void_p, c_char_p]),
    "TF_NewSessionOptions": (c_void_p, []),
    "TF_DeleteSessionOptions": (None, [c_void_p]),
    "TF_SetConfig": (None, [c_void_p, c_char_p, c_size_t, c_void_p]),
    "TF_NewBuffer": (POINTER(_Buffer), []),
    "TF_DeleteBuffer": (None, [POINTER(_Buffer)]),
    "TF_LoadSessionFromSavedModel": (
        c_void_p,
        [
            c_void_p,
            c_void_p,
            c_char_p,
            POINTER(c_char_p),
            c_int,
            c_void_p,
            POINTER(_Buffer),
            c_void_p,
        ],
    ),
    "TF_CloseSession": (None, [c_void_p, c_void_p]),
    "TF_DeleteSession": (None, [c_void_p, c_void_p]),
    "TF_SessionRun": (
        None,
        [
            c_void_p,
            c_void_p,
            POINTER(_Output),
            POINTER(c_void_p),
            c_int,
            POINTER(_Output),
            POINTER(c_void_p),
            c_int,
            c_void_p,
            c_int,
            c_void_p,
            c_void_p,
        ],
    ),
    "TF_AllocateTensor": (c_void_p, [c_int, POINTER(c_int64), c_int, c_size_t]),
    "TF_DeleteTensor": (None, [c_void_p]),
    "TF_TensorType": (c_int, [c_void_p]),
    "TF_TensorData": (c_void_p, [c_void_p]),
    "TF_TensorByteSize": (c_size_t, [c_void_p]),
    "TF_NumDims": (c_int, [c_void_p]),
    "TF_Dim": (c_int64, [c_void_p, c_int]),
    "TF_StringInit": (None, [c_void_p]),
    "TF_StringCopy": (None, [c_void_p, c_char_p, c_size_t]),
    "TF_StringGetDataPointer": (c_void_p, [c_void_p]),
    "TF_StringGetSize": (c_size_t, [c_void_p]),
    "TF_Version": (c_char_p, []),
}


@cache
def _library() -> ctypes.CDLL:
    folder = tensorflow_folder()
    # The framework library first and globally: the other one resolves its symbols against it.
    ctypes.CDLL(str(folder / "libtensorflow_framework.so.2"), mode=ctypes.RTLD_GLOBAL)
    library = ctypes.CDLL(str(folder / "libtensorflow_cc.so.2"), mode=ctypes.RTLD_GLOBAL)
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = list(arguments)
    return library


def tensorflow_version() -> str:
    """The version of the loaded library, for the log."""
    version: bytes = _library().TF_Version()
    return version.decode()


class _Status:
    """A TF_Status that raises what it holds when the block ends."""

    def __enter__(self) -> int:
        self._pointer: int = _library().TF_NewStatus()
        return self._pointer

    def __exit__(self, *failure: object) -> None:
        library = _library()
        code = library.TF_GetCode(self._pointer)
        message = library.TF_Message(self._pointer).decode(errors="replace")
        library.TF_DeleteStatus(self._pointer)
        if code != Code.OK and failure[0] is None:
            raise ServingError(Code(code), message)


class SavedModelSession:
    """A SavedModel in memory. Thread-safe; `close` only after the last run has returned."""

    def __init__(self, folder: Path, *, tags: Sequence[str], threads: int) -> None:
        """Load the graph with these tags. Raises ServingError if it is not a whole SavedModel."""
        library = _library()
        self._graph: int = library.TF_NewGraph()
        options = _session_options(threads)
        buffer = library.TF_NewBuffer()
        names = (c_char_p * len(tags))(*(tag.encode() for tag in tags))
        try:
            with _Status() as status:
                self._session: int | None = library.TF_LoadSessionFromSavedModel(
                    options,
                    None,
                    str(folder).encode(),
                    names,
                    len(tags),
                    self._graph,
                    buffer,
                    status,
                )
            contents = ctypes.string_at(buffer.contents.data, buffer.contents.length)
        except ServingError:
            library.TF_DeleteGraph(self._graph)
            raise
        finally:
            library.TF_DeleteBuffer(buffer)
            library.TF_DeleteSessionOptions(options)
        self.signatures = dict(meta_graph_pb2.MetaGraphDef.FromString(contents).signature_def)

    def run(self, feeds: Mapping[str, Array], fetches: Sequence[str]) -> list[Array]:
        """Values of the fetched tensors, in their order; names are like 'x:0'.

        Raises ServingError with TensorFlow's own code and text.
        """
        library = _library()
        tensors: list[int] = []
        results = (c_void_p * len(fetches))()
        try:
            tensors.extend(_to_tensor(value) for value in feeds.values())
            with _Status() as status:
                library.TF_SessionRun(
                    self._session,
                    None,
                    self._outputs(list(feeds)),
                    (c_void_p * len(tensors))(*tensors),
                    len(tensors),
                    self._outputs(fetches),
                    results,
                    len(fetches),
                    None,
                    0,
                    None,
                    status,
                )
            return [_to_array(int(pointer or 0)) for pointer in results]
        finally:
            for pointer in (*tensors, *results):
                if pointer:
                    library.TF_DeleteTensor(pointer)

    def close(self) -> None:
        """Free the graph and its variables; a second call does nothing."""
        library = _library()
        session, self._session = self._session, None
        if session is None:
            return
        with _Status() as status:
            library.TF_CloseSession(session, status)
        with _Status() as status:
            library.TF_DeleteSession(session, status)
        library.TF_DeleteGraph(self._graph)

    def _outputs(self, names: Sequence[str]) -> "ctypes.Array[_Output]":
        return (_Output * len(names))(*(self._output(name) for name in names))

    def _output(self, name: str) -> _Output:
        operation_name, _, index = name.partition(":")
        operation = _library().TF_GraphOperationByName(self._graph, operation_name.encode())
        if not operation:
            raise invalid_argument(
                f"Tensor {name}, specified in the signature, is not in the graph"
            )
        return _Output(operation, int(index or 0))


def _session_options(threads: int) -> int:
    library = _library()
    config = config_pb2.ConfigProto(
        intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads
    ).SerializeToString()
    options: int = library.TF_NewSessionOptions()
    with _Status() as status:
        library.TF_SetConfig(options, config, len(config), status)
    return options


def _to_tensor(value: Array) -> int:
    library = _library()
    number = _NUMBERS.get(value.dtype)
    if number is None:
        raise invalid_argument(f"Tensors of type {value.dtype} are not supported")
    is_string = number == types_pb2.DT_STRING
    size = value.size * _STRING_BYTES if is_string else value.nbytes
    dimensions = (c_int64 * value.ndim)(*value.shape)
    pointer: int = library.TF_AllocateTensor(number, dimensions, value.ndim, size)
    data = library.TF_TensorData(pointer)
    if is_string:
        for position, text in enumerate(value.ravel().tolist()):
            place = data + position * _STRING_BYTES
            library.TF_StringInit(place)
            library.TF_StringCopy(place, text, len(text))
    elif size:
        ctypes.memmove(data, np.ascontiguousarray(value).ctypes.data, size)
    return pointer


def _to_array(pointer: int) -> Array:
    library = _library()
    dtype = DTYPES.get(library.TF_TensorType(pointer))
    if dtype is None:
        raise ServingError(Code.UNIMPLEMENTED, "The model answers with an unsupported tensor type")
    shape = [library.TF_Dim(pointer, axis) for axis in range(library.TF_NumDims(pointer))]
    data = library.TF_TensorData(pointer)
    size = library.TF_TensorByteSize(pointer)
    if dtype.hasobject:
        texts = np.empty(size // _STRING_BYTES, dtype=object)
        texts[:] = [_string_at(data + _STRING_BYTES * position) for position in range(len(texts))]
        return texts.reshape(shape)
    contents = ctypes.string_at(data, size) if size else b""
    return np.frombuffer(contents, dtype=dtype).reshape(shape)


def _string_at(place: int) -> bytes:
    library = _library()
    return ctypes.string_at(library.TF_StringGetDataPointer(place), library.TF_StringGetSize(place))
