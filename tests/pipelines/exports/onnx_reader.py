"""Has onnxruntime carry out exports of every architecture: onnx_reader.py WRITE_EXPORTS [NAME]..."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tracking"))
import peers

peers.need("onnxruntime")
import numpy
import onnxruntime


def largest(found, wanted):
    """The largest difference, beside values above 1 as a share of the largest."""
    return float(numpy.abs(found - wanted).max() / max(1.0, numpy.abs(wanted).max()))


def check(program, folder, name, *options):
    """Exports a network and compares all outputs; gives the largest difference of logits and probabilities."""
    path = os.path.join(folder, "network.onnx")
    subprocess.run([program, name, path, *options], check=True)
    wanted = numpy.load(os.path.join(folder, "export_check.npz"))
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    meta = session.get_modelmeta().custom_metadata_map
    assert json.loads(meta["preprocessing"])["mean"] == [0.485, 0.456, 0.406], meta
    assert len(json.loads(meta["class_names"])) == wanted["logits"].shape[1], meta
    pixels = wanted["pixels"]
    assert len(pixels) == 8, pixels.shape
    logits, probabilities = session.run(["logits", "probabilities"], {"pixels": pixels})
    differences = largest(logits, wanted["logits"]), largest(probabilities, wanted["probabilities"])
    spread = float(wanted["logits"].std(axis=0).max())
    print(f"{name} {' '.join(options)}: logits {differences[0]:.1e}, probabilities {differences[1]:.1e}, "
          f"logits of {numpy.abs(wanted['logits']).max():.2g} spread {spread:.1e}", flush=True)
    wrong = numpy.abs(logits - wanted["logits"]).max()
    assert spread > 20 * wrong, f"{name}: images differ by no more than the two runtimes do"
    assert max(differences) < 1e-4, name
    (single,) = session.run(["logits"], {"pixels": pixels[:1]})
    assert single.shape == (1, logits.shape[1]), f"{name}: the number of images is not free"


program = os.path.abspath(sys.argv[1])
names = sys.argv[2:] or subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()
with tempfile.TemporaryDirectory() as folder:
    for name in names:
        check(program, folder, name)
    for options in (("float32", "nhwc"), ("float32", "nchw"), ("uint8", "nchw")):
        check(program, folder, names[0], *options)
print(f"onnxruntime gives what {len(names)} networks give")
