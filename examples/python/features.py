"""Robust risk of a read-out on the features of a network of one's own, predicted before any read-out is trained.

`rrf predict` needs three arrays: features phi [m, N] at m rows, their gradient moment J [N, N], the mean over rows of
(d phi/d x)(d phi/d x)', and the targets y [m]. Here a network of NumPy stands for any other. Of PyTorch's it is

    from torch.func import jacrev, vmap
    phi = network(x)                                   # [m, N], without the last layer
    K = vmap(jacrev(lambda row: network(row)))(x)      # [m, N, d]; in portions where memory is short
    J = torch.einsum("mad,mbd->ab", K, K) / len(x)

and of Keras's, with TensorFlow, K comes from `tape.batch_jacobian(phi, x)`. Take rows that the network was not trained on.

    python features.py [FOLDER]
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

RRF = shlex.split(os.environ.get("RRF", "rrf"))
folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
folder.mkdir(parents=True, exist_ok=True)

rng = np.random.default_rng(0)
m, d, N = 600, 12, 40
x = rng.normal(size=(m, d))
y = x @ rng.normal(size=d) / np.sqrt(d) + 0.3 * rng.normal(size=m)

# A frozen network of two layers, and its Jacobian by the chain rule.
V, W = rng.normal(size=(30, d)) / np.sqrt(d), rng.normal(size=(N, 30)) / np.sqrt(30)
hidden = np.tanh(x @ V.T)
phi = np.tanh(hidden @ W.T)
K = (1 - phi**2)[:, :, None] * (W @ ((1 - hidden**2)[:, :, None] * V))
J = np.einsum("mad,mbd->ab", K, K) / m

for name, array in {"phi": phi, "J": J, "y": y}.items():
    np.save(folder / f"{name}.npy", array)

words = ["predict", "--features", folder / "phi.npy", "--gradient-moments", folder / "J.npy"]
words += ["--target-values", folder / "y.npy", "--grid", "n=100,300,eps=0.1,0.3", "--eps-test", "0.2", "--json"]
done = subprocess.run([*RRF, *map(str, words)], check=True, stdout=subprocess.PIPE, text=True)
found = json.loads(done.stdout)
for one in found["predictions"]:
    low, high = (one["intervals"]["adversarialRisk"][end] for end in ("low", "high"))
    print(f"n {one['n']}, eps {one['eps']}: risk {one['standardRisk']:.3f}, attacked {one['adversarialRisk']:.3f} ({low:.3f} to {high:.3f})")
(folder / "features.json").write_text(done.stdout)
