"""Opening: what is ours is opened, whatever it is called; what is not stays as it is, and the error says why."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

import annowidgets as aw
from annowidgets.errors import Notice, StoreError
from annowidgets.store import Database, database, files, schema
from tests.store.building import LEAD, NAME, ONTOLOGY, copied
from tests.store.processes import as_ordinary_user, at_once


def open_names(file: Path) -> list[str]:
    workspace = aw.open_workspace(file, user=LEAD)
    return [project.name for project in workspace.projects()]


def write(file: Path) -> None:
    aw.open_workspace(file, user=LEAD).create_project("New", ontology=ONTOLOGY)


def pragma(file: Path, name: str) -> object:
    found = sqlite3.connect(file)
    try:
        return found.execute(f"PRAGMA {name}").fetchone()[0]
    finally:
        found.close()


def test_a_new_file_is_made_and_opened_again(tmp_path: Path) -> None:
    file = tmp_path / "cells.db"
    first = Database(file, create=True)
    assert first.path == file
    assert not first.read_only
    first.close()
    Database(file, create=False).close()
    assert pragma(file, "application_id") == files.APPLICATION_ID
    assert pragma(file, "integrity_check") == "ok"


def test_an_empty_file_becomes_a_workspace_but_not_where_none_is_to_be_made(tmp_path: Path) -> None:
    file = tmp_path / "cells.db"
    file.touch()
    with pytest.raises(StoreError, match="no workspace"):
        Database(file, create=False)
    assert file.stat().st_size == 0
    Database(file, create=True).close()
    Database(file, create=False).close()


def test_without_create_no_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no workspace") as caught:
        aw.open_workspace(tmp_path / "cells.db", user=LEAD, create=False)
    assert "create" in str(caught.value.hint)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="it is a folder"):
        Database(tmp_path, create=True)


def test_a_missing_folder_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="its folder doesn't exist"):
        Database(tmp_path / "no" / "cells.db", create=True)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_regular_file_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="no regular file"):
        Database(tmp_path / "pipe", create=True)


@pytest.mark.parametrize("mode", ["delete", "wal"])
@pytest.mark.parametrize("application", [0, 1])
def test_a_foreign_sqlite_file_is_refused_and_stays_as_it_is_to_the_last_byte(
    tmp_path: Path, mode: str, application: int
) -> None:
    file = tmp_path / "theirs.db"
    theirs = sqlite3.connect(file)
    theirs.execute(f"PRAGMA journal_mode = {mode}")
    theirs.execute(f"PRAGMA application_id = {application}")
    theirs.execute("CREATE TABLE tasks (id)")
    theirs.execute("INSERT INTO tasks VALUES (1)")
    theirs.commit()
    # In use by somebody, so that with a log there is one.
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(before) == (3 if mode == "wal" else 1)
    with pytest.raises(StoreError, match="no annowidgets workspace") as caught:
        Database(file, create=True)
    assert "Nothing was changed" in str(caught.value)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    theirs.close()


def test_a_foreign_file_with_a_log_that_nobody_has_open_keeps_its_log(tmp_path: Path) -> None:
    file = tmp_path / "theirs.db"
    theirs = sqlite3.connect(file)
    theirs.execute("PRAGMA journal_mode = wal")
    theirs.execute("CREATE TABLE tasks (id)")
    theirs.commit()
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for suffix in ("", "-wal"):
        (crashed / f"theirs.db{suffix}").write_bytes((tmp_path / f"theirs.db{suffix}").read_bytes())
    theirs.close()
    before = {path.name: path.read_bytes() for path in crashed.iterdir()}
    with pytest.raises(StoreError, match="no annowidgets workspace"):
        Database(crashed / "theirs.db", create=True)
    assert {path.name: path.read_bytes() for path in crashed.iterdir()} == before


@pytest.mark.parametrize("content", [b"x", b"not a database at all " * 500, b"SQLite format 3\0", b"\0" * 4096])
def test_what_is_no_sqlite_file_is_refused_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"no SQLite file|no annowidgets workspace|is damaged") as caught:
        Database(file, create=True)
    assert caught.value.hint
    assert file.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_damaged_workspace_is_told_as_such(midst: Path, tmp_path: Path) -> None:
    file = copied(midst, tmp_path)
    content = bytearray(file.read_bytes())
    content[4096 : 20 * 4096] = os.urandom(19 * 4096)
    file.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged") as caught:
        open_names(file)
    assert "copy" in str(caught.value.hint)


def test_a_file_that_somebody_moves_their_log_into_is_opened(midst: Path, tmp_path: Path) -> None:
    """While that goes on, the header tells of more pages than the file has yet."""
    file = copied(midst, tmp_path)
    assert not files.is_new(file, create=True)
    with file.open("r+b") as half:
        half.truncate(5 * 4096)
    assert not files.is_new(file, create=True)
    with pytest.raises(StoreError, match="is damaged"):  # nobody does: the rest never comes
        Database(file, create=False)


def test_a_file_of_a_newer_version_is_refused_and_stays_as_it_is(midst: Path, tmp_path: Path) -> None:
    file = copied(midst, tmp_path)
    connection = sqlite3.connect(file)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('annowidgets', 'm999_later', '2030')"
    )
    connection.commit()
    connection.execute("PRAGMA journal_mode = delete")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="newer annowidgets") as caught:
        Database(file, create=True)
    assert "m999_later" in str(caught.value)
    assert "pip install -U annowidgets" in str(caught.value)
    assert file.read_bytes() == before


def test_migrations_of_another_program_in_the_same_table_are_its_own_business(midst: Path, tmp_path: Path) -> None:
    file = copied(midst, tmp_path)
    connection = sqlite3.connect(file)
    connection.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('llm', 'm1', '2030')")
    connection.commit()
    connection.close()
    assert open_names(file) == [NAME, "Other"]


@pytest.mark.parametrize(
    "name",
    ["a b.db", "a#b.db", "a?b=c&mode=memory.db", "100%.db", "%41.db", "Zählung Ω 血球.db", "file:x.db", "'\".db"],
)
def test_any_name_of_a_file_will_do(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name / "deeper"
    folder.mkdir(parents=True)
    write(folder / name)
    assert open_names(folder / name) == ["New"]
    assert sorted(path.name for path in folder.iterdir()) in (
        [name],
        [name, *(name + s for s in ("-shm", "-turns", "-wal"))],
    )
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a b.db", "a#b.db", "a?b=c&mode=memory.db", "100%.db", "Zählung Ω 血球.db"])
def test_any_name_of_a_read_only_file_will_do(midst: Path, tmp_path: Path, name: str) -> None:
    file = copied(midst, tmp_path).rename(tmp_path / name)
    file.chmod(0o444)
    assert as_ordinary_user(open_names, file) == [NAME, "Other"]


def test_a_relative_path_holds_when_the_program_goes_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    opened = Database(Path("cells.db"), create=True)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    opened.close()
    with opened.read() as connection:
        assert connection.execute("SELECT count(*) FROM projects").fetchone() == (0,)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    opened.close()


def test_a_symbolic_link_leads_to_the_file_and_its_log(midst: Path, tmp_path: Path) -> None:
    real = copied(midst, tmp_path)
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "link.db"
    link.symlink_to(real)
    one, other = Database(link, create=False), Database(real, create=False)
    with one.transaction() as connection:
        connection.execute("UPDATE projects SET state = 'archived' WHERE id = 2")
    with other.read() as connection:
        assert connection.execute("SELECT state FROM projects WHERE id = 2").fetchone() == ("archived",)
    assert [path.name for path in (tmp_path / "links").iterdir()] == ["link.db"]
    one.close()
    other.close()


def test_on_a_local_disk_there_is_a_write_ahead_log_and_each_commit_is_synchronised(tmp_path: Path) -> None:
    opened = Database(tmp_path / "cells.db", create=True)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "busy_timeout": 0}
    with opened.read() as connection:
        assert {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted} == wanted
    opened.close()


# --- read-only


def read_and_write(file: Path) -> tuple[list[str], str, bool]:
    workspace = aw.open_workspace(file, user=LEAD)
    names = [project.name for project in workspace.projects()]
    assert len(workspace.project(NAME).items()) == 16
    with pytest.raises(StoreError) as caught:
        workspace.create_project("New", ontology=ONTOLOGY)
    return names, str(caught.value), workspace.database.read_only


def tree(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("mode", ["wal", "delete"])
@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o555), (0o644, 0o555), (0o444, 0o755)])
def test_a_read_only_file_or_folder_can_be_read_and_a_write_says_so(
    midst: Path, tmp_path: Path, mode: str, file_mode: int, folder_mode: int
) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    file = copied(midst, folder)
    if mode == "delete":
        pragma(file, "journal_mode = delete")
    assert [path.name for path in folder.iterdir()] == ["cells.db"]
    before = tree(folder)
    file.chmod(file_mode)
    folder.chmod(folder_mode)
    names, refused, read_only = as_ordinary_user(read_and_write, file)
    folder.chmod(0o755)
    assert names == [NAME, "Other"]
    assert "is read-only" in refused
    assert "Ask its owner" in refused
    assert read_only
    assert tree(folder) == before


def test_a_read_only_file_that_somebody_writes_is_read_with_what_they_wrote(midst: Path, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    file = copied(midst, folder)
    writer = aw.open_workspace(file, user=LEAD)
    writer.create_project("Third", ontology=ONTOLOGY)
    assert (folder / "cells.db-wal").stat().st_size > 0
    file.chmod(0o444)
    folder.chmod(0o555)
    assert as_ordinary_user(open_names, file) == [NAME, "Other", "Third"]
    folder.chmod(0o755)
    writer.database.close()


def read_while_others_write(file: Path, signal: Path) -> list[list[str]]:
    workspace = aw.open_workspace(file, user=LEAD)
    seen = [[project.name for project in workspace.projects()]]
    signal.write_text("read once")
    while signal.exists():
        os.sched_yield()
    seen.append([project.name for project in workspace.projects()])
    return seen


def test_a_reader_without_rights_sees_what_others_write_after_it_opened_the_file(midst: Path, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    file, signal = copied(midst, folder), tmp_path / "signal"
    file.chmod(0o444)
    folder.chmod(0o555)
    seen: list[list[str]] = []
    reader = threading.Thread(target=lambda: seen.extend(as_ordinary_user(read_while_others_write, file, signal)))
    reader.start()
    while not signal.exists():
        os.sched_yield()
    folder.chmod(0o755)
    file.chmod(0o644)
    write(file)  # and leaves: no log is left
    file.chmod(0o444)
    folder.chmod(0o555)
    signal.unlink()
    reader.join()
    folder.chmod(0o755)
    assert seen == [[NAME, "Other"], [NAME, "Other", "New"]]


def read_while_it_changes(file: Path, breaks: bool) -> None:
    opened = Database(file, create=False)
    with opened.read() as connection:
        file.chmod(0o644)
        with file.open("r+b") as stranger:
            stranger.seek(4096)
            stranger.write(os.urandom(60 * 4096) if breaks else b"")
        os.utime(file, ns=(1, 1))
        connection.execute("SELECT count(*) FROM events").fetchall()


@pytest.mark.parametrize("breaks", [True, False])
def test_what_was_read_while_somebody_wrote_without_a_lock_in_the_way_is_not_believed(
    midst: Path, tmp_path: Path, breaks: bool
) -> None:
    file = copied(midst, tmp_path)
    file.chmod(0o444)
    with pytest.raises(StoreError, match="was written by somebody while it was read"):
        as_ordinary_user(read_while_it_changes, file, breaks)


def test_a_log_that_can_not_be_read_is_said_and_not_passed_over(midst: Path, tmp_path: Path) -> None:
    source = copied(midst, tmp_path)
    writer = Database(source, create=False)
    with writer.transaction() as connection:
        connection.execute("UPDATE projects SET state = 'archived'")
    folder = tmp_path / "copy"
    folder.mkdir()
    for suffix in ("", "-wal"):
        (folder / f"cells.db{suffix}").write_bytes((tmp_path / f"cells.db{suffix}").read_bytes())
    writer.close()
    folder.chmod(0o555)
    with pytest.raises(StoreError, match="can't be opened") as caught:
        as_ordinary_user(open_names, folder / "cells.db")
    folder.chmod(0o755)
    assert "-wal" in str(caught.value.hint)


def test_a_file_that_may_not_be_read_is_refused(midst: Path, tmp_path: Path) -> None:
    file = copied(midst, tmp_path)
    file.chmod(0)
    with pytest.raises(StoreError, match="can't be read"):
        as_ordinary_user(open_names, file)


def test_no_file_is_made_in_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(StoreError, match="can't be opened") as caught:
        as_ordinary_user(write, tmp_path / "cells.db")
    tmp_path.chmod(0o755)
    assert "folder must be writable" in str(caught.value.hint)


def open_older(file: Path) -> None:
    schema.MIGRATIONS["m999_to_come"] = lambda connection: None
    Database(file, create=False)


def test_a_read_only_file_of_an_older_version_is_refused(midst: Path, tmp_path: Path) -> None:
    file = copied(midst, tmp_path)
    file.chmod(0o444)
    with pytest.raises(StoreError, match="older annowidgets and is read-only") as caught:
        as_ordinary_user(open_older, file)
    assert "copy" in str(caught.value.hint)


# --- on a network file system


def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, *, place: Path | None = None) -> None:
    """Let Linux tell that a folder is mounted."""
    where = str(tmp_path if place is None else place).replace("\\", "\\134").replace(" ", "\\040")
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        f"45 22 0:39 / {where} rw,relatime shared:2 master:1 - {kind} server:/export rw,vers=4.2\n"
        f"46 22 0:40 / {where}-not rw,relatime - ext4 /dev/sdb1 rw\n"
    )
    monkeypatch.setattr(files, "MOUNTS", mounts)


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "fuse.rclone", "9p", "lustre", "virtiofs"]
)
def test_on_a_network_file_system_a_rollback_journal_is_used_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    mounted(tmp_path, monkeypatch, kind)
    with pytest.warns(Notice, match="network file system"):
        workspace = aw.open_workspace(tmp_path / "cells.db", user=LEAD)
    workspace.create_project(NAME, ontology=ONTOLOGY)
    with workspace.database.read() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cells.db", "mountinfo"]
    workspace.database.close()


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "overlay", "tmpfs", "zfs", "fuseblk", "fuse.fuse-overlayfs"])
def test_on_a_local_file_system_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    mounted(tmp_path, monkeypatch, kind)
    opened = Database(tmp_path / "cells.db", create=True)
    with opened.read() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    opened.close()


def test_a_file_with_a_log_that_moves_to_a_network_file_system_gets_a_journal_and_back(
    midst: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = copied(midst, tmp_path)
    local = files.MOUNTS
    for _ in range(2):
        mounted(tmp_path, monkeypatch, "nfs4")
        with pytest.warns(Notice, match="network file system"):
            Database(file, create=False).close()
        assert pragma(file, "journal_mode") == "delete"
        monkeypatch.setattr(files, "MOUNTS", local)
        Database(file, create=False).close()
        assert pragma(file, "journal_mode") == "wal"


def test_the_longest_mount_and_of_equal_ones_the_last_decides_also_through_links_and_odd_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / "a b\\c"
    (odd / "inside").mkdir(parents=True)
    mounted(tmp_path, monkeypatch, "nfs4", place=odd)
    assert not files.is_local(odd)
    assert not files.is_local(odd / "inside")
    assert files.is_local(tmp_path)
    assert files.is_local(Path(f"{odd}-not"))
    (tmp_path / "link").symlink_to(odd / "inside")
    assert not files.is_local(tmp_path / "link")
    with files.MOUNTS.open("a") as mounts:
        mounts.write(f"47 22 0:41 / {tmp_path}/a\\040b\\134c/inside rw - ext4 /dev/sdc1 rw\n")
    assert files.is_local(odd / "inside")
    assert not files.is_local(odd)


def test_where_the_system_does_not_tell_a_disk_counts_as_local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOUNTS", tmp_path / "none")
    assert files.is_local(tmp_path)


def test_with_a_journal_readers_wait_for_who_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounted(tmp_path, monkeypatch, "nfs4")
    with pytest.warns(Notice, match="network file system"):
        opened = Database(tmp_path / "cells.db", create=True)
    blocker = sqlite3.connect(tmp_path / "cells.db", isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    waiting, seen = threading.Event(), []

    def read() -> None:
        waiting.set()
        with opened.read() as connection:
            seen.append(connection.execute("SELECT count(*) FROM projects").fetchone())

    reader = threading.Thread(target=read)
    reader.start()
    waiting.wait()
    reader.join(0.1)
    assert reader.is_alive()
    blocker.execute("COMMIT")
    reader.join()
    assert seen == [(0,)]
    blocker.close()
    opened.close()


# --- many at once


def create(files: list[Path]) -> list[list[str]]:
    found = []
    for file in files:
        opened = Database(file, create=True)
        with opened.read() as connection:
            found.append(sorted(name for (name,) in connection.execute("SELECT name FROM sqlite_schema")))
    return found


def test_processes_that_make_the_same_new_file_at_once_all_open_it(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.db" for number in range(10)]
    found = at_once(create, [(files,)] * 4)
    assert found[0] == found[1] == found[2] == found[3]
    assert all("tasks" in names for names in found[0])
    for file in files:
        connection = sqlite3.connect(file)
        assert connection.execute("SELECT count(*) FROM _sqlite_migrations").fetchone() == (len(schema.MIGRATIONS),)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()


def test_the_files_beside_the_workspace_go_with_the_last_who_has_it_open(midst: Path, tmp_path: Path) -> None:
    file = copied(midst, tmp_path)
    one, other = Database(file, create=False), Database(file, create=False)
    one.close()
    assert {path.suffix for path in tmp_path.iterdir()} > {".db", ".db-wal"}
    other.close()
    assert [path.name for path in tmp_path.iterdir()] == ["cells.db"]


def test_who_may_write_the_workspace_may_queue_for_it(tmp_path: Path) -> None:
    old = os.umask(0o077)
    file = tmp_path / "cells.db"
    file.touch()
    file.chmod(0o664)
    opened = Database(file, create=True)
    os.umask(old)
    assert stat.S_IMODE((tmp_path / "cells.db-turns").stat().st_mode) == 0o664
    opened.close()


def test_a_file_deleted_under_an_open_workspace_and_made_anew_is_another_workspace(midst: Path, tmp_path: Path) -> None:
    file = copied(midst, tmp_path)
    old = aw.open_workspace(file, user=LEAD)
    old.project(NAME).update_instructions("old 1")
    file.unlink()
    new = aw.open_workspace(file, user=LEAD)
    assert list(new.projects()) == []
    new.create_project("New", ontology=ONTOLOGY)
    for number in range(2, 20):
        old.project(NAME).update_instructions(f"old {number}")
        new.project("New").update_instructions(f"new {number}")
    old.database.close()
    assert open_names(file) == ["New"]
    assert new.project("New").instructions.text == "new 19"
    new.database.close()
    assert pragma(file, "integrity_check") == "ok"


def test_opening_an_up_to_date_file_writes_nothing(midst: Path, tmp_path: Path) -> None:
    file = copied(midst, tmp_path)
    before = file.read_bytes()
    opened = Database(file, create=True)
    assert database.files.has_log(file) is False
    opened.close()
    assert file.read_bytes() == before
