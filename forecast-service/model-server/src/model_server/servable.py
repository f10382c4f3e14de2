"""One loaded version of a model, and what it answers."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from model_server.errors import ServingError, failed_precondition, invalid_argument
from model_server.protocol import meta_graph_pb2, prediction_log_pb2, types_pb2
from model_server.runtime import DTYPES, Array, SavedModelSession
from model_server.tensors import array_from_proto

DEFAULT_SIGNATURE = "serving_default"
WARM_UP_FILE = Path("assets.extra") / "tf_serving_warmup_requests"
LARGEST_WARM_UP = 1000


class Servable:
    """A SavedModel behind its signatures."""

    def __init__(self, folder: Path, *, tags: Sequence[str], threads: int, warm_up: bool) -> None:
        """Load and warm up. Raises ServingError if either fails; nothing stays loaded then."""
        self._session = SavedModelSession(folder, tags=tags, threads=threads)
        self.signatures: Mapping[str, meta_graph_pb2.SignatureDef] = self._session.signatures
        if not warm_up:
            return
        try:
            self._warm_up(folder / WARM_UP_FILE)
        except ServingError:
            self.close()
            raise

    def signature(self, name: str) -> meta_graph_pb2.SignatureDef:
        """The named signature, the default one for an empty name.

        Raises ServingError FAILED_PRECONDITION if there is none.
        """
        wanted = name or DEFAULT_SIGNATURE
        if wanted not in self.signatures:
            raise failed_precondition(
                f'Serving signature name: "{wanted}" not found in signature def'
            )
        return self.signatures[wanted]

    def predict(
        self,
        signature: meta_graph_pb2.SignatureDef,
        inputs: Mapping[str, Array],
        output_filter: Sequence[str] = (),
    ) -> dict[str, Array]:
        """Outputs by alias, all of them unless filtered.

        Raises ServingError for missing, extra or ill-typed inputs and unknown outputs.
        """
        given = _with_defaults(signature, inputs)
        _check_names(signature, given)
        aliases = _wanted_outputs(signature, output_filter)
        feeds = {}
        for alias, value in given.items():
            info = signature.inputs[alias]
            _check_type(alias, info, value)
            feeds[info.name] = value
        fetched = self._session.run(feeds, [signature.outputs[alias].name for alias in aliases])
        return dict(zip(aliases, fetched, strict=True))

    def close(self) -> None:
        """Free the memory; only once no request is using it."""
        self._session.close()

    def _warm_up(self, path: Path) -> None:
        if not path.is_file():
            return
        for count, record in enumerate(read_records(path)):
            if count >= LARGEST_WARM_UP:
                raise invalid_argument(
                    f"Number of warmup records exceeds the maximum {LARGEST_WARM_UP}: {path.name}"
                )
            try:
                log = prediction_log_pb2.PredictionLog.FromString(record)
            except Exception as error:  # protobuf has no public base for its decoding errors
                raise invalid_argument("Failed to parse warmup record") from error
            self._replay(log)

    def _replay(self, log: prediction_log_pb2.PredictionLog) -> None:
        if log.WhichOneof("log_type") != "predict_log":
            return
        request = log.predict_log.request
        inputs = {alias: array_from_proto(proto) for alias, proto in request.inputs.items()}
        signature = self.signature(request.model_spec.signature_name)
        self.predict(signature, inputs, list(request.output_filter))


def _with_defaults(
    signature: meta_graph_pb2.SignatureDef, inputs: Mapping[str, Array]
) -> dict[str, Array]:
    defaults = {
        alias: array_from_proto(proto)
        for alias, proto in signature.defaults.items()
        if alias not in inputs
    }
    return {**inputs, **defaults}


def _check_names(signature: meta_graph_pb2.SignatureDef, inputs: Mapping[str, Array]) -> None:
    expected, sent = set(signature.inputs), set(inputs)
    if expected == sent:
        return
    raise invalid_argument(
        f"input size does not match signature: {len(sent)}!={len(expected)} "
        f"len({{{','.join(sorted(sent))}}}) != len({{{','.join(sorted(expected))}}}). "
        f"Sent extra: {{{','.join(sorted(sent - expected))}}}. "
        f"Missing but required: {{{','.join(sorted(expected - sent))}}}."
    )


def _wanted_outputs(
    signature: meta_graph_pb2.SignatureDef, output_filter: Sequence[str]
) -> list[str]:
    seen: set[str] = set()
    for alias in output_filter:
        if alias not in signature.outputs:
            raise invalid_argument(
                f"output tensor alias not found in signature: {alias} "
                f"Outputs expected to be in the set {{{','.join(sorted(signature.outputs))}}}."
            )
        if alias in seen:
            raise invalid_argument(f"duplicate output tensor alias: {alias}")
        seen.add(alias)
    return list(output_filter) or sorted(signature.outputs)


def _check_type(alias: str, info: meta_graph_pb2.TensorInfo, value: Array) -> None:
    if DTYPES.get(info.dtype) != value.dtype:
        raise invalid_argument(
            f"Expects input {alias} to be {type_name(info.dtype)} but {value.dtype} is provided"
        )


def type_name(number: int) -> str:
    """TensorFlow's short name of a type: 'float' for DT_FLOAT."""
    name: str = types_pb2.DataType.Name(number)
    return name.removeprefix("DT_").lower()


def read_records(path: Path) -> Iterator[bytes]:
    """Records of a TFRecord file. Raises ServingError if it is cut or its checksums are wrong."""
    contents = path.read_bytes()
    position = 0
    while position < len(contents):
        header = contents[position : position + 12]
        if len(header) < 12 or _masked_crc(header[:8]) != header[8:]:  # noqa: PLR2004
            raise invalid_argument(f"Corrupted record at {position} of {path.name}")
        (length,) = struct.unpack("<Q", header[:8])
        start, end = position + 12, position + 12 + length
        record, checksum = contents[start:end], contents[end : end + 4]
        if len(record) < length or _masked_crc(record) != checksum:
            raise invalid_argument(f"Corrupted record at {position} of {path.name}")
        yield record
        position = end + 4


def _masked_crc(data: bytes) -> bytes:
    """TFRecord's checksum: CRC-32C (Castagnoli), rotated and offset."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC_TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    masked = (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
    return struct.pack("<I", masked)


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    return tuple(table)


_CRC_TABLE = _crc_table()
