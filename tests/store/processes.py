"""Work in other processes: killed in the middle, without the rights of a superuser, many at once."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tests.repository import REPOSITORY


def at_once(work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Results of the same work in as many processes, which begin it at the same moment."""
    context = multiprocessing.get_context("spawn")
    with (
        context.Manager() as manager,
        ProcessPoolExecutor(len(arguments), mp_context=context) as pool,
    ):
        barrier = manager.Barrier(len(arguments))
        running = [pool.submit(_begin_together, work, barrier, one) for one in arguments]
        return [one.result(timeout=120) for one in running]


def _begin_together(work: Callable[..., Any], barrier: Any, arguments: tuple[Any, ...]) -> Any:
    barrier.wait(timeout=60)
    return work(*arguments)


def as_ordinary_user(work: Callable[..., Any], *arguments: Any) -> Any:
    """Result of work in a process that may write only what the modes of files and folders let it.

    Whoever runs the tests as root would else write what is read-only.
    """
    answer = subprocess.run(
        [sys.executable, "-c", "from tests.store.processes import main; main()"],
        cwd=REPOSITORY,
        input=pickle.dumps((work, arguments)),
        stdout=subprocess.PIPE,
        check=True,
    )
    result = pickle.loads(answer.stdout)
    if isinstance(result, BaseException):
        raise result
    return result


def main() -> None:
    """Do what the parent asks; its answer is the result or the exception, pickled."""
    work, arguments = pickle.loads(sys.stdin.buffer.read())
    _give_up_all_capabilities()
    try:
        result = work(*arguments)
    except Exception as error:  # noqa: BLE001  # the parent raises it
        error.__cause__ = None
        result = error
    sys.stdout.buffer.write(pickle.dumps(result))


def _give_up_all_capabilities() -> None:
    if os.geteuid() != 0:
        return
    version_3 = (ctypes.c_uint32 * 2)(0x20080522, 0)
    none = (ctypes.c_uint32 * 6)()
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.capset(version_3, none) == 0, os.strerror(ctypes.get_errno())


def killed_while(work: str, file: Path) -> str:
    """Run lines of Python that print "ready" when they are in the middle; kill the process there.

    Returns what it had printed by then.
    """
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", work, str(file)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        if line == "ready\n":
            break
        told += line
    else:
        raise AssertionError(f"the process ended by itself: {told}")
    process.kill()
    process.wait()
    process.stdout.close()
    return told
