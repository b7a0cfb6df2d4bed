from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.errors import InvalidMedia
from annowidgets.media import (
    FileStamp,
    content_hash,
    file_state,
    find_moved,
    hash_file,
    resolve_path,
    stamp_file,
)


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_file_s_hash_is_the_one_that_sha256sum_prints(tmp_path: Path) -> None:
    path = write(tmp_path / "a.bin", os.urandom(3_000_001))
    printed = subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True).stdout
    assert hash_file(path) == printed.split()[0]
    assert content_hash([hash_file(path)]) == hash_file(path)


digests = st.binary().map(lambda content: hashlib.sha256(content).hexdigest())


@given(first=st.lists(digests, min_size=1), second=st.lists(digests, min_size=1))
def test_the_hash_of_several_files_tells_their_number_and_order_apart(first: list[str], second: list[str]) -> None:
    assert (content_hash(first) == content_hash(second)) == (first == second)


def test_a_stamp_holds_the_path_relative_to_its_root_and_absolute_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "study"
    inside = write(root / "photos" / "a.png", b"1")
    outside = write(tmp_path / "elsewhere" / "b.png", b"22")
    assert stamp_file(inside, root=root).path == "photos/a.png"
    assert stamp_file(outside, root=root).path == outside.as_posix()
    monkeypatch.chdir(root / "photos")
    assert stamp_file("a.png", root="..").path == "photos/a.png"
    assert stamp_file("../../elsewhere/b.png", root=root).path == outside.as_posix()
    for file in (inside, outside):
        stamp = stamp_file(file, root=root)
        assert resolve_path(stamp.path, root=root) == file
        assert (stamp.size, stamp.mtime_ns) == (file.stat().st_size, file.stat().st_mtime_ns)
        assert msgspec.json.decode(msgspec.json.encode(stamp), type=FileStamp) == stamp


def test_a_file_is_read_again_only_where_its_time_differs_and_not_its_size(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png", b"content")
    stamp = stamp_file(path, root=tmp_path)
    wrong_hash = msgspec.structs.replace(stamp, sha256="0" * 64)
    assert file_state(stamp, root=tmp_path) == "unchanged"
    assert file_state(wrong_hash, root=tmp_path) == "unchanged"  # nothing was read
    os.utime(path, ns=(stamp.mtime_ns, stamp.mtime_ns + 1))
    assert file_state(stamp, root=tmp_path) == "touched"
    path.write_bytes(b"CONTENT")
    os.utime(path, ns=(stamp.mtime_ns, stamp.mtime_ns + 1))
    assert file_state(stamp, root=tmp_path) == "changed"
    path.write_bytes(b"longer content")
    os.utime(path, ns=(stamp.mtime_ns, stamp.mtime_ns))
    assert file_state(stamp, root=tmp_path) == "changed"
    path.unlink()
    assert file_state(stamp, root=tmp_path) == "missing"


def test_moved_files_are_found_by_content_wherever_they_lie_and_whatever_their_name(tmp_path: Path) -> None:
    contents = {"a.png": b"first", "b.png": b"other", "c.png": b"third, longer", "gone.png": b"not kept"}
    stamps = [stamp_file(write(tmp_path / "old" / name, data), root=tmp_path) for name, data in contents.items()]
    new = tmp_path / "new"
    same_name = write(new / "z" / "a.png", b"first")
    write(new / "1-copy.png", b"first")
    renamed = write(new / "deep" / "er" / "renamed.dat", b"other")
    write(new / "c.png", b"THIRD, longer")  # same name and size, other content
    moved = write(new / "y" / "c.png", b"third, longer")
    assert find_moved(new, stamps) == {
        stamps[0].sha256: same_name,
        stamps[1].sha256: renamed,
        stamps[2].sha256: moved,
    }


def test_the_search_reads_only_files_of_a_stamped_size(tmp_path: Path) -> None:
    stamp = stamp_file(write(tmp_path / "a.png", b"abc"), root=tmp_path)
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for ever
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    assert find_moved(tmp_path, [stamp]) == {stamp.sha256: tmp_path / "a.png"}
    assert find_moved(tmp_path, []) == {}


def test_what_can_t_be_read_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidMedia, match=r"no file .*gone\.png"):
        stamp_file(tmp_path / "gone.png", root=tmp_path)
    with pytest.raises(InvalidMedia, match="is a folder"):
        hash_file(tmp_path)
    with pytest.raises(InvalidMedia, match="no folder"):
        find_moved(tmp_path / "nowhere", [])
