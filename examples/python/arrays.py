"""A model from NumPy arrays and back: train, apply and explain, by the command line `rrf`.

    pip install numpy          # and scikit-learn, for a comparison
    python arrays.py [FOLDER]  # rrf from the PATH, or the words in RRF
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


def rrf(*words: object) -> dict:
    """What a command of rrf answers with --json. Its remarks go to standard error."""
    done = subprocess.run([*RRF, *map(str, words), "--json"], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
folder.mkdir(parents=True, exist_ok=True)

# A table: columns are called 0, 1, ... unless they are saved with names, as here, one array a column.
rng = np.random.default_rng(0)
x = rng.normal(size=(300, 4)) * [1, 10, 0.1, 5] + [0, 50, 3, -2]
y = 3 + x @ [2.0, 0.3, -20.0, 0.0] + rng.normal(size=300)
names = ["length", "weight", "width", "idle"]
train, new = slice(0, 250), slice(250, 300)
np.savez(folder / "train.npz", **{name: x[train, j] for j, name in enumerate(names)}, price=y[train])
columns = {name: x[new, j] for j, name in enumerate(names)}
np.savez(folder / "new.npz", **columns)
np.savez(folder / "test.npz", **columns, price=y[new])

# Train at radius 0.1 standard deviations of the inputs, measured over five folds; keep the model.
trained = rrf(
    *["train", "--csv", folder / "train.npz", "--target", "price", "--method", "exact", "--eps", 0.1],
    *["--lambda", 0.01, "--folds", 5, "--save", folder / "model"],
)
folds = trained["splits"]
print(f"held-out squared error {folds['clean']['value']:.2f} +- {folds['clean']['corrected']:.2f}")
print(f"attacked               {folds['robust']['value']:.2f} +- {folds['robust']['corrected']:.2f}")

# Predictions of rows without a target, and how far an attack moves them down and up.
rrf("apply", "--model", folder / "model", "--csv", folder / "new.npz", "--out", folder / "scores.npy")
prediction, lower, upper = np.load(folder / "scores.npy").T
moved = float((upper - lower).mean() / 2)

# What the model hangs on, from rows with their targets.
found = rrf("explain", "--model", folder / "model", "--csv", folder / "test.npz")
coefficients = dict(zip(found["columns"], found["coefficients"]["coefficients"]))
by_hand = found["coefficients"]["intercept"] + x[new] @ [coefficients[name] for name in names]
print(f"an attack moves predictions by {moved:.3f} on average")
print("importance:", ", ".join(one["name"] for one in found["importance"]))

result = {
    "error": float(np.mean((prediction - y[new]) ** 2)),
    "byHand": float(np.abs(prediction - by_hand).max()),
    "moved": moved,
    "least": found["importance"][-1]["name"],
}
try:
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    # Without an attack, ours is ridge regression: (1/2n) sum of squares + (lambda/2)|theta|^2, alpha = n lambda.
    ours = rrf(
        *["train", "--csv", folder / "train.npz", "--target", "price", "--method", "exact", "--eps", 0],
        *["--lambda", 0.01, "--save", folder / "ridge"],
    )
    held = np.loadtxt(folder / "ridge" / "held-out.csv", delimiter=",", skiprows=1)
    # The rows that were trained on are those that were not held out.
    is_held = (x[train][:, None, :] == held[None, :, :4]).all(-1).any(-1)
    fitted = x[train][~is_held], y[train][~is_held]
    theirs = make_pipeline(StandardScaler(), Ridge(alpha=len(fitted[1]) * 0.01)).fit(*fitted)
    error = np.mean((theirs.predict(held[:, :4]) - held[:, 4]) ** 2)
    print(f"ridge regression: scikit-learn {error:.6f}, rrf {ours['clean']['value']:.6f}")
    result["ridge"] = [float(error), ours["clean"]["value"]]
except ImportError:
    print("(scikit-learn is not there: no comparison)")

(folder / "arrays.json").write_text(json.dumps(result))
