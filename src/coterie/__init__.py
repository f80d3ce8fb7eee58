"""Coterie: audience segmentation inside the warehouse.

The library behind the dbt Python models and the ``coterie`` command line.
"""

__version__ = "0.1.0"
