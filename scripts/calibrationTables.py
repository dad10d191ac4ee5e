"""Writes the tables of calibratePredictions.ts as CSV files, the target last, into the folder given as argument.

They come with Python packages, so that nothing is downloaded beside these:
    pip install numpy pandas && pip install --no-deps ISLP scikit-learn linearmodels statsmodels
Of more than 5,000 rows a random choice is kept.
"""

import sys
from pathlib import Path

import pandas as pd
from tableFiles import of, prepared
from tableFiles import write as write_file

folder = Path(sys.argv[1])


def write(name: str, table: pd.DataFrame, *columns: str, **choice: str) -> None:
    write_file(folder / f"{name}.csv", prepared(table, *columns, **choice))


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
