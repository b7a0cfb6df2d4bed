"""Pages that are drawn from the code say what the code says now."""

from __future__ import annotations

import importlib.util

import pytest

from tests.repository import REPOSITORY

SPEC = importlib.util.spec_from_file_location("docs_generate", REPOSITORY / "docs" / "generate.py")
assert SPEC is not None
assert SPEC.loader is not None
GENERATE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(GENERATE)


@pytest.mark.parametrize("name", sorted(GENERATE.PAGES))
def test_a_generated_page_is_the_one_that_the_code_draws_now(name: str) -> None:
    stored = (REPOSITORY / "docs" / name).read_text(encoding="utf-8")
    assert stored == GENERATE.PAGES[name](), "run: python docs/generate.py"
