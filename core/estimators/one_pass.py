"""One pass of decoding for all estimators that look at crops, in chunks that outlive a crash.

Every frame is decoded once; every person chosen is cut out of it once for each network (they want
different margins); what the networks make of a chunk of frames is kept before the next begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from core._cv2 import cv2
from core.estimators.base import CropNetwork
from core.estimators.blazepose.preview import draw_figure
from core.estimators.chunks import Arrays, Chunks, digest_of, folder_for
from core.estimators.options import EstimateOptions
from core.progress import Progress
from core.video import crops
from core.video.decode import pictures
from core.video.people import People, Track
from core.video.picture import Picture

FloatArray = npt.NDArray[np.float64]

CHUNK_FRAMES = 16
_AT_A_TIME = 16  # crops between two looks whether to stop
_LONGEST_PREVIEW = 480  # pixels
_PERSON_COLORS = ((255, 168, 76), (84, 170, 255), (120, 220, 130), (230, 120, 200))


def squares_for(people: People, *, official: bool) -> dict[int, FloatArray]:
    """Return where each person's crops lie, (N, 3) centre x, y and side by track number.

    The boxes as they are (official), or steadied so that the crop does not tremble.
    """
    squares = {}
    for track in people:
        plain = crops.squares_of(track.boxes)
        if not official:
            plain = crops.steadied(plain, people.times[track.frames])
        squares[track.id] = plain
    return squares


@dataclass(frozen=True)
class Looked:
    """What a network saw of everybody; rows are in the order of the track's frames."""

    chunks: Chunks
    num_chunks: int
    squares: Mapping[int, FloatArray]  # (N, 3) by track number, without the margin
    margin: float
    has_attention: bool

    def rows(self, track: Track) -> Arrays:
        """Return the arrays (N, ...) of one person, but for attention maps."""
        found: dict[str, list[npt.NDArray[Any]]] = {}
        for index in range(self.num_chunks):
            own = self.chunks.load(index, lambda name: _is_row(name, track.id)) or {}
            for name, values in own.items():
                found.setdefault(name.partition("_")[2], []).append(values)
        return {name: np.concatenate(parts) for name, parts in found.items()}

    def attention(self, track: Track, frame: int) -> npt.NDArray[np.float32] | None:
        """Return the maps (24, 56, 56) in 0..1 of a person in a frame they are seen in."""
        index = frame // CHUNK_FRAMES
        name = f"{track.id}_attention"
        maps = (self.chunks.load(index, lambda other: other == name) or {}).get(name)
        row = np.searchsorted(track.frames, [frame, index * CHUNK_FRAMES])
        if maps is None or row[0] >= len(track) or track.frames[row[0]] != frame:
            return None
        return maps[row[0] - row[1]].astype(np.float32) / np.float32(255)


def look(
    people: People,
    networks: Mapping[str, CropNetwork],
    options: EstimateOptions,
    sha256: str,
    progress: Progress,
) -> dict[str, Looked]:
    """Decode the video once and show every person to every network; returns what each saw.

    Chunks finished in ``options.work_folder`` are not computed again. Raises FileProblem or
    Cancelled.
    """
    squares = squares_for(people, official=options.official)
    num_chunks = -(-len(people.times) // CHUNK_FRAMES)
    where = [part for t in people for part in (t.id, t.frames, squares[t.id])]
    looked = {}
    for name, network in networks.items():
        key = digest_of(network.key, network.margin, options.official, CHUNK_FRAMES, *where)
        chunks = Chunks(folder_for(options.work_folder, sha256, name, key))
        looked[name] = Looked(chunks, num_chunks, squares, network.margin, network.keeps_attention)
    left = {
        index: names
        for index in range(num_chunks)
        if (names := [name for name in networks if index not in looked[name].chunks])
    }
    for cut in _cut_out(people, networks, squares, left, options.official, progress):
        part = progress.part(cut.index / num_chunks, (cut.index + 1) / num_chunks)
        for name, arrays in cut.seen_by(networks, part):
            looked[name].chunks.save(cut.index, arrays)
        text = f"Frame {cut.last + 1} of {len(people.times)}"
        progress.step((cut.index + 1) / num_chunks, text, cut.preview)
    return looked


@dataclass
class _Cut:
    """The crops of a chunk of frames: per network, person by person."""

    index: int
    last: int = 0  # the last frame in it
    crops: dict[str, dict[int, list[crops.Image]]] = field(default_factory=dict)
    preview: npt.NDArray[np.uint8] | None = None

    def seen_by(
        self, networks: Mapping[str, CropNetwork], progress: Progress
    ) -> Iterator[tuple[str, Arrays]]:
        """Yield each network's name with what it says of the crops."""
        total = sum(len(images) for by in self.crops.values() for images in by.values())
        done = 0
        for name, by_track in self.crops.items():
            arrays: Arrays = {}
            for id, images in by_track.items():
                parts = []
                for start in range(0, len(images), _AT_A_TIME):
                    some = np.stack(images[start : start + _AT_A_TIME])
                    parts.append(networks[name].look(crops.normalised(some)))
                    done += len(some)
                    progress.step(done / total, f"Frame {self.last + 1}")
                for what in parts[0]:
                    arrays[f"{id}_{what}"] = np.concatenate([part[what] for part in parts])
            yield name, arrays


def _cut_out(
    people: People,
    networks: Mapping[str, CropNetwork],
    squares: Mapping[int, FloatArray],
    left: Mapping[int, list[str]],
    official: bool,
    progress: Progress,
) -> Iterator[_Cut]:
    """Yield the crops of every chunk that is left to do, decoding no further than need be."""
    if not left:
        return
    cut = _Cut(0, crops={name: {} for name in left.get(0, ())})
    for frame, picture in enumerate(pictures(people.video.path)):
        index = frame // CHUNK_FRAMES
        if index != cut.index:
            if cut.index in left:
                yield cut
            cut = _Cut(index, crops={name: {} for name in left.get(index, ())})
        if index > max(left):
            return
        progress.wait_if_paused("Estimating was cancelled.")
        if index not in left:
            continue
        cut.last = frame
        rows = {t: row for t in people if (row := _row(t, frame)) is not None}
        whole = picture.rgb() if official and rows else None
        for track, row in rows.items():
            square = squares[track.id][row]
            for name in left[index]:
                margin = networks[name].margin
                image = (
                    crops.cut(picture, square, margin)
                    if whole is None
                    else crops.cut_exactly(whole, square, margin)
                )
                cut.crops[name].setdefault(track.id, []).append(image)
        if cut.preview is None:
            cut.preview = _drawn(picture, people, rows)
    if cut.index in left:
        yield cut


def _is_row(name: str, id: int) -> bool:
    return name.startswith(f"{id}_") and not name.endswith("_attention")


def _row(track: Track, frame: int) -> int | None:
    row = int(np.searchsorted(track.frames, frame))
    return row if row < len(track) and track.frames[row] == frame else None


def _drawn(picture: Picture, people: People, rows: Mapping[Track, int]) -> crops.Image:
    """Return the picture, at most 480 pixels long, with everybody's box and points."""
    scale = min(_LONGEST_PREVIEW / max(picture.width, picture.height), 1.0)
    size = (max(round(n * scale), 1) for n in (picture.width, picture.height))
    canvas = np.ascontiguousarray(picture.scaled(*size))
    order = {track.id: i for i, track in enumerate(people)}
    for track, row in rows.items():
        x, y, w, h = track.boxes[row] * scale
        color = _PERSON_COLORS[order[track.id] % len(_PERSON_COLORS)]
        low, high = (round(x - w / 2), round(y - h / 2)), (round(x + w / 2), round(y + h / 2))
        cv2.rectangle(canvas, low, high, color, 2, cv2.LINE_AA)
        if track.points is not None:
            draw_figure(canvas, track.points.image[row] * scale, track.points.visibility[row])
    return canvas
