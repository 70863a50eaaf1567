"""What tests/gpu/run.sh found, as a table: table.py table RESULTS.jsonl

table.py accuracy PRECISION LOG prints the line of a finished run of fashion_mnist_accurate.
"""
import json
import statistics
import sys


def lines_of(path):
    found = []
    for line in open(path):
        try:
            found.append(json.loads(line))
        except ValueError:
            pass  # the log also has what libraries say
    return found


def accuracy(precision, log):
    events = lines_of(log)
    finished = next(line for line in events if line.get("event") == "run_finished")
    trained = next(line for line in events if line.get("event") == "stage_finished" and line["node"] == "train")
    print(json.dumps({"accuracy": precision, "test": finished["metrics"]["evaluate"]["accuracy"],
                      "train_seconds": round(trained["seconds"], 2),
                      "epoch_seconds": [round(line["seconds"], 3) for line in events if line.get("event") == "epoch"]}))


def table(path):
    speeds = {}
    for line in lines_of(path):
        if "probe" in line and "value" in line:
            print(f"{line['probe']:<86}{line['value']:>12,.3f} {line['unit']}")
        elif "speed" in line:
            speeds.setdefault(line["speed"], []).append(line)
        else:
            print(json.dumps(line))
    if speeds:
        print(f"\n{'images a second, medians':<46}{'Fovea':>12}{'PyTorch':>12}{'ratio':>8}{'peak MB':>16}   ratio of each turn")
    for job, turns in speeds.items():
        ours, theirs = (statistics.median(turn[whose] for turn in turns) for whose in ("ours", "theirs"))
        ratios = " ".join(f"{turn['ours'] / turn['theirs']:.2f}" for turn in turns)
        peaks = "/".join(str(turns[0].get(whose, "-")) for whose in ("peak_mb", "their_peak_mb"))
        print(f"{job:<46}{ours:>12,.0f}{theirs:>12,.0f}{ours / theirs:>8.2f}{peaks:>16}   {ratios}")


if sys.argv[1] == "accuracy":
    accuracy(*sys.argv[2:])
else:
    table(sys.argv[2])
