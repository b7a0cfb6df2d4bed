"""What runs in the browser: plain ES modules and one stylesheet, without any run-time dependency."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
STYLESHEET = FOLDER / "theme.css"
