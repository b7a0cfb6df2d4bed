"""The base of every screen: the frame, and the promise that no error is lost in a callback."""

from __future__ import annotations

import functools
import logging
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeAlias, TypeVar

import ipywidgets

from annowidgets.errors import AnnowidgetsError, NotFound
from annowidgets.widgets.html import Content, Html, tag, text
from annowidgets.widgets.keywords import KnownKeywords
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.parts import Meaning, message
from annowidgets.widgets.shortcuts import Shortcuts

P = ParamSpec("P")
T = TypeVar("T")
Handler: TypeAlias = Callable[[str, Any], object]

log = logging.getLogger(__name__)


class Screen(KnownKeywords, ipywidgets.VBox):
    """A frame with a title bar, a line for messages, the work in the middle, a panel beside it and a footer.

    A screen calls the workflow and shows what it answers. All that a person sets off goes through `act`, `run` or a
    callback from `guarded`: one at a time, whatever thread the front end's message came on, and with its errors shown
    in place and logged.

    Parameters
    ----------
    title : str or Html
        Where one is.

    Attributes
    ----------
    main, side : ipywidgets.VBox
        The work, and what belongs to it; put parts into them as ``children``. An empty side is not shown.
    tools, footer : LiveHtml
        Buttons at the right end of the title bar, and below the work; what is pressed there is an act. Not shown while
        empty.
    """

    children: tuple[Any, ...]

    def __init__(self, title: Content = "") -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._handlers: dict[str, Handler] = {"dismiss": lambda *_: self.clear_message()}
        self._title = LiveHtml(on_action=self.act)
        self._message = LiveHtml(on_action=self.act)
        self._shortcuts = Shortcuts()
        self.tools = LiveHtml(on_action=self.act)
        self.main = ipywidgets.VBox()
        self.side = ipywidgets.VBox()
        self.footer = LiveHtml(on_action=self.act)
        bar = ipywidgets.HBox([self._title, self.tools, self._shortcuts])
        body = ipywidgets.HBox([self.main, self.side])
        # CSS asks for such classes and not what a screen holds (`:has`): the browser would ask that after each change
        # of anything within, the labels of a picture among it.
        named = {
            "bar": bar,
            "said": self._message,
            "body": body,
            "main": self.main,
            "side": self.side,
            "footer": self.footer,
        }
        for name, part in named.items():
            part.add_class(f"aw-{name}")
        for part, trait in ((self.side, "children"), (self.footer, "html"), (self.tools, "html")):
            part.observe(_show_where_filled, trait)
            _show_where_filled({"owner": part, "new": getattr(part, trait)})
        self.children = (bar, self._message, body, self.footer)
        self.add_class("aw")
        self.add_class("aw-screen")
        self.set_title(title)

    # --- what it shows

    def set_title(self, title: Content, *beside: Content) -> None:
        """Say where one is: a heading, and beside it chips, a progress bar or text."""
        self._title.show(tag("div", tag("h2", title), beside, class_="aw-title"))

    def say(self, content: Content, meaning: Meaning = "ok") -> None:
        """Show how something went, until the next act."""
        self._message.show(message(content, meaning))

    def show_error(self, error: BaseException) -> None:
        """Show an error with its rule and hint; one that was not raised on purpose, with its traceback to unfold."""
        self._message.show(error_message(error))

    def clear_message(self) -> None:
        """Take the message away."""
        self._message.show("")

    def put_messages_over_picture(self, over: bool) -> None:
        """Whether messages lie over the upper edge of a label editor, whose picture must not move under the hand."""
        (self.add_class if over else self.remove_class)("aw-holds-editor")

    # --- what it does

    def handle(self, **handlers: Handler) -> None:
        """Say what acts do: ``handle(open=self._open)``, called with the key and the value of the act."""
        self._handlers.update(handlers)

    def bind_keys(self, keys: Mapping[str, tuple[str, str]], *, more: Mapping[str, str] | None = None) -> None:
        """Give acts their keys: chord -> (meaning, act), as `Shortcuts` names them.

        Parameters
        ----------
        more : mapping of text -> meaning
            Keys that a part of the screen hears, for the list behind "?" only.
        """
        self._shortcuts.bind(
            {chord: (meaning, functools.partial(self.act, act)) for chord, (meaning, act) in keys.items()}, more=more
        )

    def act(self, act: str, key: str = "", value: Any = None) -> None:
        """Do what a person does who presses the button of this act (``on_action`` of the screen's parts)."""
        if act not in self._handlers:
            raise NotFound.named("act", act, self._handlers)
        self.run(self._handlers[act], key, value)

    def run(self, action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Call ``action``; where it fails, show why and return None."""
        with self._lock:
            self.clear_message()
            return self._guard(action, *args, **kwargs)

    def guarded(self, action: Callable[P, T]) -> Callable[P, T | None]:
        """``action`` as a callback for a part: as in `run`, but a message that is there stays where it succeeds."""

        @functools.wraps(action)
        def call(*args: P.args, **kwargs: P.kwargs) -> T | None:
            with self._lock:
                return self._guard(action, *args, **kwargs)

        return call

    def _guard(self, action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        try:
            return action(*args, **kwargs)
        except AnnowidgetsError as error:
            log.info("%s: %s", type(self).__name__, error)
            self.show_error(error)
        except Exception as error:
            log.exception("%s failed", type(self).__name__)
            self.show_error(error)
        return None

    def close(self) -> None:
        """Close the screen with all its parts."""
        close_parts(*self.children)
        if self.comm is not None:
            super().close()
            self.layout.close()

    # --- without a kernel

    def summary(self) -> Html:
        """What a viewer without a kernel shows: screens put their figures here."""
        return tag("p", "Run the cell to work with this.")

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        heading = tag("strong", type(self).__name__)
        try:
            summary = self.summary()
        except AnnowidgetsError as error:  # the screen is there all the same, and says why it is empty
            summary = tag("p", error.message)
        bundle["text/html"] = str(tag("div", heading, summary, style="border:1px solid #8888;padding:8px 12px"))
        return bundle

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def error_message(error: BaseException) -> Html:
    """An error as a line: what was refused and why, what would unlock it, and for one of our own the rule's id."""
    if isinstance(error, AnnowidgetsError):
        rule = error.rule and tag("span", f" Rule {error.rule}", class_="aw-mute")
        hint = error.hint and ["\n", text(error.hint)]
        return message([tag("strong", error.message), rule, hint], "bad")
    trace = "".join(traceback.format_exception(error))
    said = tag("strong", f"{type(error).__name__}: {error}")
    return message(["This went wrong, and nothing was changed by this screen. ", said], "bad", details=trace)


def close_parts(*parts: Any) -> None:
    """Close widgets with all that they hold, and their layouts; ipywidgets would keep these until the kernel ends."""
    left = list(parts)
    while left:
        part = left.pop()
        left.extend(getattr(part, "children", ()))
        part.close()
        part.layout.close()


def _show_where_filled(change: Mapping[str, Any]) -> None:
    part = change["owner"]
    part.layout.display = None if (part.html if isinstance(part, LiveHtml) else part.children) else "none"
