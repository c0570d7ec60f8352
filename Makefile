# The verbs a newcomer needs. Everything lives in .venv; nothing is installed outside it but system libraries.
PYTHON := .venv/bin/python
XVFB := xvfb-run -a -s "-screen 0 1600x1000x24"
# A virtual display only where there is no real one.
DISPLAY_RUN := $(if $(DISPLAY)$(WAYLAND_DISPLAY),,QT_QPA_PLATFORM=xcb $(XVFB))

.PHONY: run test test-all lint setup clean

run: setup        ## set up if needed and open the studio (VIDEO=path imports a video first)
	@sh tools/run.sh "$(VIDEO)"

test: setup       ## the whole suite, under 10 minutes on two cores
	$(DISPLAY_RUN) $(PYTHON) -m pytest

test-all: setup   ## with the slow extras
	$(DISPLAY_RUN) $(PYTHON) -m pytest -m ""

lint: setup       ## style, types, import contracts
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

setup:
	@sh tools/setup.sh

clean:
	rm -rf .venv build dist out *.egg-info
