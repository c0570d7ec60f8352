"""Vertices straight from the decoder are those of the motion."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.actor.bodies import decode_vertices, vertex_memory
from core.actor.features import features_to_motion
from core.actor.sampling import decode_features
from core.body import skin
from tests.core.actor.networks import tiny_checkpoint


def test_decoded_vertices_are_those_of_the_decoded_motion() -> None:
    checkpoint = tiny_checkpoint()
    memory = torch.randn(3, 32, generator=torch.Generator().manual_seed(0))
    vertices = decode_vertices(checkpoint, memory, 5)
    for row, features in zip(vertices, decode_features(checkpoint, memory, 5), strict=True):
        motion = features_to_motion(features, start=np.zeros(3))
        np.testing.assert_allclose(row, skin(motion), atol=2e-5)


def test_memory_can_be_used_again() -> None:
    checkpoint, memory = tiny_checkpoint(), torch.ones(2, 32)
    out = vertex_memory(2, 5)
    again = decode_vertices(checkpoint, memory, 5, out=out)
    assert np.shares_memory(again, out)
    np.testing.assert_array_equal(again, decode_vertices(checkpoint, memory, 5))
    with pytest.raises(ValueError, match="shape"):
        decode_vertices(checkpoint, memory, 6, out=out)
