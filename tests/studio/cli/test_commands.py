"""Every command does its work, and tells in a sentence with an exit code when it cannot."""

from __future__ import annotations

import errno
import json
import os
import sys
import types
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import core.estimators
from core import weights
from core.errors import FileProblem, ModelProblem, NoPersonFound
from core.motion import Motion, Provenance
from core.motion_file import load_motion
from studio.cli.app import COMMANDS
from studio.cli.strip import row_names
from studio.cli.window import has_display

LABELS = ("kicking", "side kick", "sit down", "salute")


def still(num_frames: int = 5, **origin) -> Motion:
    return Motion(
        poses=np.zeros((num_frames, 24, 3)),
        trans=np.zeros((num_frames, 3)),
        provenance=Provenance(**origin),
    )


# help and the window


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_help_teaches_by_examples(run, command):
    result = run(command, "--help")
    assert result.code == 0
    assert "Example" in result.out
    assert f"motion-studio {command}" in result.out or command == "open"


def test_the_list_of_commands_is_not_cut_short(run):
    result = run("--help")
    assert all(command in result.out for command in COMMANDS)
    assert "..." not in result.out.split("Commands:")[1]
    assert run("-h").out == result.out


def test_a_typing_error_gets_a_suggestion(run):
    result = run("expot", "x")
    assert result.code == 2
    assert "export" in result.err


@pytest.mark.parametrize("words", [[], ["--project", "p"], ["open"]])
def test_without_a_display_one_line_says_so(run, monkeypatch, words):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    result = run(*words)
    assert result.code == 2
    assert result.err.startswith("There is no display")
    assert result.err.count("\n") == 1


def test_a_video_or_a_project_goes_to_the_window(run, monkeypatch, tmp_path):
    opened = []
    app = types.ModuleType("studio.app")
    app.run = lambda **given: opened.append(given)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "studio.app", app)
    monkeypatch.setenv("DISPLAY", ":0")
    video = tmp_path / "dance.mp4"
    video.touch()
    assert run(video).code == 0
    assert run("--project", tmp_path).code == 0
    assert run().code == 0
    assert opened == [
        {"project": None, "video": video},
        {"project": tmp_path, "video": None},
        {"project": None, "video": None},
    ]
    assert run(tmp_path / "none.mp4").code == 2


def test_displays_are_known_by_the_environment():
    assert has_display({"DISPLAY": ":0"}, "linux")
    assert has_display({"WAYLAND_DISPLAY": "w"}, "linux")
    assert has_display({"QT_QPA_PLATFORM": "offscreen"}, "linux")
    assert has_display({}, "darwin")
    assert not has_display({"QT_QPA_PLATFORM": "xcb"}, "linux")


# export


def test_export_takes_the_format_from_the_ending(run, make_clip, tmp_path):
    clip = make_clip()
    result = run("export", clip, "--out", tmp_path / "kick.bvh", "--unit", "m")
    assert result.code == 0
    assert result.out.strip() == str(tmp_path / "kick.bvh")
    assert (tmp_path / "kick.bvh").read_text().startswith("HIERARCHY")
    assert run("export", clip, "--out", tmp_path / "copy.npz").code == 0
    assert load_motion(tmp_path / "copy.npz").provenance.seed == 7


def test_export_for_a_program_writes_what_it_opens(run, make_clip, tmp_path):
    result = run("export", make_clip(), "--out", tmp_path / "out", "--for", "unreal")
    assert result.code == 0
    files = list((tmp_path / "out").iterdir())
    assert [f.suffix for f in files] == [".fbx"]
    assert b"upperarm_l" in files[0].read_bytes()
    wrong = run("export", make_clip(), "--out", tmp_path / "out", "--for", "maia")
    assert wrong.code == 2 and "no target called maia" in wrong.err


def test_movie_says_what_it_cannot_do_before_it_begins(run, make_clip, tmp_path):
    clip = make_clip()
    for words, said in (
        (["--out", "a.avi"], "cannot be written as a movie"),
        (["--out", "a.mp4", "--size", "large"], "size large"),
        (["--out", "a.mp4", "--camera", "drone"], "no camera called drone"),
        (["--out", "a.gif", "--background", "transparent"], "no transparency"),
    ):
        words[1] = str(tmp_path / words[1])
        result = run("movie", clip, *words)
        assert result.code == 2 and said in result.err, result.err


def test_several_clips_go_to_a_folder_and_keep_their_names(run, make_clip, tmp_path):
    make_clip("clips/a.npz")
    make_clip("clips/b.npz")
    make_clip("more/a.npz")
    result = run("export", tmp_path / "clips", tmp_path / "more" / "a.npz", "--out", tmp_path / "o")
    assert result.code == 0
    assert sorted(p.name for p in (tmp_path / "o").iterdir()) == ["a.bvh", "a_2.bvh", "b.bvh"]
    one_file = run("export", tmp_path / "clips", "--out", tmp_path / "o.bvh")
    assert one_file.code == 2
    assert "2 clips do not fit" in one_file.err


def test_any_formats_with_any_options_are_written_and_read_back(run, make_clip, tmp_path):
    clip, out = make_clip(), tmp_path / "o"
    words = ["--skeleton", "unreal", "--fps", "60", "--on-floor", "--no-mesh", "--bind-frame"]
    result = run("export", clip, "--out", out, "-f", "fbx", "-f", "glb", "-f", "amass", *words)
    assert result.code == 0
    assert sorted(p.name for p in out.iterdir()) == ["kick.amass.npz", "kick.fbx", "kick.glb"]
    assert "3 files written, read back to 0.0" in result.err
    assert b"upperarm_l" in (out / "kick.fbx").read_bytes()
    again = run("export", clip, "--out", out, "-f", "fbx", "--overwrite", "skip")
    assert again.out == "" and "1 left as they were" in again.err
    named = run("export", clip, "--out", out, "--name", "{label} {skeleton}", "--no-check")
    assert Path(named.out.strip()).suffix == ".bvh" and "read back" not in named.err


def test_several_clips_become_takes_of_one_file(run, make_clip, tmp_path):
    clips = [make_clip("clips/a.npz"), make_clip("clips/b.npz")]
    result = run("export", *clips, "--out", tmp_path / "all.glb")
    assert result.out.split() == [str(tmp_path / "all.glb")]
    assert b'"name":"a","samplers"' in (tmp_path / "all.glb").read_bytes()
    folder = run("export", *clips, "--out", tmp_path / "o", "-f", "fbx", "-f", "bvh", "--one-file")
    assert [Path(line).name for line in folder.out.split()] == ["a.fbx", "a.bvh", "b.bvh"]


def test_a_broken_clip_does_not_stop_the_others(run, make_clip, tmp_path):
    make_clip("clips/a.npz")
    (tmp_path / "clips" / "b.npz").write_bytes(b"no")
    make_clip("clips/c.npz")
    result = run("export", tmp_path / "clips", "--out", tmp_path / "o")
    assert result.code == 2
    assert [Path(line).name for line in result.out.split()] == ["a.bvh", "c.bvh"]
    assert "b.npz is not a readable npz" in result.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["kick.npz", "--out", "a.fbx", "--skeleton", "lego"], "Skeleton names cannot be lego"),
        (["kick.npz", "--out", "a.fbx", "--fps", "0"], "0 frames per second"),
        (["kick.npz", "--out", "o", "--overwrite", "ask"], "policy ask is not known"),
        (["kick.npz", "--out", "o", "--name", "{colour}"], "unknown field {colour}"),
        (["none.npz", "--out", "a.bvh"], "none.npz is not there"),
        (["kick.npz", "--out", "a.xyz"], "the ending .xyz is not known"),
        (["kick.npz", "--out", "o", "--format", "xyz"], "format xyz is not known"),
        (["kick.npz", "--out", "a.bvh", "--unit", "inch"], "unit cannot be inch"),
        (["kick.npz", "--out", "a.bvh", "--rotation-order", "QQQ"], "Rotation order cannot be QQQ"),
        (["broken.npz", "--out", "a.bvh"], "not a readable npz"),
        (["nan.npz", "--out", "a.bvh"], "not finite"),
        (["empty", "--out", "a.bvh"], "holds no clip"),
    ],
)
def test_bad_input_of_export_is_a_sentence(run, make_clip, tmp_path, monkeypatch, words, sentence):
    monkeypatch.chdir(tmp_path)
    make_clip()
    Path("broken.npz").write_bytes(Path("kick.npz").read_bytes()[:700])
    np.savez("nan.npz", poses=np.full((3, 24, 3), np.nan), trans=np.zeros((3, 3)))
    Path("empty").mkdir()
    before = sorted(p.name for p in tmp_path.iterdir())
    result = run("export", *words)
    assert result.code == 2
    assert sentence in result.err
    assert "Traceback" not in result.err
    assert len(result.err.strip().splitlines()) <= 2
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_a_full_disk_is_a_sentence(run, make_clip, tmp_path, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    clip = make_clip()
    monkeypatch.setattr(Path, "write_bytes", full)
    result = run("export", clip, "--out", tmp_path / "o" / "a.bvh")
    assert result.code == 2
    assert "The disk is full" in result.err
    assert list((tmp_path / "o").iterdir()) == []


# generate


@dataclass(frozen=True)
class Request:
    label: str
    num_frames: int = 60
    count: int = 1
    seed: int = 0
    sigma: float = 1.0


@dataclass
class Checkpoint:
    labels: tuple[str, ...] = LABELS
    asked: list[Request] = field(default_factory=list)


@pytest.fixture
def checkpoint(monkeypatch, tmp_path):
    """Stands for core.actor, whose own tests cover what is sampled."""
    made = Checkpoint()
    reading, sampling = types.ModuleType("checkpoint"), types.ModuleType("sampling")
    reading.load_checkpoint = lambda path: made  # type: ignore[attr-defined]
    sampling.SampleRequest = Request  # type: ignore[attr-defined]

    def sample(given, request, progress):
        given.asked.append(request)
        return [still(request.num_frames, label=request.label) for _ in range(request.count)]

    sampling.sample = sample  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "core.actor.checkpoint", reading)
    monkeypatch.setitem(sys.modules, "core.actor.sampling", sampling)
    (tmp_path / "model.safetensors").touch()
    return made


def test_generate_writes_the_samples_and_prints_their_paths(run, checkpoint, tmp_path):
    words = ["--action", "kick", "--seed", 7, "--frames", 20, "--samples", 3, "--sigma", 0.5]
    model = tmp_path / "model.safetensors"
    result = run("generate", *words, "--model", model, "--out", tmp_path / "o")
    assert result.code == 0, result.err
    assert checkpoint.asked == [Request("kicking", 20, 3, 7, 0.5)]
    written = [Path(line) for line in result.out.splitlines()]
    assert [p.name for p in written] == [f"kicking_seed7_{n}.npz" for n in (1, 2, 3)]
    assert all(load_motion(p).num_frames == 20 for p in written)


def test_generate_lists_the_actions(run, checkpoint, tmp_path):
    result = run("generate", "--list", "--model", tmp_path / "model.safetensors")
    assert result.out.split("\n")[:-1] == list(LABELS)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--action", "flying"], 2, "knows no action"),
        (["--action", "kick", "--frames", "1"], 2, "Invalid value"),
        (["--action", "kick", "--sigma", "-1"], 2, "Invalid value"),
        (["--action", "kick", "--model", "none.safetensors"], 3, "is not there"),
        ([], 2, "No action was named"),
    ],
)
def test_bad_input_of_generate_is_a_sentence(run, checkpoint, tmp_path, words, code, sentence):
    out = tmp_path / "o"
    model = [] if "--model" in words else ["--model", tmp_path / "model.safetensors"]
    result = run("generate", *words, *model, "--out", out)
    assert (result.code, sentence in result.err, out.exists()) == (code, True, False), result.err


def test_a_real_checkpoint_gives_the_same_clip_for_the_same_seed(run, tmp_path):
    torch = pytest.importorskip("torch")
    from core.actor.checkpoint import save_checkpoint
    from core.actor.config import ActorConfig
    from core.actor.model import Actor

    torch.manual_seed(0)
    config = ActorConfig(num_classes=2, latent_dim=16, ff_size=32, num_layers=1, num_heads=4)
    save_checkpoint(tmp_path / "m.safetensors", Actor(config), labels=["kicking", "sit down"])
    words = ["generate", "-a", "sit", "--frames", 12, "--seed", 3, "--model"]
    words.append(tmp_path / "m.safetensors")
    assert run(*words, "--samples", 3, "--out", tmp_path / "three").code == 0
    assert run(*words, "--samples", 1, "--out", tmp_path / "one").code == 0
    first = load_motion(tmp_path / "one" / "sit_down_seed3_1.npz")
    again = load_motion(tmp_path / "three" / "sit_down_seed3_1.npz")
    np.testing.assert_allclose(first.poses, again.poses, atol=1e-5)
    assert first.provenance.seed == 3
    assert first.provenance.checkpoint_sha256


def test_the_demo_model_knows_the_thirteen_actions(run, tmp_path):
    from core.datasets import demo

    assert run("generate", "--list").out.splitlines() == list(demo.ACTIONS)
    result = run("generate", "--action", "kick", "--seed", 7, "--samples", 2, "--out", tmp_path)
    assert result.code == 0, result.err
    assert load_motion(tmp_path / "kicking_seed7_2.npz").provenance.label == "kicking"


# estimate


def test_estimate_writes_one_clip_a_person_and_a_summary(run, monkeypatch, tmp_path):
    given = {}

    def estimate_people(path, options, progress):
        given.update(path=path, options=options)
        progress.step(0.5, "frame 1")
        motions = [still(kind="estimated"), still(kind="estimated")]
        summary = {"frames": 5, "seen": np.int64(5)}
        return {"blazepose": types.SimpleNamespace(motions=motions, summary=summary)}

    monkeypatch.setattr(core.estimators, "estimate_people", estimate_people, raising=False)
    result = run("estimate", "my dance.mp4", "--out", tmp_path / "o", "--focal", 900)
    assert result.code == 0, result.err
    assert given["path"] == Path("my dance.mp4")
    assert (given["options"].estimators, given["options"].focal) == (("blazepose",), 900.0)
    assert given["options"].people == "all" and given["options"].refine
    assert [Path(line).name for line in result.out.splitlines()] == [
        "my dance_person1.npz",
        "my dance_person2.npz",
        "summary.json",
    ]
    summary = json.loads((tmp_path / "o" / "summary.json").read_text())
    assert summary["files"] == ["my dance_person1.npz", "my dance_person2.npz"]
    assert (summary["frames"], summary["seen"]) == (5, 5)


def test_several_estimators_name_their_clips(run, monkeypatch, tmp_path):
    def estimate_people(path, options, progress):
        return {
            name: types.SimpleNamespace(motions=[still(kind="estimated")], summary={"frames": 5})
            for name in options.estimators
        }

    monkeypatch.setattr(core.estimators, "estimate_people", estimate_people, raising=False)
    line = ["--estimator", "vibe, pare", "--people", "1,3", "--fov", 60, "--official"]
    result = run("estimate", "duet.mp4", "--out", tmp_path, *line)
    assert result.code == 0, result.err
    assert [Path(line).name for line in result.out.splitlines()] == [
        "duet_vibe_person1.npz",
        "duet_pare_person1.npz",
        "summary.json",
    ]
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["estimators"] == {"vibe": {"frames": 5}, "pare": {"frames": 5}}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (["--people", "anna"], "People cannot be 'anna'"),
        (["--estimator", "vibe2"], "no estimator called vibe2"),
        (["--estimator", ","], "No estimator was chosen"),
        (["--precision", "float8"], "no precision float8"),
    ],
)
def test_options_of_an_estimate_that_make_no_sense_are_told(run, tmp_path, wrong, sentence):
    result = run("estimate", "dance.mp4", "--out", tmp_path / "o", *wrong)
    assert result.code == 2
    assert sentence in result.err and "Traceback" not in result.err


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (FileProblem("dance.mp4 is not a video.", "Choose a video."), 2),
        (NoPersonFound("Nobody could be followed in dance.mp4.", "Choose another."), 2),
        (ModelProblem("A network is missing.", "Install it."), 3),
        (KeyboardInterrupt(), 130),
    ],
)
def test_a_failed_estimate_says_why_and_leaves_nothing(run, monkeypatch, tmp_path, problem, code):
    def estimate_people(*_args, **_kwargs):
        raise problem

    monkeypatch.setattr(core.estimators, "estimate_people", estimate_people, raising=False)
    result = run("estimate", "dance.mp4", "--out", tmp_path / "o")
    assert result.code == code
    assert "Traceback" not in result.err
    assert str(getattr(problem, "message", "Cancelled")) in result.err
    assert str(getattr(problem, "hint", "")) in result.err
    assert not (tmp_path / "o").exists()


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(run, monkeypatch, tmp_path):
    def estimate_people(*_args, **_kwargs):
        raise AssertionError("must not start")

    monkeypatch.setattr(core.estimators, "estimate_people", estimate_people, raising=False)
    (tmp_path / "file").touch()
    result = run("estimate", "dance.mp4", "--out", tmp_path / "file" / "o")
    assert result.code == 2
    assert "cannot be written to" in result.err
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert run("estimate", "dance.mp4", "--out", tmp_path / "o").code == 2


@pytest.mark.parametrize("verbose", ["", "1"])
def test_what_libraries_say_stays_out_of_the_terminal(run, monkeypatch, tmp_path, verbose):
    def estimate_people(*_args, **_kwargs):
        os.write(2, b"INFO: a delegate was created\n")
        sys.stderr.write("a warning of our own\n")
        raise FileProblem("dance.mp4 is not a video.", "Choose a video.")

    monkeypatch.setattr(core.estimators, "estimate_people", estimate_people, raising=False)
    monkeypatch.setenv("MOTION_STUDIO_VERBOSE", verbose)
    result = run("estimate", "dance.mp4", "--out", tmp_path / "o")
    assert ("delegate" in result.err) == bool(verbose)
    assert "a warning of our own" in result.err
    assert "is not a video" in result.err


def test_the_sample_video_becomes_a_clip(run, tmp_path):
    video = weights.sample_video()
    if video is None or not weights.is_estimator_installed():
        pytest.skip("the estimator's files or the sample video are not installed")
    result = run("estimate", video, "--out", tmp_path)
    assert result.code == 0, result.err
    assert result.err == ""
    motion = load_motion(tmp_path / "balancing_person1.npz")
    assert motion.num_frames == 100
    assert motion.provenance.estimator == "blazepose"
    assert json.loads((tmp_path / "summary.json").read_text())["estimated_frames"] >= 98
    exported = run("export", tmp_path / "balancing_person1.npz", "--out", tmp_path / "b.bvh")
    assert exported.code == 0


# strip, info, models


def test_strip_hands_over_the_clips_with_their_titles(run, make_clip, monkeypatch, tmp_path):
    drawn = {}
    module = types.ModuleType("strip")

    def render_strip(motions, path, *, every, titles, **looks):
        drawn.update(frames=[m.num_frames for m in motions], every=every, titles=titles)

    module.render_strip = render_strip  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "studio.viewport", types.ModuleType("studio.viewport"))
    monkeypatch.setitem(sys.modules, "studio.viewport.strip", module)
    a, b = make_clip("a.npz"), make_clip("b.npz", "throw", 20)
    assert run("strip", a, b, "--out", tmp_path / "s.png", "--every", 4).code == 0
    assert drawn == {"frames": [12, 20], "every": 4, "titles": ["kicking", "throw"]}
    c = make_clip("c.npz")
    assert run("strip", a, c, "--out", tmp_path / "s.png").code == 0
    assert drawn["titles"] == ["a", "c"]
    assert run("strip", a, "--out", tmp_path / "s.jpg").code == 2


def test_rows_of_one_action_are_told_apart():
    def names(*origins: dict) -> list[str]:
        paths = [Path(f"file{i}.npz") for i in range(len(origins))]
        return row_names([still(**origin) for origin in origins], paths)

    kick, throw = {"label": "kick"}, {"label": "throw", "seed": 1, "sample": 0}
    assert names(throw, kick, {}) == ["throw", "kick", "file2"]
    assert names({**kick, "sample": 0}, throw, {**kick, "sample": 1}) == [
        "kick 1",
        "throw",
        "kick 2",
    ]
    seeds = [{**kick, "sample": 0, "seed": n} for n in (3, 4)]
    assert names(*seeds) == ["kick, seed 3", "kick, seed 4"]
    assert names(kick, kick) == ["file0", "file1"]


def test_strip_draws_a_picture_without_the_window(run, make_clip, tmp_path):
    result = run("strip", make_clip(), "--out", tmp_path / "s.png", "--every", 6, "--height", 80)
    assert result.code == 0, result.err
    with Image.open(tmp_path / "s.png") as picture:
        assert picture.height >= 80
        colours = np.asarray(picture.convert("RGB"))
    assert colours.std() > 5
    assert run("strip", make_clip(), "--out", tmp_path / "s.png", "--view", "moon").code == 2


def test_info_tells_how_a_clip_was_made(run, make_clip):
    result = run("info", make_clip())
    assert result.code == 0
    for part in ("12 frames at 30 fps, 0.40 s", "label: kicking", "seed: 7", "kind: generated"):
        assert part in result.out


def test_models_names_what_is_missing_and_what_to_do(run, monkeypatch, tmp_path):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path))
    result = run("models")
    assert result.code == 0
    assert str(tmp_path) in result.out
    assert result.out.count("missing") >= len(weights.FILES)
    assert "models --install" in result.out
    assert run("models", "--check").code == 3


def test_models_installs_from_a_folder_and_refuses_a_wrong_one(run, monkeypatch, tmp_path):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))
    (tmp_path / "wrong").mkdir()
    result = run("models", "--install", "--from", tmp_path / "wrong")
    assert result.code == 3
    assert "holds neither" in result.err


def test_demo_writes_a_clip_of_every_procedural_action(run, tmp_path):
    demo = pytest.importorskip("core.datasets.demo")
    result = run("demo", "--out", tmp_path / "all", "--frames", 30)
    assert result.code == 0, result.err
    assert len(result.out.splitlines()) == len(demo.ACTIONS)
    result = run("demo", "-a", "salute", "--samples", 2, "--out", tmp_path / "two")
    names = sorted(p.name for p in (tmp_path / "two").iterdir())
    assert names == ["demo_salute_seed0.npz", "demo_salute_seed1.npz"]
