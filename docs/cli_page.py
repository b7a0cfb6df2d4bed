"""The page about the command line, from the commands' own help."""

from __future__ import annotations

import click

from annowidgets.cli import main

# The width of the page, whatever the terminal's.
_SETTINGS = main.context_settings | {"terminal_width": 96}


def cli_page() -> str:
    """The help of every command, as the program prints it."""
    intro = "# The command line\n\nWritten from the program's own help by `python -m docs.generate`.\n"
    return intro + _section(main, click.Context(main, info_name="annowidgets", **_SETTINGS))


def _section(command: click.Command, context: click.Context) -> str:
    text = f"\n## {context.command_path}\n\n```\n{command.get_help(context)}\n```\n"
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        text += _section(inner, click.Context(inner, info_name=name, parent=context, **_SETTINGS))
    return text
