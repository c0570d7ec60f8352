"""Reusable controls: all look the same everywhere because they paint themselves from the theme."""

from studio.widgets.buttons import Button, IconButton, primary_button
from studio.widgets.chips import Badge, Chip, Pill, ToggleGroup
from studio.widgets.keys import KeyButton
from studio.widgets.labels import (
    ElidedLabel,
    EmptyState,
    SectionHeading,
    Separator,
    caption,
    label,
)
from studio.widgets.layouts import FlowLayout, SidePanel
from studio.widgets.search import SearchField
from studio.widgets.slider import Slider, SliderRow, ValueField

__all__ = [
    "Badge",
    "Button",
    "Chip",
    "ElidedLabel",
    "EmptyState",
    "FlowLayout",
    "IconButton",
    "KeyButton",
    "Pill",
    "SearchField",
    "SectionHeading",
    "Separator",
    "SidePanel",
    "Slider",
    "SliderRow",
    "ToggleGroup",
    "ValueField",
    "caption",
    "label",
    "primary_button",
]
