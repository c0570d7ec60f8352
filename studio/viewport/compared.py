"""What the viewport offers for comparing: views side by side, overlay, wipe, heat, readings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.viewport.items import BodyItem
from studio.viewport.panes import TOGETHER, Layout, Pane

if TYPE_CHECKING:
    from studio.viewport.canvas import SceneCanvas
    from studio.viewport.captions import Captions
    from studio.viewport.labels import LabelLayer
    from studio.viewport.scene import Scene

Heat = npt.NDArray[np.float32]


class ComparedViews:
    """The part of :class:`studio.viewport.Viewport` that lays bodies out in panes."""

    if TYPE_CHECKING:
        _scene: Scene | None
        _canvas: SceneCanvas | None
        _items: list[BodyItem]
        _labels: LabelLayer
        _captions: Captions
        _framed: bool
        selected: str | None

        def frame_all(self, *, glide: bool = True) -> None: ...
        def _place_labels(self) -> None: ...
        def width(self) -> int: ...
        def height(self) -> int: ...

    _layout_now: Layout = TOGETHER
    _heat: dict[str, Heat]

    @property
    def layout_kind(self) -> str:
        """ "together", "views", "rows", "overlay" or "wipe"."""
        return self._layout_now.kind

    @property
    def wipe(self) -> float:
        """Where the wipe's line stands, 0..1 of the width."""
        return self._layout_now.wipe

    def set_layout(self, kind: str, views: Sequence[Sequence[str]] = ()) -> None:
        """Show the bodies "together", in "views" of their own, as an "overlay" or with a "wipe".

        "rows" are views one below the other, whose bodies stand in columns.
        ``views``: the keys in each view, at most four; without them each body has its own. All
        share camera and clock. Raises StudioError for another word.
        """
        chosen = replace(self._layout_now, kind=kind, views=tuple(map(tuple, views)))
        if chosen == self._layout_now:
            return
        self._layout_now = chosen
        self._show_layout()
        if self._framed:
            self.frame_all(glide=False)

    def set_views(self, views: Sequence[Sequence[str]]) -> None:
        """Show each group of bodies in a view of its own, beside the others."""
        self.set_layout("views", views)

    def set_wipe(self, at: float) -> None:
        """Put the wipe's line at a part of the width, 0..1."""
        at = min(max(float(at), 0.02), 0.98)
        self._layout_now = replace(self._layout_now, wipe=at)
        self._show_layout()

    def set_heat(self, key: str, values: npt.ArrayLike | None) -> None:
        """Colour a body by (T, 24) values 0..1 for each frame and joint; None by its own colour.

        Uploaded once for the whole clip. Raises StudioError where the shape is not the clip's.
        """
        if values is None:
            self._heat.pop(key, None)
        else:
            self._heat[key] = np.ascontiguousarray(values, np.float32)
        self._items = self._heated(self._items)
        if self._scene is not None and self._canvas is not None:
            self._canvas.make_current()
            self._scene.set_bodies(self._items)
            self._canvas.update()

    def set_readings(self, readings: Mapping[str, str]) -> None:
        """Say in each body's caption what is measured of it now."""
        if self._captions.read(readings):
            self._place_labels()

    def _heated(self, items: Sequence[BodyItem]) -> list[BodyItem]:
        """The items with the heat that was set for their keys; one of another length is left."""
        fitting = {
            item.key: heat
            for item in items
            if (heat := self._heat.get(item.key)) is not None
            and len(heat) == item.motion.num_frames
        }
        return [
            item
            if item.heat is fitting.get(item.key)
            else replace(item, heat=fitting.get(item.key))
            for item in items
        ]

    def _show_layout(self) -> None:
        if self._scene is None or self._canvas is None:
            return
        self._scene.layout = self._layout_now
        self._show_names()
        self._place_labels()
        self._canvas.update()

    def _show_names(self) -> None:
        """Names stand under bodies that share a floor, and in the corner of a view."""
        is_together = self._layout_now.kind == "together"
        self._labels.show(self._items if is_together else [], self.selected)
        self._captions.show([] if is_together else self._items)

    def _panes_now(self) -> tuple[Pane, ...]:
        size = (max(1, self.width()), max(1, self.height()))
        return self._layout_now.panes(size, [item.key for item in self._items])

    def _place_names(self) -> None:
        if self._scene is None:
            return
        self._labels.place(self._scene)
        self._captions.place(self._layout_now, self._panes_now(), self._middles())

    def _middles(self) -> dict[str, float]:
        """Where bodies that stand in rows are seen, in pixels from the left of their pane."""
        if self._scene is None or self._layout_now.kind != "rows":
            return {}
        width, height = self._panes_now()[0].size
        places = {item.key: self._scene.floor_place(item.key) for item in self._items}
        project = self._scene.camera.project
        return {
            key: float(project([(x, 0.0, z)], (float(width), float(height)))[0, 0])
            for key, (x, z) in places.items()
        }
