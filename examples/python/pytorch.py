"""The features of a PyTorch network, handed to `rrf predict`, beside read-outs that are trained on them afterwards.

The network is trained on 300 digits; 600 others measure its features; on what is left PyTorch itself trains the last layer anew,
adversarially, to see what the prediction was worth.

    pip install torch scikit-learn
    python pytorch.py [FOLDER]      # rrf from the PATH, or the words in RRF
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch.func import jacrev, vmap

RRF = shlex.split(os.environ.get("RRF", "rrf"))
folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
folder.mkdir(parents=True, exist_ok=True)
EPS_TEST = 0.2

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
pixels, digit = load_digits(return_X_y=True)
spread = pixels.std(0)
x = np.clip((pixels - pixels.mean(0)) / np.where(spread > 0, spread, 1), -3, 3)
order = np.random.default_rng(0).permutation(len(x))
x, y = torch.tensor(x[order]), torch.tensor(np.where(digit[order] < 5, 1.0, -1.0))
own, measured, left = slice(0, 300), slice(300, 900), slice(900, None)

network = torch.nn.Sequential(
    torch.nn.Linear(64, 64), torch.nn.Tanh(), torch.nn.Linear(64, 30), torch.nn.Tanh(), torch.nn.Linear(30, 1)
)
optimiser = torch.optim.Adam(network.parameters(), 1e-2)
for _ in range(60):
    optimiser.zero_grad()
    (network(x[own])[:, 0] - y[own]).square().mean().backward()
    optimiser.step()

# The network without its last layer: features phi [m, N] and Jacobians K [m, N, d] of rows that it was not trained on.
body = network[:-1].requires_grad_(False)
phi, K = body(x[measured]), vmap(jacrev(body))(x[measured])
J = torch.einsum("mad,mbd->ab", K, K) / len(K)
for name, array in {"phi": phi, "J": J, "y": y[measured]}.items():
    np.save(folder / f"{name}.npy", array.numpy())

words = ["predict", "--features", folder / "phi.npy", "--gradient-moments", folder / "J.npy", "--json"]
words += ["--target-values", folder / "y.npy", "--grid", "n=100,300,eps=0.1,0.4,lambda=0.05"]
words += ["--eps-test", EPS_TEST, "--test-rows", 500]
done = subprocess.run([*RRF, *map(str, words)], check=True, stdout=subprocess.PIPE, text=True)
predictions = json.loads(done.stdout)["predictions"]

phi, K, y = body(x[left]), vmap(jacrev(body))(x[left]), y[left]


def movement(rows: torch.Tensor, theta: torch.Tensor) -> torch.Tensor:
    """|grad f| at the rows."""
    return torch.einsum("mad,a->md", K[rows], theta).square().sum(1).add(1e-12).sqrt()


def trained(rows: torch.Tensor, eps: float, penalty: float) -> torch.Tensor:
    """Weights and intercept of (1/2n) sum (|r| + eps |grad f|)^2 + (penalty/2) |theta|^2, |r| smoothed less and less."""
    theta = torch.zeros(phi.shape[1] + 1, requires_grad=True)
    for smoothing in (1e-1, 1e-2, 1e-3):
        search = torch.optim.LBFGS([theta], max_iter=200, history_size=30, line_search_fn="strong_wolfe")

        def objective() -> torch.Tensor:
            search.zero_grad()
            size = (y[rows] - phi[rows] @ theta[:-1] - theta[-1]).square().add(smoothing**2).sqrt()
            loss = (size + eps * movement(rows, theta[:-1])).square().mean() + penalty * theta[:-1].square().sum()
            (loss / 2).backward()
            return loss / 2

        search.step(objective)
    return theta.detach()


compared = []
for one in predictions:
    interval = one["intervals"]["adversarialRisk"]
    risks = []
    for split in range(4):
        rows = torch.tensor(np.random.default_rng(split).permutation(len(y)))
        train, test = rows[: one["n"]], rows[one["n"] :]
        theta = trained(train, one["eps"], one["lambda"])
        size = (y[test] - phi[test] @ theta[:-1] - theta[-1]).abs()
        risks.append(float((size + EPS_TEST * movement(test, theta[:-1])).square().mean()))
    print(
        f"n {one['n']}, eps {one['eps']}: attacked {one['adversarialRisk']:.3f} predicted "
        f"({interval['low']:.3f} to {interval['high']:.3f}); trained on four splits {np.round(risks, 3)}"
    )
    compared.append({"predicted": one["adversarialRisk"], **interval, "trained": risks})
(folder / "pytorch.json").write_text(json.dumps(compared))
