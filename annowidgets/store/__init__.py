"""The workspace file: schema, transactions and queries. It knows no rules but those the file itself holds."""

from sqlite3 import Connection

from annowidgets.store.database import Database

__all__ = ["Connection", "Database"]
