"""Write cli.md from the commands' own help: ``python docs/cli_page.py``."""

from __future__ import annotations

from pathlib import Path

import click

from annowidgets.cli import main

PAGE = Path(__file__).with_name("cli.md")

# The width of the page, whatever the terminal's.
_SETTINGS = main.context_settings | {"terminal_width": 96}


def cli_page() -> str:
    """The help of every command, as the program prints it."""
    intro = "# The command line\n\nWritten from the program's own help by `docs/cli_page.py`.\n"
    return intro + _section(main, click.Context(main, info_name="annowidgets", **_SETTINGS))


def _section(command: click.Command, context: click.Context) -> str:
    text = f"\n## {context.command_path}\n\n```\n{command.get_help(context)}\n```\n"
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        text += _section(inner, click.Context(inner, info_name=name, parent=context, **_SETTINGS))
    return text


if __name__ == "__main__":
    PAGE.write_text(cli_page(), encoding="utf-8")
