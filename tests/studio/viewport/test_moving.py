"""What software draws while bodies move: plainer, and yet the same picture."""

from __future__ import annotations

import numpy as np
import pytest

from studio.viewport import offscreen
from studio.viewport.camera import View
from studio.viewport.items import BodyItem
from tests.studio.viewport.clips import swinging

SIZE = (320, 280)
NEAR = View(target=(0.0, 0.9, 0.0), distance=4.2, yaw=30.0, pitch=8.0)
FAR = View(target=(0.0, 0.9, 0.0), distance=9.0, yaw=30.0, pitch=8.0)


@pytest.fixture
def stage():
    try:
        stage = offscreen.Stage()
    except offscreen.NoOffscreen as problem:
        pytest.skip(str(problem))
    yield stage
    stage._release()


def _drawn(stage: offscreen.Stage, item: BodyItem, view: View, *, coarse: bool) -> np.ndarray:
    """(H, W, 4) a body over nothing, as floats."""
    list(stage.draw_each([item], [0.2], SIZE, camera=view, background="transparent"))
    stage._canvas.set_current()
    target = stage._framebuffer(SIZE)
    with target:
        stage._scene.draw_ground(SIZE)
        stage._scene.draw_movers(SIZE, coarse=coarse)
        picture = target.read("color", alpha=True)
    return np.asarray(picture, float)


def _inside(picture: np.ndarray) -> np.ndarray:
    """Pixels of a body whose neighbours are the body's too: the edge is a step in both."""
    solid = picture[..., 3] > 250
    for axis in (0, 1):
        solid = solid & np.roll(solid, 1, axis) & np.roll(solid, -1, axis)
    return solid


@pytest.mark.parametrize("view", [NEAR, FAR])
@pytest.mark.parametrize("heat", [False, True])
def test_a_moving_body_looks_like_the_one_at_rest(stage, view: View, heat: bool) -> None:
    motion = swinging()
    values = np.linspace(0, 1, motion.num_frames * 24, dtype=np.float32).reshape(-1, 24)
    item = BodyItem(key="a", motion=motion, color="#3fd0bd", heat=values if heat else None)
    fine, coarse = (_drawn(stage, item, view, coarse=coarse) for coarse in (False, True))
    both = _inside(fine) & _inside(coarse)
    either = (fine[..., 3] > 250) | (coarse[..., 3] > 250)
    assert ((fine[..., 3] > 250) & (coarse[..., 3] > 250)).sum() > 0.93 * either.sum() > 0
    apart = np.abs(fine - coarse)[both][:, :3]
    assert apart.mean() < 9 and np.percentile(apart, 95) < 28  # of 255
    assert apart.max() > 0  # two ways to draw, not one


def test_lights_of_another_view_reach_a_body_drawn_coarsely(stage) -> None:
    item = BodyItem(key="a", motion=swinging(), color="#d0d4dc")
    front = _drawn(stage, item, NEAR, coarse=True)
    behind = _drawn(stage, item, View(target=NEAR.target, distance=4.2, yaw=210.0), coarse=True)
    fine = _drawn(stage, item, View(target=NEAR.target, distance=4.2, yaw=210.0), coarse=False)
    both = _inside(fine) & _inside(behind)
    assert np.abs(fine - behind)[both].mean() < 9
    assert not np.array_equal(front, behind)
