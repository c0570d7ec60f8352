"""Every colour, size and font of the program, and the one style sheet made from them.

The tokens are those of the design sketches; nothing else in ``studio`` may name a colour. Controls
that the style sheet cannot draw well paint themselves with these tokens (see ``studio.widgets``).
"""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

# Surfaces, from the back to the front.
WINDOW = "#14161b"
PANEL = "#1a1d24"
RAISED = "#20242d"
HOVER = "#262b35"
LINE = "#2a2f3a"
FIELD = "#14161b"  # what one types into, tracks of sliders, empty timeline rows

TEXT = "#e7eaf0"
DIM = "#98a1b3"
FAINT = "#667085"

ACCENT = "#3fd0bd"
ACCENT_HOVER = "#57dccb"
ON_ACCENT = "#0d2320"  # text on the accent

VIBE = "#ff9f4a"
PARE = "#6ea2ff"
BLAZEPOSE = "#b79bff"
DATA = "#b9c0cf"  # ground truth, data, demo clips
GOOD = "#58c97a"
WARNING = "#f0c04e"
BAD = "#ff6b6b"

# Several generated clips side by side: the first is the accent, the others keep apart from it also
# for the common colour blindnesses; the order is fixed so that sample b is always the same colour.
SAMPLE_COLORS: tuple[str, ...] = (
    ACCENT, BLAZEPOSE, VIBE, PARE, "#f0c04e", "#f58fb8", "#9bd66a", "#7fd3f7", "#c7a58b",
)  # fmt: skip

SOURCE_COLORS: dict[str, str] = {
    "blazepose": BLAZEPOSE,
    "vibe": VIBE,
    "pare": PARE,
    "generated": ACCENT,
    "edited": ACCENT,
    "demo": DATA,
    "imported": DATA,
    "estimated": BLAZEPOSE,
}
SOURCE_NAMES: dict[str, str] = {
    "blazepose": "BlazePose",
    "vibe": "VIBE",
    "pare": "PARE",
    "generated": "gen",
    "edited": "edit",
    "demo": "demo",
    "imported": "file",
    "estimated": "video",
}

# Sizes in logical pixels, on a grid of 4.
SPACE = 4
MARGIN = 16
ROW = 34
CONTROL = 30
RADIUS = 8
PRIMARY = 38
PRIMARY_RADIUS = 10
HEADER = 48
STATUS = 28
SIDE_WIDTH = 300  # what a side panel starts with

BODY_SIZE = 13
SMALL_SIZE = 12
TINY_SIZE = 11

_FAMILIES = ("Inter", "SF Pro Text", "Segoe UI", "Noto Sans", "Cantarell", "DejaVu Sans")


def source_color(kind: str, estimator: str = "") -> str:
    """Colour of a clip by where it came from: its estimator if it has one, else its kind."""
    return SOURCE_COLORS.get(estimator) or SOURCE_COLORS.get(kind, DATA)


def source_name(kind: str, estimator: str = "") -> str:
    """Short name for the badge that always stands beside the colour."""
    return SOURCE_NAMES.get(estimator) or estimator or SOURCE_NAMES.get(kind, kind)


def mix(color: str, other: str, amount: float) -> str:
    """Blend ``color`` towards ``other``: amount 0 is ``color``, 1 is ``other``."""
    a, b = QColor(color), QColor(other)
    pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return "#" + "".join(f"{round(x + (y - x) * amount):02x}" for x, y in pairs)


def tint(color: str, amount: float = 0.22) -> str:
    """A colour sunk into the panel: the ground of a badge, a chip or a bar in that colour."""
    return mix(PANEL, color, amount)


def family() -> str:
    """Inter where it is installed, else the first good face of the system."""
    installed = set(QFontDatabase.families())
    return next((name for name in _FAMILIES if name in installed), QFont().family())


def font(size: int = BODY_SIZE, *, weight: int = 400) -> QFont:
    """The interface's font at ``size`` pixels with tabular figures, so that numbers stand still."""
    face = QFont(QApplication.font())
    face.setPixelSize(size)
    face.setWeight(QFont.Weight(weight))
    return face


def _base_font() -> QFont:
    face = QFont(family())
    face.setPixelSize(BODY_SIZE)
    face.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    face.setFeature(QFont.Tag("tnum"), 1)
    return face


def _palette() -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for key, color in {
        role.Window: PANEL,
        role.WindowText: TEXT,
        role.Base: FIELD,
        role.AlternateBase: RAISED,
        role.Text: TEXT,
        role.Button: RAISED,
        role.ButtonText: TEXT,
        role.BrightText: TEXT,
        role.Highlight: mix(PANEL, ACCENT, 0.45),
        role.HighlightedText: TEXT,
        role.ToolTipBase: RAISED,
        role.ToolTipText: TEXT,
        role.PlaceholderText: FAINT,
        role.Link: ACCENT,
        role.Light: HOVER,
        role.Midlight: LINE,
        role.Mid: LINE,
        role.Dark: WINDOW,
        role.Shadow: WINDOW,
    }.items():
        palette.setColor(key, QColor(color))
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, QColor(FAINT))
    return palette


_SHEET = Template("""
QMainWindow, QDialog { background: $PANEL; }
QWidget#middle { background: $WINDOW; }
QToolTip { background: $RAISED; color: $TEXT; border: 1px solid $LINE; padding: 5px 8px; }
QLabel { background: transparent; }
QLabel[role="plate"] { background: $FIELD; }
QSplitter::handle { background: $LINE; }
QSplitter::handle:hover { background: $FAINT; }
QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle { background: $LINE; border-radius: 3px; min-height: 28px; min-width: 28px; }
QScrollBar::handle:hover { background: $FAINT; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit {
    background: $FIELD; color: $TEXT; border: 1px solid $LINE; border-radius: ${RADIUS}px;
    padding: 0 10px; selection-background-color: $SELECTED; selection-color: $TEXT; }
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { min-height: 28px; }
QDoubleSpinBox { padding: 0; }
QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { width: 0; border: none; }
QDoubleSpinBox QLineEdit { border: none; background: transparent; }
QPlainTextEdit, QTextEdit { padding: 8px; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QTextEdit:focus,
QPlainTextEdit:focus { border: 1px solid $ACCENT; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
    color: $FAINT; }
QLineEdit[wrong="true"], QComboBox[wrong="true"] { border: 1px solid $BAD; }
QLineEdit[role="value"] { padding: 0 4px; }
QLineEdit[role="search"] { padding: 0 4px; }
QLineEdit[role="rename"] { padding: 0 4px; min-height: 22px; border-radius: 4px; }
QLineEdit[role="palette"] { border: none; background: transparent; min-height: 40px;
    padding: 0 4px; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox QAbstractItemView { background: $RAISED; border: 1px solid $LINE; padding: 4px;
    outline: none; selection-background-color: $HOVER; }
QListView, QTreeView, QTableView { background: transparent; border: none; outline: none; }
QTableView::item { padding: 0 8px; border-bottom: 1px solid $LINE; }
QTableView::item:selected { background: $HOVER; color: $TEXT; }
QHeaderView::section { background: transparent; color: $FAINT; border: none; padding: 4px; }
QMenuBar { background: $PANEL; color: $DIM; spacing: 2px; padding: 2px 8px; }
QMenuBar::item { background: transparent; padding: 4px 10px; border-radius: 6px; }
QMenuBar::item:selected { background: $RAISED; color: $TEXT; }
QMenu { background: $RAISED; color: $TEXT; border: 1px solid $LINE; padding: 6px; }
QMenu::item { padding: 6px 28px 6px 12px; border-radius: 6px; }
QMenu::item:selected { background: $HOVER; }
QMenu::item:disabled { color: $FAINT; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $LINE; margin: 6px 8px; }
QProgressBar { background: $FIELD; border: none; border-radius: 3px; max-height: 6px;
    min-height: 6px; }
QProgressBar::chunk { background: $ACCENT; border-radius: 3px; }
QCheckBox { spacing: 8px; }
QCheckBox::indicator, QRadioButton::indicator { width: 16px; height: 16px; border-radius: 4px;
    border: 1px solid $FAINT; background: $FIELD; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked { background: $ACCENT;
    border: 1px solid $ACCENT; }
QCheckBox::indicator:checked { image: url($CHECK); }
QCheckBox:focus, QRadioButton:focus { color: $ACCENT; }
QPushButton { background: $RAISED; color: $TEXT; border: 1px solid $RAISED; padding: 0 16px;
    min-height: 28px; border-radius: ${RADIUS}px; font-weight: 600; }
QPushButton:hover { background: $HOVER; }
QPushButton:focus { border: 1px solid $ACCENT; }
QPushButton:disabled { color: $FAINT; }
QPushButton:default { background: $ACCENT; color: $ON_ACCENT; border: 1px solid $ACCENT; }
QPushButton:default:hover { background: $ACCENT_HOVER; }
""")


def style_sheet() -> str:
    """The style sheet of the whole program."""
    from core.paths import RESOURCES

    return _SHEET.substitute(
        {k: v for k, v in globals().items() if k.isupper() and isinstance(v, str | int)},
        SELECTED=mix(PANEL, ACCENT, 0.45),
        CHECK=(RESOURCES / "icons" / "tick-on-accent.svg").as_posix(),
    )


def apply(app: QApplication) -> None:
    """Give ``app`` the dark look; call once, before the first widget."""
    app.setStyle("Fusion")
    app.setFont(_base_font())
    app.setPalette(_palette())
    app.setStyleSheet(style_sheet())
