"""Small pieces of screens, as pure functions from values to markup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

from annowidgets.widgets.html import Content, Html, classes, tag, text

Meaning: TypeAlias = Literal["ok", "warn", "bad", "mute"]


def chip(content: Content, meaning: Meaning | None = None) -> Html:
    """A badge, coloured only where the colour means something."""
    return tag("span", content, class_="aw-chip" if meaning is None else f"aw-chip aw-{meaning}")


def coloured(content: Content, meaning: Meaning) -> Html:
    """Text in the colour of its meaning."""
    return tag("span", content, class_=f"aw-{meaning}")


def swatch(color: str) -> Html:
    """A small square of a class's colour, beside its name."""
    return tag("i", class_="aw-swatch", style=f"background:{color}", aria_hidden="true")


def button(
    label: Content,
    act: str,
    key: object = "",
    *,
    primary: bool = False,
    danger: bool = False,
    plain: bool = False,
    disabled: bool = False,
    shortcut: str | None = None,
    chord: str | None = None,
    hint: str | None = None,
    name: str | None = None,
    pressed: bool | None = None,
) -> Html:
    """A button inside a `LiveHtml`.

    Parameters
    ----------
    label : str or Html
        What it says.
    act, key : str
        What ``on_action`` is called with.
    primary, danger, plain : bool
        The one next step of a screen; a step that loses something; one of many in a row.
    disabled : bool
        Whether it can't be pressed now; say why in ``hint``.
    shortcut : str, optional
        Shown beside the label ("Ctrl+Enter"); `Shortcuts` is what hears it.
    chord : str, optional
        The keys as `Shortcuts` names them ("ctrl+enter"): they press this very button, with the key that it has when
        they are pressed, so that two quick strokes never reach the next picture. Bind them as well.
    hint : str, optional
        Shown when the pointer rests on it.
    name : str, optional
        What a screen reader says where the label alone is not enough ("Open calibration 1").
    pressed : bool, optional
        For a button that stays down.
    """
    return tag(
        "button",
        label,
        shortcut and [" ", tag("kbd", shortcut)],
        type="button",
        class_=classes(primary=primary, danger=danger, plain=plain),
        data_act=act,
        data_key=key if key != "" else None,
        data_chord=chord,
        disabled=disabled,
        title=hint,
        aria_label=name,
        aria_pressed=None if pressed is None else str(pressed).lower(),
    )


def progress(done: float, total: float, label: str) -> Html:
    """A bar that is ``done`` of ``total`` full (empty where total is 0).

    Parameters
    ----------
    label : str
        What a screen reader says ("7 of 10 tasks").
    """
    share = min(max(done / total, 0.0), 1.0) if total else 0.0
    return tag(
        "div",
        tag("i", style=f"width:{share:.1%}"),
        class_="aw-progress",
        role="progressbar",
        aria_label=label,
        aria_valuemin=0,
        aria_valuemax=f"{total:g}",
        aria_valuenow=f"{done:g}",
        title=label,
    )


def pairs(items: Mapping[str, Content] | Iterable[tuple[str, Content]]) -> Html:
    """Names with their values, in two columns; a value of None is left out with its name."""
    listed = items.items() if isinstance(items, Mapping) else items
    return tag(
        "dl",
        [[tag("dt", name), tag("dd", value)] for name, value in listed if value is not None],
        class_="aw-pairs",
    )


def readiness_list(conditions: Any) -> Html:
    """The conditions of something, each met (a tick), not met (a cross) or advice (a circle).

    Parameters
    ----------
    conditions : DataFrame, or iterable of mappings
        With ``condition`` and ``required`` and ``actual`` (text or numbers, None where there is none) and ``met``
        (True, False, or None for advice).
    """
    rows = conditions.to_dict("records") if hasattr(conditions, "to_dict") else conditions
    return tag("ul", [_condition(row) for row in rows], class_="aw-readiness")


def _condition(row: Mapping[str, Any]) -> Html:
    met = row["met"]
    # a column with a missing value holds NaN or NA, which is neither true nor false
    advice = met is None or met != met or str(met) == "<NA>"
    mark, said, meaning = ("○", "advice", "warn") if advice else ("✓", "met", None) if met else ("✗", "not met", "bad")
    actual, required = figure(row.get("actual")), figure(row.get("required"))
    return tag(
        "li",
        tag("span", mark, aria_hidden="true"),
        tag(
            "span",
            tag("span", f"{said}: ", class_="aw-hear"),
            row["condition"],
            actual and [": ", tag("b", actual, class_="aw-num")],
            required and tag("span", f" (needs {required})", class_=None if meaning == "bad" else "aw-mute"),
        ),
        class_=meaning and f"aw-{meaning}",
    )


def figure(value: Any) -> str:
    """A figure as people read it: at most three digits after the point; "" for what is missing."""
    if value is None or value != value or str(value) == "<NA>":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value)


def section(heading: str, *content: Content) -> Html:
    """Content under a small heading, as on the panel at the right."""
    return tag("section", tag("h3", heading), content)


def inline_form(
    label: Content,
    act: str,
    *,
    prompt: str,
    submit: str,
    key: object = "",
    rows: int = 2,
    placeholder: str = "",
    fields: Content = None,
    shortcut: str | None = None,
    chord: str | None = None,
) -> Html:
    """A button that opens a small form in place: a text that must be filled in, and a button to send it.

    Sends (act, key, {"text": ..., and the names of ``fields``}). Give another ``key`` to close and empty it.

    Parameters
    ----------
    label : str or Html
        Of the button ("Skip…").
    prompt : str
        The text field's label ("Why can't this picture be labelled?").
    submit : str
        Of the form's own button ("Skip this task").
    fields : Html, optional
        Further fields before the text.
    shortcut : str, optional
        Shown beside the label.
    chord : str, optional
        The keys as `Shortcuts` names them: they open the form at once, so that what is typed next goes into it. Bind
        them as well.
    """
    field_id = f"aw-{act}-{key}"
    return tag(
        "details",
        tag("summary", label, shortcut and [" ", tag("kbd", shortcut)], class_="aw-button", data_chord=chord),
        tag(
            "form",
            fields,
            tag("label", prompt, for_=field_id),
            tag("textarea", name="text", id=field_id, rows=rows, required=True, placeholder=placeholder or None),
            tag(
                "div",
                tag("button", submit, type="submit"),
                tag("button", "Cancel", type="button", data_close=True),
                class_="aw-row",
            ),
            class_="aw-form",
            data_act=act,
            data_key=key if key != "" else None,
        ),
        class_="aw-inline",
        data_key=f"{act} {key}",
    )


def message(content: Content, meaning: Meaning, *, details: str | None = None) -> Html:
    """A line that says how something went.

    Parameters
    ----------
    content : str or Html
        What happened.
    meaning : {"ok", "warn", "bad"}
        "bad" interrupts a screen reader, the others wait.
    details : str, optional
        Unfolded on demand, such as a traceback.
    """
    return tag(
        "div",
        tag("div", content, details and tag("details", tag("summary", "Details"), tag("pre", details))),
        tag("button", "✕", type="button", class_="aw-plain", data_act="dismiss", aria_label="Dismiss"),
        class_=f"aw-message aw-is-{meaning}",
        role="alert" if meaning == "bad" else "status",
    )


def join(parts: Iterable[Content], separator: str) -> Html:
    """Contents with a separator between them."""
    listed = [text(part) for part in parts]
    return Html(text(separator).join(listed))
