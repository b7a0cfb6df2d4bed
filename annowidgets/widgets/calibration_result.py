"""What an audit found: the score with its interval, the conditions, the reliability curve, the lock."""

from __future__ import annotations

from annowidgets.widgets.conditions import conditions_list
from annowidgets.widgets.figures import Size, Theme, drawn, in_both_themes
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.parts import Meaning, chip, coloured, pairs, section
from annowidgets.widgets.permitted import reason_of, why_locked
from annowidgets.widgets.wording import counted, percent
from annowidgets.workflow import Batch, CalibrationResult, Project

_SIZE = Size(3.3, 2.5)


def score_text(result: CalibrationResult) -> str:
    """The score with its interval in words: "84.2 (95 % interval 79.1 to 88.0)"."""
    if result.score is None:
        return "no score, since every attempt was excluded"
    interval = "" if result.low is None else f" (95 % interval {result.low:.1f} to {result.high:.1f})"
    return f"{result.score:.1f}{interval}"


class ResultBand(LiveHtml):
    """The result of a complete audit, across the screen; nothing before."""

    def __init__(self, batch: Batch, project: Project) -> None:
        super().__init__(pad=True)
        self._batch, self._project = batch, project
        self.refresh(complete=False)

    def refresh(self, *, complete: bool) -> None:
        """Show the result where the audit is complete, with what it means for the lock now."""
        self.layout.display = None if complete else "none"
        if complete:
            self.show(result_html(self._batch.result, self._project))
            if not self.images:  # drawing takes longer than anything else, so it comes last
                self.images = reliability_pictures(self._batch)


def result_html(result: CalibrationResult, project: Project) -> Html:
    """The result as a band of columns; `reliability_pictures` are its images."""
    meaning: Meaning = "ok" if result.passed else "bad"
    score = "–" if result.score is None else f"{result.score:.1f}"
    interval = "" if result.low is None else f"95 % interval {result.low:.1f} to {result.high:.1f}"
    marks = [
        chip("passed" if result.passed else "not passed", meaning),
        [" ", chip("self-audited", "warn")] if result.self_audited else None,
    ]
    return tag(
        "div",
        section(
            "Calibration score",
            tag("div", score, class_=f"aw-figure aw-{meaning}"),
            tag("p", interval or "No interval below three items.", class_="aw-mute aw-num"),
            tag("p", marks),
            pairs(_made_from(result)),
        ),
        tag(
            "div",
            section("When the audit was completed", conditions_list(result.conditions)),
            section("What it means now", meaning_html(project)),
        ),
        section("Reliability", _picture(result)),
        class_="aw-result",
    )


def meaning_html(project: Project) -> Html:
    """Whether production is open now, or why it is locked."""
    locked = why_locked(project)
    if locked is None:
        said: Content = [
            tag("p", coloured("Production is open.", "ok")),
            tag("p", "A production batch can be made on the batches page.", class_="aw-mute"),
        ]
        return Html(tag("div", said))
    return tag("div", tag("p", coloured("Production is locked.", "bad")), tag("p", reason_of(locked)))


def _made_from(result: CalibrationResult) -> dict[str, Content]:
    return {
        "Mean accuracy": None if result.accuracy is None else f"{result.accuracy:.2f}",
        "Items": str(result.items) + (f", {result.excluded} without a grade" if result.excluded else ""),
        "Taskers": result.taskers,
        "Versions": f"instructions {result.instructions_version}, ontology {result.ontology_version}, "
        f"function {result.function_version}",
    }


def _picture(result: CalibrationResult) -> Html:
    told = [
        f"{row['attempts']} at a confidence of {percent(row['confidence'])} were accurate to {percent(row['accuracy'])}"
        for row in result.reliability.to_dict("records")
        if row["attempts"]
    ]
    attempts = counted(int(result.reliability["attempts"].sum()), "attempt") if told else "No attempts"
    return in_both_themes("", f"Reliability curve of {attempts}: {'; '.join(told)}" if told else attempts, _SIZE)


def reliability_pictures(batch: Batch) -> dict[str, bytes]:
    """The reliability curve as PNG, in ink for a "light" and for a "dark" page, on no ground of its own."""
    from annowidgets import plots

    themes: tuple[Theme, ...] = ("light", "dark")
    return {theme: drawn(lambda ax: plots.reliability(batch, ax=ax), theme, _SIZE) for theme in themes}
