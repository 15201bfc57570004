PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: docs picture compiled rewritten siege help demo demo-postgres test fuzz torture bench bench-growth bench-peers bench-many bench-transport days clean

help:
	@echo "make demo   crawl the built-in simulator into out/followers.jsonl, twice, and make a report of it: out/report.html"
	@echo "make demo-postgres   the same into an embedded Postgres, and what one can ask it"
	@echo "make test   lint, types and tests, with all they need"
	@echo "make docs   the documentation as a site, into site/; a warning is an error"
	@echo "make picture   the picture of the README, from a crawl of the simulator"
	@echo "make fuzz   200,000 spoilt answers through the readers, and every value of the recorded ones changed; 20,000 files of targets and a million lines; and many times what make test draws at random"
	@echo "make torture   crawls of 40,000 follows into each kind of output, each killed 200 times; and what operators do, in any order"
	@echo "make siege  attacks on a session and its budget, from every side"
	@echo "make days   crawls of 24 hours against limits, on a clock that is told to go"
	@echo "make bench  speed and memory, side by side with a bare loop and the clients of make bench-peers"
	@echo "make bench-peers  aiograpi, instagrapi and instaloader, each in a virtual environment of its own, for make bench"
	@echo "make bench-growth  the same work beside little and beside much: 10 million followers, 50 million edges, a million walks"
	@echo "make bench-many  what many crawls in one process cost"
	@echo "make bench-transport  the download handlers, side by side"
	@echo "make clean  remove what these made"

# Each file stands for an installed state of the virtual environment.
$(VENV)/crawl: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "igcrawl needs Python 3.11 or later: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

# Without it, each process compiles all again where PYTHONDONTWRITEBYTECODE is set.
compiled: $(VENV)/crawl
	@$(BIN)/python -m compileall -q igcrawl spiders pipelines tests

# Pytest rewrites the assertions of each test file: here once, else in each of its processes. An error is told by the tests.
rewritten: $(VENV)/dev compiled
	@find tests -name 'test_*.py' | xargs -P 2 -n 100 env -u PYTHONDONTWRITEBYTECODE \
		$(BIN)/python -m pytest -qq --collect-only > /dev/null || true

$(VENV)/dev: $(VENV)/crawl pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

# What `scrapy report` needs, and nothing else: a crawl needs none of it.
$(VENV)/analysis: $(VENV)/crawl pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[analysis]'
	@touch $@

demo: $(VENV)/analysis compiled
	@IG_SIMULATOR=True IG_STORE=sqlite:///.igcrawl/simulator.db $(BIN)/scrapy crawl followers -a user_id=25025320 -O out/followers.jsonl
	@$(BIN)/python -m igcrawl.output.file_summary out/followers.jsonl
	@echo
	@echo "The store kept the records, too. Without a further request:"
	@echo "  IG_STORE=sqlite:///.igcrawl/simulator.db $(BIN)/scrapy walks"
	@echo "  IG_STORE=sqlite:///.igcrawl/simulator.db $(BIN)/scrapy export out/followers.csv"
	@echo
	@$(BIN)/python -m tests.support.demo_report sqlite:///.igcrawl/simulator.db
	@IG_STORE=sqlite:///.igcrawl/simulator.db $(BIN)/scrapy report out/report.html
	@echo "  xdg-open out/report.html   (macOS: open out/report.html)"
	@echo
	@echo "Next, with your own session (docs/sessions.md):"
	@echo "  IG_SESSION=session.json $(BIN)/scrapy crawl followers -a username=NAME -O followers.jsonl"

demo-postgres: $(VENV)/dev
	@$(BIN)/python -m tests.support.demo_postgres

# More processes than cores: the tests wait for servers and clocks half of their time.
test: $(VENV)/dev rewritten
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.support.chromium
	$(BIN)/python -m pytest --numprocesses 4 --dist worksteal

docs: $(VENV)/dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict
	@echo "open site/index.html"

picture: $(VENV)/dev
	$(BIN)/python -m tests.support.live_picture

fuzz: $(VENV)/dev
	FUZZ_CASES=200000 FUZZ_SLOWEST=0.05 $(BIN)/python -m pytest -s tests/test_fuzz.py
	FUZZ_WORLDS=2000 $(BIN)/python -m pytest -q tests/calling/test_evidence.py
	FUZZ_CRAWLS=2000 $(BIN)/python -m pytest -q tests/running/test_worlds.py
	FUZZ_HISTORIES=300 $(BIN)/python -m pytest -q tests/analysis/test_compare_at_random.py
	FUZZ_EXPORTS=100 $(BIN)/python -m pytest -q tests/analysis/test_export_at_random.py
	FUZZ_TARGET_FILES=20000 FUZZ_TARGET_LINES=1000000 $(BIN)/python -m pytest -q tests/arguments/test_target_files.py tests/store/test_sowing.py
	ENDLESS_CASES=300 $(BIN)/python -m pytest -q tests/test_endless.py
	MISFITS=all $(BIN)/python -m pytest --numprocesses auto tests/test_misfits.py

torture: $(VENV)/dev compiled
	for output in jsonl jsonl.gz json csv xml batches; do $(BIN)/python -m tests.torture --kills 200 --outputs $$output || exit 1; done
	$(BIN)/python -m tests.torture --kills 200 --store postgres --outputs none
	$(BIN)/python -m tests.torture --kills 200 --store postgres --outputs jsonl
	$(BIN)/python -m tests.operators --sequences 200
	OUTPUT_WORLDS=200 $(BIN)/python -m pytest -q tests/output
	CLIENTS=1000 $(BIN)/python -m pytest -q tests/api/test_client.py -k in_a_row

bench: $(VENV)/dev compiled
	$(BIN)/python -m tests.bench.followers
	$(BIN)/python -m tests.bench.postgres
	$(BIN)/python -m tests.bench.growth
	$(BIN)/python -m tests.bench.overlap
	$(BIN)/python -m tests.bench.budget
	$(BIN)/python -m tests.bench.export

bench-peers: $(VENV)/dev
	$(BIN)/python -m tests.bench.peers

# An hour or two, and 15 GB in TMPDIR.
bench-growth: $(VENV)/dev compiled
	$(BIN)/python -m tests.bench.long_list --followers 10000000
	$(BIN)/python -m tests.bench.growth --walks 1000000 --list 10000000 --edges 5000000
	$(BIN)/python -m tests.bench.many_edges --edges 50000000 --plans

bench-many: $(VENV)/dev
	$(BIN)/python -m tests.bench.bench_many

bench-transport: $(VENV)/dev
	$(BIN)/python -m tests.bench.transport

siege: $(VENV)/dev
	$(BIN)/python -m tests.siege

days: $(VENV)/dev
	$(BIN)/python -m tests.support.day
	DAYS=all $(BIN)/python -m pytest --numprocesses auto --dist load tests/test_days.py

clean:
	rm -rf $(VENV) out site build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
