"""Runs lineage's migrations on the connection that `store.prepare` hands over, inside its transaction."""

from alembic import context

from headwater.lineage.store import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    transactional_ddl=False,
)
context.run_migrations()
