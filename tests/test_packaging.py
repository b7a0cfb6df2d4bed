"""What people install: whole, and nothing beside it; and a repository that names no place of ours."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import threading
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from annowidgets import widgets
from tests.repository import REPOSITORY


def tracked(*under: str) -> list[str]:
    """Return the paths that git tracks and that are there."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--", *under], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    return [path for path in listing.stdout.split("\0") if path and (REPOSITORY / path).is_file()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist and, out of that, the wheel, as a release is built."""
    folder = tmp_path_factory.mktemp("dist")
    # hatchling is in this environment: an isolated build would ask the network for it
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(REPOSITORY)],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def in_wheel(built: Path) -> set[str]:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


@pytest.fixture(scope="module")
def in_sdist(built: Path) -> set[str]:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        return {name.partition("/")[2] for name in sdist.getnames()}


def test_the_wheel_holds_every_file_of_the_package_but_what_the_bundle_is_made_from(in_wheel: set[str]) -> None:
    package = set(tracked("annowidgets"))
    editor = "annowidgets/widgets/editor/"
    build = {path for path in package if path.startswith(editor) and "/" not in path.removeprefix(editor)}
    sources = {path for path in package if path.startswith(f"{editor}src/")} | {
        path for path in build if path.endswith((".json", ".npmrc"))
    }
    assert {"annowidgets/py.typed", f"{editor}editor.bundle.js", f"{editor}editor.py"} <= package - sources
    assert package - sources <= in_wheel
    assert not sources & in_wheel


def test_the_wheel_holds_the_notebooks_for_those_who_have_no_checkout(in_wheel: set[str]) -> None:
    in_checkout = {path for path in tracked("notebooks") if path.endswith(".ipynb")}
    assert in_checkout
    assert {f"annowidgets/{path}" for path in in_checkout} == {
        name for name in in_wheel if name.startswith("annowidgets/notebooks/")
    }


def test_the_wheel_holds_nothing_but_the_package_and_its_record(in_wheel: set[str]) -> None:
    (record,) = {name.partition("/")[0] for name in in_wheel} - {"annowidgets"}
    assert re.fullmatch(r"annowidgets-[\d.]+\.dist-info", record)
    assert f"{record}/licenses/LICENSE" in in_wheel


def test_the_sdist_holds_the_package_and_no_tests(in_sdist: set[str]) -> None:
    assert set(tracked("annowidgets")) | {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml"} <= in_sdist
    assert not [name for name in in_sdist if name.startswith(("tests", "docs", "demo"))]


# --- installed into an environment that knows the checkout from nowhere


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment with the wheel in it; all other packages are those of this one."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "env", symlinks=True)
    paths = sysconfig.get_paths("venv", {"base": str(folder / "env"), "platbase": str(folder / "env")})
    python = Path(paths["scripts"], "python")
    # Paths that a .pth file names are searched last, and .pth files in them are not read: not that of the checkout.
    Path(paths["purelib"], "others.pth").write_text(sysconfig.get_path("purelib"))
    wheel = str(next(built.glob("*.whl")))
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run([*pip, "--ignore-installed", "--disable-pip-version-check"], check=True, capture_output=True)
    return python


def outside(**more: str) -> dict[str, str]:
    """The environment of a person who never saw the repository."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | more


def test_an_installed_wheel_opens_every_screen_with_its_own_files(installed: Path, tmp_path: Path) -> None:
    script = shutil.copy(REPOSITORY / "tests" / "every_screen.py", tmp_path)
    run = subprocess.run(
        [installed, "-W", "error", script], cwd=tmp_path, env=outside(), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert Path(told["package"]).is_relative_to(installed.parent.parent)
    assert sorted(told["screens"]) == sorted(widgets.__all__)
    for name, kinds in told["screens"].items():
        assert {"application/vnd.jupyter.widget-view+json", "text/html"} <= set(kinds), name
    bundle = (REPOSITORY / "annowidgets/widgets/editor/editor.bundle.js").read_text(encoding="utf-8")
    assert told["bundle"] == bundle, "what a page gets"


def test_its_command_copies_the_notebooks_and_starts_jupyterlab_on_them(installed: Path, tmp_path: Path) -> None:
    home = {name: str(tmp_path / "home") for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")}
    (tmp_path / "home").mkdir()
    process = subprocess.Popen(
        [installed.with_name("annowidgets"), "lab", "--no-browser", "--ServerApp.ip=127.0.0.1", "--port-retries=50"],
        cwd=tmp_path,
        env=outside(**home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    watch = threading.Timer(90, process.kill)
    watch.start()
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if "is running at" in line:
                break
        else:
            pytest.fail("".join(said))
    finally:
        watch.cancel()
        process.terminate()
        process.communicate(timeout=30)
    folder = tmp_path / "annowidgets-notebooks"
    assert any(line.rstrip().endswith(f"Serving notebooks from local directory: {folder}") for line in said)
    in_checkout = {path.name: path.read_bytes() for path in (REPOSITORY / "notebooks").glob("*.ipynb")}
    assert {path.name: path.read_bytes() for path in folder.glob("*.ipynb")} == in_checkout


def test_imports_point_one_way() -> None:
    # a fresh interpreter in the repository, as `make check` has it
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


def modules_of(tree: ast.AST) -> Iterator[str]:
    """Top-level names of everything that is imported anywhere in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_the_core_needs_what_it_says_and_no_more() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[^\w-]", requirement)[0] for requirement in project["dependencies"]}
    imported = {"PIL": "pillow", "markdown_it": "markdown-it-py", "IPython": "ipython"}
    used = {
        imported.get(module, module.replace("_", "-"))
        for path in tracked("annowidgets/*.py")
        for module in modules_of(ast.parse((REPOSITORY / path).read_text()))
        if module not in sys.stdlib_module_names and module != "annowidgets"
    }
    extras = {
        re.split(r"[^\w-]", r)[0] for extra in ("video", "dicom") for r in project["optional-dependencies"][extra]
    }
    assert used <= declared | extras


@pytest.mark.parametrize(
    "place",
    [
        re.compile(r"https?://[^\s/]*(?:pypi|pythonhosted|npmjs|registry)[^\s]*"),
        re.compile(r"(?:^|[\s\"'(=])/(?:home|root|work|Users|opt)/[\w.-]+"),
    ],
    ids=["registry", "machine"],
)
def test_no_tracked_file_names_a(place: re.Pattern[str]) -> None:
    named = {
        path: found.group()
        for path in tracked()
        if path != "tests/test_packaging.py"
        and (found := place.search((REPOSITORY / path).read_bytes().decode("utf-8", "ignore")))
    }
    assert not named
