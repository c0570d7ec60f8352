"""A TensorFlow Lite network by name of its tensors; the only place that knows the runtime."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ModelProblem
from core.estimators.blazepose.hush import without_greeting
from core.estimators.blazepose.prune import pruned

FloatArray = npt.NDArray[np.float32]

_THREADS = 2  # 11 ms a picture with one, 6 ms with two


class Network:
    """One .tflite file, loaded once and run on one picture at a time for the named outputs.

    The number of threads does not change the outputs by a bit. Raises ModelProblem when the file
    cannot be loaded.
    """

    def __init__(
        self, path: Path, outputs: tuple[str, ...], *, num_threads: int | None = None
    ) -> None:
        from ai_edge_litert.interpreter import Interpreter  # 0.1 s: not before it is needed

        try:
            content = pruned(path.read_bytes(), outputs)
            self._interpreter: Any = Interpreter(
                model_content=content, num_threads=num_threads or _usual_threads()
            )
            with without_greeting():
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError, OSError, KeyError, struct.error, TypeError) as error:
            raise ModelProblem(
                f"{path.name} cannot be loaded as a network.",
                "Remove it and install the estimator's files again in File > Model files.",
            ) from error
        self._input = self._interpreter.get_input_details()[0]["index"]
        index = {
            detail["name"]: detail["index"] for detail in self._interpreter.get_output_details()
        }
        self._outputs = [index[name] for name in outputs]

    def run(self, pixels: FloatArray) -> list[FloatArray]:
        """Run on (H, W, 3) float32 and return the outputs, in order, without their batch axis."""
        self._interpreter.set_tensor(self._input, pixels[None])
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index)[0] for index in self._outputs]


def _usual_threads() -> int:
    """As many as pay for so small a network; OMP_NUM_THREADS asks for less in batch workers."""
    try:
        wished = int(os.environ.get("OMP_NUM_THREADS", _THREADS))
    except ValueError:
        wished = _THREADS
    return max(min(wished, _THREADS, os.cpu_count() or 1), 1)
