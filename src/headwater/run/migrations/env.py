"""Runs the run tables' migrations on the connection that `database.prepare` hands over, inside its transaction."""

from alembic import context

from headwater.run.tables import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    transactional_ddl=False,
)
context.run_migrations()
