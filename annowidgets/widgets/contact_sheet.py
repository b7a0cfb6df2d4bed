"""A contact sheet: all pictures of a batch at a glance, each with its mark."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import ipycanvas
import ipywidgets
from PIL import Image, ImageDraw

from annowidgets.errors import InvalidInput, InvalidMedia, NotFound
from annowidgets.widgets.canvas import Composition
from annowidgets.widgets.html import Html, tag
from annowidgets.widgets.keywords import KnownKeywords
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.parts import button
from annowidgets.widgets.screen import close_parts

Mark: TypeAlias = Literal["approve", "fix", "reject", "excluded"]

DENSITY = 2
TILE = (112, 84)  # CSS pixels
GAP = 6
_GROUND = (43, 47, 54)
# sign, ground, word: the sign tells it without the colour
_MARKS: dict[str, tuple[str, str, str]] = {
    "approve": ("✓", "#2e7d32", "approved"),
    "fix": ("✎", "#a15c00", "fixed"),
    "reject": ("✗", "#c62828", "rejected"),
    "excluded": ("–", "#5f6368", "excluded"),
}


class Tile(NamedTuple):
    """One picture of a contact sheet.

    Attributes
    ----------
    key : str
        What is selected.
    name : str
        Shown on it.
    thumbnail : bytes
        An encoded small picture, of any format that Pillow reads.
    """

    key: str
    name: str
    thumbnail: bytes


class ContactSheet(KnownKeywords, ipywidgets.VBox):
    """Small pictures with marks; a click, or the list below, selects one.

    Parameters
    ----------
    tiles : sequence of Tile
    columns : int
        Pictures in a row.
    on_select : callable(str), optional
        Called with the key of what a person selects.
    """

    def __init__(
        self, tiles: Sequence[Tile], *, columns: int = 6, on_select: Callable[[str], object] | None = None
    ) -> None:
        self._on_select = on_select
        self._columns = columns
        self._marks: dict[str, Mark] = {}
        self._selected: str | None = None
        self._sheet = ipywidgets.Image(format="png")
        self._composition = Composition(self._paint, "aw-sheet")
        self._composition.canvas.on_mouse_down(self._clicked)
        self._list = LiveHtml(on_action=self._acted)
        super().__init__([self._composition, self._list])
        self.add_class("aw")
        self.set_tiles(tiles)

    def set_tiles(self, tiles: Sequence[Tile], marks: Mapping[str, Mark | None] | None = None) -> None:
        """Show other pictures.

        Raises
        ------
        InvalidMedia
            A thumbnail can't be decoded; the message names it.
        """
        sheet = compose(tiles, self._columns)
        self._tiles = list(tiles)
        self._sheet.value = sheet
        self._marks = {}
        if self._selected not in {tile.key for tile in tiles}:
            self._selected = None
        rows = -(-len(tiles) // self._columns) or 1
        width, height = self._columns * (TILE[0] + GAP) - GAP, rows * (TILE[1] + GAP) - GAP
        self._composition.resize(width * DENSITY, height * DENSITY, shown_width=width)
        self.set_marks(marks or {})

    def close(self) -> None:
        """Close it with the sheet that the canvas is drawn from."""
        close_parts(self._sheet)
        super().close()

    @property
    def selected(self) -> str | None:
        """Key of the selected picture."""
        return self._selected

    def select(self, key: str | None) -> None:
        """Select one; `on_select` is not called."""
        if key is not None and key not in {tile.key for tile in self._tiles}:
            raise NotFound.named("picture", key, [tile.key for tile in self._tiles])
        self._selected = key
        self._show()

    def set_marks(self, marks: Mapping[str, Mark | None]) -> None:
        """Set the marks of some pictures: "approve", "fix", "reject", "excluded", or None for no mark."""
        for key, mark in marks.items():
            if mark is not None and mark not in _MARKS:
                raise InvalidInput(f"Unknown mark {mark!r:.60}.", hint=f"Marks: {', '.join(_MARKS)}.")
            if mark is None:
                self._marks.pop(key, None)
            else:
                self._marks[key] = mark
        self._show()

    # --- what a person does

    def _clicked(self, x: float, y: float) -> None:
        column, row = int(x // ((TILE[0] + GAP) * DENSITY)), int(y // ((TILE[1] + GAP) * DENSITY))
        place = row * self._columns + column
        if 0 <= column < self._columns and 0 <= place < len(self._tiles):
            self._choose(self._tiles[place].key)

    def _acted(self, act: str, key: str, value: Any) -> None:
        keys = [tile.key for tile in self._tiles]
        if act == "pick" and value in keys:
            self._choose(value)
        elif act == "step" and keys:
            now = keys.index(self._selected) if self._selected in keys else (-1 if key == "1" else len(keys))
            self._choose(keys[min(max(now + int(key), 0), len(keys) - 1)])

    def _choose(self, key: str) -> None:
        self.select(key)
        if self._on_select is not None:
            self._on_select(key)

    # --- what is seen

    def _show(self) -> None:
        self._list.show(self._controls())
        marked = sum(tile.key in self._marks for tile in self._tiles)
        self._composition.redraw(f"Contact sheet of {len(self._tiles)} pictures, {marked} of them marked")

    def _controls(self) -> Html:
        keys = [tile.key for tile in self._tiles]
        place = keys.index(self._selected) if self._selected in keys else None
        options = [
            tag("option", f"{tile.name}{self._word(tile.key)}", value=tile.key, selected=tile.key == self._selected)
            for tile in self._tiles
        ]
        if place is None:
            options.insert(0, tag("option", "Choose a picture", value="", selected=True))
        return tag(
            "div",
            button("‹", "step", "-1", name="Previous picture", disabled=place == 0 or not keys),
            tag("select", options, data_act="pick", aria_label="Picture"),
            button("›", "step", "1", name="Next picture", disabled=place == len(keys) - 1 or not keys),
            class_="aw-sheet-pick",
        )

    def _word(self, key: str) -> str:
        return f" · {_MARKS[self._marks[key]][2]}" if key in self._marks else ""

    def _paint(self, canvas: ipycanvas.Canvas) -> None:
        canvas.draw_image(self._sheet, 0, 0, canvas.width, canvas.height)
        canvas.text_align, canvas.text_baseline = "center", "middle"
        for place, tile in enumerate(self._tiles):
            x, y = (part * DENSITY for part in corner(place, self._columns))
            if tile.key in self._marks:
                sign, ground, _ = _MARKS[self._marks[tile.key]]
                canvas.fill_style = ground
                canvas.fill_rect(x, y, 22 * DENSITY, 20 * DENSITY)
                canvas.fill_style, canvas.font = "#ffffff", f"700 {13 * DENSITY}px system-ui, sans-serif"
                canvas.fill_text(sign, x + 11 * DENSITY, y + 10.5 * DENSITY)
            if tile.key == self._selected:
                for color, inset, width in (("#ffffff", 1.5, 3), ("#1976d2", 1, 2)):
                    canvas.stroke_style, canvas.line_width = color, width * DENSITY
                    side = [(part - 2 * inset) * DENSITY for part in TILE]
                    canvas.stroke_rect(x + inset * DENSITY, y + inset * DENSITY, *side)


def corner(place: int, columns: int) -> tuple[int, int]:
    """Upper left corner (x, y) of a tile, in CSS pixels of the sheet."""
    row, column = divmod(place, columns)
    return column * (TILE[0] + GAP), row * (TILE[1] + GAP)


def compose(tiles: Sequence[Tile], columns: int) -> bytes:
    """All thumbnails with their names as one PNG, transparent between the tiles."""
    rows = -(-len(tiles) // columns) or 1
    width, height = columns * (TILE[0] + GAP) - GAP, rows * (TILE[1] + GAP) - GAP
    sheet = Image.new("RGBA", (width * DENSITY, height * DENSITY))
    for place, tile in enumerate(tiles):
        x, y = (part * DENSITY for part in corner(place, columns))
        sheet.paste(_tile(tile), (x, y))
    file = io.BytesIO()
    sheet.save(file, "PNG", compress_level=3)
    return file.getvalue()


def _tile(tile: Tile) -> Image.Image:
    size = (TILE[0] * DENSITY, TILE[1] * DENSITY)
    ground = Image.new("RGB", size, _GROUND)
    try:
        with Image.open(io.BytesIO(tile.thumbnail)) as image:
            small = image.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise InvalidMedia(f"The thumbnail of {tile.name!r} can't be decoded: {error}.") from None
    scale = min(size[0] / small.width, size[1] / small.height)
    small = small.resize((max(1, round(small.width * scale)), max(1, round(small.height * scale))))
    ground.paste(small, ((size[0] - small.width) // 2, (size[1] - small.height) // 2))
    strip = Image.new("RGBA", (size[0], 17 * DENSITY), (0, 0, 0, 170))
    ImageDraw.Draw(strip).text((5 * DENSITY, 3 * DENSITY), tile.name, fill="white", font_size=11 * DENSITY)
    ground.paste(strip.convert("RGB"), (0, size[1] - strip.height), strip.getchannel("A"))
    return ground
