"""Attacks of Foolbox and ART on models and inputs given as JSON.

Reads one JSON object a line from standard input, {"problem", "peer", "attack", "norm", "eps", "steps", "step"}, where
"problem" names a file {"layers": [{"weights", "bias", "activation"}], "x", "y", "loss"}, and answers each with
{"losses", "ms", "cpuMs"}, or {"missing": why} where the peer has no such attack. Every attack starts at the input itself.
"""

import json
import os
import sys
import time
import warnings

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
warnings.filterwarnings("ignore")

import art
import foolbox
import numpy as np
import torch
from art.attacks import evasion
from art.estimators.classification import PyTorchClassifier
from art.estimators.regression.pytorch import PyTorchRegressor
from foolbox import attacks as fb

WIDE = 1e3  # Both libraries want bounds of the inputs; these are never met.


class Layers(torch.nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.parts = [
            (
                torch.tensor(layer["weights"]),
                torch.tensor(layer["bias"]),
                layer["activation"],
            )
            for layer in layers
        ]

    def forward(self, x):
        for weights, bias, activation in self.parts:
            x = x @ weights
            if activation == "shifted-relu":
                x = torch.relu(x) - 1 / (2 * torch.pi) ** 0.5
            elif activation == "tanh":
                x = torch.tanh(x)
            x = x + bias
        return x


def load(path):
    with open(path) as file:
        problem = json.load(file)
    model = Layers(problem["layers"]).eval()
    x = torch.tensor(problem["x"])
    if problem["loss"] == "squared":
        y = torch.tensor(problem["y"])
        loss = lambda z: ((z[:, 0] - y) ** 2)
    else:
        y = torch.tensor(problem["y"]).long()
        loss = lambda z: torch.nn.functional.cross_entropy(z, y, reduction="none")
    return model, x, y, loss, problem["loss"]


def by_foolbox(model, x, y, loss, kind, q):
    attack_class = {
        ("fgm", "l2"): fb.L2FastGradientAttack,
        ("fgm", "linf"): fb.LinfFastGradientAttack,
        ("fgm", "l1"): fb.L1FastGradientAttack,
        ("pgd", "l2"): fb.L2PGD,
        ("pgd", "linf"): fb.LinfPGD,
        ("pgd", "l1"): fb.L1PGD,
        ("momentum-pgd", "l2"): fb.L2MomentumIterativeFastGradientMethod,
        ("momentum-pgd", "linf"): fb.LinfMomentumIterativeFastGradientMethod,
        ("momentum-pgd", "l1"): fb.L1MomentumIterativeFastGradientMethod,
        ("slide", "l1"): fb.SparseL1DescentAttack,
    }.get((q["attack"], q["norm"]))
    if attack_class is None:
        return "no such attack"

    # Foolbox attacks classifiers; its loss is made to be overridden.
    class Attack(attack_class):
        def get_loss_fn(self, *_):
            import eagerpy as ep

            return lambda inputs: ep.astensor(loss(model(inputs.raw)).sum())

    options = {"random_start": False}
    if q["attack"] != "fgm":
        options |= {"steps": q["steps"], "abs_stepsize": q["step"]}
    attack = Attack(**options)
    target = foolbox.PyTorchModel(model, bounds=(-WIDE, WIDE), device="cpu")
    criterion = foolbox.Misclassification(y)
    return lambda: attack.run(target, x, criterion, epsilon=q["eps"])


def by_art(model, x, y, loss, kind, q):
    norm = {"l2": 2, "linf": np.inf, "l1": 1}[q["norm"]]
    common = {"input_shape": tuple(x.shape[1:]), "device_type": "cpu", "clip_values": None}
    if kind == "squared":
        # torch's own squared loss would broadcast targets without a second axis against predictions with one.
        flat = lambda z, target: ((z.reshape(-1) - target.reshape(-1)) ** 2).sum()
        estimator = PyTorchRegressor(model, loss=flat, **common)
        labels = y[:, None].numpy()
    else:
        classes = int(y.max()) + 1
        estimator = PyTorchClassifier(
            model, loss=torch.nn.CrossEntropyLoss(reduction="sum"), nb_classes=classes, **common
        )
        labels = torch.nn.functional.one_hot(y, classes).numpy()
    whole = {"norm": norm, "eps": q["eps"], "batch_size": len(x)}
    iterated = whole | {"eps_step": q["step"], "max_iter": q["steps"], "verbose": False}
    if q["attack"] == "fgm":
        attack = evasion.FastGradientMethod(estimator, **whole)
    elif q["attack"] == "pgd":
        attack = evasion.ProjectedGradientDescentNumpy(estimator, **iterated)
    elif q["attack"] == "momentum-pgd":
        attack = evasion.MomentumIterativeMethod(estimator, decay=1.0, **iterated)
    elif q["attack"] == "apgd":
        if kind == "squared":
            return "for classifiers only"
        attack = evasion.AutoProjectedGradientDescent(
            estimator, **(iterated | {"eps_step": 2 * q["eps"]}), nb_random_init=1, loss_type="cross_entropy"
        )
    else:
        return "no such attack"
    inputs = x.numpy()
    return lambda: torch.from_numpy(np.asarray(attack.generate(inputs, y=labels), dtype=np.float32))


if __name__ == "__main__":
    versions = {"foolbox": foolbox.__version__, "art": art.__version__, "torch": torch.__version__}
    print(json.dumps(versions), flush=True)
    problems = {}
    for line in sys.stdin:
        q = json.loads(line)
        if q["problem"] not in problems:
            problems[q["problem"]] = load(q["problem"])
        model, x, y, loss, kind = problems[q["problem"]]
        try:
            run = (by_foolbox if q["peer"] == "foolbox" else by_art)(model, x, y, loss, kind, q)
            if isinstance(run, str):
                print(json.dumps({"missing": run}), flush=True)
                continue
            before, cpu = time.perf_counter(), time.process_time()
            found = run()
            ms, cpu_ms = 1000 * (time.perf_counter() - before), 1000 * (time.process_time() - cpu)
        except Exception as error:  # What a peer cannot do is part of the comparison.
            print(json.dumps({"missing": f"{type(error).__name__}: {error}"[:80]}), flush=True)
            continue
        delta = found - x
        size = {"l2": delta.norm(dim=1), "linf": delta.abs().amax(1), "l1": delta.abs().sum(1)}[q["norm"]]
        with torch.no_grad():
            losses = loss(model(found))
        farthest = float(size.max()) / q["eps"]
        print(json.dumps({"losses": losses.tolist(), "ms": ms, "cpuMs": cpu_ms, "farthest": farthest}), flush=True)
