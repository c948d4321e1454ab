"""Prints the labeling configs that Label Studio ships as templates, as one JSON array.

Each has `name` (its folder), `title`, `group`, `type`, `config`, the names of its `controls` and `objects` as the SDK sees
them, and a `task`: sample data by the SDK, with what it leaves out filled in. Usage: templates.py (with Label Studio's Python)
"""

import json
import pathlib
import xml.etree.ElementTree

import label_studio
import yaml
from label_studio_sdk.label_interface import LabelInterface

ROOT = pathlib.Path(label_studio.__file__).parent / "annotation_templates"

# The SDK gives null for a list of pictures to rank.
PICTURES = [{"id": str(number), "title": f"Picture {number}", "body": "a harbour"} for number in (1, 2, 3)]

# Its sample of a document is the word "Something".
DOCUMENT = "/static/samples/sample.pdf"

# Nor does it know of choices that come with the task.
CHOICES = [{"value": "first"}, {"value": "second"}]


def sample(config: str) -> dict:
    """Returns data that Label Studio takes for a task."""
    task = LabelInterface(config).generate_sample_task()
    task = {key: PICTURES if value is None else value for key, value in task.items()}
    for tag in xml.etree.ElementTree.fromstring(config).iter():
        name = tag.get("value", "")[1:]
        if tag.tag in ("Choices", "Taxonomy") and name:
            task.setdefault(name, CHOICES)
        if tag.tag == "Pdf":
            task[name] = DOCUMENT
    return task


def template(path: pathlib.Path) -> dict:
    template = yaml.safe_load(path.read_text(encoding="utf-8"))
    interface = LabelInterface(template["config"])
    return {
        "name": str(path.parent.relative_to(ROOT)),
        "title": template["title"],
        "group": template["group"],
        "type": template["type"],
        "config": template["config"],
        "controls": [control.name for control in interface.controls],
        "objects": [shown.name for shown in interface.objects],
        "task": sample(template["config"]),
    }


print(json.dumps([template(path) for path in sorted(ROOT.glob("**/config.yml"))]))
