"""What a customer is still worth: BG/NBD for purchases, Gamma-Gamma for their value.

Time is in any unit, the same throughout (the dbt models use days), money in any currency.
"""

from coterie.lifetime.bg_nbd import (
    BgNbd,
    expected_purchases,
    fit_bg_nbd,
    log_likelihood,
    probability_alive,
)
from coterie.lifetime.gamma_gamma import (
    GammaGamma,
    expected_value,
    fit_gamma_gamma,
    value_log_likelihood,
)
from coterie.lifetime.histories import Histories, group_histories
from coterie.lifetime.quadrature import Nodes, dropout_nodes
from coterie.lifetime.training import Round, Sample, Settings, fit_lifetime, fits_rows

__all__ = [
    "BgNbd",
    "GammaGamma",
    "Histories",
    "Nodes",
    "Round",
    "Sample",
    "Settings",
    "dropout_nodes",
    "expected_purchases",
    "expected_value",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "fit_lifetime",
    "fits_rows",
    "group_histories",
    "log_likelihood",
    "probability_alive",
    "value_log_likelihood",
]
