"""TensorFlow's and TensorFlow Serving's messages and gRPC stubs, without Python's TensorFlow.

The stubs import `tensorflow.core...`, which runs `tensorflow/__init__.py` and with it all of
TensorFlow's Python half and Keras: 350 MB more memory and many seconds (README.md has the
measurement). The messages need none of it, so an empty parent package stands in for it here. In a
process that has imported TensorFlow already, that one is used and nothing changes.
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType


def tensorflow_folder() -> Path:
    """The folder of the installed tensorflow distribution.

    Raises ModuleNotFoundError where it is not installed.
    """
    if "tensorflow" in sys.modules:
        places = list(sys.modules["tensorflow"].__path__)
    else:
        spec = find_spec("tensorflow")
        places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:  # Python's TensorFlow adds Keras's folder to its own
        if (Path(place) / "libtensorflow_cc.so.2").exists():
            return Path(place)
    raise ModuleNotFoundError("tensorflow is not installed")


def _stand_in_for_tensorflow() -> None:
    if "tensorflow" in sys.modules:
        return
    package = ModuleType("tensorflow")
    package.__path__ = [str(tensorflow_folder())]
    sys.modules["tensorflow"] = package


_stand_in_for_tensorflow()

from tensorflow.core.framework import (  # noqa: E402 - after the stand-in
    node_def_pb2,
    tensor_pb2,
    tensor_shape_pb2,
    types_pb2,
)
from tensorflow.core.protobuf import (  # noqa: E402
    config_pb2,
    meta_graph_pb2,
    saved_model_pb2,
)
from tensorflow_serving.apis import (  # noqa: E402
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    model_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_log_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
    status_pb2,
)
from tensorflow_serving.config import model_server_config_pb2  # noqa: E402

__all__ = [
    "classification_pb2",
    "config_pb2",
    "get_model_metadata_pb2",
    "get_model_status_pb2",
    "inference_pb2",
    "meta_graph_pb2",
    "model_management_pb2",
    "model_pb2",
    "model_server_config_pb2",
    "model_service_pb2_grpc",
    "node_def_pb2",
    "predict_pb2",
    "prediction_log_pb2",
    "prediction_service_pb2_grpc",
    "regression_pb2",
    "saved_model_pb2",
    "status_pb2",
    "tensor_pb2",
    "tensor_shape_pb2",
    "tensorflow_folder",
    "types_pb2",
]
