"""The fast forms of single layers against the plain layers, and the sharing among threads."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.errors import ModelProblem, StudioError
from core.estimators.crop_workers import CropWorkers
from core.estimators.device import CHUNK, device_of, has_bfloat16, precision_of
from core.estimators.fused import can_fuse
from core.estimators.raised import RaisedConv
from core.estimators.winograd import WinogradConv

CPU = torch.device("cpu")
needs_onednn = pytest.mark.skipif(not can_fuse(CPU), reason="this processor has no oneDNN")


def layer(channels: int, outputs: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(outputs, channels, 3, 3, generator=generator) / (3 * channels**0.5)
    return weight, torch.randn(outputs, generator=generator)


@needs_onednn
@pytest.mark.parametrize("size", [(1, 8, 4, 4), (3, 16, 7, 7), (2, 8, 5, 14), (1, 4, 9, 3)])
@pytest.mark.parametrize("relu", [True, False])
def test_minimal_filtering_is_the_convolution(size: tuple[int, ...], relu: bool) -> None:
    weight, bias = layer(size[1], 6)
    x = torch.randn(size, generator=torch.Generator().manual_seed(1))
    exact = F.conv2d(x.double(), weight.double(), bias.double(), padding=1)
    exact = exact.relu() if relu else exact
    conv = WinogradConv(weight, bias, size, relu=relu)
    with torch.inference_mode():
        found = conv(x.contiguous(memory_format=torch.channels_last))
        parts = conv(*x.split([1, size[1] - 1], 1))  # maps that together are the input
    assert (found - exact).abs().max() < 2e-5 and (parts - exact).abs().max() < 2e-5


@pytest.mark.skipif(not has_bfloat16(), reason="this processor does not compute in bfloat16")
def test_minimal_filtering_in_bfloat16_rounds_three_times_as_coarsely_and_no_more() -> None:
    size = (2, 96, 28, 28)
    weight, bias = layer(size[1], 64)
    x = torch.randn(size, generator=torch.Generator().manual_seed(1)).relu()
    exact = F.conv2d(x, weight, bias, padding=1)
    half = x.bfloat16().contiguous(memory_format=torch.channels_last)
    conv = WinogradConv(weight.bfloat16(), bias.bfloat16(), size, relu=False)
    with torch.inference_mode():
        found = conv(half)
        plain = F.conv2d(half, weight.bfloat16(), bias.bfloat16(), padding=1)
    assert found.dtype is torch.bfloat16

    def error(y: torch.Tensor) -> float:
        return float((y.float() - exact).pow(2).mean().sqrt() / exact.std())

    assert error(found) < 0.015 and error(found) < 5 * error(plain)


@needs_onednn
@pytest.mark.parametrize("size", [(1, 8, 1, 1), (2, 8, 7, 7), (3, 4, 5, 9)])
def test_a_raised_convolution_is_doubling_then_convolving(size: tuple[int, ...]) -> None:
    weight, bias = layer(size[1], 6)
    x = torch.randn(size, generator=torch.Generator().manual_seed(2))
    doubled = F.interpolate(x.double(), scale_factor=2, mode="bilinear", align_corners=True)
    exact = F.conv2d(doubled, weight.double(), bias.double(), padding=1)
    raised = RaisedConv(weight, bias, size)
    with torch.inference_mode():
        found = raised(x.contiguous(memory_format=torch.channels_last))
        raised.relu = True
        assert torch.equal(raised(x), found.relu())
    assert found.shape == exact.shape and (found - exact).abs().max() < 1e-5


def test_threads_get_whole_crops_and_results_stay_in_order() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        workers, names = CropWorkers(CPU), set()

        def first(part: np.ndarray) -> list[float]:
            names.add(threading.current_thread().name)
            assert torch.get_num_threads() == 1 and len(part) <= CHUNK
            return [float(crop[0, 0, 0]) for crop in part]

        crops = np.zeros((3 * CHUNK + 1, 3, 224, 224), np.float32)
        crops[:, 0, 0, 0] = np.arange(len(crops))
        found = [value for part in workers.map(first, crops) for value in part]
        assert found == list(range(len(crops)))
        assert "MainThread" not in names and torch.get_num_threads() == 2

        def fails(part: np.ndarray) -> None:
            raise RuntimeError("in a worker")

        with pytest.raises(RuntimeError, match="in a worker"):
            workers.map(fails, crops)
        assert torch.get_num_threads() == 2
        with pytest.raises(ValueError, match="crops must be"):
            workers.map(first, crops[:, :, :100])
    finally:
        torch.set_num_threads(before)


def test_devices_and_precisions_that_are_not_there_are_refused() -> None:
    assert device_of("cpu").type == "cpu"
    with pytest.raises(ModelProblem, match="not there"):
        device_of("cuda:17")
    with pytest.raises(StudioError, match="no precision"):
        precision_of("float8", CPU)


def test_without_bfloat16_in_the_processor_float32_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.estimators import device

    monkeypatch.setattr(device, "has_bfloat16", lambda: False)
    assert precision_of("bfloat16", CPU) is torch.float32
    assert precision_of("bfloat16", torch.device("cuda")) is torch.bfloat16
