"""Has MLflow read what a run leaves for it: mlflow_reader.py FOVEA"""
import os
import tempfile

import peers

# MLflow 3 reads folders only where this says so.
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
peers.need("mlflow")
from mlflow.tracking import MlflowClient

with tempfile.TemporaryDirectory() as folder:
    directory, log = peers.run_small(folder, "--mlflow", "mlruns")
    client = MlflowClient(tracking_uri="file://" + os.path.join(folder, "mlruns"))
    (experiment,) = client.search_experiments()
    (run,) = client.search_runs([experiment.experiment_id])
    assert experiment.name == "small", experiment.name
    assert (run.info.run_name, run.info.status) == (os.path.basename(directory), "FINISHED"), run.info
    assert run.info.start_time <= run.info.end_time, run.info
    assert run.data.params["train.epochs"] == str(len(log)), run.data.params
    assert "test_accuracy" in run.data.metrics, run.data.metrics
    history = client.get_metric_history(run.info.run_id, "val_accuracy")
    expected = [(int(row["epoch"]), float(row["val_accuracy"])) for row in log]
    assert [(one.step, one.value) for one in history] == expected, history
    found = client.search_runs([experiment.experiment_id], "params.`train.epochs` = '%d'" % len(log))
    assert len(found) == 1, found
    assert "config.json" in [one.path for one in client.list_artifacts(run.info.run_id)]
print("mlflow reads params, metrics and artifacts as they were")
