"""``motion-studio compare``: clips laid over each other, as numbers, a figure, a movie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from core.errors import FileProblem, StudioError
from core.motion import Motion
from core.motion_file import load_motion
from core.skeleton import JOINT_NAMES
from studio.cli.compare_summary import summarise_folders
from studio.cli.running import check_writable, progress_bar
from studio.services.comparing_sets import TABLES, write_table

if TYPE_CHECKING:
    from core.compare import Comparison
    from core.compare.options import Space, Timing
    from core.project import Project

_TITLES = {"vibe": "VIBE", "pare": "PARE", "blazepose": "BlazePose"}
_COLORS = {"vibe": "#ff9f4a", "pare": "#6ea2ff", "blazepose": "#b79bff"}
_OTHERS = ("#ff9f4a", "#6ea2ff", "#3fd0bd", "#f0c04e")
_WORST = 6


def compare_command(
    clips: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Two to four: clips (npz), results of VIBE, PARE and others, BVH, FBX, GLB, or a"
            " clip of a project as FOLDER/NAME.",
            show_default=False,
        ),
    ] = None,
    figure: Annotated[Path | None, typer.Option(help="Write a strip: .pdf or .png.")] = None,
    every: Annotated[int, typer.Option(min=1, help="Frames from body to body.")] = 5,
    width: Annotated[float, typer.Option(help="Width of the strip in mm.")] = 174.0,
    movie: Annotated[Path | None, typer.Option(help="Write a movie: .mp4 or .gif.")] = None,
    table: Annotated[
        Path | None, typer.Option(help="Write the numbers: .csv, .tex, .png or .pdf.")
    ] = None,
    video: Annotated[
        Path | None,
        typer.Option(help="The clips' video: measures the reprojection error, in pixels."),
    ] = None,
    space: Annotated[str, typer.Option(help="none, root, heading or procrustes.")] = "heading",
    timing: Annotated[str, typer.Option(help="frames, shift or warp.")] = "frames",
    names: Annotated[str, typer.Option(help="Names of the clips, with commas.")] = "",
    fps: Annotated[
        float | None, typer.Option(help="Frames a second of results that do not say.")
    ] = None,
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(help="Compare samples of models instead: give it twice or more."),
    ] = None,
    label: Annotated[str, typer.Option(help="Action to sample.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the samples.")] = 0,
    frames: Annotated[int, typer.Option(min=2, max=300, help="Length of the samples.")] = 60,
) -> None:
    """Compare clips of one video, action or seed.

    The first is the reference.

    Two folders of clips (or data sets) are paired clip by clip and summed per action, with
    confidence intervals and paired tests; a project's folder pairs its VIBE and PARE clips.

    \b
    Examples:
      motion-studio compare vibe_clips pare_clips --names VIBE,PARE --table table.tex
      motion-studio compare vibe_output.pkl pare_output.pkl --fps 30
      motion-studio compare vibe.npz pare.npz --figure strip.pdf --every 3
      motion-studio compare vibe.npz pare.npz --video dance.mp4
      motion-studio compare a.npz b.npz --movie both.mp4 --table both.csv --timing shift
      motion-studio compare --checkpoint vibe.safetensors --checkpoint pare.safetensors \\
        --label "squat down" --seed 7 --figure strip.pdf
    """
    if video is not None and not video.is_file():
        raise FileProblem(f"The video {video.name} is not there.", "Check the name.")
    for path in (figure, movie, table):
        if path is not None:
            check_writable(path.parent)
    if table is not None and table.suffix.lower() not in TABLES:
        raise FileProblem(
            f"{table.name} cannot be written as a table.", f"Use {', '.join(TABLES)}."
        )
    if clips and all(path.is_dir() for path in clips):
        summarise_folders(clips, names, table)
        return
    motions, called, seen = [], [], []
    for path in clips or []:
        motions.append(read_clip(path, fps))
        called.append(_name_of(motions[-1], path.stem))
        seen.append(_seen(path, motions[-1]))
    for path in checkpoint or []:
        motions.append(_sampled(path, label, seed, frames))
        called.append(_model_name(path, checkpoint or []))
        seen.append((None, None))
    if not 2 <= len(motions) <= 4:
        what = "One clip is" if len(motions) == 1 else f"{len(motions)} clips are"
        raise StudioError(f"{what} no comparison.", "Name two to four clips.")
    if video is not None:
        seen = _in_video(video, motions)
    given = [name.strip() for name in names.split(",") if name.strip()]
    called = [*given, *called[len(given) :]][: len(motions)]
    if len(set(called)) < len(called):
        called = [f"{name} {number}" for number, name in enumerate(called, start=1)]

    from core.compare import CompareOptions, compare
    from core.compare.quality import clip_quality
    from core.compare.table import comparison_table

    options = CompareOptions(space=cast("Space", space), timing=cast("Timing", timing))
    comparison = compare(motions, options)
    qualities = [clip_quality(motion, *both) for motion, both in zip(motions, seen, strict=True)]
    numbers = comparison_table(comparison, qualities, called)
    _tell(comparison, called, numbers[1 : max(len(quality.rows) for quality in qualities) + 1])
    if table is not None:
        if table.suffix.lower() in (".png", ".pdf"):
            numbers = comparison_table(comparison, qualities, called, has_joints=False)
        write_table(numbers, table)
        print(table)
    if figure is not None or movie is not None:
        _draw(comparison, called, _colors(motions), figure, movie, every, width)


def read_clip(path: Path, fps: float | None = None) -> Motion:
    """Read one motion of any file the program knows; of several people the one seen longest.

    Raises FileProblem or StudioError.
    """
    if _is_of_project(path):
        from core.project import Project

        with Project.open(path.parent) as project:
            return project.motion(_clip_id(project, path.name))
    if not path.exists():
        raise FileProblem(f"{path} is not there.", "Check the name.")
    if path.suffix.lower() in (".bvh", ".fbx", ".glb", ".gltf"):
        from core.importing import import_motions

        return import_motions(path)[0]
    from core.estimators.results import inspect, load_people

    if path.suffix.lower() == ".npz":
        try:
            return load_motion(path)
        except FileProblem:  # another tool's arrays
            pass
    people = inspect(path)
    return max(
        load_people(people, which=[people.people[0].key], fps=fps), key=lambda m: m.num_frames
    )


def _is_of_project(path: Path) -> bool:
    return not path.exists() and (path.parent / "project.sqlite").is_file()


def _clip_id(project: Project, name: str) -> str:
    found = next((clip.id for clip in project.clips() if clip.name == name), None)
    if found is None:
        names = ", ".join(clip.name for clip in project.clips()[:6])
        raise FileProblem(
            f"The project {project.folder.name} has no clip {name}.", f"It has: {names or 'none'}."
        )
    return found


def _seen(path: Path, motion: Motion) -> tuple[Any, Any]:
    """The points seen in a project clip's video and its camera, for the reprojection error."""
    if not _is_of_project(path):
        return None, None
    from core.project import Project
    from studio.services.compare_video import seen_points

    with Project.open(path.parent) as project:
        return seen_points(path.parent, _clip_id(project, path.name), motion) or (None, None)


def _in_video(video: Path, motions: list[Motion]) -> list[tuple[Any, Any]]:
    """The points seen in a video that goes with the clips, and the camera that fits each best."""
    from studio.services.compare_video import points_in

    with progress_bar("Looking") as progress:
        found = points_in(video, motions, progress)
    for number, each in enumerate(found, start=1):
        if each is None:
            print(f"clip {number}: the video shows nobody who moves like it")
    return [each or (None, None) for each in found]


def _sampled(path: Path, label: str, seed: int, frames: int) -> Motion:
    from core.actor.checkpoint import load_checkpoint
    from core.actor.sampling import SampleRequest, sample
    from studio.cli.labels import match_label

    if not path.exists():
        raise FileProblem(f"The checkpoint {path.name} is not there.", "Check the name.")
    model = load_checkpoint(path)
    request = SampleRequest(
        label=match_label(label, model.labels), num_frames=frames, count=1, seed=seed
    )
    return sample(model, request)[0]


def _model_name(path: Path, others: list[Path]) -> str:
    """The file's name; of files named alike, the training's folder too."""
    if [other.stem for other in others].count(path.stem) < 2:
        return path.stem
    folder = path.resolve().parent
    return f"{(folder.parent if folder.name == 'checkpoints' else folder).name} {path.stem}"


def _name_of(motion: Motion, stem: str) -> str:
    return _TITLES.get(motion.provenance.estimator, stem)


def _colors(motions: list[Motion]) -> list[str]:
    own = [_COLORS.get(motion.provenance.estimator, "") for motion in motions]
    if "" in own or len(set(own)) < len(own):
        return list(_OTHERS[: len(motions)])
    return own


def _tell(comparison: Comparison, names: list[str], quality: list[list[str]]) -> None:
    wide = max(28, *(len(row[0]) + len(row[1]) + 2 for row in quality))
    print(f"aligned: {comparison.space_text}   time: {comparison.timing_text}")
    each = max(14, *(len(name) + 2 for name in names))
    print(" " * wide + "".join(f"{name:>{each}}" for name in names))
    for measure, unit, *values in quality:
        title = f"{measure}, {unit}" if unit else measure
        print(f"{title:<{wide}}" + "".join(f"{value:>{each}}" for value in values))
    reference = comparison.options.reference
    for k, name in enumerate(names):
        if k == reference:
            continue
        print(
            f"\n{name} against {names[reference]}: mean {comparison.mean(k):.1f}°"
            f" {comparison.mean_position(k):.0f} mm, peak {comparison.peak(k):.1f}°"
            f", turned by {comparison.heading[k]:+.1f}°"
            + (f", scaled by {comparison.scale[k]:.3f}" if comparison.scale[k] != 1 else "")
        )
        for moment in comparison.worst(k, _WORST):
            joint = JOINT_NAMES[moment.joint].replace("_", " ")
            value = f"{moment.value:.1f}{moment.unit}"
            print(f"  {joint:<16} frames {moment.first}-{moment.last}: {value}")


def _draw(
    comparison: Comparison,
    names: list[str],
    colors: list[str],
    figure: Path | None,
    movie: Path | None,
    every: int,
    width: float,
) -> None:
    from studio.services.comparing import on_one_clock

    motions = [
        on_one_clock(motion, row, comparison.fps)
        for motion, row in zip(comparison.aligned, comparison.frames, strict=True)
    ]
    if figure is not None:
        from studio.viewport.figure import FigureOptions, strip_figure

        options = FigureOptions(
            every=every, width_mm=width, names=tuple(names), colors=tuple(colors)
        )
        with progress_bar("Drawing") as progress:
            written = strip_figure(motions, options, figure, progress)
        print(written)
    if movie is not None:
        from studio.viewport.figure_movie import comparison_movie

        with progress_bar("Filming") as progress:
            written = comparison_movie(motions, names, colors, movie, progress=progress)
        print(written)
