"""Tables as SQL, in DuckDB's spelling."""

from .table import Table, run_sql

__all__ = ["Table", "run_sql"]
