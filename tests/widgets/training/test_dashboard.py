"""The dashboard of a training, through the acts that its buttons set off, against the tables of the workflow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import annowidgets as aw
from annowidgets.errors import InvalidInput, PermissionDenied
from annowidgets.widgets.comparison import Comparison
from annowidgets.widgets.training.dashboard import TABS, TrainingDashboard
from annowidgets.workflow.training import TrainingProject
from tests.widgets.training.conftest import PASS_MARK, events, message
from tests.workflow.building import Team, without_notices
from tests.workflow.training.building import GOLD, new_training, seen_by, shifted, work_off


def row(html: str, name: str) -> str:
    """The cells of a row, as markup."""
    found = re.search(rf'<tr><th scope="row">{re.escape(name)}(.*?)</tr>', html)
    assert found is not None, html
    return found[1]


def overview(screen: TrainingDashboard) -> str:
    table = screen._overview._table
    assert table is not None
    return table.html


# --- overview


def test_each_trainee_stands_with_progress_score_interval_time_and_whether_they_passed(
    dashboard: TrainingDashboard, cohort: TrainingProject
) -> None:
    scores = cohort.scores().set_index("trainee")
    html = overview(dashboard)
    for name in ("uma", "vic", "wim", "yolo"):
        told = scores.loc[name]
        assert f'<td class="aw-right">{told["score"]:.1f}</td>' in row(html, name)
        assert f"<span>{told['submitted']} / {told['tasks']}</span>" in row(html, name)
    low, high = scores.loc["uma", ["low", "high"]]
    assert f"from {low:.1f} to {high:.1f}; pass mark {PASS_MARK:g}" in row(html, "uma")
    assert f'x1="{low:.2f}" x2="{high:.2f}"' in row(html, "uma")
    assert '<span class="aw-ok">yes</span>' in row(html, "uma")
    assert '<span class="aw-bad">no</span>' in row(html, "vic")
    assert '<span class="aw-mute">open</span>' in row(html, "wim")
    assert "<td></td>" in row(html, "xia")  # no score, no interval
    assert '<span class="aw-chip">model</span>' in row(html, "yolo")
    assert ">01:15<" in row(html, "uma")  # 30, 60, 90, 120 seconds
    assert html.index("uma") < html.index("vic") < html.index("xia")  # the best first


def test_columns_of_classes_hold_the_mean_points(dashboard: TrainingDashboard, cohort: TrainingProject) -> None:
    by_class = cohort.scores(by="class").set_index(["trainee", "category"])["score"]
    html = overview(dashboard)
    heads = re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', html)
    assert heads[4:6] == ["RBC", "WBC"]  # the benchmark has most of the first
    cells = re.findall(r'<td class="aw-right">([^<]*)</td>', row(html, "vic"))
    assert cells[1:3] == [f"{by_class['vic', name]:.0f}" for name in ("RBC", "WBC")]


def test_the_panel_tells_the_function_and_what_waits(dashboard: TrainingDashboard, cohort: TrainingProject) -> None:
    panel = dashboard._overview._panel
    assert "overlap 50 %, class 50 %" in panel.html
    assert f"<dd>{len(cohort.evaluation_labels())}</dd>" in panel.html
    assert "is saved and counts for nobody yet" not in panel.html
    cohort.amend_benchmark(iou=1, category=0)
    dashboard.act("refresh")
    assert "Version 2 of the function is saved and counts for nobody yet." in panel.html
    assert "function v2 waits" in dashboard._title.html


def test_figures_are_drawn_when_they_are_asked_for_and_anew_after_a_refresh(dashboard: TrainingDashboard) -> None:
    figures = dashboard._overview._figures
    wanted = re.findall(r'data-image="([^"]+)"', figures.html)
    assert wanted == [
        f"{name} {theme}" for name in ("scores", "learning", "classes", "confusion") for theme in ("light", "dark")
    ]
    assert figures.images == {}
    figures._heard(None, {"picture": "scores dark"}, None)
    assert figures.images["scores dark"].startswith(b"\x89PNG")
    figures._heard(None, {"picture": "nothing dark"}, None)
    assert set(figures.images) == {"scores dark"}
    dashboard.act("refresh")
    assert figures.images == {}


def test_learning_curve_and_confusion_can_be_of_one_trainee(
    dashboard: TrainingDashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    from annowidgets import plots

    asked: list[object] = []
    monkeypatch.setattr(plots, "learning_curve", lambda frame, ax, trainee: asked.append(trainee))
    monkeypatch.setattr(plots, "confusion", lambda frame, ax: asked.append(int(frame.to_numpy().sum())))
    dashboard.act("trainee", "", "vic")
    assert '<option value="vic" selected>' in dashboard._overview._figures.html
    for name in ("learning", "confusion"):
        dashboard._overview._figures._heard(None, {"picture": f"{name} light"}, None)
    assert asked == ["vic", int(dashboard.training.confusion("vic").to_numpy().sum())]
    dashboard.act("trainee", "", "")
    assert '<option value="" selected>all trainees' in dashboard._overview._figures.html


# --- submissions


def test_all_labels_are_listed_where_there_are_few_and_filtered(
    dashboard: TrainingDashboard, cohort: TrainingProject
) -> None:
    dashboard.act("tab", "submissions")
    every = cohort.evaluation_labels()
    head = dashboard._submissions._head
    assert f"All {len(every)} evaluation labels." in head.html
    dashboard.act("filter", "trainee", "vic")
    dashboard.act("filter", "kind", "missing")
    left = every[(every["trainee"] == "vic") & (every["kind"] == "missing")]
    assert 0 < len(left) < len(every)
    assert f"All {len(every)} evaluation labels; {len(left)} of these are shown." in head.html
    assert dashboard._submissions._table.html.count('<th scope="row">') == len(left)
    dashboard.act("filter", "kind", "")
    dashboard.act("filter", "order", True)
    points = [
        float(text)
        for text in re.findall(
            r'<td class="aw-right">([\d.]+)</td><td class="aw-acts">', dashboard._submissions._table.html
        )
    ]
    assert points == sorted(points)
    assert points


def test_a9_of_many_labels_a_sample_is_shown_and_said(
    dashboard: TrainingDashboard, monkeypatch: pytest.MonkeyPatch, cohort: TrainingProject
) -> None:
    number = len(cohort.evaluation_labels())
    for module in ("reading", "submissions"):
        monkeypatch.setattr(f"annowidgets.widgets.training.{module}.SAMPLE", 5)
    dashboard.act("refresh")
    dashboard.act("tab", "submissions")
    assert (
        f"A sample of 5 of {number} evaluation labels, drawn at random; Export CSV holds all of them."
        in dashboard._submissions._head.html
    )
    shown = re.findall(r'data-act="view" data-key="(\d+)"', dashboard._submissions._table.html)
    assert [int(one) for one in shown] == cohort.evaluation_labels(sample=5)["evaluation_label"].tolist()


def test_a_label_opens_in_three_panes_and_leads_back(dashboard: TrainingDashboard, cohort: TrainingProject) -> None:
    dashboard.act("submissions_of", "vic")
    assert "vic" in dashboard._submissions._table.html
    assert 'scope="row">uma' not in dashboard._submissions._table.html
    label = cohort.evaluation_labels().query("trainee == 'vic'").iloc[0]
    dashboard.act("view", str(label["evaluation_label"]))
    other = dashboard.children[1]
    assert isinstance(other, Comparison)
    other.act("back")
    assert dashboard._submissions._table in dashboard.main.children


# --- settings


def test_a_moved_weight_scores_everybody_again_and_saves_nothing(
    dashboard: TrainingDashboard, cohort: TrainingProject
) -> None:
    before = events(cohort)
    dashboard.act("tab", "settings")
    settings = dashboard._settings
    assert "Version 1" in settings._head.html
    settings.form.move("iou", 0.9)
    told = cohort.what_if(iou=0.9, category=0.5).set_index("trainee")
    assert "What if" in settings._head.html
    for name in ("uma", "vic", "yolo"):
        cells = re.findall(r'<td class="aw-right">([^<]*)</td>', row(settings._table.html, name))
        assert cells[:2] == [f"{told.loc[name, 'before']:.1f}", f"{told.loc[name, 'after']:.1f}"]
    assert events(cohort) == before
    assert 'data-act="save_function">Save as version 2' in settings._acts.html
    assert re.search(r'data-act="recalculate" disabled title="Save what the sliders say first"', settings._acts.html)
    assert settings._figure.html == ""  # a figure at each step would hold the slider up


def test_a8_a_saved_version_waits_and_re_calculating_shows_before_and_after(
    dashboard: TrainingDashboard, cohort: TrainingProject
) -> None:
    dashboard.act("tab", "settings")
    dashboard._settings.form.move("iou", 1.0)
    dashboard._settings.form.move("category", 0.0)
    expected = cohort.what_if(iou=1, category=0)
    dashboard.act("save_function")
    assert "It counts for nobody" in message(dashboard)
    assert cohort.pending == aw.BenchmarkFunction(iou=1, category=0)
    assert "What version 2 would change" in dashboard._settings._head.html
    dashboard._look_again()  # the browser asks what is new: what was done here is not
    dashboard.act("recalculate")
    dashboard._look_again()
    assert cohort.pending is None
    assert "Re-calculated: version 1 → 2" in dashboard._settings._head.html
    uma = expected.set_index("trainee").loc["uma"]
    assert f"{uma['before']:.1f}" in row(dashboard._settings._table.html, "uma")
    assert f"{uma['after']:.1f}" in row(dashboard._settings._table.html, "uma")
    assert "function v2" in dashboard._title.html
    assert events(cohort)[-2:] == ["training.amend", "training.recalculate"]
    assert "The scores of 5 rounds are re-calculated" in message(dashboard)


def test_who_comes_to_pass_is_told_in_short(dashboard: TrainingDashboard, cohort: TrainingProject) -> None:
    dashboard.act("tab", "settings")
    form = dashboard._settings.form
    form.move("zero_below", 0.0)
    form.move("full_at", 0.05)
    moves = cohort.what_if(zero_below=0.0, full_at=0.05).set_index("trainee")
    assert moves.loc["vic", ["passed_before", "passed_after"]].tolist() == [False, True]
    before, after = (int(moves[name].fillna(value=False).sum()) for name in ("passed_before", "passed_after"))
    head = dashboard._settings._head.html
    assert f'<b class="aw-num">{before} → {after}</b> of 5 rounds passed' in head
    assert "; passes now: vic" in head
    dashboard.act("save_function")
    dashboard.act("recalculate")
    form.move("full_at", 1.0)
    assert "; no longer passes: " in dashboard._settings._head.html


def test_what_is_tried_out_stays_over_tabs_and_readings_until_it_is_discarded_or_others_amend(
    dashboard: TrainingDashboard, cohort: TrainingProject
) -> None:
    dashboard.act("tab", "settings")
    form = dashboard._settings.form
    form.move("iou", 0.9)
    dashboard.act("tab", "team")
    dashboard.act("refresh")
    dashboard.act("tab", "settings")
    assert form.function.iou == 0.9
    assert "What if" in dashboard._settings._head.html
    dashboard.act("discard_function")
    assert form.function == cohort.benchmark
    assert [one["value"] for one in form._sliders.sliders if one["name"] == "iou"] == [0.5]
    assert "discard_function" not in dashboard._settings._acts.html
    form.move("iou", 0.9)
    cohort.amend_benchmark(iou=0.2, category=0.8)
    dashboard.act("refresh")
    assert form.function == cohort.pending  # it was tried out on top of something else


def test_a_training_without_trainees_is_amended_and_re_calculated_too(golden: Team) -> None:
    screen = TrainingDashboard(new_training(golden, trainees=[]))
    screen.act("tab", "settings")
    screen._settings.form.move("iou", 0.9)
    screen.act("save_function")
    screen.act("recalculate")
    assert "The scores of 0 rounds are re-calculated" in message(screen)
    assert "Re-calculated: version 1 → 2" in screen._settings._head.html


def test_an_impossible_setting_is_refused_in_place_and_the_preview_stays(dashboard: TrainingDashboard) -> None:
    dashboard.act("tab", "settings")
    form = dashboard._settings.form
    form.move("zero_below", 0.6)
    shown = dashboard._settings._table.html
    form.move("full_at", 0.5)
    assert "zero_below 0.6 lies above full_at 0.5." in message(dashboard)
    assert dashboard._settings._table.html == shown
    assert form.function.full_at == 1.0


# --- team


def test_trainees_are_added_removed_and_get_new_rounds(dashboard: TrainingDashboard, cohort: TrainingProject) -> None:
    dashboard.act("tab", "team")
    dashboard.act("add_trainees", "0", {"trainees": "yan, zed\nyan", "allow_seen": False})
    assert "Added yan, zed: 4 tasks each." in message(dashboard)
    assert set(cohort.scores()["trainee"]) >= {"yan", "zed"}
    assert "yan" in dashboard._team._table.html
    dashboard.act("new_round", "uma", {"allow_seen": False})
    assert "Rule A12" in message(dashboard)
    dashboard.act("new_round", "uma", {"allow_seen": True})
    assert cohort.scores().query("trainee == 'uma'")["round"].tolist() == [1, 2]
    assert "uma<span" in dashboard._team._table.html.replace('scope="row">', "")
    dashboard.act("remove_trainee", "xia")
    assert "<td>removed</td>" in row(dashboard._team._table.html, "xia")
    dashboard.act("add_trainees", "1", {"trainees": " ,", "allow_seen": False})
    assert "No name is given." in message(dashboard)
    dashboard.act("add_trainees", "1", {"trainees": "lea", "allow_seen": False})
    assert "Rule A5" in message(dashboard)


def test_a_form_for_a_new_round_that_is_sent_twice_gives_one(
    dashboard: TrainingDashboard, cohort: TrainingProject
) -> None:
    dashboard.act("tab", "team")
    fields = {"round": "1", "allow_seen": True}
    assert '<input type="hidden" name="round" value="1">' in row(dashboard._team._table.html, "uma")
    dashboard.act("new_round", "uma", fields)
    dashboard.act("new_round", "uma", fields)
    assert "uma has round 2 already." in message(dashboard)
    assert cohort.scores().query("trainee == 'uma'")["round"].tolist() == [1, 2]
    dashboard.act("new_round", "uma", {**fields, "round": "2"})
    assert cohort.scores().query("trainee == 'uma'")["round"].tolist() == [1, 2, 3]


def test_the_join_snippet_can_be_run_by_a_trainee(dashboard: TrainingDashboard, cohort: TrainingProject) -> None:
    import html

    dashboard.act("tab", "team")
    assert cohort.join_snippet() in html.unescape(dashboard._team._panel.html)


def test_a_training_is_cloned_for_others(dashboard: TrainingDashboard, cohort: TrainingProject) -> None:
    dashboard.act("clone", "", {"name": "Second", "trainees": "yan"})
    assert cohort.workspace.training_project("Second").scores()["trainee"].tolist() == ["yan"]
    dashboard.act("clone", "", {"name": "Second", "trainees": ""})
    assert "There is a project &#x27;Second&#x27;." in message(dashboard)


# --- gold


@pytest.fixture
def suspected(cohort: TrainingProject, dashboard: TrainingDashboard) -> str:
    """An item that most fail, and the tab that says so."""
    for _ in range(2):
        with without_notices():
            cohort.new_round(["vic"], allow_seen=True)
        work_off(cohort, "vic", off=9.0)
    health = cohort.gold_health().set_index("item")
    dashboard.act("refresh")
    assert "Most trainees fail" in dashboard._overview._panel.html
    dashboard.act("tab", "gold")
    suspects = health.index[health["suspect"]].tolist()
    listed = re.findall(r'<th scope="row">(\w+)', dashboard._gold._table.html)
    assert listed[: len(suspects)] == suspects  # they come first
    return str(suspects[0])


def test_a3_gold_is_corrected_in_the_editor_and_every_submission_measured_again(
    cohort: TrainingProject, dashboard: TrainingDashboard, suspected: str
) -> None:
    dashboard.act("correct", suspected)
    assert message(dashboard) == ""
    bench = dashboard._gold._bench
    assert bench is not None
    assert bench.editor is not None
    assert dashboard.main.children == (bench.editor.stage,)
    assert dashboard._shortcuts.chords == ["ctrl+enter"]  # 1 to 9 choose a class
    dashboard.act("tab", "team")
    assert "The correction of the gold is not saved." in message(dashboard)
    bench.editor.set_labels([*bench.editor.labels, aw.Label("WBC", aw.BoundingBox(25, 18, 8, 8))])
    dashboard.act("save_gold", suspected, {"text": "One was forgotten."})
    assert f"The gold of {suspected} is corrected." in message(dashboard)
    assert "mean score" in message(dashboard)
    newest = cohort.gold_history(suspected)[-1]
    assert (newest.revision, newest.reason) == (2, "One was forgotten.")
    assert len(newest.labels) == len(cohort.gold_history(suspected)[0].labels) + 1
    assert dashboard.main.children == dashboard._gold.main
    assert "1" in dashboard._shortcuts.chords
    dashboard.act("save_gold", suspected, {"text": "A late key."})
    assert len(cohort.gold_history(suspected)) == 2


def test_a3_gold_that_another_lead_corrects_meanwhile_is_told_and_put_over_only_knowingly(
    dashboard: TrainingDashboard, cohort: TrainingProject
) -> None:
    dashboard.act("tab", "gold")
    dashboard.act("correct", "cell01")
    bench = dashboard._gold._bench
    assert bench is not None
    assert bench.editor is not None
    bench.editor.set_labels([*bench.editor.labels, aw.Label("WBC", aw.BoundingBox(25, 18, 8, 8))])
    cohort.correct_gold("cell01", labels=shifted(GOLD["cell01"], 1), reason="A pixel beside.")
    dashboard.act("save_gold", "cell01", {"text": "One was forgotten."})
    assert "revision 2 by lea (A pixel beside.)" in message(dashboard)
    assert "Save again" in message(dashboard)
    assert dashboard._gold._bench is bench
    assert len(cohort.gold_history("cell01")) == 2
    dashboard.act("save_gold", "cell01", {"text": "One was forgotten."})
    assert [gold.reason for gold in cohort.gold_history("cell01")] == [None, "A pixel beside.", "One was forgotten."]


def test_gold_that_is_saved_as_it_was_says_so(dashboard: TrainingDashboard, cohort: TrainingProject) -> None:
    dashboard.act("tab", "gold")
    dashboard.act("correct", "cell01")
    dashboard.act("save_gold", "cell01", {"text": "Nothing in fact."})
    assert "The gold says the same; no new revision was made." in message(dashboard)
    assert "is corrected" not in message(dashboard)
    assert len(cohort.gold_history("cell01")) == 1


def test_a3_gold_is_withdrawn_with_its_reason(
    cohort: TrainingProject, dashboard: TrainingDashboard, suspected: str
) -> None:
    dashboard.act("withdraw", suspected, {"text": "Blurred."})
    assert f"{suspected} is withdrawn." in message(dashboard)
    assert '<span class="aw-chip">withdrawn</span>' in row(dashboard._gold._table.html, suspected)
    assert cohort.gold(suspected).reason == "Blurred."
    dashboard.act("withdraw", suspected, {"text": "Again."})
    assert "Rule A3" in message(dashboard)


def test_a_second_press_on_correct_keeps_what_is_drawn(dashboard: TrainingDashboard) -> None:
    dashboard.act("tab", "gold")
    dashboard.act("correct", "cell01")
    bench = dashboard._gold._bench
    dashboard.act("correct", "cell01")
    dashboard.act("correct", "cell02")
    assert dashboard._gold._bench is bench
    assert "A copy of the gold of <b>cell01</b>" in dashboard.footer.html


def test_a_correction_that_is_given_up_changes_nothing(dashboard: TrainingDashboard, cohort: TrainingProject) -> None:
    before = events(cohort)
    dashboard.act("tab", "gold")
    dashboard.act("correct", "cell01")
    assert "A copy of the gold of <b>cell01</b>" in dashboard.footer.html
    dashboard.act("cancel_gold")
    assert dashboard.footer.html == ""
    assert not dashboard._gold.is_correcting
    assert "cell01" in dashboard._gold._table.html
    assert events(cohort) == before


# --- export


def test_all_labels_are_written_in_the_background(
    dashboard: TrainingDashboard, cohort: TrainingProject, tmp_path: Path
) -> None:
    file = tmp_path / "all.csv"
    dashboard.act("export", "0", {"path": str(file)})
    export = dashboard._export
    assert export is not None
    export.wait(30)
    number = len(cohort.evaluation_labels())
    assert f"{number} evaluation labels written to {file}" in dashboard._export_line.html
    assert len(file.read_text().splitlines()) == number + 1
    dashboard.act("dismiss_export")
    assert dashboard._export_line.layout.display == "none"
    dashboard.act("export", "1", {"path": " "})
    assert "The file has no name." in message(dashboard)
    dashboard.act("export", "1", {"path": "~nobody-of-this-name/labels.csv"})
    assert "Write the whole path." in message(dashboard)


def test_a_cancelled_and_a_failed_export_say_so_and_leave_the_file(
    dashboard: TrainingDashboard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "all.csv"
    file.write_text("before")
    monkeypatch.setattr("annowidgets.widgets.training.export.threading.Thread.start", lambda thread: None)
    dashboard.act("export", "0", {"path": str(file)})
    export = dashboard._export
    assert export is not None
    dashboard.act("export", "0", {"path": str(file)})
    assert "An export is running." in message(dashboard)
    assert 'data-act="export" disabled title="An export is running"' in dashboard.tools.html
    dashboard.act("cancel_export")
    export._run()
    assert "The export was cancelled; nothing was written." in dashboard._export_line.html
    assert file.read_text() == "before"
    dashboard.act("export", "1", {"path": str(tmp_path / "no" / "folder.csv")})
    assert dashboard._export is not None
    dashboard._export._run()
    assert "The export failed" in dashboard._export_line.html


# --- people and states


def test_who_may_not_see_scores_is_refused_and_other_things_too(cohort: TrainingProject, golden: Team) -> None:
    with pytest.raises(PermissionDenied):
        TrainingDashboard(seen_by(cohort, "uma"))
    with pytest.raises(InvalidInput, match="takes a training project, got Project"):
        TrainingDashboard(golden("lea"))  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="no argument 'trainng'"):
        TrainingDashboard(trainng=cohort)  # type: ignore[call-arg]


def test_a_team_manager_sees_the_scores_not_the_gold_and_can_change_the_team_only(cohort: TrainingProject) -> None:
    cohort.add_member("mo", role="team_manager")
    screen = TrainingDashboard(seen_by(cohort, "mo"))
    assert "uma" in overview(screen)
    screen.act("tab", "gold")
    (told,) = screen.main.children
    assert "may not" in told.html or "admin" in told.html
    screen.act("correct", "cell01")
    assert 'role="alert"' in message(screen)
    screen.act("tab", "settings")
    assert "disabled" in screen._settings._acts.html
    assert not screen._settings.form._sliders.enabled
    screen.act("tab", "team")
    screen.act("add_trainees", "0", {"trainees": "yan", "allow_seen": False})
    assert "Added yan" in message(screen)
    assert "Clone this training" not in screen._team._panel.html


def test_a_closed_training_can_be_read_and_exported_and_not_changed(cohort: TrainingProject, tmp_path: Path) -> None:
    cohort.close()
    screen = TrainingDashboard(cohort)
    assert '<span class="aw-chip">closed</span>' in screen._title.html
    screen.act("tab", "settings")
    assert "is archived: it can be read, not changed" in screen._settings._acts.html
    screen.act("tab", "gold")
    assert "cell00" in screen._gold._table.html
    screen.act("export", "0", {"path": str(tmp_path / "all.csv")})
    assert screen._export is not None
    screen._export.wait(30)
    assert "written to" in screen._export_line.html


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_of_a_training_without_trainees_or_submissions_says_that_there_is_nothing(
    golden: Team, tab: str
) -> None:
    for trainees in ([], ["uma"]):
        screen = TrainingDashboard(new_training(golden, name=f"T{len(trainees)}", trainees=trainees))
        screen.act("tab", tab)
        assert message(screen) == ""
        for name in ("scores", "learning", "classes", "confusion"):
            if trainees:
                assert screen._overview._draw(f"{name} light")
        screen.close()


def test_what_others_submit_is_shown_and_what_is_being_tried_out_stays(
    dashboard: TrainingDashboard, cohort: TrainingProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annowidgets.widgets.training.dashboard._QUICK", 3600.0)  # however slow the machine is
    work_off(cohort, "xia", limit=1)
    dashboard._look_again()
    assert "<span>1 / 4</span>" in row(overview(dashboard), "xia")
    dashboard.act("tab", "settings")
    dashboard._settings.form.move("iou", 0.9)
    work_off(cohort, "xia", limit=1)
    dashboard._look_again()
    assert dashboard._settings.form.function.iou == 0.9
    assert "there is more: Refresh" in dashboard._title.html
    dashboard.act("refresh")
    assert "there is more" not in dashboard._title.html


def test_where_reading_takes_long_the_dashboard_says_that_there_is_more(
    dashboard: TrainingDashboard, cohort: TrainingProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annowidgets.widgets.training.dashboard._QUICK", 0.0)
    work_off(cohort, "xia", limit=1)
    dashboard._look_again()
    assert "there is more: Refresh" in dashboard._title.html
    assert "<span>0 / 4</span>" in row(overview(dashboard), "xia")
    dashboard.act("refresh")
    assert "<span>1 / 4</span>" in row(overview(dashboard), "xia")


def test_closing_the_screen_closes_the_parts_of_every_tab(cohort: TrainingProject) -> None:
    screen = TrainingDashboard(cohort)
    parts = [
        *screen._overview.main,
        *screen._submissions.main,
        *screen._settings.main,
        screen._settings.form._sliders,
        *screen._team.main,
        *screen._gold.main,
    ]
    screen.close()
    assert all(part.comm is None for part in parts)


def test_a_viewer_without_a_kernel_sees_the_figures(dashboard: TrainingDashboard, cohort: TrainingProject) -> None:
    text = dashboard._repr_mimebundle_()["text/html"]
    assert f"{cohort.scores().set_index('trainee').loc['uma', 'score']:.1f}" in text
    assert "data-act" not in text
