"""Solves the five-variable saddle point of Theorem 4.2 of Hassani & Javanmard (arXiv 2201.05149) directly with scipy.

The peer that the closed form's speed is measured against; it runs in the benchmark only. Reads one JSON object from
standard input, {"points": [{"psi1":, "psi2":, "eps":, "tau":}, ...], "starts": [[alpha, tauG, beta, gamma, tauQ], ...]},
where every start is the solution at a neighbouring point, and writes {"milliseconds", "risks"}.
"""

import json
import sys
import time

import numpy as np
from scipy.optimize import brentq, minimize_scalar, root
from scipy.special import erf

A = 2 / np.pi


def transform(psi1, z):
    b = 1 - psi1 - z
    return (b - np.sqrt(b * b - 4 * psi1 * z)) / (-2 * psi1 * z)


def inner_root(gamma, ratio):
    def f(v):
        return gamma - ratio * v - v * erf(v / np.sqrt(2)) - np.sqrt(A) * np.exp(-v * v / 2)

    return brentq(f, 0, gamma / ratio + 1, xtol=1e-14)


def objective(x, p):
    alpha, tau_g, beta, gamma, tau_q = x
    psi1, psi2, eps, tau = p["psi1"], p["psi2"], p["eps"], p["tau"]
    sigma2 = tau**2 + 1 - psi1 * (1 + (1 - A) * transform(psi1, A - 1))
    size = alpha**2 + sigma2
    big_gamma = gamma * (tau_g + beta) / (eps * beta * np.sqrt(size))
    value = tau_q / (2 * alpha) * (tau**2 + 1 - sigma2) - alpha * tau_q / 2 + beta * tau_g * psi2 / 2
    value += beta * size / (2 * (tau_g + beta))
    if big_gamma > np.sqrt(A):
        v = inner_root(big_gamma, beta / tau_g)
        value += beta**2 * size / (2 * tau_g * (tau_g + beta)) * (erf(v / np.sqrt(2)) - big_gamma * v)
    ratio2 = (tau_q / alpha) ** 2

    def negative(l):
        bracket = ratio2 + beta**2 + (ratio2 * (1 - A * l) + A * (1 - l) * beta**2) * transform(psi1, A * l - 1)
        return -(l * psi1 / 2 * bracket - l * gamma**2 / (2 * (1 - l)))

    best = minimize_scalar(negative, bounds=(0, 1 - 1e-12), method="bounded", options={"xatol": 1e-10})
    return value + alpha / tau_q * best.fun


def gradient(logs, p):
    """Of the objective in the logarithms of its variables, by central differences."""
    h = 1e-5
    out = np.empty(5)
    for i in range(5):
        up, down = logs.copy(), logs.copy()
        up[i] += h
        down[i] -= h
        out[i] = (objective(np.exp(up), p) - objective(np.exp(down), p)) / (2 * h)
    return out


def solve(p, start):
    found = root(gradient, np.log(start), args=(p,), method="hybr", options={"xtol": 1e-8})
    alpha, tau_g, beta, gamma, _ = np.exp(found.x)
    sigma2 = p["tau"] ** 2 + 1 - p["psi1"] * (1 + (1 - A) * transform(p["psi1"], A - 1))
    size = alpha**2 + sigma2
    v = inner_root(gamma * (tau_g + beta) / (p["eps"] * beta * np.sqrt(size)), beta / tau_g)
    t = beta * v / tau_g
    return (1 + t * t + 2 * np.sqrt(A) * t) * size


def main():
    question = json.load(sys.stdin)
    begin = time.perf_counter()
    risks = [solve(p, np.array(start)) for p, start in zip(question["points"], question["starts"])]
    json.dump({"milliseconds": 1000 * (time.perf_counter() - begin), "risks": risks}, sys.stdout)


main()
