"""Minimal-norm attacks of adversarial-library on models and inputs given as JSON.

Usage: distancePeers.py PROBLEM STEPS, where PROBLEM is a file {"layers": [{"weights", "bias", "relu"}], "x", "y"} with
inputs in [0, 1]; weights of four axes are those of a convolution of 8 x 8 images. Prints one JSON object a line,
{"peer", "norm", "distances", "ms"}, the distance null where the peer did not change the class.
"""

import json
import os
import sys
import time
import warnings

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
warnings.filterwarnings("ignore")

import torch
from adv_lib.attacks import ddn, df, fab

NORMS = {"l2": 2, "linf": float("inf"), "l1": 1}


class Layers(torch.nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.parts = [(torch.tensor(p["weights"]), torch.tensor(p["bias"]), p["relu"]) for p in layers]

    def forward(self, x):
        for weights, bias, relu in self.parts:
            if weights.dim() == 4:
                images = x.reshape(-1, 1, 8, 8)
                x = torch.nn.functional.conv2d(images, weights.permute(3, 2, 0, 1), bias)
                x = x.permute(0, 2, 3, 1).flatten(1)
            else:
                x = x @ weights + bias
            x = torch.relu(x) if relu else x
        return x


def peers(norm, steps):
    order = NORMS[norm]
    yield "FAB", lambda *problem: fab(*problem, norm=order, n_iter=steps)
    yield "FAB, every class", lambda *problem: fab(*problem, norm=order, n_iter=steps, targeted_restarts=True)
    if norm != "l1":
        yield "DeepFool", lambda *problem: df(*problem, norm=order, steps=steps)
    if norm == "l2":
        yield "DDN", lambda *problem: ddn(*problem, steps=steps, levels=None)


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        problem = json.load(file)
    steps = int(sys.argv[2])
    model = Layers(problem["layers"]).eval()
    x = torch.tensor(problem["x"])
    y = torch.tensor(problem["y"]).long()
    for norm in NORMS:
        for peer, attack in peers(norm, steps):
            before = time.perf_counter()
            found = attack(model, x.clone(), y.clone())
            ms = 1000 * (time.perf_counter() - before)
            distances = (found - x).flatten(1).norm(p=NORMS[norm], dim=1).tolist()
            with torch.no_grad():
                wrong = (model(found).argmax(1) != y).tolist()
            told = [d if w else None for d, w in zip(distances, wrong)]
            print(json.dumps({"peer": peer, "norm": norm, "distances": told, "ms": ms}), flush=True)
