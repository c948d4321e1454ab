#!/usr/bin/env python3
"""Checks tests/it/regions.json with the Label Studio SDK: every expected region must be one that it accepts.

Usage: validate_regions.py [regions.json]   (with the Python that has label_studio_sdk)
"""

import json
import pathlib
import sys

from label_studio_sdk.label_interface import LabelInterface


def main() -> int:
    here = pathlib.Path(__file__).resolve().parent
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent / "it" / "regions.json"
    cases = json.loads(path.read_text(encoding="utf-8"))
    checked = left_out = 0
    failures = []
    for case in cases:
        if case.get("sdk"):
            left_out += 1
            continue
        errors = LabelInterface(case["config"]).validate_prediction(
            {"result": case["regions"], "model_version": "test"}, return_errors=True
        )
        checked += 1
        failures.extend(f"{case['name']}: {error}" for error in errors)
    print(f"{checked} predictions checked, {left_out} left out, {len(failures)} errors")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
