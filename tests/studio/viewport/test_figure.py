"""Print figures: size, fonts, recipe, and the same layout in PNG and PDF."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from PIL import Image

from core.datasets.demo import generate
from core.errors import FileProblem, StudioError
from studio.viewport.burnt_names import burn_names
from studio.viewport.figure import FigureOptions, strip_figure
from studio.viewport.figure_sheet import Sheet, Text, write_sheet


@pytest.fixture(scope="module")
def clips():
    return [generate("squat down", seed, 30) for seed in (1, 2)]


OPTIONS = FigureOptions(
    every=10, width_mm=84.0, names=("VIBE", "PARE"), colors=("#ff9f4a", "#6ea2ff"), dpi=150
)


@pytest.mark.gl
def test_a_png_has_its_print_size_both_colours_and_the_recipe(clips, tmp_path):
    with Image.open(strip_figure(clips, OPTIONS, tmp_path / "strip.png")) as image:
        assert abs(image.width - 84 / 25.4 * 150) <= 1
        assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)
        recipe = json.loads(image.text["Recipe"])
        pixels = np.asarray(image).astype(int)
    assert recipe["frames"] == [0, 10, 20]
    assert [clip["name"] for clip in recipe["clips"]] == ["VIBE", "PARE"]
    top, bottom = np.array_split(pixels, 2)
    assert (top[..., 0] - top[..., 2] > 60).sum() > 1000  # orange above
    assert (bottom[..., 2] - bottom[..., 0] > 60).sum() > 1000  # blue below
    assert (pixels[0] == 255).all()  # white ground


@pytest.mark.gl
def test_a_pdf_has_its_print_size_embedded_fonts_and_the_recipe(clips, tmp_path):
    data = strip_figure(clips, OPTIONS, tmp_path / "strip.pdf").read_bytes()
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", data)
    assert box and float(box[1]) == pytest.approx(84 / 25.4 * 72, abs=0.01)
    assert b"FontFile2" in data
    assert b"BitstreamVeraSans" in data
    assert b"squat down" in data  # the recipe, in the document's information
    assert data.count(b"/Subtype /Image") >= 6  # bodies, with their transparency


def test_text_in_a_pdf_is_text(tmp_path):
    sheet = Sheet(width=40, height=10, marks=(Text(x=2, y=5, text="Knee 42"),))
    data = write_sheet(sheet, tmp_path / "a.pdf", {"Title": "a"}).read_bytes()
    assert b"/Subtype /Image" not in data
    assert b"ToUnicode" in data  # can be searched and copied


@pytest.mark.parametrize("wrong", [{"every": 0}, {"width_mm": 3.0}, {"view": "moon"}, {"dpi": 5}])
def test_options_that_make_no_figure_are_refused(wrong):
    with pytest.raises(StudioError):
        FigureOptions(**wrong)


def test_an_unknown_ending_and_an_empty_figure_are_sentences(clips, tmp_path):
    with pytest.raises(FileProblem, match="figure"):
        strip_figure(clips, OPTIONS, tmp_path / "a.bmp")
    with pytest.raises(StudioError, match="at least one"):
        strip_figure([], OPTIONS, tmp_path / "a.png")


def test_names_are_burnt_in_under_bodies_and_do_not_overlap():
    dark = np.zeros((200, 400, 3), np.uint8)
    places = np.array([[200.0, 150.0], [205.0, 150.0]])
    drawn = burn_names(dark, ["VIBE", "PARE"], places, "#ffffff", "#ff0000")
    assert not np.array_equal(drawn, dark) and drawn.shape == dark.shape
    red = (drawn[158] == [255, 0, 0]).all(-1)
    plates = int(np.count_nonzero(np.diff(red.astype(int)) == 1))
    assert plates >= 2  # two plates with a gap between them
    assert (drawn[:140] == 0).all()
