# Two commands do everything: `make demo` and `make test`. The scripts say how.
VENV := .venv
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
SOURCES := pyproject.toml constraints.txt hatch_build.py

.PHONY: demo test lint docs bench clean

demo: $(INSTALLED)
	$(VENV)/bin/headwater demo $(DEMO_ARGS)

test: $(INSTALLED_DEV)
	scripts/test $(TEST_ARGS)

lint: $(INSTALLED_DEV)
	scripts/lint

docs: $(INSTALLED_DEV)
	$(VENV)/bin/python scripts/reference.py

bench: $(INSTALLED_DEV)
	scripts/bench

$(INSTALLED): $(SOURCES) $(shell find ui -name node_modules -prune -o -type f -print 2>/dev/null)
	scripts/install .
	touch $@

$(INSTALLED_DEV): $(INSTALLED)
	scripts/install ".[dev]"
	scripts/install-test-servers
	touch $@

clean:
	rm -rf $(VENV) .tools test-output src/headwater/web ui/node_modules
