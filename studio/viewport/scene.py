"""The scene that the window and the offscreen renderer share: bodies, floor, light, camera.

Knows vispy.gloo but no window: :meth:`Scene.draw` issues the calls into whatever is current.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from vispy import gloo

from studio.viewport.contents import Body, Contents
from studio.viewport.items import hex_to_rgb
from studio.viewport.look import DARK, Look
from studio.viewport.panes import Box, Pane, meet
from studio.viewport.poses import MESHES, surrounded
from studio.viewport.trails import TrailVisual
from studio.viewport.visuals import (
    BackdropVisual,
    BodyVisual,
    DiscVisual,
    FloorVisual,
    Lights,
    ShadowVisual,
    linear,
)

Float = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

GHOST_SECONDS = (-0.4, -0.2, 0.25)
"""When the ghosts of the selected body are: two behind, one ahead."""
_OVER = ("src_alpha", "one_minus_src_alpha", "one", "one_minus_src_alpha")
_TALL, _SMALL = 1.75, 280  # metres; pixels below which a body is drawn with the fewest triangles
_SHADOW_REACH = 0.75 * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
"""How far on the floor a joint's shadow, or the ring around a body, may reach, in metres."""
GHOST_OPACITY = (0.17, 0.28, 0.22)


class Place(NamedTuple):
    """Where a body with its shadow is drawn, and what it looks like there (see ``places``)."""

    box: Box
    mark: object


class Scene(Contents):
    """Bodies on a floor. Methods only change numbers; :meth:`draw` needs a current GL context."""

    def __init__(self, look: Look = DARK) -> None:
        super().__init__()
        self.look = look
        self.mode = "body"
        self.ghosts = False
        self.trails = False
        self.contacts = False
        self._fixtures: tuple[BackdropVisual, FloorVisual, DiscVisual] | None = None
        self._drawn: list[Body] = []  # in the picture that is being drawn

    # -- drawing --

    def draw(self, size: tuple[int, int]) -> None:
        """Draw everything into the current framebuffer of ``size`` physical pixels."""
        self.draw_ground(size)
        self.draw_movers(size)

    def draw_ground(self, size: tuple[int, int]) -> None:
        """Draw what stands still while the camera does: the backdrop and the grid."""
        backdrop, floor, _ = self._fixed()
        gloo.set_state(depth_test=False, blend=True, cull_face=False, blend_func=_OVER)
        clear = (0.0, 0.0, 0.0, 0.0) if self.look.transparent else (0.0, 0.0, 0.0, 1.0)
        gloo.clear(color=clear, depth=False)
        grid = self._grid_place()
        for pane in self.panes(size):
            lights = self._begin_pane(pane, size, pane.clip)
            if not self.look.transparent:
                backdrop.draw(lights)
            if self._sees_floor and self.look.grid_strength:
                floor.draw(lights, *grid, self.look.grid, self.look.grid_strength)
        gloo.set_state(scissor_test=False)

    def _begin_pane(self, pane: Pane, size: tuple[int, int], seen: Box) -> Lights:
        """Draw into a pane from now on, and there only inside the box ``seen``."""
        left, bottom, _, _ = pane.view
        gloo.set_viewport(left, bottom, *pane.size)
        if seen != (0, 0, *size):
            gloo.set_scissor(seen[0], seen[1], seen[2] - seen[0], seen[3] - seen[1])
            gloo.set_state(scissor_test=True)
        return self._lights(pane)

    def ground_mark(self, size: tuple[int, int]) -> object:
        """Return a value that changes when :meth:`draw_ground` would draw something else."""
        return size, self.look, self.camera.view, self._grid_place(), self.panes(size)

    def draw_movers(
        self, size: tuple[int, int], *, coarse: bool = False,
        only: Collection[str] | None = None, inside: Box | None = None,
    ) -> None:  # fmt: skip
        """Draw shadows, bodies and marks over the ground.

        ``coarse`` with fewer triangles, the fewest where a body is small; ``inside`` a box alone;
        ``only`` some bodies, where the rest is known to lie outside of it.
        """
        whole: Box = (0, 0, *size)
        for pane in self.panes(size):
            seen = meet(pane.clip, inside or whole)
            if seen is None:
                continue
            self._drawn = [
                body for key, body in self._bodies.items()
                if pane.shows(key) and (only is None or key in only)
            ]  # fmt: skip
            self._draw_pane(self._begin_pane(pane, size, seen), coarse)
        gloo.set_state(scissor_test=False)

    def _draw_pane(self, lights: Lights, coarse: bool) -> None:
        gloo.set_state(depth_test=False, blend=True, cull_face=False, blend_func=_OVER)
        gloo.set_depth_mask(True)
        gloo.clear(color=False, depth=True)
        if self._sees_floor:
            self._draw_floor(lights)
        # half of a closed skin looks away: not drawing it saves a software renderer a third
        gloo.set_state(depth_test=True, blend=False, cull_face="back")
        if self.ghosts and not self.look.transparent:
            self._draw_ghosts(lights, coarse)
        self._draw_bodies(lights, coarse)
        if self.trails:
            self._draw_trails(lights)

    def places(self, size: tuple[int, int]) -> dict[str, Place] | None:
        """Return where each body is drawn now, and a mark that changes when it looks different.

        Whatever changes a body's look must change its mark. None where the places are not known:
        ghosts and trails are elsewhere in time.
        """
        if self.ghosts or self.trails:
            return None
        found: dict[str, Place] = {}
        for pane in self.panes(size):
            bodies = {key: body for key, body in self._bodies.items() if pane.shows(key)}
            if not found.keys().isdisjoint(bodies):
                return None  # one body in two views
            for (key, body), box in zip(bodies.items(), self._boxes(bodies, pane), strict=True):
                found[key] = Place(box, self._mark(body))
        return found

    def _boxes(self, keys: Collection[str], pane: Pane) -> list[Box]:
        """Return the box around each body and its shadow in a pane."""
        points = []
        for key in keys:
            joints = self.joints_now(key)
            floor = (joints[:, None, [0, 2]] + _SHADOW_REACH).reshape(-1, 2)
            flat = np.stack([floor[:, 0], np.zeros(len(floor)), floor[:, 1]], axis=1)
            points.append(np.concatenate([surrounded(joints), flat]))
        if not points:
            return []
        width, height = pane.size
        pixels = self.camera.project(np.concatenate(points), (float(width), float(height)))
        spans = pixels[:, :2].reshape(len(points), -1, 2)
        low, high = spans.min(axis=1) - 2, spans.max(axis=1) + 2
        x0, y0, x1, y1 = pane.clip
        left, right = np.clip(np.stack([low[:, 0], high[:, 0]]) + pane.view[0], x0, x1).astype(int)
        below = height - np.stack([high[:, 1], low[:, 1]]) + pane.view[1]
        bottom, top = np.clip(below, y0, y1).astype(int)
        boxes = np.stack([left, bottom, right, top], axis=1).tolist()
        return [(a, b, c, d) for a, b, c, d in boxes]

    def _mark(self, body: Body) -> object:
        item = body.item
        is_chosen = self._is_marked(item.key)
        look = (self.mode, self.contacts, item.color, item.opacity, is_chosen)
        return body.version, self.frame_of(item), item.position, look

    def _fixed(self) -> tuple[BackdropVisual, FloorVisual, DiscVisual]:
        if self._fixtures is None:
            self._fixtures = (BackdropVisual(), FloorVisual(), DiscVisual())
        return self._fixtures

    @property
    def _sees_floor(self) -> bool:
        return self.camera.view.pitch > -2.0  # from below it would lie over the bodies

    def _grid_place(self) -> tuple[tuple[float, float], float]:
        """Where the grid's middle is (x, z), and how far it reaches."""
        places = [self.floor_place(key) for key in self._bodies] or [(0.0, 0.0)]
        # in whole cells, as the lines are: it stays where it is while a clip is shaped
        middle = np.asarray(np.round(np.mean(places, axis=0)))
        x, z = float(middle[0]), float(middle[1])
        return (x, z), math.ceil(max(math.dist(p, (x, z)) for p in places)) + 6.0

    def _is_marked(self, key: str | None) -> bool:
        """Whether a body is shown as the selected one; where each has its place none needs it."""
        is_one_of = len(self._bodies) > 1 and self.layout.kind == "together"
        return is_one_of and key == self.selected

    def _lights(self, pane: Pane) -> Lights:
        size = pane.size
        yaw = math.radians(self.camera.view.yaw)

        def towards(turn: float, height: float) -> Float:
            angle = yaw + math.radians(turn)
            v = np.array([math.sin(angle), height, math.cos(angle)])
            return np.asarray(v / np.linalg.norm(v))

        return Lights(
            clip_from_world=self.camera.clip_from_world(size[0] / size[1]),
            eye=self.camera.eye(),
            key=towards(-60.0, 0.85),
            fill=towards(70.0, 0.1),
            back=towards(142.0, 0.45),
            resolution=(float(size[0]), float(size[1])),
            origin=(float(pane.view[0]), float(pane.view[1])),
            backdrop_mid=self.look.backdrop_mid,
            backdrop_edge=self.look.backdrop_edge,
        )

    def _draw_floor(self, lights: Lights) -> None:
        disc = self._fixed()[2]
        look = self.look
        if self.selected in self._bodies and self._is_marked(self.selected):
            place = self.floor_place(self.selected)
            disc.draw(lights, place, 0.62, look.accent, 0.55, ring=0.66)
        if look.shadow_strength:
            for shadow in {id(one): one for one in map(self._shadow_of, self._drawn)}.values():
                shadow.begin(lights)
            for body in self._drawn:
                self._shadow_of(body).draw(
                    body.upload, self.frame_of(body.item), body.item.position,
                    look.shadow_strength * body.item.opacity,
                )  # fmt: skip
        if self.contacts:
            self._draw_contacts(lights, disc)

    def _draw_contacts(self, lights: Lights, disc: DiscVisual) -> None:
        """A small light under each foot that stands, fading in and out over a few frames."""
        for body in self._drawn:
            if body.planted is None:
                from studio.panels.clip_facts import clip_facts  # the timeline's own measure

                body.planted = clip_facts(body.item.motion).contacts
            frame = round(self.frame_of(body.item))
            joints = self.joints_now(body.item.key)
            for planted, (ankle, ball) in zip(body.planted, ((7, 10), (8, 11)), strict=True):
                near = planted[max(0, frame - 2) : frame + 3]
                if near.any():
                    x, z = np.array([0.45, 0.55]) @ joints[[ankle, ball]][:, ::2]
                    disc.draw(
                        lights, (x, z), 0.17, self.look.contact, 0.85 * float(near.mean()), ring=0.8
                    )

    def _draw_trails(self, lights: Lights) -> None:
        gloo.set_state(blend=True, cull_face=False)
        gloo.set_depth_mask(False)
        for body in self._drawn:
            if body.clip.texture.num_frames < 2:
                continue
            if body.trail is None:
                body.trail = TrailVisual(body.clip.joints, body.item.motion.fps)
            red, green, blue = (0.45 + 0.55 * c for c in hex_to_rgb(body.item.color))
            frame = self.frame_of(body.item)
            body.trail.draw(lights, frame, body.item.position, (red, green, blue))
        gloo.set_depth_mask(True)

    def _draw_ghosts(self, lights: Lights, coarse: bool) -> None:
        chosen = [body for body in self._drawn if body.item.key == self.selected]
        for body in chosen or self._drawn[:1]:
            color = linear(hex_to_rgb(body.item.color))
            visual = self._visual_of(body)
            visual.begin(lights)
            now, level = self.frame_of(body.item), self._level(body, lights, coarse)
            for seconds, opacity in zip(GHOST_SECONDS, GHOST_OPACITY, strict=True):
                frame = self.frame_of(body.item, self.seconds + seconds)
                if abs(frame - now) < 0.5:
                    continue
                visual.draw(
                    body.upload, frame, body.item.position, color,
                    rim=(0.3, 0.3, 0.3), opacity=opacity, veil=True, level=level,
                )  # fmt: skip
        gloo.clear(color=False, depth=True)  # the bodies themselves always stand in front

    def _draw_bodies(self, lights: Lights, coarse: bool) -> None:
        begun: set[int] = set()
        bodies = sorted(self._drawn, key=lambda body: body.item.opacity < 1)
        for body in bodies:
            visual = self._visual_of(body)
            if id(visual) not in begun:
                visual.begin(lights)
                begun.add(id(visual))
            color = linear(hex_to_rgb(body.item.color))
            glow = 0.52 if self._is_marked(body.item.key) else 0.28
            red, green, blue = (glow * (0.25 + 0.75 * c) for c in color)
            rim = (red, green, blue)
            level = self._level(body, lights, coarse)
            arguments = (body.upload, self.frame_of(body.item), body.item.position, color)
            if body.item.opacity < 1:
                # first the depth alone, then the colour: no insides shine through
                gloo.set_color_mask(False, False, False, False)
                visual.draw(*arguments, rim=rim, level=level, heat=body.heat)
                gloo.set_color_mask(True, True, True, True)
                gloo.set_state(blend=True, depth_func="lequal")
                visual.draw(
                    *arguments, rim=rim, opacity=body.item.opacity, level=level, heat=body.heat
                )
                gloo.set_state(blend=False, depth_func="less")
            else:
                visual.draw(*arguments, rim=rim, level=level, heat=body.heat)

    def _level(self, body: Body, lights: Lights, coarse: bool) -> int:
        """How coarsely a body is drawn: the smaller it is seen, the fewer triangles show."""
        if not coarse:
            return 0
        x, z = self.floor_place(body.item.key)
        distance = float(np.linalg.norm(lights.eye - (x, _TALL / 2, z)))
        seen = math.tan(math.radians(self.camera.field_of_view / 2)) * 2 * distance
        return 2 if lights.resolution[1] * _TALL < _SMALL * seen else 1

    def _visual_of(self, body: Body) -> BodyVisual:
        key = (self.mode, *body.clip.shape)
        if key not in self._visuals:
            self._visuals[key] = BodyVisual(MESHES[self.mode](body.clip.body, body.clip.shape[1]))
        return self._visuals[key]

    def _shadow_of(self, body: Body) -> ShadowVisual:
        if body.clip.shape not in self._shadows:
            self._shadows[body.clip.shape] = ShadowVisual(body.clip.rest.joints)
        return self._shadows[body.clip.shape]
