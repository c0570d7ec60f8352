"""Files that are dropped on the window or named at the start: which is what, and clips to add."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import StudioError
from studio import bridge
from studio.document import Document, shown_from_clip
from studio.services.importing import videos_in
from studio.services.models import supplied_name
from studio.services.results import is_result, look

if TYPE_CHECKING:
    from core.importing import Imported
    from core.project import NewClip

CLIP_ENDING = ".npz"
MOTION_ENDINGS = (".bvh", ".fbx", ".glb", ".gltf", ".vrm", ".vrma")
_SHOWN_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """Dropped files by what is to be done with them."""

    clips: tuple[Path, ...] = ()  # npz, BVH, FBX, GLB: become clips
    results: tuple[Path, ...] = ()  # other programs' results: looked at first
    videos: tuple[Path, ...] = ()  # and whatever else: tried as a video
    weights: tuple[tuple[str, Path], ...] = ()  # networks only the user can bring, by name
    models: tuple[Path, ...] = ()  # checkpoints of ACTOR, to sample from


def is_model(path: Path) -> bool:
    """Whether a file is to be opened as a checkpoint of ACTOR: ours, or a published one.

    A bare ``.pth`` may be another tool's result, so it is a model only beside its opt.yaml.
    """
    name = path.name.lower()
    if not path.is_file():
        return False
    is_torch = name.endswith((".tar", ".pth"))
    return name.endswith((".safetensors", ".pth.tar")) or (
        is_torch and (path.parent / "opt.yaml").is_file()
    )


def sorted_files(paths: Sequence[Path]) -> Sorted:
    """Sort files by ending; a folder counts as results when it holds no video.

    Whether a file is a video is decided by trying to read it, not by its name.
    """
    clips, results, videos, weights, models = [], [], [], [], []
    for path in paths:
        ending = path.suffix.lower()
        if name := supplied_name(path):
            weights.append((name, path))
        elif is_model(path):
            models.append(path)
        elif ending == CLIP_ENDING or ending in MOTION_ENDINGS:
            clips.append(path)
        elif is_result(path) or (path.is_dir() and not videos_in([path])):
            results.append(path)
        else:
            videos.append(path)
    return Sorted(
        clips=tuple(clips), results=tuple(results), videos=tuple(videos), weights=tuple(weights),
        models=tuple(models),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Read:
    """What came of reading clip files: clips, others that may be results, and problems."""

    clips: tuple[NewClip, ...] = ()
    results: tuple[Path, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    unmapped: tuple[Path, ...] = ()  # skeletons whose joints have to be mapped by hand
    datasets: tuple[Path, ...] = ()  # folders of labelled clips: the Data page imports them


def is_data_set(folder: Path) -> bool:
    """Whether a folder holds no tool's results but clips that a data set can be made of. Slow."""
    from core.datasets.readers import find_reader

    if look([folder])[0].found is not None:
        return False
    try:
        find_reader(folder)
    except StudioError:
        return False
    return True


def read_clips(paths: Sequence[Path]) -> Read:
    """Read clip files and look into folders.

    An npz that is no clip of this program is handed on as a result, a folder as what it holds.
    """
    from core.importing import JointMapNeeded, import_clips, is_ours
    from core.motion_file import load_motion
    from core.project import NewClip

    clips: list[NewClip] = []
    results: list[Path] = []
    problems: list[tuple[str, str]] = []
    unmapped: list[Path] = []
    datasets: list[Path] = []
    for path in paths:
        if path.is_dir():
            (datasets if is_data_set(path) else results).append(path)
            continue
        try:
            if path.suffix.lower() == CLIP_ENDING and not is_ours(path):
                motion = load_motion(path)
                clips.append(NewClip(motion=motion, name=path.stem, label=motion.provenance.label))
                continue
            clips += new_clips(path, import_clips(path))
        except JointMapNeeded:
            unmapped.append(path)  # the window opens the joint map for it
        except StudioError as error:
            if path.suffix.lower() == CLIP_ENDING and look([path])[0].found is not None:
                results.append(path)  # AMASS, or another tool's arrays
            else:
                problems.append((error.message, error.hint))
    return Read(
        clips=tuple(clips), results=tuple(results), problems=tuple(problems),
        unmapped=tuple(unmapped), datasets=tuple(datasets),
    )  # fmt: skip


def new_clips(path: Path, found: Sequence[Imported]) -> list[NewClip]:
    """Name the clips of a file: after the file, and of several also after themselves."""
    from core.project import NewClip

    return [
        NewClip(
            motion=clip.motion, label=clip.motion.provenance.label,
            name=path.stem if len(found) == 1 else f"{path.stem} {clip.name}",
        )
        for clip in found
    ]  # fmt: skip


def add_clips(document: Document, new: Sequence[NewClip]) -> bool:
    """Add clips in one undoable step, then show the first of them."""
    from core.project import AddClips

    if not new or document.project is None:
        return False
    command = AddClips(list(new), verb="import")
    if not document.execute(command):
        return False
    pairs = list(zip(command.added, new, strict=True))[:_SHOWN_AT_ONCE]
    document.show(shown_from_clip(clip, item.motion) for clip, item in pairs)
    count = len(new)
    document.message.emit(f"{count} clip{'s' if count > 1 else ''} imported.")
    return True


def read_in_thread(document: Document, paths: Sequence[Path], then: Callable[[Read], None]) -> None:
    """Read clip files in a thread, add what was read, say what was not; ``then`` gets the rest."""

    def done(read: Read) -> None:
        for message, hint in read.problems:
            document.problem.emit(message, hint)
        add_clips(document, read.clips)
        then(read)

    if paths:
        bridge.run_in_thread(
            lambda progress: read_clips(paths), done, document.problem.emit, owner=document
        )
