"""Solves adversarially trained linear regression with advtrain-linear (https://github.com/antonior92/advtrain-linear),
reweighted ridge regression by its own defaults. Reads one JSON object from standard input: {"norm": "l2" | "linf", "n",
"N", "eps", "phi", "y"} (row-major), and answers {"objective", "ms"}, the objective evaluated afresh, per row."""

import json
import sys
import time

import numpy as np
from linadvtrain import lin_advregr

job = json.load(sys.stdin)
n, N, eps = (job[key] for key in ("n", "N", "eps"))
X = np.array(job["phi"]).reshape(n, N)
y = np.array(job["y"])
attack, dual = {"l2": (2, 2), "linf": (np.inf, 1)}[job["norm"]]
started = time.perf_counter()
theta, _ = lin_advregr(X, y, adv_radius=eps, p=attack)
ms = 1e3 * (time.perf_counter() - started)
objective = np.mean((np.abs(y - X @ theta) + eps * np.linalg.norm(theta, dual)) ** 2) / 2
print(json.dumps({"objective": objective, "ms": ms}))
