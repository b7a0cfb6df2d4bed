"""One small valid data set per format, with all that the reader knows, for tests that break it."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 20, 30


def picture(path: Path, size: tuple[int, int] = (HEIGHT, WIDTH)) -> Path:
    """A grey picture of (height, width)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (size[1], size[0]), 99).save(path)
    return path


def png(mask: Any) -> str:
    """A mask as LabelMe keeps it: a PNG in base 64."""
    file = io.BytesIO()
    Image.fromarray(np.asarray(mask, bool)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def coco() -> dict[str, Any]:
    """A COCO data set with a box, outlines, both kinds of run lengths, a crowd, key points, a tag and attributes."""
    return {
        "info": {"description": "sample"},
        "images": [
            {"id": 1, "file_name": "a.png", "height": HEIGHT, "width": WIDTH},
            {"id": 2, "file_name": "b.png", "height": HEIGHT, "width": WIDTH},
        ],
        "categories": [
            {"id": 1, "name": "cell"},
            {"id": 2, "name": "tissue"},
            {"id": 3, "name": "hand", "keypoints": ["wrist", "thumb"], "skeleton": [[1, 2]]},
            {"id": 4, "name": "box"},
        ],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 1,
                "segmentation": [[1, 1, 6, 1, 6, 5], [10, 10, 14, 10, 14, 15, 10, 15]],
                "bbox": [1, 1, 13, 14],
                "area": 30.0,
                "iscrowd": 0,
                "attributes": {"kind": "round", "count": 3, "marks": ["x", "y"], "clear": True},
            },
            {
                "id": 2,
                "image_id": 1,
                "category_id": 2,
                "segmentation": {"size": [HEIGHT, WIDTH], "counts": [5, 10, HEIGHT * WIDTH - 15]},
                "bbox": [0, 5, 1, 10],
                "iscrowd": 1,
            },
            {
                "id": 3,
                "image_id": 2,
                "category_id": 2,
                "segmentation": {"size": [HEIGHT, WIDTH], "counts": "5:Yb0"},
                "bbox": [0, 5, 1, 10],
                "iscrowd": 0,
            },
            {
                "id": 4,
                "image_id": 2,
                "category_id": 3,
                "keypoints": [3, 4, 2, 0, 0, 0],
                "num_keypoints": 1,
                "bbox": [3, 4, 1, 1],
            },
            {"id": 5, "image_id": 2, "category_id": 4, "bbox": [2.5, 3, 4, 5], "attributes": {"rotation": 30.0}},
            {"id": 6, "image_id": 2, "category_id": 4},
        ],
    }


def labelme() -> dict[str, Any]:
    """A LabelMe file with each kind of shape."""
    kinds: list[tuple[str, Any]] = [
        ("polygon", [[1, 1], [6, 1], [6, 5]]),
        ("rectangle", [[8, 9], [2, 3]]),
        ("line", [[0, 0], [4, 4]]),
        ("linestrip", [[0, 0], [4, 4], [4, 8]]),
        ("point", [[3, 4]]),
        ("points", [[3, 4], [5, 6]]),
        ("mask", [[4, 5], [6, 6]]),
    ]
    shapes = [
        {"label": kind, "shape_type": kind, "points": points, "flags": {"old": False}, "description": "seen"}
        for kind, points in kinds
    ]
    shapes[-1]["mask"] = png([[1, 0, 1], [0, 1, 0]])
    return {
        "version": "5.5.0",
        "flags": {"blurred": True},
        "shapes": shapes,
        "imagePath": "a.png",
        "imageData": None,
        "imageHeight": HEIGHT,
        "imageWidth": WIDTH,
    }


LABELME_XML = f"""<annotation><filename>a.png</filename>
<imagesize><nrows>{HEIGHT}</nrows><ncols>{WIDTH}</ncols></imagesize>
<object><name>car</name><deleted>0</deleted><occluded>no</occluded><attributes>red</attributes>
<polygon><pt><x>1</x><y>1</y></pt><pt><x>6</x><y>1</y></pt><pt><x>6</x><y>5</y></pt></polygon></object>
<object><name>bus</name><type>bounding_box</type><polygon><pt><x>1</x><y>2</y></pt><pt><x>5</x><y>2</y></pt>
<pt><x>5</x><y>6</y></pt><pt><x>1</x><y>6</y></pt></polygon></object></annotation>"""

_META = """<version>1.1</version><meta><task><mode>{mode}</mode><start_frame>0</start_frame><labels>
<label><name>cell</name><type>any</type><attributes><attribute><name>kind</name><input_type>select</input_type>
<values>round\nlong</values></attribute><attribute><name>count</name><input_type>number</input_type></attribute>
<attribute><name>clear</name><input_type>checkbox</input_type></attribute>
<attribute><name>remark</name><input_type>text</input_type></attribute></attributes></label>
<label><name>hand</name><type>skeleton</type><svg>&lt;circle data-node-id="1" data-label-name="wrist"/&gt;
&lt;circle data-node-id="2" data-label-name="thumb"/&gt;&lt;line data-node-from="1" data-node-to="2"/&gt;</svg></label>
<label><name>wrist</name><type>points</type><parent>hand</parent></label>
<label><name>thumb</name><type>points</type><parent>hand</parent></label></labels>
<original_size><width>30</width><height>20</height></original_size></task></meta>"""

_SKELETON = """<skeleton label="hand" {frame}z_order="0"><points label="wrist" outside="0" occluded="1" points="3,4"/>
<points label="thumb" outside="1" occluded="0" points="5,6"/></skeleton>"""

CVAT_IMAGES = f"""<annotations>{_META.format(mode="annotation")}
<image id="0" name="a.png" width="{WIDTH}" height="{HEIGHT}">
<box label="cell" occluded="0" xtl="1" ytl="2" xbr="5.5" ybr="8" rotation="30" z_order="1">
<attribute name="kind">round</attribute><attribute name="count">2.5</attribute><attribute name="clear">true</attribute>
<attribute name="remark">a remark</attribute></box>
<box label="cell" occluded="1" xtl="1" ytl="2" xbr="5.5" ybr="8"/>
<polygon label="cell" occluded="0" points="1,1;6,1;6,5"/><polyline label="cell" occluded="0" points="1,1;6,1"/>
<points label="cell" occluded="0" points="1,1;6,1"/>
<mask label="cell" occluded="0" rle="1, 1, 2, 1, 1" left="4" top="5" width="3" height="2"/>
{_SKELETON.format(frame="")}
<ellipse label="cell" cx="5" cy="5" rx="2" ry="1"/><tag label="blurred" source="manual"/></image></annotations>"""


def _track(frames: str) -> str:
    return f'<track id="0" label="cell">{frames}</track>'


def _box(frame: int, x: float, *, key: int = 1, outside: int = 0, kind: str = "round") -> str:
    return (
        f'<box frame="{frame}" keyframe="{key}" outside="{outside}" occluded="0" xtl="{x}" ytl="2" xbr="{x + 4}" '
        f'ybr="6" z_order="0"><attribute name="kind">{kind}</attribute></box>'
    )


CVAT_VIDEO = f"""<annotations>{_META.format(mode="interpolation")}
{_track(_box(0, 1) + _box(1, 2, key=0) + _box(2, 3) + _box(3, 3, outside=1))}
{_track(_box(0, 1) + _box(1, 5, key=0) + _box(2, 2, kind="long") + _box(3, 2, key=0))}
<track id="2" label="hand">{_SKELETON.format(frame='frame="1" keyframe="1" outside="0" ')}</track>
<track id="3" label="cell"><points frame="0" keyframe="1" outside="0" occluded="0" points="1,1;2,2"/></track>
</annotations>"""

YOLO = """0 0.5 0.5 0.25 0.2
1 0.1 0.1 0.4 0.1 0.4 0.3
0 0.5 0.5 0.25 0.2 0.9
1 0.1 0.1 0.4 0.1 0.4 0.3 0.1 0.3
"""
DATA_YAML = """# a data set
path: .
train: images/train
names:
  0: cell  # a comment
  1: 'the tissue'
"""


def write_sample(format: str, folder: Path, content: bytes | None = None) -> Path:
    """Write a data set of a format, or that content as its file of labels, and give the path to read it from."""
    picture(folder / "a.png")
    picture(folder / "b.png")
    name, plain = {
        "coco": ("labels.json", json.dumps(coco())),
        "labelme": ("a.json", json.dumps(labelme())),
        "labelme_xml": ("a.xml", LABELME_XML),
        "cvat": ("annotations.xml", CVAT_IMAGES),
        "cvat_video": ("annotations.xml", CVAT_VIDEO),
        "yolo": ("a.txt", YOLO),
        "yolo_names": ("data.yaml", DATA_YAML),
    }[format]
    if format.startswith("yolo"):
        (folder / "data.yaml").write_text(DATA_YAML)
        (folder / "a.txt").write_text(YOLO)
    (folder / name).write_bytes(plain.encode() if content is None else content)
    return folder if format.startswith("yolo") else folder / name
