# The verbs a newcomer needs. Everything lives in .venv; nothing is installed outside it but system libraries.
PYTHON := .venv/bin/python
XVFB := xvfb-run -a -s "-screen 0 1600x1000x24"
# A virtual display only where there is no real one.
DISPLAY_RUN := $(if $(DISPLAY)$(WAYLAND_DISPLAY),,QT_QPA_PLATFORM=xcb $(XVFB))

.PHONY: run test test-all lint setup readers clean

run: setup        ## set up if needed and open the studio (VIDEO=path imports a video first)
	@sh tools/run.sh "$(VIDEO)"

test: setup readers   ## the whole suite, under 10 minutes on two cores
	$(DISPLAY_RUN) $(PYTHON) -m pytest

test-all: setup readers   ## with the slow extras
	$(DISPLAY_RUN) $(PYTHON) -m pytest -m ""

lint: setup       ## style, types, import contracts
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

setup:
	@sh tools/setup.sh

readers:          ## outside readers of exports for the tests, where node is installed
	@if command -v npm >/dev/null && [ ! -d tests/node/node_modules ]; then \
		npm install --prefix tests/node --silent --no-audit --no-fund --no-package-lock >/dev/null 2>&1 \
		|| echo "three.js and the glTF validator could not be fetched; their tests will be skipped."; fi

clean:
	rm -rf .venv build dist out *.egg-info
