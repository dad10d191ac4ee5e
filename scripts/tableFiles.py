"""Tables as CSV files, the target last and called 'target', for calibratePredictions.ts and compareTuning.ts."""

from importlib.util import find_spec
from pathlib import Path

import pandas as pd


def of(package: str, path: str, **options) -> pd.DataFrame:
    """A file that an installed package holds, without loading the package."""
    (root,) = find_spec(package).submodule_search_locations
    (file,) = Path(root).glob(path)
    return pd.read_csv(file, **options)


def prepared(table: pd.DataFrame, target: str, drop: str = "", keep: str = "") -> pd.DataFrame:
    """Rows without missing values, text one-hot (a level less than there are), constants left out.

    A target of text is +1 for the last of its values in the order of the alphabet, -1 for others.
    """
    chosen = table[[*keep.split(), target]] if keep else table
    chosen = chosen.drop(columns=[*drop.split(), "Unnamed: 0"], errors="ignore").dropna()
    y = chosen[target]
    if not pd.api.types.is_numeric_dtype(y):
        y = (y == sorted(y.unique())[-1]) * 2 - 1
    x = pd.get_dummies(chosen.drop(columns=[target]), drop_first=True, dtype=float)
    x.columns = [str(column).replace(",", " ") for column in x.columns]
    return x.loc[:, x.nunique() > 1].assign(target=y.astype(float))


def write(file: Path, table: pd.DataFrame, most: int = 5000) -> None:
    """Of more rows than `most` a random choice."""
    file.parent.mkdir(parents=True, exist_ok=True)
    (table.sample(most, random_state=0) if len(table) > most else table).to_csv(file, index=False)
