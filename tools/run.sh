#!/bin/sh
# Opens the studio; without a display, drives the same window through the main job on a virtual one.
set -eu
cd "$(dirname "$0")/.."
video="${1:-}"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" != Linux ]; then
    exec .venv/bin/motion-studio ${video:+"$video"}
fi
echo "There is no display: the window runs on a virtual one, does the main job by itself, and leaves its pictures, clips and BVH in out/."
QT_QPA_PLATFORM=xcb exec xvfb-run -a -s "-screen 0 1600x1000x24" \
    .venv/bin/python -m studio.tour --out out ${video:+--video "$video"}
