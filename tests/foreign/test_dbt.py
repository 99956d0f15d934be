"""dbt with its OpenLineage wrapper, unmodified, on DuckDB: its models become jobs, their tables assets.

dbt pins much of what it needs, so it has an environment of its own, which `make test` installs into .tools.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from foreign.conftest import Receiver

DBT_OL = Path(__file__).parents[2] / ".tools" / "dbt" / "bin" / "dbt-ol"
FILES = {
    "dbt_project.yml": 'name: shop\nversion: "1.0"\nprofile: shop\nmodel-paths: [models]\nseed-paths: [seeds]\n',
    "profiles.yml": "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb, threads: 1}\n",
    "seeds/orders.csv": "id,amount\n1,10\n2,20\n",
    "models/totals.sql": """
        {{ config(materialized='table') }} select id, sum(amount) as total from {{ ref('orders') }} group by id
    """,
    "models/big.sql": "select id from {{ ref('totals') }} where total > 15\n",
}


@pytest.mark.skipif(not DBT_OL.is_file(), reason="dbt is not installed: run scripts/install-test-servers")
def test_models_of_dbt_are_drawn_from_seed_to_view(receiver: Receiver, tmp_path: Path) -> None:
    for name, text in FILES.items():
        file = tmp_path / "shop" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    environment = {
        **os.environ,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "OPENLINEAGE_API_KEY": receiver.key,
        "OPENLINEAGE_URL": receiver.server.url,
        "PATH": f"{DBT_OL.parent}{os.pathsep}{os.environ['PATH']}",
    }
    command = [str(DBT_OL), "build", "--profiles-dir", "."]
    done = subprocess.run(
        command, cwd=tmp_path / "shop", env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert receiver.edges() == {("shop.main.orders", "shop.main.totals"), ("shop.main.totals", "shop.main.big")}
