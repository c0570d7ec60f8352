"""Heat on bodies: the ramp's order, the texture's layout, the item's check, and the picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.compare.heat import heat_colors
from core.errors import StudioError
from studio.viewport.clip_texture import TEXELS, bone_coordinate
from studio.viewport.heat import heat_ramp, heat_texture
from studio.viewport.items import BodyItem
from tests.studio.viewport.clips import swinging


def test_the_texture_holds_a_joints_heat_where_its_matrix_begins() -> None:
    values = np.linspace(0, 1, 24)[None].repeat(5, axis=0) * np.linspace(0, 1, 5)[:, None]
    texture = heat_texture(values)
    for joint in (0, 7, 23):
        column = int(bone_coordinate(joint) * TEXELS)
        found = texture.texels[:, column, 0]
        np.testing.assert_allclose(found, values[:, joint], atol=1e-6)


def test_heat_is_held_inside_0_and_1_and_not_a_number_is_cold() -> None:
    texels = heat_texture(np.array([[np.nan, 7.0, -3.0] + [0.5] * 21])).texels
    assert texels.min() == 0.0 and texels.max() == 1.0 and np.isfinite(texels).all()


def test_the_hot_end_differs_in_lightness_too_for_eyes_that_miss_the_hue() -> None:
    luma = heat_colors([0.4, 0.7, 1.0]) @ [0.2126, 0.7152, 0.0722]
    assert luma[0] > luma[1] + 0.1 > luma[2] + 0.1
    assert heat_ramp().shape == (256, 4)


def test_heat_of_another_length_is_refused() -> None:
    with pytest.raises(StudioError, match="heat must have shape"):
        BodyItem(key="a", motion=swinging(), heat=np.zeros((3, 24), np.float32))


@pytest.mark.gl
def test_a_hot_knee_is_red_in_the_picture_and_the_rest_is_not(qtbot, dressed) -> None:  # type: ignore[no-untyped-def]
    from studio.viewport import Viewport

    view = Viewport()
    qtbot.addWidget(view)
    view.resize(360, 360)
    item = BodyItem(key="a", motion=swinging(), color="#3fd0bd")
    with qtbot.waitSignal(view.first_frame_drawn, timeout=10_000):
        view.set_bodies([item])
        view.show()
    heat = np.zeros((item.motion.num_frames, 24), np.float32)
    heat[:, 4] = 1.0
    plain = view.grab_image().astype(int)
    view.set_heat("a", heat)
    hot = view.grab_image().astype(int)
    reddish = (hot[..., 0] > hot[..., 1] + 60) & (hot[..., 0] > 90)
    assert not ((plain[..., 0] > plain[..., 1] + 60) & (plain[..., 0] > 90)).any()
    assert 0.001 < reddish.mean() < 0.05
    rows = np.nonzero(reddish.any(axis=1))[0]
    assert rows.min() > 180  # a leg, in the lower half
    view.set_bodies([replace(item)])  # the document makes its items anew: the heat stays
    np.testing.assert_array_equal(view.grab_image(), hot)
    view.set_heat("a", None)
    np.testing.assert_array_equal(view.grab_image(), plain)
    view.shut_down()


@pytest.mark.gl
def test_each_view_draws_only_its_body_and_the_wipe_each_on_its_side(qtbot, dressed) -> None:  # type: ignore[no-untyped-def]
    from studio.viewport import Viewport

    view = Viewport()
    qtbot.addWidget(view)
    view.resize(640, 320)
    motion = swinging()
    with qtbot.waitSignal(view.first_frame_drawn, timeout=10_000):
        view.set_bodies(
            [
                BodyItem(key="a", motion=motion, color="#ff3030"),
                BodyItem(key="b", motion=motion, color="#3030ff"),
            ]
        )
        view.show()
    view.set_views([["a"], ["b"]])
    picture = view.grab_image().astype(int)
    red = picture[..., 0] > picture[..., 2] + 40
    blue = picture[..., 2] > picture[..., 0] + 60
    assert red[:, :320].mean() > 0.02 and not red[:, 320:].any()
    assert blue[:, 320:].mean() > 0.02 and not blue[:, :320].any()
    clicked = view._canvas.body_at
    assert {clicked(x, 150) for x in (155, 160, 165)} >= {"a"}
    assert {clicked(320 + x, 150) for x in (155, 160, 165)} >= {"b"}
    view.set_layout("wipe")
    view.set_wipe(0.5)
    picture = view.grab_image().astype(int)
    red = picture[..., 0] > picture[..., 2] + 40
    blue = picture[..., 2] > picture[..., 0] + 60
    assert red[:, :320].any() and not red[:, 320:].any()
    assert blue[:, 320:].any() and not blue[:, :320].any()
    view.shut_down()
