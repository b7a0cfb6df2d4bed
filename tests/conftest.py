"""What holds for every test: repeatable examples, no display, no skips in CI, a repository left as it was."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.repository import REPOSITORY, refuse_writes_under

os.environ["MPLBACKEND"] = "Agg"  # also for the processes that tests start

# The examples are the same in every run, so a failure seen once is seen again; a slow machine fails nothing.
# To look further: pytest --hypothesis-profile explore
settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", settings.get_profile("ci"), derandomize=False, max_examples=3_000)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real data beside the repository."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        message = f"the real data is not there: {folder} (put the folder `shared` beside the repository)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _every_file_draws_alike() -> Iterator[None]:
    """Seed every new workspace file alike, so that what was drawn for review or served once is so in every run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("annowidgets.store.schema_evaluation.token_bytes", bytes)
        yield


@pytest.fixture(scope="session", autouse=True)
def _the_repository_is_left_as_it_was() -> Iterator[None]:
    with refuse_writes_under(REPOSITORY):
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser's tests last: they are slow, and Playwright keeps an event loop running from then on."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count a skipped test as a failed one in CI, where everything that a test may need is there."""
    report = yield
    if os.environ.get("CI") and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as failed in CI: {report.longrepr}"
    return report
