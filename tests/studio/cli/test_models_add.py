"""Pointing the command line at one's own VIBE, SPIN and PARE files."""

from __future__ import annotations

from core import weights
from tests.published import write_spin, write_vibe


def test_a_users_file_is_checked_adopted_and_listed(run, monkeypatch, tmp_path):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))
    before = run("models")
    assert before.code == 0 and "models --add vibe=FILE" in before.out
    path = write_vibe(tmp_path / "vibe_model_wo_3dpw.pth.tar")
    result = run("models", "--add", f"vibe={path}")
    assert result.code == 0, result.err
    assert "checked, converted and ready" in result.out
    assert str(weights.supplied("vibe")) in result.out


def test_a_file_that_does_not_fit_is_refused_by_name(run, monkeypatch, tmp_path):
    monkeypatch.setenv("MOTION_STUDIO_HOME", str(tmp_path / "home"))
    path = write_spin(tmp_path / "spin.pth.tar", hollow=True)
    result = run("models", "--add", f"pare={path}")
    assert result.code != 0 and "Traceback" not in result.err
    assert "PARE" in result.err and weights.supplied("pare") is None
    assert run("models", "--add", "pare").code != 0
    assert run("models", "--add", f"hmr={path}").code != 0
