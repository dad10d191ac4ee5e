"""Solves the linearised adversarial classification problem with cvxpy and Clarabel. Reads one JSON object from standard input:
{"loss": "logistic" | "hinge" | "squaredHinge", "n", "N", "d", "eps", "lambda", "phi", "jacobians", "y", "norm": "l2" | "linf"} (row-major;
jacobians n x d x N), and answers {"objective", "ms"}, the objective evaluated afresh at the theta found; ms includes cvxpy's compilation."""

import json
import sys
import time

import cvxpy as cp
import numpy as np

job = json.load(sys.stdin)
n, N, d, eps, ridge = (job[key] for key in ("n", "N", "d", "eps", "lambda"))
phi = np.array(job["phi"]).reshape(n, N)
K = np.array(job["jacobians"]).reshape(n, d, N)
y = np.array(job["y"])
order = {"l2": 2, "linf": 1}[job["norm"]]
losses = {
    "logistic": (cp.logistic, lambda w: np.logaddexp(0, -w), lambda w: -w),
    "hinge": (cp.pos, lambda w: np.maximum(0, 1 - w), lambda w: 1 - w),
    "squaredHinge": (lambda t: cp.square(cp.pos(t)) / 2, lambda w: np.maximum(0, 1 - w) ** 2 / 2, lambda w: 1 - w),
}
convex, value, argument = losses[job["loss"]]
started = time.perf_counter()
theta, q = cp.Variable(N), cp.Variable(n)
margins = cp.multiply(y, phi @ theta) - eps * q
constraints = [q[i] >= cp.norm(K[i] @ theta, order) for i in range(n)]
objective = cp.sum(convex(argument(margins))) / n + ridge / 2 * cp.sum_squares(theta)
cp.Problem(cp.Minimize(objective), constraints).solve(solver=cp.CLARABEL)
ms = 1e3 * (time.perf_counter() - started)
found = theta.value
lengths = np.linalg.norm(K @ found, order, axis=1)
reached = np.mean(value(y * (phi @ found) - eps * lengths)) + ridge / 2 * found @ found
print(json.dumps({"objective": reached, "ms": ms}))
