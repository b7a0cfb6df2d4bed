"""Run lengths, held against pycocotools and numpy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pycocotools import mask as coco

from annowidgets.errors import InvalidShape
from annowidgets.labels import Bitmask
from annowidgets.labels.run_lengths import decode, encode
from tests.labels import strategies

# pycocotools is written for an older numpy; what it computes is right.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

Mask = np.ndarray[Any, np.dtype[np.bool_]]


def coco_counts(mask: Mask) -> str:
    return str(coco.encode(np.asfortranarray(mask, np.uint8))["counts"], "ascii")


def coco_form(bitmask: Bitmask) -> Any:
    return {"size": list(bitmask.size), "counts": bitmask.counts}


@given(strategies.masks())
def test_a_mask_is_written_as_pycocotools_writes_it_and_comes_back(mask: Mask) -> None:
    bitmask = Bitmask.from_array(mask)
    assert bitmask.counts == coco_counts(mask)
    assert bitmask.size == mask.shape
    assert np.array_equal(bitmask.to_array(), mask)
    assert np.array_equal(bitmask.to_array(), coco.decode(coco_form(bitmask)))
    assert bitmask == Bitmask(mask.shape, coco_counts(mask)) == Bitmask(mask.shape, coco_counts(mask).encode())
    assert bitmask.to_array().dtype == bool


@given(strategies.masks(), st.sampled_from([np.uint8, np.int64, np.uint16]))
def test_integers_other_than_0_are_pixels(mask: Mask, dtype: Any) -> None:
    assert Bitmask.from_array(mask.astype(dtype) * 7) == Bitmask.from_array(mask) == Bitmask.from_array(mask.tolist())


@given(strategies.masks())
def test_the_box_is_that_of_numpy_and_of_pycocotools(mask: Mask) -> None:
    bitmask = Bitmask.from_array(mask)
    rows, columns = np.nonzero(mask)
    x0, y0, x1, y1 = bitmask.bounds()
    assert (x0, y0, x1, y1) == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert [x0, y0, x1 - x0, y1 - y0] == coco.toBbox(coco_form(bitmask)).tolist()
    assert decode(bitmask.counts)[1::2].sum() == coco.area(coco_form(bitmask)) == mask.sum()


# pycocotools overruns its buffer where every number takes six characters, from 2**24 on.
@given(st.lists(st.integers(0, 2**23), min_size=1, max_size=12))
def test_run_lengths_are_written_and_read_as_pycocotools_does(runs: list[int]) -> None:
    text = coco.frPyObjects({"size": [sum(runs), 1], "counts": runs}, sum(runs), 1)["counts"].decode("ascii")
    assert decode(text).tolist() == runs
    assert encode(np.array(runs)) == text


@given(st.lists(st.one_of(st.integers(0, 40), st.integers(0, 2**31 - 1)), min_size=1, max_size=12))
def test_run_lengths_up_to_the_largest_picture_come_back(runs: list[int]) -> None:
    assert decode(encode(np.array(runs))).tolist() == runs


@given(st.lists(st.integers(0, 3), min_size=2, max_size=12).filter(lambda runs: sum(runs[1::2]) > 0))
def test_another_spelling_of_the_same_pixels_is_the_same_mask(runs: list[int]) -> None:
    size = (sum(runs), 1)
    given_so = Bitmask(size, runs)
    assert given_so == Bitmask.from_array(given_so.to_array())
    assert np.array_equal(given_so.to_array(), coco.decode(coco.frPyObjects({"size": size, "counts": runs}, *size)))
    assert given_so == Bitmask(size, np.array(runs)) == Bitmask(size, tuple(runs))


CHARACTERS = "".join(map(chr, range(48, 112)))


def spelled(value: int, length: int) -> str:
    """A number of the format in at least ``length`` characters, more than it needs if wanted."""
    codes = []
    while len(codes) < length or not -(16 << 5 * len(codes) - 5) <= value < 16 << 5 * len(codes) - 5:
        codes.append((value >> 5 * len(codes)) & 0x1F | 0x20)
    codes[-1] &= 0x1F
    return "".join(chr(code + 48) for code in codes)


@given(
    st.lists(st.integers(0, 90), min_size=2, max_size=9).filter(lambda runs: sum(runs[1::2]) > 0),
    st.lists(st.integers(1, 4), min_size=9, max_size=9),
)
def test_numbers_in_more_characters_than_needed_are_read_as_pycocotools_reads_them(
    runs: list[int], lengths: list[int]
) -> None:
    differences = [run if place < 3 else run - runs[place - 2] for place, run in enumerate(runs)]
    text = "".join(spelled(value, length) for value, length in zip(differences, lengths, strict=False))
    size = (sum(runs), 1)
    assert Bitmask(size, text) == Bitmask(size, runs)
    assert np.array_equal(Bitmask(size, text).to_array(), coco.decode({"size": size, "counts": text}))


@given(st.text(st.characters(max_codepoint=200), max_size=6), st.integers(0, 200))
def test_text_of_other_characters_is_refused(text: str, code: int) -> None:
    assume(chr(code) not in CHARACTERS)
    with pytest.raises(InvalidShape):
        Bitmask((1, 1), text + chr(code))


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1), (5, 4)])
def test_full_masks_and_single_pixels_come_back(size: tuple[int, int]) -> None:
    full = Bitmask.from_array(np.ones(size, bool))
    assert full.to_array().all()
    assert full.bounds() == (0, 0, size[1], size[0])
    for row, column in np.ndindex(size):
        mask = np.zeros(size, bool)
        mask[row, column] = True
        pixel = Bitmask.from_array(mask)
        assert np.array_equal(pixel.to_array(), mask)
        assert pixel.bounds() == (column, row, column + 1, row + 1)


def test_real_masks_are_read_as_pycocotools_reads_them(shared: Path) -> None:
    coded = 0
    for path in sorted((shared / "data/importers/coco_dataset").rglob("*.json")):
        for annotation in json.loads(path.read_text()).get("annotations", []):
            mask = annotation.get("segmentation")
            if isinstance(mask, dict):
                packed = coco.frPyObjects(mask, *mask["size"])
                bitmask = Bitmask(mask["size"], mask["counts"])
                assert np.array_equal(bitmask.to_array(), coco.decode(packed))
                assert bitmask == Bitmask(packed["size"], packed["counts"])
                coded += 1
    assert coded == 10


def test_outlines_of_real_photos_as_masks_are_written_as_pycocotools_writes_them(shared: Path) -> None:
    dataset = json.loads((shared / "data/coco3/dataset/gt_dataset.json").read_text())
    sizes = {image["id"]: (image["height"], image["width"]) for image in dataset["images"]}
    for annotation in dataset["annotations"]:
        packed = coco.merge(coco.frPyObjects(annotation["segmentation"], *sizes[annotation["image_id"]]))
        mask = coco.decode(packed)
        assert Bitmask.from_array(mask).counts.encode() == packed["counts"]
        assert np.array_equal(Bitmask(packed["size"], packed["counts"]).to_array(), mask)
