"""Asks Label Studio's SDK whether predictions fit a labeling config.

Reads {"config": XML, "predictions": [...]} from standard input; prints how many predictions are valid and exits with 0,
or prints what is wrong, a line each, and exits with 1.
"""

import json
import sys

from label_studio_sdk.label_interface import LabelInterface


def main() -> None:
    question = json.load(sys.stdin)
    interface = LabelInterface(question["config"])
    problems = []
    for prediction in question["predictions"]:
        errors = interface.validate_prediction(prediction, return_errors=True)
        problems += [f"task {prediction.get('task')}: {error}" for error in errors]
        if not prediction.get("result"):
            problems.append(f"task {prediction.get('task')}: no regions")
        if not prediction.get("model_version"):
            problems.append(f"task {prediction.get('task')}: no model version")
    if problems:
        print("\n".join(problems))
        sys.exit(1)
    print(len(question["predictions"]))


main()
