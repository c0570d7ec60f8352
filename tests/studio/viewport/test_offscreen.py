"""Pictures without a window, looked at by their pixels."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from studio.viewport import offscreen
from studio.viewport.camera import OrbitCamera, View
from studio.viewport.items import BodyItem
from studio.viewport.poses import posed_clip
from tests.studio.viewport.clips import swinging

SIZE = (240, 200)
FRONT = View(target=(0.0, 0.9, 0.0), distance=4.2, yaw=0.0, pitch=0.0)


def drawn(*items: BodyItem, times: tuple[float, ...] = (0.0,), **options: object) -> np.ndarray:
    options = {"camera": FRONT, "background": "transparent", "supersampling": 1, **options}
    try:
        return offscreen.render(items, times, SIZE, **options)  # type: ignore[arg-type]
    except offscreen.NoOffscreen as problem:
        pytest.skip(str(problem))


def body(key: str = "a", **changes: object) -> BodyItem:
    return BodyItem(**{"key": key, "motion": swinging(), "color": "#3fd0bd", **changes})  # type: ignore[arg-type]


def solid(picture: np.ndarray) -> np.ndarray:
    return picture[..., 3] > 250


def test_the_body_is_where_its_joints_are_and_in_its_colour() -> None:
    picture = drawn(body())[0]
    camera = OrbitCamera()
    camera.jump(FRONT)
    joints = posed_clip(body().motion).joints[0]
    for joint in joints[[0, 1, 2, 4, 5, 9, 12, 15, 16, 17, 18, 19]]:
        x, y, _ = camera.project([joint], SIZE)[0]
        assert solid(picture)[round(y), round(x)]
    inside = picture[solid(picture)].astype(float)
    assert inside[:, 1].mean() > 1.5 * inside[:, 0].mean()  # green over red
    assert not solid(picture)[:, :20].any()


def test_the_card_skins_as_the_body_does() -> None:
    """The silhouette equals that of the vertices skinned by core.body, at a blended frame too."""
    from core.body import default_body, skin

    item = body()
    frame = 7.5
    picture = drawn(item, times=(frame / item.motion.fps,))[0]
    vertices = skin(item.motion)
    faces = default_body().faces
    blended = 0.5 * (vertices[7] + vertices[8])  # linear blending of bones is linear in vertices
    camera = OrbitCamera()
    camera.jump(FRONT)
    mask = np.zeros(SIZE[::-1], bool)
    weights = np.random.default_rng(0).dirichlet([1, 1, 1], 24)
    points = np.einsum("sk,fkc->fsc", weights, blended[faces]).reshape(-1, 3)
    x, y, _ = camera.project(points, SIZE).T
    mask[y.astype(int), x.astype(int)] = True
    drawn_on = solid(picture)
    assert (drawn_on & ~mask).sum() / drawn_on.sum() < 0.01
    within = mask.copy()  # without its outermost pixels, of which the body covers only a part
    for axis in (0, 1):
        for step in (-1, 1):
            within &= np.roll(mask, step, axis)
    assert within.sum() > 2000
    assert (within & ~drawn_on).sum() / within.sum() < 0.01


def test_time_moves_the_arm_and_holds_at_the_clips_end() -> None:
    pictures = drawn(body(), times=(0.0, 0.33, 19 / 30, 5.0))
    assert np.abs(pictures[0].astype(int) - pictures[1]).max() > 100
    np.testing.assert_array_equal(pictures[2], pictures[3])


def test_position_moves_the_body_and_nothing_else() -> None:
    here, there = drawn(body())[0], drawn(body(position=(0.5, 0.0, 0.0)))[0]
    left, right = (np.flatnonzero(solid(p).any(axis=0)).min() for p in (here, there))
    assert right - left == pytest.approx(0.5 / (2 * 4.2 * np.tan(np.radians(14))) * 200, abs=2)


def test_a_replaced_clip_shows_although_the_key_stays() -> None:
    first = drawn(body())[0]
    drawn(body(motion=swinging(9)), times=(0.0,))
    longer = drawn(body(motion=swinging(31)), times=(0.5,))[0]
    again = drawn(body())[0]
    assert np.abs(first.astype(int) - longer).max() > 100
    np.testing.assert_array_equal(first, again)


def test_an_unchanged_motion_is_not_uploaded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    item = body()
    drawn(item)
    from studio.viewport import contents

    monkeypatch.setattr(contents, "posed_clip", lambda motion: pytest.fail("uploaded again"))
    drawn(BodyItem(key="a", motion=item.motion, color="#ff9f4a", position=(0.1, 0.0, 0.0)))


def test_the_skeleton_is_thinner_than_the_body_and_within_it() -> None:
    skin, bones = solid(drawn(body())[0]), solid(drawn(body(), mode="skeleton")[0])
    assert 0.05 < bones.sum() / skin.sum() < 0.6
    assert (bones & skin).sum() / bones.sum() > 0.85


def test_a_half_opaque_body_shows_no_insides() -> None:
    picture = drawn(body(opacity=0.5))[0]
    alpha = picture[90:110, 115:125, 3]
    assert alpha.min() == alpha.max()
    assert 120 <= int(alpha.min()) <= 135


def test_ghosts_and_ring_show_only_when_asked_for() -> None:
    pair = (body(), body("b", position=(1.0, 0.0, 0.0)))
    plain = drawn(*pair, background="dark", times=(0.3,))[0].astype(int)
    chosen = drawn(*pair, background="dark", times=(0.3,), selected="a")[0].astype(int)
    ghosts = drawn(*pair, background="dark", times=(0.3,), selected="a", ghosts=True)[0]
    assert np.abs(plain - chosen).max() > 30
    assert np.abs(chosen - ghosts.astype(int)).max() > 15


def test_the_shadow_lies_under_the_body() -> None:
    view = View(target=(0.0, 0.6, 0.0), distance=5.0, yaw=0.0, pitch=30.0)
    picture = drawn(body(), camera=view, background="white")[0].astype(int)
    x, y, _ = _projected(view, (0.02, 0.0, -0.15))
    assert picture[round(y), round(x), :3].max() < 246
    assert picture[190, 5, :3].min() > 250


def _projected(view: View, point: tuple[float, float, float]) -> np.ndarray:
    camera = OrbitCamera()
    camera.jump(view)
    return camera.project([point], SIZE)[0]


def test_the_job_command_draws_the_same_picture(tmp_path: Path) -> None:
    item = body()
    here = drawn(item, times=(0.2,))
    options = {
        "camera": FRONT, "background": "transparent", "mode": "body", "ghosts": False,
        "selected": None, "margins": (0.1, 0.1, 0.1, 0.1), "supersampling": 1,
    }  # fmt: skip
    job = offscreen.write_job(tmp_path, [item], (0.2,), SIZE, options)
    assert json.loads(job.read_text())["size"] == list(SIZE)
    environment = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
    subprocess.run(
        [sys.executable, "-m", "studio.viewport.offscreen", str(job)],
        check=True, env=environment, timeout=60,
    )  # fmt: skip
    np.testing.assert_array_equal(np.load(tmp_path / "pictures.npy"), here)
