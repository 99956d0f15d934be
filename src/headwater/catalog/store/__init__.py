"""The catalog's database: tables, migrations, transactions. The only part that knows which database it is."""

from headwater.catalog.store.store import Store

__all__ = ["Store"]
