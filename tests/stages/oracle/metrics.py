"""Writes metrics.json: small predictions, as scores before softmax, and what scikit-learn says of them. Run in this folder."""

import json

import numpy
import sklearn.metrics as sk
from scipy.special import log_softmax, softmax


def rank_of_truth(row, truth):
    """Of equal scores the class with the lower number comes first."""
    return sorted(range(len(row)), key=lambda c: (-row[c], c)).index(truth)


def averages(truth, predicted, classes, average):
    scores = sk.precision_recall_fscore_support(
        truth, predicted, labels=range(classes), average=average, zero_division=0)
    return [[float(x) for x in numpy.atleast_1d(s)] for s in scores[:3]]


def case(name, logits, truth, k):
    logits = numpy.asarray(logits, numpy.float32)
    classes = logits.shape[1]
    predicted = logits.argmax(1)
    logs = log_softmax(logits.astype(numpy.float64), axis=1)
    precision, recall, f1 = averages(truth, predicted, classes, None)
    support = numpy.bincount(truth, minlength=classes)
    return {
        "name": name, "k": k, "classes": classes, "labels": [int(t) for t in truth],
        "logits": [float(x) for x in logits.ravel()],
        "accuracy": sk.accuracy_score(truth, predicted),
        "top_k_accuracy": float(numpy.mean([rank_of_truth(r, t) < k for r, t in zip(logits, truth)])),
        "loss": float(-logs[numpy.arange(len(truth)), truth].mean()),
        "precision": precision, "recall": recall, "f1": f1, "support": [int(s) for s in support],
        "macro": [x[0] for x in averages(truth, predicted, classes, "macro")],
        "weighted": [x[0] for x in averages(truth, predicted, classes, "weighted")],
        "confusion": sk.confusion_matrix(truth, predicted, labels=range(classes)).ravel().tolist(),
    }


def random(seed, samples, classes, never_true=(), never_predicted=()):
    draw = numpy.random.default_rng(seed)
    odds = draw.gamma(0.5, size=(samples, classes)) + 1e-6
    odds[:, list(never_predicted)] = 1e-9
    possible = [c for c in range(classes) if c not in never_true]
    return numpy.log(odds), draw.choice(possible, samples)


cases = [
    case("10 classes", *random(1, 60, 10), 5),
    case("a class never true, another never predicted", *random(2, 40, 6, [2], [4]), 3),
    case("a class neither true nor predicted", *random(3, 30, 5, [3], [3]), 2),
    case("2 classes", *random(4, 25, 2), 1),
    case("k above the number of classes", *random(5, 20, 3), 5),
    case("ties", [[1, 1, 1, 1], [2, 2, -1, -1], [-1, 2, 2, -1], [0, -9, -9, 0]], [1, 1, 2, 3], 2),
    case("a truth that is all but impossible", [[0, -300], [-300, 0], [0, 0]], [1, 1, 0], 1),
]
check = cases[0]
assert check["top_k_accuracy"] == sk.top_k_accuracy_score(
    check["labels"], numpy.reshape(check["logits"], (-1, 10)), k=5, labels=range(10))
assert abs(sk.log_loss(check["labels"], softmax(numpy.reshape(check["logits"], (-1, 10)), axis=1),
                       labels=range(10)) - check["loss"]) < 1e-12
with open("metrics.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases) + "\n]\n")
