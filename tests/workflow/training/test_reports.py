"""A9 and the figures: scores are what scoring.md says, computed here anew; tables, samples and the CSV agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import annowidgets as aw
from annowidgets.errors import InvalidInput, InvalidLabels, NotFound, RuleViolation
from annowidgets.workflow.csv import csv_lines
from annowidgets.workflow.training import TrainingProject
from tests.workflow.building import Team, cell
from tests.workflow.training.building import GOLD, answer, new_training, seen_by

COLUMNS = [
    *("evaluation_label", "measurement_id", "task", "item", "trainee", "round", "frame", "kind"),
    *("benchmark_label", "trainee_label", "benchmark_category", "trainee_category", "question"),
    *("similarity", "attribute_agreement", "points", "importance", "concepts", "difficulty"),
    *("function_version", "gold_revision"),
]


def overlap(one: aw.Label, other: aw.Label) -> float:
    a, b = one.shape, other.shape
    width = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    height = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    both = max(width, 0) * max(height, 0)
    return both / (a.width * a.height + b.width * b.height - both)


def points_by_hand(gold: list[aw.Label], given: list[aw.Label]) -> list[float]:
    """Section 5 of the scoring for boxes that overlap one other box at most: IoU and category weigh the same."""
    points, left = [], list(given)
    for label in gold:
        near = max(left, key=lambda other: overlap(label, other), default=None)
        if near is None or overlap(label, near) < 0.05:
            points.append(0.0)
            continue
        left.remove(near)
        if overlap(label, near) < 0.3:  # one missing and one extra
            points += [0.0, 0.0]
        else:
            points.append(100 * (0.5 * overlap(label, near) + 0.5 * (label.category == near.category)))
    return points + [0.0] * len(left)


@pytest.fixture
def worked(golden: Team) -> tuple[TrainingProject, dict[str, dict[str, list[aw.Label]]]]:
    """Two trainees with all kinds of mistakes, and what they submitted."""
    training = new_training(golden)
    rng = np.random.default_rng(3)
    given: dict[str, dict[str, list[aw.Label]]] = {}
    for user in ("uma", "vic"):
        given[user] = {}
        while task := seen_by(training, user).next_task():
            labels = []
            for label in GOLD[task.item.name]:
                box = label.shape
                if rng.random() < 0.2:
                    continue
                category = "WBC" if rng.random() < 0.2 else label.category
                x, y = box.x + rng.uniform(-2, 6), box.y + rng.uniform(-1, 3)
                labels.append(cell(x, y, box.width, box.height, category))
            if rng.random() < 0.4:
                labels.append(cell(36, 1, 3, 3))
            task.submit(labels)
            given[user][task.item.name] = labels
    return training, given


def test_scores_are_what_a_computation_by_hand_gives(
    worked: tuple[TrainingProject, dict[str, dict[str, list[aw.Label]]]],
) -> None:
    training, given = worked
    by_task = training.scores("task")
    scores = training.scores().set_index("trainee")
    for user, submissions in given.items():
        expected = {}
        for item, labels in submissions.items():
            points = points_by_hand(GOLD[item], labels)
            expected[item] = sum(points) / len(points)
            rows = training.evaluation_labels()
            own = rows[(rows["trainee"] == user) & (rows["item"] == item)]
            assert sorted(own["points"]) == pytest.approx(sorted(points), abs=1e-9)
        found = by_task[by_task["trainee"] == user].set_index("item")["score"]
        assert found.to_dict() == pytest.approx(expected, abs=1e-9)
        assert scores.loc[user, "score"] == pytest.approx(np.mean(list(expected.values())), abs=1e-9)
        in_order = [task.score for task in training.tasks(user=user)]
        draws = np.random.default_rng(0).integers(0, 4, (2000, 4))
        low, high = np.percentile(np.array(in_order)[draws].mean(axis=1), [2.5, 97.5])
        assert scores.loc[user, ["low", "high"]].tolist() == pytest.approx([low, high], abs=1e-9)


def test_every_score_is_the_function_applied_to_its_measurements(
    worked: tuple[TrainingProject, dict[str, dict[str, list[aw.Label]]]],
) -> None:
    training, _ = worked
    with training.workspace.database.read() as connection:
        stored = connection.execute(
            "SELECT m.measurements, s.score, s.importance, s.labels FROM training_scores s "
            "JOIN measurements m ON m.task = s.task AND m.gold = s.gold"
        ).fetchall()
    assert len(stored) == 8
    for blob, score, importance, labels in stored:
        found = aw.benchmark.score(aw.benchmark.Measurements.from_bytes(blob), training.benchmark)
        assert (score, importance, labels) == (found.task_score, found.task_importance[0], len(found))


def test_evaluation_labels_have_the_columns_and_a_name_each(
    worked: tuple[TrainingProject, dict[str, dict[str, list[aw.Label]]]],
) -> None:
    rows = worked[0].evaluation_labels()
    assert rows.columns.tolist() == COLUMNS
    assert rows["evaluation_label"].is_unique
    assert rows["evaluation_label"].is_monotonic_increasing
    again = worked[0].evaluation_labels()
    assert again.equals(rows)
    one = rows.sample(1, random_state=0).iloc[0]
    assert worked[0].explain(one["evaluation_label"]).points == pytest.approx(one["points"])


def test_a9_a_sample_is_seeded_and_of_all_there_is(
    worked: tuple[TrainingProject, dict[str, dict[str, list[aw.Label]]]],
) -> None:
    training, _ = worked
    whole = training.evaluation_labels()
    for size in (1, 5, len(whole) - 1):
        sample = training.evaluation_labels(sample=size)
        chosen = np.sort(np.random.default_rng(0).choice(len(whole), size, replace=False))
        expected = whole.iloc[chosen].reset_index(drop=True)
        assert sample.astype(object).fillna("").equals(expected.astype(object).fillna(""))
    assert len(training.evaluation_labels(sample=500)) == len(whole)
    others = {tuple(training.evaluation_labels(sample=3, rng=seed)["evaluation_label"]) for seed in range(5)}
    assert len(others) > 1


def test_a9_the_csv_holds_all_with_the_same_numbers(
    worked: tuple[TrainingProject, dict[str, dict[str, list[aw.Label]]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    training, _ = worked
    monkeypatch.setattr("annowidgets.workflow.training.export._AT_ONCE", 3)
    whole = training.evaluation_labels()
    file = tmp_path / "all.csv"
    assert training.to_csv(file) == len(whole)
    assert "Writing" in capsys.readouterr().err
    read = pd.read_csv(file)
    assert read.columns.tolist() == COLUMNS
    for column in COLUMNS:
        ours, theirs = whole[column].astype(object), read[column].astype(object)
        assert ours.isna().tolist() == theirs.isna().tolist() or (ours.fillna("") == "").equals(theirs.isna()), column
        assert ours[theirs.notna()].tolist() == theirs[theirs.notna()].tolist(), column
    assert list(tmp_path.glob("*.part")) == []


def test_a9_the_csv_for_a_spreadsheet_has_no_formula_and_the_same_numbers(golden: Team, tmp_path: Path) -> None:
    training = new_training(golden, trainees=[])
    training.submit_predictions("=model", GOLD, progress=False)
    exact, guarded = tmp_path / "exact.csv", tmp_path / "guarded.csv"
    training.to_csv(exact, progress=False)
    training.to_csv(guarded, progress=False, spreadsheet=True)
    one, other = pd.read_csv(exact), pd.read_csv(guarded)
    assert set(one["trainee"]) == {"=model"}
    assert set(other["trainee"]) == {"'=model"}
    pd.testing.assert_frame_equal(one.drop(columns="trainee"), other.drop(columns="trainee"))


def test_a9_an_interrupted_export_leaves_what_was_there(
    worked: tuple[TrainingProject, dict[str, dict[str, list[aw.Label]]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    training, _ = worked
    file = tmp_path / "all.csv"
    file.write_text("before")

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("annowidgets.workflow.training.export.csv_lines", fail)
    with pytest.raises(KeyboardInterrupt):
        training.to_csv(file, progress=False)
    assert file.read_text() == "before"
    assert [path.name for path in tmp_path.glob("all*")] == ["all.csv"]


@pytest.mark.parametrize("path", [None, 5, "", ".", "no such folder/all.csv", "~nobody here/all.csv"])
def test_an_export_to_where_no_file_can_be_is_refused(
    training: TrainingProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match=r"path must name a file|can't be written"):
        training.to_csv(path, progress=False)  # type: ignore[arg-type]
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InvalidInput, match=r"folder\.csv can't be written"):
        training.to_csv(tmp_path / "folder.csv", progress=False)
    assert list(tmp_path.glob("*.part")) == list(tmp_path.parent.glob("*.part")) == []


@pytest.mark.parametrize("rng", ["a", -1, 1.5, {}])
def test_a9_what_is_no_seed_is_refused(training: TrainingProject, rng: object) -> None:
    with pytest.raises(InvalidInput, match="rng must be a seed"):
        training.evaluation_labels(sample=5, rng=rng)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="rng must be a seed"):
        training.items().sample(1, rng=rng)  # type: ignore[arg-type]


def test_an_export_of_nothing_has_its_header(training: TrainingProject, tmp_path: Path) -> None:
    assert training.to_csv(tmp_path / "none.csv", progress=False) == 0
    assert (tmp_path / "none.csv").read_text() == ",".join(COLUMNS) + "\n"


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
            st.floats(allow_nan=True, allow_infinity=False),
            st.integers(-(2**53), 2**53),
        ),
        min_size=1,
    )
)
@settings(max_examples=200)
def test_csv_reads_back_what_was_written(rows: list[tuple[str, float, int]]) -> None:
    import csv
    import io

    frame = pd.DataFrame(rows, columns=["a, b", "float", "int"])
    frame["category"] = pd.Categorical(frame["a, b"])
    frame["maybe"] = pd.array([None if number % 3 == 0 else number for number in frame["int"]], dtype="Int64")
    written = csv_lines(frame, header=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("annowidgets.workflow.csv._PEEK", 1)  # most columns count as ids then
        assert csv_lines(frame, header=True) == written
    guarded = list(csv.reader(io.StringIO(csv_lines(frame, header=True, spreadsheet=True), newline="")))
    read = list(csv.reader(io.StringIO(written, newline="")))
    assert guarded == [
        [f"'{one}" if one[:1] in "=+-@\t\r" and one and n in (0, 3) else one for n, one in enumerate(line)]
        for line in read
    ]
    assert read[0] == ["a, b", "float", "int", "category", "maybe"]
    for (text, real, whole), line in zip(rows, read[1:], strict=True):
        assert [line[0], line[2], line[3]] == [text, str(whole), text]
        assert line[1] == "" if np.isnan(real) else float(line[1]) == real
        assert line[4] == ("" if whole % 3 == 0 else str(whole))


def test_scores_are_parted_by_class_concept_and_difficulty(open_project: Team) -> None:
    team = open_project
    tags = {"cell00": (["border"], "easy"), "cell01": (["border", "pairs"], "hard"), "cell02": ([], None)}
    for task in team("lea").tasks(kind="calibration"):
        concepts, difficulty = tags[task.item.name]
        task.promote("training", concepts=concepts, difficulty=difficulty)
    training = new_training(team, trainees=["uma"])
    offs = {"cell00": 0, "cell01": 2, "cell02": 4}
    for task in seen_by(training, "uma").tasks():
        task.claim().submit([cell(2 + offs[task.item.name])])
    score = training.scores("task").set_index("item")["score"]
    by_concept = training.scores("concept").set_index("concept")
    assert by_concept["score"].to_dict() == pytest.approx(
        {"border": (score["cell00"] + score["cell01"]) / 2, "pairs": score["cell01"]}
    )
    assert by_concept["submitted"].to_dict() == {"border": 2, "pairs": 1}
    assert training.scores("difficulty").set_index("difficulty")["score"].to_dict() == pytest.approx(
        {"easy": score["cell00"], "hard": score["cell01"]}
    )
    by_class = training.scores("class")
    assert by_class[["trainee", "kind", "round", "category", "benchmark", "right"]].to_numpy().tolist() == [
        ["uma", "person", 1, "RBC", 3, 3]
    ]
    assert by_class.loc[0, "score"] == pytest.approx(score.mean())
    rows = training.evaluation_labels().set_index("item")
    assert rows["concepts"].to_dict() == {"cell00": "border", "cell01": "border, pairs", "cell02": ""}
    with pytest.raises(InvalidInput, match="clas"):
        training.scores("clas")


def test_confusion_counts_what_was_called_what(golden: Team) -> None:
    training = new_training(golden)
    for user in ("uma", "vic"):
        for task in seen_by(training, user).tasks():
            wrong = [cell(label.shape.x, label.shape.y, label.shape.width, label.shape.height) for label in
                     GOLD[task.item.name]]  # fmt: skip
            task.claim().submit(wrong if user == "vic" else GOLD[task.item.name])
    assert training.confusion("uma").loc["WBC"].to_dict() == {"RBC": 0, "WBC": 2, "(missing)": 0}
    assert training.confusion("vic").loc["WBC"].to_dict() == {"RBC": 2, "WBC": 0, "(missing)": 0}
    assert training.confusion().loc["WBC"].to_dict() == {"RBC": 2, "WBC": 2, "(missing)": 0}
    with pytest.raises(NotFound, match="vic"):
        training.confusion("vik")


def test_a_model_takes_the_same_exam_and_gets_the_same_report(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"])
    for task in seen_by(training, "uma").tasks():
        answer(task.claim(), off=1)
    predictions = {task.item.name: task.labels() for task in training.tasks(user="uma")}
    row = training.submit_predictions("yolo-v1", predictions, progress=False).iloc[0]
    person = training.scores().iloc[0]
    same = ["tasks", "submitted", "score", "low", "high", "passed", "seen", "function_version", "gold_revision"]
    # Tasks of a person stand in the same order, that of the benchmark.
    assert row[same].tolist() == person[same].tolist()
    assert (row["trainee"], row["kind"], row["round"]) == ("yolo-v1", "model", 1)
    assert training.tasks(user="yolo-v1").to_frame()["state"].unique().tolist() == ["submitted"]
    assert training.confusion("yolo-v1").equals(training.confusion("uma"))
    training.amend_benchmark(iou=3, category=1)
    assert training.recalculate()["trainee"].tolist() == ["uma", "yolo-v1"]
    again = training.submit_predictions("yolo-v1", predictions, progress=False)
    assert again["round"].tolist() == [2]
    assert again.loc[0, "score"] == training.scores().loc[0, "score"]


def test_a_model_that_lacks_predictions_is_refused_or_found_nothing(golden: Team, training: TrainingProject) -> None:
    some = {item: GOLD[item] for item in list(GOLD)[:3]}
    refused = golden.refuses(InvalidInput, lambda: training.submit_predictions("yolo", some, progress=False))
    assert "missing='empty'" in refused.hint
    row = training.submit_predictions("yolo", some, missing="empty", progress=False).iloc[0]
    assert row["score"] == 75
    golden.refuses(
        InvalidLabels, lambda: training.submit_predictions("yolo", some | {"cell03": [cell(99)]}, progress=False)
    )
    golden.refuses(NotFound, lambda: training.submit_predictions("yolo", {"cell99": []}, progress=False))
    for person in ("uma", "lea"):
        golden.refuses(RuleViolation, lambda p=person: training.submit_predictions(p, GOLD, progress=False), rule="A4")
    golden.refuses(InvalidInput, lambda: training.new_round("yolo"))
