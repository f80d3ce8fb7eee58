-- Rates may come from a model of the user's own: two rates for one pair of currencies and day, or one that is not above
-- zero, would convert money by chance or lose it.
select
    from_currency,
    to_currency,
    cast(valid_from as date) as valid_from
from {{ coterie.currency_rates() }}
group by from_currency, to_currency, cast(valid_from as date)
having
    count(distinct {{ coterie.to_decimal('rate', 18, 8) }}) <> 1
    or min(rate) <= 0
    or from_currency is null
    or to_currency is null
    or cast(valid_from as date) is null
