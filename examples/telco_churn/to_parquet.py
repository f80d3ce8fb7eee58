"""Write the published CSV file as the Parquet file this example reads.

python to_parquet.py WA_Fn-UseC_-Telco-Customer-Churn.csv FOLDER
"""

import sys
from pathlib import Path

import pandas as pd

NUMBERS = {"SeniorCitizen": "int64", "tenure": "int64", "MonthlyCharges": "float64"}


def main(text_file: Path, folder: Path) -> None:
    """Type the numbers; all else is text as published, TotalCharges too."""
    rows = pd.read_csv(text_file, dtype=str, keep_default_na=False).astype(NUMBERS)
    folder.mkdir(parents=True, exist_ok=True)
    rows.to_parquet(folder / "telco_churn.parquet", index=False, compression="zstd")
    print(f"{len(rows):,} rows written to {folder / 'telco_churn.parquet'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
