"""What SQL may not use if it is to run on Spark 3.5, which many clusters have."""

import re

# Functions of Spark 4.3.0 without those of 3.5.9, as `show functions` names them in each.
NEWER_FUNCTIONS = """
    approx_top_k approx_top_k_accumulate approx_top_k_combine approx_top_k_estimate
    bitmap_and_agg collate collation collations collect_union counter_diff current_path
    current_time dayname from_avro from_base32 from_protobuf from_xml hmac is_valid_utf8
    is_valid_variant is_variant_null jaro_winkler_similarity kll_merge_agg_bigint
    kll_merge_agg_double kll_merge_agg_float kll_sketch_agg_bigint kll_sketch_agg_double
    kll_sketch_agg_float kll_sketch_get_n_bigint kll_sketch_get_n_double kll_sketch_get_n_float
    kll_sketch_get_quantile_bigint kll_sketch_get_quantile_double kll_sketch_get_quantile_float
    kll_sketch_get_rank_bigint kll_sketch_get_rank_double kll_sketch_get_rank_float
    kll_sketch_merge_bigint kll_sketch_merge_double kll_sketch_merge_float
    kll_sketch_to_string_bigint kll_sketch_to_string_double kll_sketch_to_string_float listagg
    localtime make_time make_valid_utf8 measure monthname nullifzero parse_json
    python_worker_logs quote randstr schema_of_avro schema_of_variant schema_of_variant_agg
    schema_of_xml session_user st_asbinary st_geogfromwkb st_geomfromwkb st_setsrid st_srid
    string_agg theta_difference theta_intersection theta_intersection_agg theta_sketch_agg
    theta_sketch_estimate theta_union theta_union_agg time time_bucket time_diff
    time_from_micros time_from_millis time_from_seconds time_to_micros time_to_millis
    time_to_seconds time_trunc timestamp_nanos to_avro to_base32 to_protobuf to_time
    to_variant_object to_xml try_make_interval try_make_timestamp try_make_timestamp_ltz
    try_make_timestamp_ntz try_mod try_parse_json try_parse_url try_reflect try_to_date
    try_to_time try_url_decode try_validate_utf8 try_variant_array_append try_variant_get
    try_variant_insert try_variant_set tuple_difference_double tuple_difference_integer
    tuple_difference_theta_double tuple_difference_theta_integer tuple_intersection_agg_double
    tuple_intersection_agg_integer tuple_intersection_double tuple_intersection_integer
    tuple_intersection_theta_double tuple_intersection_theta_integer tuple_sketch_agg_double
    tuple_sketch_agg_integer tuple_sketch_estimate_double tuple_sketch_estimate_integer
    tuple_sketch_summary_double tuple_sketch_summary_integer tuple_sketch_theta_double
    tuple_sketch_theta_integer tuple_union_agg_double tuple_union_agg_integer tuple_union_double
    tuple_union_integer tuple_union_theta_double tuple_union_theta_integer uniform unix_nanos
    validate_utf8 variant_array_append variant_delete variant_explode variant_explode_outer
    variant_get variant_insert variant_set variant_strip_nulls vector_avg
    vector_cosine_similarity vector_inner_product vector_l2_distance vector_norm
    vector_normalize vector_sum zeroifnull
""".split()  # noqa: SIM905

# What Spark 3.5.9 refuses or reads in another way, by the reason.
NEWER_SYNTAX = {
    "a function of Spark 4": rf"(?<![.\w])({'|'.join(NEWER_FUNCTIONS)})\s*\(",
    "qualify": r"\bqualify\b",
    "recursive query": r"\bwith\s+recursive\b",
    "unnest: 3.5 has explode": r"\bunnest\s*\(",
    "* except": r"\*\s*except\s*\(",
    "pipe": r"\|>",
    "collation": r"\bcollate\s+\w",
    "variant": r"\bas\s+variant\b",
    "session variable": r"\bdeclare\s+(or\s+replace\s+)?(variable\s+)?\w+|\bexecute\s+immediate\b",
    "range of an interval": r"\brange\s+between\s+interval\b",
}
# Texts, quoted names and comments.
QUOTED = re.compile(
    r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`[^`]*`|--[^\n]*|/\*.*?\*/""", re.DOTALL
)


def newer_syntax(text: str) -> list[str]:
    """What is newer than Spark 3.5 in SQL, or in Jinja that writes SQL."""
    return [
        f"{reason}: {match.group(0)}"
        for reason, pattern in NEWER_SYNTAX.items()
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]


def newer_than_spark_35(sql: str) -> list[str]:
    """Why a statement means something else, or nothing, on Spark 3.5."""
    # 3.5 takes a doubled quote for the end of one text and the start of the next, and joins them.
    doubled = [
        f"quote doubled in a text: {match.group(0)}'"
        for match in QUOTED.finditer(sql)
        if match.group(0).startswith("'") and sql[match.end() : match.end() + 1] == "'"
    ]
    return doubled + newer_syntax(QUOTED.sub("''", sql))
