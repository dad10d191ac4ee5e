"""Writes public tables that come with Python packages as CSV files, for scripts/compareTuning.ts.

    python3 -m venv VENV && VENV/bin/pip install scikit-learn statsmodels pandas && VENV/bin/pip install --no-deps ISLP
    VENV/bin/python scripts/tuningTables.py FOLDER

The last column of each is 'target', a number; text columns become 0 and 1, rows with missing values are left out.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import statsmodels.datasets as econometric
from sklearn import datasets

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
islp = Path(find_spec("ISLP").origin).parent / "data"


def write(name: str, table: pd.DataFrame, target: str, without: tuple[str, ...] = ()) -> None:
    table = table.drop(columns=list(without)).dropna()
    y = table.pop(target).astype(float).rename("target")
    x = pd.get_dummies(table, drop_first=True).astype(float)
    x.columns = [column.replace(",", " ") for column in x.columns]
    pd.concat([x, y], axis=1).to_csv(folder / f"{name}.csv", index=False)
    print(name, *x.shape)


def of_sklearn(loader) -> pd.DataFrame:
    return loader(as_frame=True).frame


cancer = of_sklearn(datasets.load_breast_cancer)
write("breast-cancer", cancer.assign(target=2 * cancer["target"] - 1), "target")
write("wine", of_sklearn(datasets.load_wine), "alcohol", without=("target",))
write("boston", pd.read_csv(islp / "Boston.csv"), "medv")
write("college", pd.read_csv(islp / "College.csv"), "Outstate")
write("auto", pd.read_csv(islp / "Auto.csv", na_values="?"), "mpg", without=("name",))
write("hitters", pd.read_csv(islp / "Hitters.csv"), "Salary")
write("carseats", pd.read_csv(islp / "Carseats.csv"), "Sales")
write("credit", pd.read_csv(islp / "Credit.csv"), "Balance", without=("ID",))
bikes = pd.read_csv(islp / "Bikeshare.csv")
write("bikeshare", bikes, "bikers", without=("casual", "registered", "season", "day"))
stars = econometric.star98.load_pandas().data
write("star98", stars.assign(share=stars["NABOVE"] / (stars["NABOVE"] + stars["NBELOW"])), "share", without=("NABOVE", "NBELOW"))
