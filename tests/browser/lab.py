"""A throw-away JupyterLab or Notebook 7, and a Chromium to look at it with."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.repository import REPOSITORY

App = Literal["lab", "notebook"]
MODULES: dict[App, str] = {"lab": "jupyterlab", "notebook": "notebook"}

in_both_apps = pytest.mark.parametrize("jupyter", ["lab", "notebook"], indirect=True)

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    # a page that is not in front must paint and count time as if it were
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]

SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    # otherwise outputs that are scrolled out of view leave the page
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


@dataclass(frozen=True)
class JupyterServer:
    """A running server, private to this run of the tests."""

    app: App
    url: str
    home: Path

    @property
    def files(self) -> Path:
        """The folder that the server shows, and in which its kernels start."""
        return self.home / "files"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    def reset_settings(self) -> None:
        """Forget what an earlier page changed, such as its theme."""
        folder = self.home / "settings"
        shutil.rmtree(folder, ignore_errors=True)
        for plugin, values in SETTINGS.items():
            file = folder / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))


@contextmanager
def running_server(app: App, home: Path) -> Iterator[JupyterServer]:
    """Run a server whose every file lies under `home`; end it, by its pid, on leaving.

    Parameters
    ----------
    app : {"lab", "notebook"}
        JupyterLab or Notebook 7.
    home : Path
        An empty folder that stands for the home directory.
    """
    server = JupyterServer(app, f"http://127.0.0.1:{(port := _free_port())}", home)
    server.files.mkdir()
    server.reset_settings()
    command = [
        *(sys.executable, "-m", MODULES[app]),
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        "--ServerApp.terminals_enabled=False",
        f"--ServerApp.root_dir={server.files}",
        "--expose-app-in-browser",
    ]
    with server.log.open("w") as log:
        process = subprocess.Popen(
            command, cwd=home, env=_environment(home), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        _wait_until_it_answers(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Run the system's Chromium, headless; Playwright's own download does not work everywhere."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


def find_chromium() -> str:
    """Return the program that CHROMIUM names, or else the first usual name that is there."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if not found:
        pytest.fail("no Chromium: `make test` installs it where there is apt, CHROMIUM=/path names another")
    return found


def _environment(home: Path) -> dict[str, str]:
    # What the developer has set for Jupyter or a proxy must neither help nor hurt.
    kept = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER") and not k.lower().endswith("_proxy")}
    folders = {
        "HOME": "",
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    return {
        **kept,
        **{name: str(home / folder) for name, folder in folders.items()},
        # kernels start elsewhere and yet run this checkout; a backend set for tests would hide inline plots
        "PYTHONPATH": str(REPOSITORY),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(server: JupyterServer, process: subprocess.Popen[bytes], seconds: float = 90) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with direct.open(f"{server.url}/api/status", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"{server.app} did not start; the end of {server.log}:\n{server.log.read_text()[-3000:]}")
