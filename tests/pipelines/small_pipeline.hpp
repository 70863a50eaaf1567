#pragma once

#include "graph/json.hpp"

/// A whole pipeline that trains in about a second: 240 synthetic images of 12 x 12.
inline fovea::Json small_pipeline() {
  return fovea::parse_json(R"({ "fovea": 1, "name": "small", "seed": 1, "stages": {
    "load": { "stage": "load", "params": { "format": "synthetic",
              "synthetic": { "samples": 240, "classes": 3, "height": 12, "width": 12 } } },
    "split": { "stage": "split", "inputs": { "data": "load.data" }, "params": { "validation": 0.2 } },
    "augment": { "stage": "augment", "inputs": { "data": "split.train" },
                 "params": { "policy": [ { "op": "flip_horizontal" }, { "op": "translate" }, { "op": "random_erasing" } ] } },
    "model": { "stage": "build_model", "inputs": { "data": "split.train" } },
    "train": { "stage": "train", "inputs": { "model": "model.model", "batches": "augment.batches",
               "validation": "split.validation" }, "params": { "epochs": 2, "batch_size": 32 } },
    "predict": { "stage": "predict", "inputs": { "model": "train.best", "data": "split.test" } },
    "evaluate": { "stage": "evaluate", "inputs": { "predictions": "predict.predictions" } },
    "curves": { "stage": "plot_training_curves", "inputs": { "history": "train.history" } },
    "rate": { "stage": "plot_lr_schedule", "inputs": { "history": "train.history" } },
    "confusion": { "stage": "plot_confusion_matrix", "inputs": { "metrics": "evaluate.metrics" } } } })");
}
