"""Every command does its work, and tells in a sentence with an exit code when it cannot."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import weights
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
