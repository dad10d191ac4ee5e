"""Writes public tables that come with Python packages as CSV files, the target last, for scripts/compareTuning.ts.

    pip install numpy pandas && pip install --no-deps ISLP scikit-learn statsmodels
    python scripts/tuningTables.py FOLDER
"""

import sys
from pathlib import Path

import pandas as pd
from tableFiles import of, prepared
from tableFiles import write as write_file

folder = Path(sys.argv[1])


def write(name: str, table: pd.DataFrame, *columns: str) -> None:
    write_file(folder / f"{name}.csv", prepared(table, *columns), most=len(table))


cancer = of("sklearn", "datasets/data/breast_cancer.csv", header=None, skiprows=1).add_prefix("c")
write("breast-cancer", cancer.assign(c30=2.0 * cancer["c30"] - 1), "c30")
wine = of("sklearn", "datasets/data/wine_data.csv", header=None, skiprows=1).add_prefix("c")
write("wine", wine, "c0", "c13")
write("boston", of("ISLP", "data/Boston.csv"), "medv")
write("college", of("ISLP", "data/College.csv"), "Outstate")
write("auto", of("ISLP", "data/Auto.csv", na_values="?"), "mpg", "name")
write("hitters", of("ISLP", "data/Hitters.csv"), "Salary")
write("carseats", of("ISLP", "data/Carseats.csv"), "Sales")
write("credit", of("ISLP", "data/Credit.csv"), "Balance", "ID")
write("bikeshare", of("ISLP", "data/Bikeshare.csv"), "bikers", "casual registered season day")
stars = of("statsmodels", "datasets/star98/star98.csv")
write("star98", stars.assign(share=stars["PR50M"] / stars["MATHTOT"]), "share", "PR50M MATHTOT")
