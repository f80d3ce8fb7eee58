"""Write the published workbook as the one Parquet file this example reads.

python to_parquet.py online_retail_II.xlsx FOLDER    (needs: pip install openpyxl)
"""

import sys
from pathlib import Path

import pandas as pd

SHEETS = ("Year 2009-2010", "Year 2010-2011")


def main(workbook: Path, folder: Path) -> None:
    """Join both sheets, types and values as published, and say which sheet a row is from."""
    text = {"Invoice": str, "StockCode": str, "Description": str, "Country": str}
    sheets = pd.read_excel(workbook, sheet_name=list(SHEETS), dtype=text)
    rows = pd.concat([sheets[sheet].assign(source_sheet=sheet) for sheet in SHEETS])
    rows["Quantity"] = rows["Quantity"].astype("int32")
    rows["Price"] = rows["Price"].astype("float64")
    rows["Customer ID"] = rows["Customer ID"].astype("Int32")
    folder.mkdir(parents=True, exist_ok=True)
    rows.to_parquet(folder / "online_retail_ii.parquet", index=False, compression="zstd")
    print(f"{len(rows):,} rows written to {folder / 'online_retail_ii.parquet'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
