#!/bin/sh
# Prepares a fresh machine: system libraries, virtual environment, pinned packages, model files.
# Does nothing, at once, when all of that was done for the current pins.
set -eu
cd "$(dirname "$0")/.."

STAMP=.venv/.set-up
MODELS="${MOTION_STUDIO_HOME:-${XDG_DATA_HOME:-$HOME/.local/share}/motion-studio}/models/blazepose"
wanted=$(cat constraints.txt pyproject.toml tools/setup.sh | cksum)
if [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$wanted" ]; then
    [ -d "$MODELS" ] || .venv/bin/python tools/fetch_models.py || true
    exit 0
fi

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

# 1. System libraries (Debian and Ubuntu). Elsewhere, or without rights, say what may be missing.
PACKAGES="libgl1 libegl1 libglib2.0-0 libfontconfig1 libdbus-1-3 libxkbcommon-x11-0 libxcb-cursor0
libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 xvfb xauth"
PYTHON3=""
for candidate in python3.11 python3.12 python3.13 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        PYTHON3=$candidate
        break
    fi
done
if [ -z "$PYTHON3" ]; then
    say "Python 3.11 or newer was not found. Install it (Debian 12: apt install python3 python3-venv) and try again."
    exit 1
fi
if command -v dpkg-query >/dev/null 2>&1; then
    "$PYTHON3" -c 'import ensurepip' 2>/dev/null || PACKAGES="$PACKAGES python3-venv"
    missing=""
    for package in $PACKAGES; do
        # Ubuntu 24.04 renamed some libraries with a t64 suffix
        dpkg-query -W -f '${Status}\n' "$package" "${package}t64" 2>/dev/null |
            grep -q 'install ok installed' || missing="$missing $package"
    done
    if [ -n "$missing" ]; then
        root=""
        [ "$(id -u)" = 0 ] || root="sudo -n"
        if [ -z "$root" ] || sudo -n true 2>/dev/null; then
            say "Installing system libraries:$missing"
            $root apt-get update -qq >/dev/null || true
            DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing >/dev/null
        else
            say "These system packages are missing; install them if the window does not open: apt install$missing"
        fi
    fi
fi

# 2. The virtual environment with the tested versions.
[ -x .venv/bin/python ] || { say "Making .venv"; "$PYTHON3" -m venv .venv; }
say "Installing packages (a few minutes, once)"
.venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt torch
.venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'

# 3. The built-in estimator's two model files and the sample video. Without a network the studio still opens.
.venv/bin/python tools/fetch_models.py ||
    say "The built-in estimator's files could not be fetched now; the studio offers to fetch them later."

printf '%s' "$wanted" > "$STAMP"
