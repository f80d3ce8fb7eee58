"""Entry point of dbt: it imports modules named ``dbt_*`` and starts the plugins they list."""

import sys
import warnings
from importlib.util import find_spec

from dbt.plugins import dbtPlugin


class CoterieSpark(dbtPlugin):
    """Lets dbt-spark run Python models outside Databricks; idle on every other adapter."""

    def initialize(self) -> None:
        """Mend the Spark adapter, if dbt has loaded it for this target."""
        adapter = sys.modules.get("dbt.adapters.spark.impl")
        if adapter is None or getattr(adapter, "is_mended_by_coterie", False):
            return
        from coterie import spark  # noqa: PLC0415

        spark.add_submission_methods(adapter.SparkAdapter)
        if find_spec("pyhive"):
            from dbt.adapters.spark.connections import PyhiveConnectionWrapper  # noqa: PLC0415

            spark.bind_as_text(PyhiveConnectionWrapper)
        if find_spec("pyspark"):
            from dbt.adapters.spark.session import SessionConnectionWrapper  # noqa: PLC0415

            spark.quote_bindings(SessionConnectionWrapper)
            # dbt-spark asks for Hive at every statement; a Spark Connect server has what it has.
            warnings.filterwarnings("ignore", "Failed to set spark.sql.catalogImplementation")
            # PySpark's word on pandas 3, with which our tests run.
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        adapter.is_mended_by_coterie = True


plugins = [CoterieSpark]
