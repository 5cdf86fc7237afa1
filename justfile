# What people do in a checkout. `pip install -e . --group dev` comes first; CONTRIBUTING.md tells more.

# Run the tests.
test *arguments:
    pytest -n auto {{arguments}}

# The proofs that take minutes: kills, faults and histories at random. They print the seeds that replay them; CONTRIBUTING.md
# tells what TORTURE_MINUTES, TORTURE_REFRESHES and TORTURE_SEED do.
torture *arguments:
    pytest -m slow tests/torture {{arguments}}

# The same histories and kills again, from a seed that was printed.
replay seed *arguments:
    TORTURE_SEED={{seed}} pytest -m slow tests/torture/test_long.py {{arguments}}

# Check style, types and layers.
lint:
    ruff check .
    ruff format --check .
    mypy
    lint-imports

# Make the reference pages and the picture in the README anew.
docs:
    python -m counterfoil.cli.reference > docs/reference/cli.md
    python docs/make.py
    python docs/picture.py

# Try every kind of warehouse, and write down in the docs what each did; the groups `dev` and `kinds` have to be here.
warehouses:
    python -m pytest -n 2 -m "kinds or not kinds" -p tests.contract.matrix tests/contract
    python docs/make.py

# Make the pictures of the pages in the docs anew; a browser has to be here.
screenshots:
    python docs/screenshots.py

# See it work.
demo:
    counterfoil demo

# Measure shaping and the whole road.
bench invoices="100000":
    python -m benchmarks.shape
    python -m benchmarks.road {{invoices}}

# Measure the service: what a thousand companies at rest cost, and how soon a due sync begins.
bench-service seconds="180":
    python -m benchmarks.service {{seconds}}

# Measure the dashboard with a thousand sources and a hundred thousand syncs: how long the server takes for each page.
bench-pages seconds="1":
    python -m benchmarks.pages {{seconds}}

# Everything that has to hold before a change lands.
ci:
    .ci/run
