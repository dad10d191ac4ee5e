"""Writes the tables of calibratePredictions.ts as CSV files, the target last, into the folder given as argument.

They come with Python packages, so that nothing is downloaded beside these:
    pip install numpy pandas && pip install --no-deps ISLP scikit-learn linearmodels statsmodels
Rows with missing values are dropped, text is one-hot (a level less than there are), and of more than 5,000 rows a random
choice is kept.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)


def of(package: str, path: str, **options) -> pd.DataFrame:
    (root,) = find_spec(package).submodule_search_locations
    (file,) = Path(root).glob(path)
    return pd.read_csv(file, **options)


def write(name: str, table: pd.DataFrame, target: str, drop: str = "", keep: str = "") -> None:
    chosen = table[[*keep.split(), target]] if keep else table
    chosen = chosen.drop(columns=[*drop.split(), "Unnamed: 0"], errors="ignore").dropna()
    y = chosen[target]
    if not pd.api.types.is_numeric_dtype(y):
        y = (y == sorted(y.unique())[-1]) * 2 - 1
    x = pd.get_dummies(chosen.drop(columns=[target]), drop_first=True, dtype=float)
    x = x.loc[:, x.nunique() > 1].assign(target=y.astype(float))
    if len(x) > 5000:
        x = x.sample(5000, random_state=0)
    x.to_csv(folder / f"{name}.csv", index=False)


write("auto", of("ISLP", "data/Auto.csv", na_values="?"), "mpg", "name")
write("carseats", of("ISLP", "data/Carseats.csv"), "Sales")
write("credit", of("ISLP", "data/Credit.csv"), "Balance", "ID")
write("caravan", of("ISLP", "data/Caravan.csv"), "Purchase")
write("oj", of("ISLP", "data/OJ.csv"), "Purchase")
write("affairs", of("statsmodels", "datasets/fair/fair.csv"), "affairs")
write("visits", of("statsmodels", "datasets/randhie/*.csv"), "mdvis")

write("boston", of("ISLP", "data/Boston.csv"), "medv")
cancer = of("sklearn", "datasets/data/breast_cancer.csv", header=None, skiprows=1).add_prefix("c")
write("breast-cancer", cancer.assign(c30=2.0 * cancer["c30"] - 1), "c30")
college = of("ISLP", "data/College.csv")
write("college", college.drop(columns=college.columns[0]), "Grad.Rate")
write("wage", of("ISLP", "data/Wage.csv"), "wage", "region logwage")
write("bike-share", of("ISLP", "data/Bikeshare.csv"), "bikers", "casual registered")
hours = "kidslt6 kidsge6 age educ huseduc huswage husage faminc mtr motheduc fatheduc unem city exper"
write("working-hours", of("linearmodels", "datasets/mroz/*.bz2"), "hours", keep=hours)
known = "id weight wage lwage expersq fatheduc motheduc IQ KWW married libcrd14 enroll"
write("schooling", of("linearmodels", "datasets/card/*.bz2"), "educ", known)
