"""A training as its lead sees it: who stands where, single labels, the function, the team, the gold."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from annowidgets.errors import InvalidInput
from annowidgets.widgets.cells import close_earlier
from annowidgets.widgets.changes import keep_current
from annowidgets.widgets.editor import KEYS as EDITOR_KEYS
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.nesting import OpensOthers
from annowidgets.widgets.parts import Meaning, button, chip, join, pairs, section
from annowidgets.widgets.permitted import why_not
from annowidgets.widgets.table import table_html
from annowidgets.widgets.training.export import Export, export_form, proposed_file
from annowidgets.widgets.training.gold_health import GoldHealth, suspects_section
from annowidgets.widgets.training.overview import Overview
from annowidgets.widgets.training.reading import Reading
from annowidgets.widgets.training.settings import Settings
from annowidgets.widgets.training.submissions import Submissions
from annowidgets.widgets.training.team import Team
from annowidgets.widgets.training.trainee_table import columns, trainee_rows
from annowidgets.widgets.wording import counted
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.training import TrainingProject

_CORRECTING_KEYS = {"ctrl+enter": ("Save as gold", "ask_gold")}
TABS = {
    "overview": "Overview",
    "submissions": "Submissions",
    "settings": "Settings",
    "team": "Team",
    "gold": "Gold health",
}
_KEYS = {
    "g": ("Refresh", "refresh"),
    **{str(place): (said, f"tab_{name}") for place, (name, said) in enumerate(TABS.items(), start=1)},
}


# Seconds that reading may take to be done by itself, again and again, while others submit.
_QUICK = 0.5


class TrainingDashboard(OpensOthers):
    """Scores of all trainees, single labels, the benchmark function with a preview, the team, the health of the gold.

    Parameters
    ----------
    training : TrainingProject
    on_back : callable, optional
        Called by a button that leads back to where the dashboard was opened.

    Raises
    ------
    PermissionDenied
        The user may not see everybody's scores.
    """

    def __init__(self, training: TrainingProject, *, on_back: Callable[[], object] | None = None) -> None:
        if not isinstance(training, TrainingProject):
            raise InvalidInput(
                f"TrainingDashboard takes a training project, got {type(training).__name__}.",
                hint="ws.training_project('Onboarding')",
            )
        with training.workspace.look(training.id, Permission.SEE_SCORES):
            pass  # refused before there is anything to see
        super().__init__()
        self.training, self._on_back = training, on_back
        self._tab = "overview"
        self._reading = Reading(training)
        self._export: Export | None = None
        self._exports = 0
        self._is_old, self._seconds, self._changes = False, 0.0, 0
        self._tabs = LiveHtml(on_action=self.act)
        self._export_line = LiveHtml(on_action=self.act, pad=True)
        self._no_gold = LiveHtml(pad=True)
        self._overview = Overview(on_action=self.act, guard=self.guarded)
        self._submissions = Submissions(on_action=self.act)
        self._settings = Settings(training, on_action=self.act, run=self.run, guard=self.guarded)
        self._team = Team(training, on_action=self.act)
        self._gold = GoldHealth(training, on_action=self.act, guard=self.guarded, lock=self._lock)
        focus, bar, message, *rest = self.children
        self.children = (focus, bar, self._tabs, self._export_line, message, *rest)
        self.add_class("aw-training")
        self.handle(
            tab=lambda key, _: self._show_tab(key),
            **{f"tab_{name}": lambda *_, name=name: self._show_tab(name) for name in TABS},
            refresh=lambda *_: self.refresh(),
            back=lambda *_: on_back and on_back(),
            trainee=lambda _, value: self._overview.show_trainee(value or None),
            submissions_of=lambda key, _: self._show_submissions_of(key),
            filter=self._submissions.filter,
            view=lambda key, _: self._view(int(key)),
            save_function=lambda *_: self._save_function(),
            discard_function=lambda *_: self._settings.discard(),
            recalculate=lambda *_: self._recalculate(),
            add_trainees=lambda _, value: self._do(self._team.add(value)),
            clone=lambda _, value: self._do(self._team.clone(value)),
            new_round=lambda key, value: self._do(self._team.new_round(key, value or {})),
            remove_trainee=lambda key, _: self._do(self._team.remove(key)),
            correct=lambda key, _: self._correct(key),
            save_gold=lambda _, value: self._save_gold(value["text"]),
            ask_gold=lambda *_: None,  # the browser opens the form
            cancel_gold=lambda *_: self._cancel_gold(),
            withdraw=lambda key, value: self._do((self._gold.withdraw(key, value["text"]), [])),
            export=lambda _, value: self._begin_export(value["path"]),
            cancel_export=lambda *_: self._cancel_export(),
            dismiss_export=lambda *_: self._end_export(),
        )
        self.bind_keys(_KEYS)
        self.run(self.refresh)
        keep_current(self, training.workspace, self._look_again)
        if on_back is None:  # otherwise the screen that leads here is the cell's
            close_earlier(self)

    # --- what is done

    def _show_tab(self, tab: str) -> None:
        if tab not in TABS:
            raise InvalidInput(f"There is no tab {tab!r:.40}.")
        if self._gold.is_correcting:
            raise InvalidInput("The correction of the gold is not saved.", hint="Save it, or cancel it.")
        self._tab = tab
        self._render()

    def _show_submissions_of(self, trainee: str) -> None:
        self._submissions.only(trainee)
        self._show_tab("submissions")

    def _view(self, evaluation_label: int) -> None:
        from annowidgets.widgets.comparison import Comparison

        task = self._submissions.task_of(evaluation_label)
        self.show_instead(lambda back: Comparison(self.training, task, evaluation_label=evaluation_label, on_back=back))

    def _do(self, done: tuple[Content, list[str]]) -> None:
        said, notices = done
        self.refresh()
        self._say(said, notices)

    def _say(self, said: Content, notices: list[str]) -> None:
        meaning: Meaning = "warn" if notices else "ok"
        self.say(join([part for part in (said, *notices) if part], "\n"), meaning)

    def _save_function(self) -> None:
        said = self._settings.save()
        self.refresh()
        self.say(said)

    def _recalculate(self) -> None:
        self.say("Re-calculating every submission …", "mute")
        moves = self._settings.recalculate()
        self.refresh()
        self._settings.show_recalculated(moves)
        self.say(f"The scores of {counted(len(moves), 'round')} are re-calculated; the old ones are kept.")

    def _correct(self, item: str) -> None:
        self._gold.begin(item)
        # 1 to 9 choose a class now
        self.bind_keys(_CORRECTING_KEYS, more=EDITOR_KEYS)
        self._render_frame()
        self._focus.lead_to(".aw-ed-stage")

    def _save_gold(self, reason: str) -> None:
        if self._gold.is_correcting:
            done = self._gold.save(reason)
            self.bind_keys(_KEYS)
            self._do(done)

    def _cancel_gold(self) -> None:
        self._gold.put_away()
        self.bind_keys(_KEYS)
        self._render()

    def _begin_export(self, path: str) -> None:
        if self._export is not None and self._export.state == "running":
            raise InvalidInput("An export is running.", hint="Wait for its end, or cancel it.")
        name = path.strip()
        if not name:
            raise InvalidInput("The file has no name.", hint="For example evaluation_labels.csv")
        try:
            file = Path(name).expanduser()
        except RuntimeError as error:
            raise InvalidInput(f"{name!r:.60} names nobody's folder.", hint="Write the whole path.") from error
        self._export = Export(self.training, file, on_change=self.guarded(self._show_export))
        self._exports += 1
        self.tools.show(self._tools())
        self._show_export()
        self._export.start()

    def _cancel_export(self) -> None:
        if self._export is not None:
            self._export.cancel()

    def _end_export(self) -> None:
        if self._export is not None and self._export.state != "running":
            self._export = None
        self._show_export()

    # --- what is shown

    def refresh(self) -> None:
        """Read the training again."""
        self._reading, self._is_old = Reading(self.training), False
        self._changes = self.training.workspace.changes()
        begun = time.perf_counter()
        self._render()
        self._seconds = time.perf_counter() - begun

    def _look_again(self) -> None:
        """After others did something: show it, or say that there is more where showing it takes long."""
        if self.training.workspace.changes() == self._changes:
            return  # what was done here is shown already
        trying = self._tab == "settings" and self._settings.is_changed
        if self._own or trying or self._gold.is_correcting or self._seconds > _QUICK:
            self._is_old = True
            self._render_frame()
        else:
            self.refresh()

    def _render(self) -> None:
        reading = self._reading
        if self._tab == "overview":
            self._overview.show(reading, waits=self._waits())
        elif self._tab == "submissions":
            self._submissions.show(reading)
        elif self._tab == "settings":
            self._settings.show(reading, refusal=self._why_not(Permission.EDIT_BENCHMARK))
        elif self._tab == "team":
            refusal, no_clone = self._why_not(Permission.RUN_BATCHES), self._why_not(Permission.EDIT_BENCHMARK)
            self._team.show(reading, refusal=refusal, no_clone=no_clone)
        elif self._may_see_gold:
            self._gold.show(reading, refusal=self._why_not(Permission.EDIT_BENCHMARK))
        self._render_frame()

    def _render_frame(self) -> None:
        reading = self._reading
        people = reading.scores["trainee"].nunique()
        tasks = int(reading.scores["tasks"].max()) if people else len(self.training.items())
        version = reading.cohort.version
        waits = chip(f"function v{reading.newest_version} waits", "warn") if reading.pending is not None else None
        self.set_title(
            f"{reading.name} · Training",
            tag(
                "span",
                f"{counted(people, 'trainee')} · {counted(tasks, 'task')} each · function v{version}",
                class_="aw-mute aw-num",
            ),
            waits,
            chip("there is more: Refresh", "warn") if self._is_old else None,
            chip("closed") if reading.state == "archived" else None,
        )
        self.tools.show(None if self._gold.is_correcting else self._tools())
        self._tabs.show(_tab_buttons(self._tab))
        self._show_export()
        # what follows from a slider is beside it
        (self.remove_class if self._tab == "settings" else self.add_class)("aw-tabular")
        self.put_messages_over_picture(self._gold.is_correcting)
        main, side = self._shown()
        if self.main.children != main:
            self.main.children = main
        if self.side.children != side:
            self.side.children = side
        self.footer.show(self._gold.footer() if self._tab == "gold" else None)

    def _shown(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        if self._tab == "gold" and not self._may_see_gold:
            self._no_gold.show(tag("p", self._why_not(Permission.VIEW_GOLD), class_="aw-mute"))
            return (self._no_gold,), ()
        parts: dict[str, Any] = {
            "overview": self._overview,
            "submissions": self._submissions,
            "settings": self._settings,
            "team": self._team,
            "gold": self._gold,
        }
        return parts[self._tab].main, parts[self._tab].side

    def _waits(self) -> Content:
        """What the lead should look at next."""
        parts: list[Content] = []
        if self._reading.pending is not None:
            said = f"Version {self._reading.newest_version} of the function is saved and counts for nobody yet."
            go = tag("div", button("Look what it would change", "tab", "settings"), class_="aw-row")
            parts.append(section("Function", tag("p", said), go))
        if self._may_see_gold:
            parts.append(suspects_section(self._reading))
        return parts

    def _tools(self) -> Html:
        running = self._export is not None and self._export.state == "running"
        refusal = self._why_not(Permission.READ_ALL, archived=True) or ("An export is running" if running else None)
        exporting = export_form(proposed_file(self._reading.name), self._exports, refusal=refusal)
        back = button("Back", "back") if self._on_back else None
        return tag("div", back, button("Refresh", "refresh", shortcut="G"), exporting, class_="aw-row aw-tools-row")

    def _show_export(self) -> None:
        export = self._export
        self._export_line.layout.display = "none" if export is None else None
        self._export_line.show(None if export is None else export.told())
        if export is not None and export.state != "running":
            self.tools.show(self._tools())

    # --- who may what

    def _why_not(self, permission: Permission, *, archived: bool = False) -> str | None:
        refusal = why_not(self.training, permission)
        return None if archived and self._reading.state == "archived" else refusal

    @property
    def _may_see_gold(self) -> bool:
        return self._why_not(Permission.VIEW_GOLD, archived=True) is None

    # --- the end, and without a kernel

    def close(self) -> None:
        """Close the screen with all its parts; an export that runs goes on."""
        if hasattr(self, "_gold"):  # ipywidgets closes those too that were refused while they were made
            for tab in (self._overview, self._submissions, self._settings, self._team, self._gold):
                tab.close()
            self._no_gold.close()
        super().close()

    def summary(self) -> Html:
        """The trainees with their figures."""
        reading = Reading(self.training)
        told = {"Training": reading.name, "Function": f"version {reading.cohort.version}"}
        rows = [row[:-1] for row in trainee_rows(reading, [])[:]]
        table = table_html(columns([])[:-1], rows, caption="Trainees", empty="No trainee yet.")
        return Html(pairs(told) + table)


def _tab_buttons(now: str) -> Html:
    buttons = [
        tag(
            "button",
            said,
            [" ", tag("kbd", place)],
            type="button",
            data_act="tab",
            data_key=name,
            aria_current="page" if name == now else None,
        )
        for place, (name, said) in enumerate(TABS.items(), start=1)
    ]
    return tag("nav", buttons, class_="aw-tabs", aria_label="Parts of the dashboard")
