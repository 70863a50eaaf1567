"""Has TensorBoard read the event files of a run: tensorboard_reader.py FOVEA"""
import json
import os
import struct
import tempfile

import peers

peers.need("tensorboard")
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata


def accumulated(folder):
    """The events of a folder as TensorBoard keeps them, all of them."""
    events = EventAccumulator(folder, size_guidance={"scalars": 0, "images": 0})
    events.Reload()
    return events


def single(text):
    """A number as a float of 32 bits, which is what event files hold."""
    return struct.unpack("f", struct.pack("f", float(text)))[0]


def check_history(logs, log):
    """Compares every epoch with the rows of training_log.csv."""
    for part, prefix in (("train", ""), ("validation", "val_")):
        events = accumulated(os.path.join(logs, part))
        for name in [name for name in ("loss", "accuracy", "top_5") if prefix + name in log[0]]:
            values = [(one.step, one.value) for one in events.Scalars("epoch_" + name)]
            expected = [(int(row["epoch"]), single(row[prefix + name])) for row in log]
            assert values == expected, (part, name, values, expected)
    events = accumulated(os.path.join(logs, "train"))
    assert events.Scalars("learning_rate")[-1].value == single(log[-1]["learning_rate"])
    steps = [one.step for one in events.Scalars("step_loss")]
    assert steps == sorted(set(steps)), steps


def check_settings(logs, run):
    """The table of settings and metrics has what the run was told and what it measured."""
    events = accumulated(logs)
    content = events.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content
    settings = metadata.parse_session_start_info_plugin_data(content).hparams
    assert settings["train.epochs"].number_value == 3, settings
    assert settings["load.format"].string_value == "synthetic", settings
    content = events.SummaryMetadata(metadata.SESSION_END_INFO_TAG).plugin_data.content
    assert metadata.parse_session_end_info_plugin_data(content).status == 1, content
    with open(os.path.join(run, "metrics.json")) as file:
        accuracy = json.load(file)["accuracy"]
    measured = accumulated(os.path.join(logs, "evaluate")).Scalars("test_accuracy")
    assert [one.value for one in measured] == [single(accuracy)], measured


def check_figures(folder, visualizations):
    events = accumulated(folder)
    tags = events.Tags()["images"]
    assert tags, "no images"
    for tag in tags:
        with open(os.path.join(visualizations, tag + ".png"), "rb") as file:
            assert events.Images(tag)[0].encoded_image_string == file.read(), tag


def check_loader(top):
    """The loader that converts old kinds of values reads every file to its end as well."""
    for folder, _, files in os.walk(top):
        for name in files:
            events = list(event_file_loader.EventFileLoader(os.path.join(folder, name)).Load())
            assert len(events) > 2, name
            assert events[0].file_version == "brain.Event:2", name


with tempfile.TemporaryDirectory() as folder:
    run, log = peers.run_small(folder, "--tensorboard", "live")
    logs = os.path.join(run, "tensorboard_logs")
    check_history(os.path.join(logs, "train"), log)
    check_settings(os.path.join(logs, "train"), run)
    check_figures(os.path.join(logs, "figures"), os.path.join(run, "visualizations"))
    check_loader(logs)
    live = os.path.join(folder, "live", "small")
    (training,) = [each for each in os.listdir(live) if each.startswith("train-")]
    check_history(os.path.join(live, training), log)
    check_settings(os.path.join(live, training), run)
    check_loader(live)
    weights = accumulated(os.path.join(live, training, "weights"))
    assert "fc.weight" in weights.Tags()["histograms"], weights.Tags()
    bins = weights.Histograms("fc.weight")[0].histogram_value
    assert sum(bins.bucket) == bins.num == 3 * 64, bins
print("tensorboard reads every value as it is in training_log.csv")
