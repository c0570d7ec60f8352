"""A TensorFlow Lite network by name of its tensors; the only place that knows the runtime."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ModelProblem

FloatArray = npt.NDArray[np.float32]


class Network:
    """One .tflite file, loaded once and run on one picture at a time.

    Raises ModelProblem when the file cannot be loaded.
    """

    def __init__(self, path: Path, *, num_threads: int = 1) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # the runtime greets on stderr
        from ai_edge_litert.interpreter import Interpreter  # 0.1 s: not before it is needed

        try:
            self._interpreter: Any = Interpreter(model_path=str(path), num_threads=num_threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError, OSError) as error:
            raise ModelProblem(
                f"{path.name} cannot be loaded as a network.",
                "Remove it and install the estimator's files again in File > Model files.",
            ) from error
        self._input = self._interpreter.get_input_details()[0]["index"]
        details = self._interpreter.get_output_details()
        self._outputs = {detail["name"]: detail["index"] for detail in details}

    def run(self, pixels: FloatArray, *names: str) -> list[FloatArray]:
        """Run on (H, W, 3) float32 and return the named outputs without their batch axis."""
        self._interpreter.set_tensor(self._input, pixels[None])
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(self._outputs[name])[0] for name in names]
