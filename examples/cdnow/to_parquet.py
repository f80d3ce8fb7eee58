"""Write the authors' text file as the Parquet file this example reads.

python to_parquet.py CDNOW_sample.txt FOLDER
"""

import sys
from pathlib import Path

import pandas as pd

COLUMNS = ["customer_id", "sample_id", "date", "cds", "amount"]


def main(text_file: Path, folder: Path) -> None:
    """Name the columns and type the days; values as published."""
    rows = pd.read_csv(text_file, sep=r"\s+", header=None, names=COLUMNS)
    rows["date"] = pd.to_datetime(rows["date"].astype(str), format="%Y%m%d").dt.date
    folder.mkdir(parents=True, exist_ok=True)
    rows.to_parquet(folder / "cdnow_sample.parquet", index=False, compression="zstd")
    print(f"{len(rows):,} rows written to {folder / 'cdnow_sample.parquet'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
