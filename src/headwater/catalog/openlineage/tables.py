"""Tables of what is known by OpenLineage, beside the catalog's own; they have their own migrations.

`state` is the joined state as JSON. Jobs and operations are known by their qualified names, datasets by
`state.packed`. `at`, `rank` and `digest` are a stamp: when, and which of two events at that time.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, SmallInteger, Table, Text

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "openlineage_version"
metadata = MetaData()

jobs = Table(
    "openlineage_jobs",
    metadata,
    Column("job", Text, primary_key=True),
    Column("state", Text, nullable=False),
)

runs = Table(
    "openlineage_runs",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("job", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("state", Text, nullable=False),
)
Index("ix_openlineage_runs_job", runs.c.job, runs.c.at)

datasets = Table(
    "openlineage_datasets",
    metadata,
    Column("dataset", Text, primary_key=True),
    Column("own_name", Text, nullable=False, index=True),
    Column("asset", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),
)

# Another name of a dataset, as a qualified name.
symlinks = Table(
    "openlineage_symlinks",
    metadata,
    Column("alias", Text, primary_key=True),
    Column("dataset", Text, primary_key=True),
    Column("own_name", Text, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("digest", Text, nullable=False),
)

# Which runs name a dataset, whether as input, output or in column lineage.
mentions = Table(
    "openlineage_mentions",
    metadata,
    Column("dataset", Text, primary_key=True),
    Column("run_id", Text, primary_key=True),
    Column("job", Text, primary_key=True),
)
Index("ix_openlineage_mentions_run", mentions.c.run_id, mentions.c.job)

# Which runs an operation stands for.
flows = Table(
    "openlineage_flows",
    metadata,
    Column("operation", Text, primary_key=True),
    Column("run_id", Text, primary_key=True),
    Column("job", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("failed", Boolean, nullable=False),
)
Index("ix_openlineage_flows_operation", flows.c.operation, flows.c.at)
Index("ix_openlineage_flows_run", flows.c.run_id, flows.c.job)
