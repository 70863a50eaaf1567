"""What the tests share that have other programs read what Fovea writes."""
import csv
import importlib
import json
import os
import subprocess
import sys

SMALL = {
    "fovea": 1,
    "name": "small",
    "stages": {
        "load": {
            "stage": "load",
            "params": {
                "format": "synthetic",
                "synthetic": {"samples": 240, "classes": 3, "height": 12, "width": 12},
            },
        },
        "split": {"stage": "split", "inputs": {"data": "load.data"}, "params": {"validation": 0.2}},
        "augment": {"stage": "augment", "inputs": {"data": "split.train"}},
        "model": {"stage": "build_model", "inputs": {"data": "split.train"}},
        "train": {
            "stage": "train",
            "inputs": {"model": "model.model", "batches": "augment.batches", "validation": "split.validation"},
            "params": {"epochs": 3, "batch_size": 32},
        },
        "predict": {"stage": "predict", "inputs": {"model": "train.best", "data": "split.test"}},
        "evaluate": {"stage": "evaluate", "inputs": {"predictions": "predict.predictions"}},
        "curves": {"stage": "plot_training_curves", "inputs": {"history": "train.history"}},
    },
}


def need(module):
    """Goes on in the python that FOVEA_PEERS names; leaves with exit code 77 where it has no such module."""
    peer = os.environ.pop("FOVEA_PEERS", None)
    if peer:
        os.execve(peer, [peer, "-B"] + sys.argv, os.environ)
    try:
        importlib.import_module(module)
    except ImportError:
        print(f"skipped: {module} is not importable; name a python that has it in FOVEA_PEERS")
        sys.exit(77)


def run_small(folder, *options):
    """Runs the small pipeline in a folder; gives its run directory and the rows of its training_log.csv."""
    with open(os.path.join(folder, "small.json"), "w", encoding="utf-8") as file:
        json.dump(SMALL, file)
    fovea = os.path.abspath(sys.argv[1])
    subprocess.run([fovea, "run", "small.json", "-q", *options], cwd=folder, check=True)
    (name,) = os.listdir(os.path.join(folder, "results"))
    run = os.path.join(folder, "results", name)
    with open(os.path.join(run, "training_log.csv"), encoding="utf-8") as file:
        return run, list(csv.DictReader(file))
