"""One table in every format that readTable reads, as NumPy, pandas and pyarrow write it: python tableFormats.py FOLDER"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

folder = Path(sys.argv[1])
rows = 30_000
random = np.random.default_rng(0)
numbers = random.standard_normal((rows, 5))
texts = np.array(["red", "über alles", "a longer text, with a comma"])[random.integers(0, 3, rows)]
whole = random.integers(-(2**40), 2**40, rows)
holes = np.where(random.uniform(size=rows) < 0.1, np.nan, numbers[:, 0])

mixed = pd.DataFrame({f"x{j}": numbers[:, j] for j in range(5)})
mixed = mixed.assign(hole=holes, text=texts, whole=whole, open=numbers[:, 1] > 0)
mixed["level"] = pd.Categorical(np.where(random.uniform(size=rows) < 0.1, None, texts))
mixed.to_csv(folder / "mixed.csv", index=False)
table = pa.Table.from_pandas(mixed, preserve_index=False)
views = table.set_column(6, "text", table["text"].cast(pa.string_view()))
for name, options in {
    "plain": {"compression": "uncompressed"},
    "lz4": {"compression": "lz4"},
    "batches": {"compression": "uncompressed", "chunksize": 13_000},
    "small": {"compression": "lz4", "chunksize": 700},
}.items():
    feather.write_feather(table, folder / f"mixed {name}.feather", **options)
with pa.OSFile(str(folder / "mixed.arrows"), "wb") as sink, pa.ipc.new_stream(sink, views.schema) as writer:
    writer.write_table(views, max_chunksize=20_000)
for name, options in {"plain": {}, "groups": {"row_group_size": 7000, "compression": "gzip"}}.items():
    parquet.write_table(table, folder / f"mixed {name}.parquet", **options)

pd.DataFrame(numbers, columns=[f"x{j}" for j in range(5)]).to_csv(folder / "numbers.csv", index=False)
np.save(folder / "numbers rows.npy", numbers)
np.save(folder / "numbers columns.npy", np.asfortranarray(numbers))
np.savez(folder / "numbers stored.npz", x=numbers)
np.savez_compressed(folder / "numbers deflated.npz", x=np.asfortranarray(numbers))
