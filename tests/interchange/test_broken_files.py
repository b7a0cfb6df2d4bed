"""Files of every format broken in every way: what comes is a data set or an error of ours, never another one."""

from __future__ import annotations

import copy
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from annowidgets.errors import InvalidInput
from annowidgets.interchange import ImportedDataset, read_dataset
from annowidgets.labels import Answer, Label, Ontology
from tests.interchange import samples

BROKEN = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
ODD_TEXTS = ["", "-1", "1e999", "nan", "0", "x", "1,2", ";", "99999999999", "é", " ", "None", "1" * 400]
ODD_VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    1.5,
    1e308,
    2**70,
    "",
    "x",
    [],
    {},
    [[]],
    [None],
    {"": 1},
    [[1, 2]],
    [1e400],
    "1" * 400,
]


def read_as_ours(path: Path, format: str) -> ImportedDataset | None:
    """The data set, None where it was refused by an error of the family that names a file."""
    refused: InvalidInput | None = None
    try:
        dataset = read_dataset(path, format=format.partition("_")[0], progress=False)
    except InvalidInput as error:
        refused = error
    if refused is not None:
        assert str(path if path.is_dir() else path.parent) in str(refused), "the error names the place"
        return None
    assert all(isinstance(label, (Label, Answer)) for one in dataset.labelled for label in one.labels)
    assert all(one.reason and one.what for one in dataset.skipped)
    try:
        ontology = dataset.ontology
    except InvalidInput:
        ontology = None  # A class and a question of one name, for example.
    assert ontology is None or isinstance(dataset.fitted(ontology), ImportedDataset)
    assert ontology is None or isinstance(ontology, Ontology)
    return dataset


@pytest.mark.parametrize("format", ["coco", "labelme"])
@BROKEN
@given(seed=st.integers(0, 2**32), times=st.integers(1, 3))
def test_json_with_other_values_in_any_place(tmp_path: Path, format: str, seed: int, times: int) -> None:
    draw = random.Random(seed)
    plain = copy.deepcopy(samples.coco() if format == "coco" else samples.labelme())
    for _ in range(times):
        holders = [holder for holder in holders_in(plain) if holder]
        holder = draw.choice(holders)
        key = draw.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        if draw.random() < 0.7:
            holder[key] = copy.deepcopy(draw.choice([*ODD_VALUES, *holders]))
        else:
            del holder[key]
    read_as_ours(samples.write_sample(format, tmp_path, json.dumps(plain).encode()), format)


def holders_in(plain: Any) -> list[Any]:
    """All lists and mappings in a plain value."""
    if not isinstance(plain, (list, dict)):
        return []
    inner = plain.values() if isinstance(plain, dict) else plain
    return [plain, *(holder for one in inner for holder in holders_in(one))]


@pytest.mark.parametrize("format", ["cvat", "cvat_video", "labelme_xml"])
@BROKEN
@given(seed=st.integers(0, 2**32), times=st.integers(1, 3))
def test_xml_with_other_texts_in_any_place(tmp_path: Path, format: str, seed: int, times: int) -> None:
    draw = random.Random(seed)
    path = samples.write_sample(format, tmp_path)
    text = path.read_text()
    for _ in range(times):
        places = list(re.finditer(r'(?<=")[^"<>]*(?=")|(?<=>)[^<>]+(?=<)|<\w+[^<>]*/>|(?<=<)\w+(?= )', text))
        place = draw.choice(places)
        text = text[: place.start()] + draw.choice(ODD_TEXTS) + text[place.end() :]
    path.write_text(text)
    read_as_ours(path, format)


@pytest.mark.parametrize("format", ["yolo", "yolo_names"])
@BROKEN
@given(seed=st.integers(0, 2**32), times=st.integers(1, 3))
def test_text_with_other_words_in_any_place(tmp_path: Path, format: str, seed: int, times: int) -> None:
    draw = random.Random(seed)
    text = samples.YOLO if format == "yolo" else samples.DATA_YAML
    for _ in range(times):
        place = draw.choice(list(re.finditer(r"[^\s:]+|[:\s]+", text)))
        odd = draw.choice([*ODD_TEXTS, "[a, b", "{0: x}", "- a", "'", '"', "#", "names:", "kpt_shape: [1, 3]\n"])
        text = text[: place.start()] + odd + text[place.end() :]
    read_as_ours(samples.write_sample(format, tmp_path, text.encode()), format)


@pytest.mark.parametrize("format", ["coco", "labelme", "cvat", "cvat_video", "labelme_xml", "yolo", "yolo_names"])
@BROKEN
@given(content=st.binary(max_size=60), at=st.floats(0, 1))
@example(b"", 0.0)
@example(b"\xff\xfe", 0.0)
@example(b"\x00", 0.5)
@example(b"[" * 5000, 0.0)
def test_bytes_written_over_or_a_file_cut_short(tmp_path: Path, format: str, content: bytes, at: float) -> None:
    path = samples.write_sample(format, tmp_path)
    file = path / {"yolo": "a.txt", "yolo_names": "data.yaml"}[format] if path.is_dir() else path
    whole = file.read_bytes()
    start = int(at * len(whole))
    over = whole[:start] + content + whole[start + len(content) :]
    for broken in (over, whole[:start]):
        read_as_ours(samples.write_sample(format, tmp_path, broken), format)
