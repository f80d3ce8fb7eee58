"""The SQL of a score, rendered from the project's own macros."""

from pathlib import Path

from rendered_macros import render

from coterie.scoring import AdditiveModel, Line

SCORE = """
{%% set model = %s %%}
with contributions as (
    select
        feature_values.*
        {%%- for term in model.terms %%},
        {{ coterie.score_term(term, 'feature_values') }} as term_{{ term.number }}
        {%%- endfor %%}
    from feature_values
),
logits as (
    select
        contributions.*,
        {{ coterie.score_logit(model, 'term_') }} as logit
    from contributions
)
select
    row_number,
    logit,
    {{ coterie.logistic('logit') }} as uncalibrated,
    {{ coterie.logistic(
        coterie.double_literal(model.offset) ~ ' + '
        ~ coterie.double_literal(model.slope) ~ ' * logit'
    ) }} as probability
from logits
"""


def as_macros_have_it(model: AdditiveModel, line: Line, names: list[str]) -> dict:
    """Give a model as the macro score_parameters does: every number as a text."""
    terms = [
        {
            "number": str(number),
            "features": [
                {"name": names[position], "edges": [repr(float(edge)) for edge in edges]}
                for position, edges in zip(term.features, term.edges, strict=True)
            ],
            "contributions": [repr(float(value)) for value in term.contributions.ravel()],
        }
        for number, term in enumerate(model.terms, start=1)
    ]
    return {
        "intercept": repr(model.intercept),
        "offset": repr(line.offset),
        "slope": repr(line.slope),
        "terms": terms,
    }


def score_sql(
    folder: Path, model: AdditiveModel, line: Line, names: list[str], *, engine: str = "duckdb"
) -> str:
    """Query of the scores of a relation feature_values(row_number, one column per name)."""
    text = SCORE % repr(as_macros_have_it(model, line, names))
    return render(folder, {"score": text}, engine=engine)["score"]
