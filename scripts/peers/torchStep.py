"""Times PyTorch on one step of adversarial training of a random-features read-out: PGD on the inputs, then a
gradient step of the read-out at the inputs found. Reads one JSON object a line from standard input,
{"d", "N", "n", "norm", "eps", "steps", "sides", "seed", "threads", "products"}, and answers each with {"step", "products", "loss"}, times
in ms. Of the products, a list of {"rows", "back"}, each goes through the frozen layer and, where asked, back. Weights and
inputs are drawn here and kept from line to line; the frozen layer's weights need no gradient, as in the package."""

import json
import os
import sys
import time

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch


def problem(d, N, n, seed):
    generator = torch.Generator().manual_seed(seed)
    W = torch.randn(N, d, generator=generator)
    W /= W.norm(dim=1, keepdim=True)
    x = torch.randn(n, d, generator=generator)
    beta = torch.randn(d, 1, generator=generator) / d**0.5
    y = x @ beta + 0.5 * torch.randn(n, 1, generator=generator)
    theta = torch.randn(N, 1, generator=generator) / N**0.5
    return W, x, y, theta.requires_grad_(True)


SHIFT = 1 / (2 * torch.pi) ** 0.5


def predict(W, theta, x):
    return (torch.relu(x @ W.T) - SHIFT) @ theta


def attack(W, theta, x, y, norm, eps, steps, sides):
    """PGD on the prediction, pushed up and down (sides = 2) or away from the target (sides = 1); best iterate kept."""
    theta = theta.detach()
    step = 2.5 * eps / steps
    if sides == 2:
        centre, target = torch.cat([x, x]), torch.cat([y, y])
        push = torch.cat([torch.ones_like(y), -torch.ones_like(y)])
    else:
        centre, target = x, y
        with torch.no_grad():
            push = torch.where(predict(W, theta, x) >= y, 1.0, -1.0)
    point = centre
    best, best_loss = centre, torch.full((len(centre),), -1.0)

    def keep(point, prediction):
        nonlocal best, best_loss
        loss = ((prediction - target) ** 2)[:, 0]
        better = loss >= best_loss
        best = torch.where(better[:, None], point, best)
        best_loss = torch.where(better, loss, best_loss)

    for _ in range(steps):
        point = point.detach().requires_grad_(True)
        prediction = predict(W, theta, point)
        (g,) = torch.autograd.grad(prediction, point, push)
        with torch.no_grad():
            keep(point, prediction)
            if norm == "linf":
                point = centre + (point + step * g.sign() - centre).clamp(-eps, eps)
                continue
            largest = g.abs().amax(1, keepdim=True)
            g = g / torch.where(largest > 0, largest, 1.0)
            g = g / g.norm(dim=1, keepdim=True).clamp(min=1.0)
            delta = point + step * g - centre
            delta = delta * (eps / delta.norm(dim=1, keepdim=True).clamp(min=eps))
            point = centre + delta
    with torch.no_grad():
        keep(point, predict(W, theta, point))
        if sides == 1:
            return best
        up, down = best.chunk(2)
        loss_up, loss_down = best_loss.chunk(2)
        return torch.where((loss_down > loss_up)[:, None], down, up)


def train_step(W, x, y, theta, ball, steps, sides, rate=0.01):
    worst = attack(W, theta, x, y, *ball, steps, sides)
    loss = ((predict(W, theta, worst) - y) ** 2).mean() / 2
    loss.backward()
    with torch.no_grad():
        theta -= rate * theta.grad
        theta.grad = None
    return loss.item()


def multiply(W, x, products):
    points = torch.cat([x, x])
    for product in products:
        there = points[: product["rows"]] @ W.T
        if product["back"]:
            there @ W


def timed(work):
    before = time.perf_counter()
    result = work()
    return 1000 * (time.perf_counter() - before), result


if __name__ == "__main__":
    problems = {}
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        q = json.loads(line)
        if torch.get_num_threads() != q["threads"]:
            torch.set_num_threads(q["threads"])
        key = (q["d"], q["N"], q["n"], q.get("seed", 0))
        W, x, y, theta = problems.setdefault(key, problem(*key))
        step, loss = timed(lambda: train_step(W, x, y, theta, (q["norm"], q["eps"]), q["steps"], q["sides"]))
        products, _ = timed(lambda: multiply(W, x, q["products"]))
        print(json.dumps({"step": step, "products": products, "loss": loss}), flush=True)
