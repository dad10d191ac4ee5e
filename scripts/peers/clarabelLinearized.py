"""Solves the linearised adversarial training problem, or adversarially trained linear regression, with cvxpy and Clarabel.
Reads one JSON object from standard input: {"kind": "linearized" | "linear", "n", "N", "d", "eps", "tolerance", "phi",
"slopes", "W", "y", "lambda"} (row-major; linear: phi and y alone; the attack's "norm" is "l2", the default, or "linf"), and answers {"objective", "ms", "solverMs"}, the objective evaluated
afresh at the theta found, per row; ms includes cvxpy's compilation, solverMs is Clarabel's own."""

import json
import sys
import time

import cvxpy as cp
import numpy as np

job = json.load(sys.stdin)
n, N, d, eps = (job[key] for key in ("n", "N", "d", "eps"))
phi = np.array(job["phi"]).reshape(n, N)
y = np.array(job["y"])
scale = np.sqrt(np.mean(y**2))
order = {"l2": 2, "linf": 1}[job.get("norm", "l2")]
ridge = job.get("lambda", 0)
started = time.perf_counter()
theta, p = cp.Variable(N), cp.Variable(n)
constraints = [p >= y / scale - phi @ theta, p >= phi @ theta - y / scale]
if job["kind"] == "linearized":
    slopes = np.array(job["slopes"]).reshape(n, N)
    W = np.array(job["W"]).reshape(d, N)
    c = cp.Variable(n)
    constraints += [c[i] >= eps * cp.norm((W * slopes[i]) @ theta, order) for i in range(n)]
    norms = lambda value: np.linalg.norm((slopes * value) @ W.T, order, axis=1)
else:
    c = cp.Variable()
    constraints += [c >= eps * cp.norm(theta, order)]
    norms = lambda value: np.linalg.norm(value, order)
problem = cp.Problem(cp.Minimize(cp.sum_squares(p + c) / (2 * n) + ridge / 2 * cp.sum_squares(theta)), constraints)
problem.solve(solver=cp.CLARABEL, tol_gap_rel=job["tolerance"], tol_gap_abs=1e-12)
ms = 1e3 * (time.perf_counter() - started)
value = scale * theta.value
objective = np.mean((np.abs(y - phi @ value) + eps * norms(value)) ** 2) / 2 + ridge / 2 * np.sum(value**2)
print(json.dumps({"objective": objective, "ms": ms, "solverMs": 1e3 * problem.solver_stats.solve_time}))
