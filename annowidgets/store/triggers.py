"""How a guard is written: the triggers that every migration makes for its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def refuse(name: str, moment: str, when: str, message: str) -> str:
    """A trigger that refuses what happens at a moment ("BEFORE INSERT ON tasks") where a condition holds."""
    return f"CREATE TRIGGER {name} {moment} WHEN {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"


def differs(columns: str) -> str:
    """The condition that an update changes one of these columns ("id, user")."""
    return " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns.split(", "))


def not_deleted(table: str, message: str, keys: tuple[str, ...]) -> Iterator[str]:
    """Guards of a table whose rows stay; keys, so that REPLACE, which asks no trigger on DELETE, is refused too."""
    yield refuse(f"{table}_not_deleted", f"BEFORE DELETE ON {table}", "1", message)
    taken = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE " + " AND ".join(f"{one} IS NEW.{one}" for one in key.split(", ")) + ")"
        for key in keys
    )
    yield refuse(f"{table}_not_replaced", f"BEFORE INSERT ON {table}", taken, message)


def written_once(tables: Mapping[str, tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    """Guards of tables whose rows never change: table -> message, unique keys."""
    for table, (message, keys) in tables.items():
        yield refuse(f"{table}_not_changed", f"BEFORE UPDATE ON {table}", "1", message)
        yield from not_deleted(table, message, keys)


def kept(tables: Mapping[str, tuple[str, tuple[str, ...], str]]) -> Iterator[str]:
    """Guards of tables whose rows stay, with columns that never change: table -> message, unique keys, columns."""
    for table, (message, keys, fixed) in tables.items():
        # Of any column: a row's id is also changed as its rowid, which OF would not notice.
        yield refuse(f"{table}_not_changed", f"BEFORE UPDATE ON {table}", differs(fixed), message)
        yield from not_deleted(table, message, keys)
