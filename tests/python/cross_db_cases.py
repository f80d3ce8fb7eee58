"""Edge cases of every macro in macros/cross_db, and what each must give on every engine."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

NULL_LIST = "case when given is not null then {} end"
DOUBLES = "coterie.make_array(['cast(given as double)', 'cast(other as double)'])"
NUMBERS = "coterie.make_array(['3', 'cast(null as int)', '8', '5', '3'])"


@dataclass(frozen=True)
class Case:
    """An expression over the texts `given` and `other`, and its value for each pair of them."""

    macro: str
    expression: str
    answers: dict[Any, Any]

    @property
    def pairs(self) -> list[tuple[str | None, str | None]]:
        return [given if isinstance(given, tuple) else (given, None) for given in self.answers]


@dataclass(frozen=True)
class Aggregate:
    """The same for one value of all pairs."""

    macro: str
    expression: str
    pairs: list[tuple[str | None, str | None]]
    answer: Any


def of_text(expression: str) -> str:
    return f"cast({expression} as string)"


def bucket(text: str) -> int:
    return int(hashlib.md5(text.encode()).hexdigest()[:8], 16)


CASES: list[Case | Aggregate] = [
    # time
    Case(
        "add_minutes",
        of_text("{{ coterie.add_minutes('cast(given as timestamp)', 'cast(other as int)') }}"),
        {
            # The hour that clocks skip in Paris, and the one they repeat.
            ("2024-03-31 01:30:00", "60"): "2024-03-31 02:30:00",
            ("2024-10-27 02:30:00", "60"): "2024-10-27 03:30:00",
            ("2024-02-28 23:59:59.250001", "1"): "2024-02-29 00:00:59.250001",
            ("2024-01-01 00:00:00", "-1"): "2023-12-31 23:59:00",
            ("1970-01-01 00:00:00", "-100000"): "1969-10-23 13:20:00",
            (None, "5"): None,
            ("2024-01-01 00:00:00", None): None,
        },
    ),
    Case(
        "epoch_to_timestamp",
        of_text("{{ coterie.epoch_to_timestamp('cast(given as bigint)') }}"),
        {
            "0": "1970-01-01 00:00:00",
            "-1": "1969-12-31 23:59:59.999",
            "1709164800120": "2024-02-29 00:00:00.12",
            "4102444800000": "2100-01-01 00:00:00",
            None: None,
        },
    ),
    Case(
        "is_plain_timestamp",
        "{{ coterie.is_plain_timestamp('given') }}",
        {
            "2024-02-29": True,
            "2024-02-29 23:59:59": True,
            "2024-02-29T00:00:00": True,
            "2024-13-45": True,  # The cast that follows gives null.
            "2024-02-29 24:00:00": False,
            "2024-02-29 29:00:00": False,
            "2024-2-9": False,
            "2024-02-29 ": False,
            "2024-02-29\n": False,
            "2024-02-29  23:59:59": False,
            "2024-02-29 23:59": False,
            "2024-02-29 23:59:59.5": False,
            "2024-02-29 23:59:59Z": False,
            "0000-01-01": False,
            "-2024-02-29": False,
            "12024-02-29": False,
            "２０２４-02-29": False,  # noqa: RUF001
            "": False,
            None: None,
        },
    ),
    Case(
        "iso_weekday",
        "{{ coterie.iso_weekday('cast(given as date)') }}",
        {
            "2024-01-01": 1,
            "2024-02-29": 4,
            "2023-12-30": 6,
            "2023-12-31": 7,
            "1969-12-28": 7,
            "1600-02-29": 2,
            None: None,
        },
    ),
    # lists and structs
    Case(
        "array_type",
        "cast({{ coterie.make_array(['given', 'other']) }} as {{ coterie.array_type('double') }})",
        {("1.5", None): [1.5, None], ("-0", "1e3"): [0.0, 1000.0]},
    ),
    Case(
        "make_array",
        "{{ coterie.make_array(['given', 'other']) }}",
        {("a", None): ["a", None], ("é", "it's"): ["é", "it's"], (None, None): [None, None]},
    ),
    Case(
        "make_struct",
        "{{ coterie.make_struct({'name': 'given', 'size': 'length(given)'}) }}",
        {"a😀": {"name": "a😀", "size": 2}, None: {"name": None, "size": None}},
    ),
    Case(
        "struct_field",
        "{{ coterie.struct_field('case when given is not null then '"
        " ~ coterie.make_struct({'name': 'given'}) ~ ' end', 'name') }}",
        {"a": "a", None: None},
    ),
    Case(
        "element_at",
        f"{{{{ coterie.element_at({NUMBERS}, 'cast(given as int)') }}}}",
        {"1": 3, "2": None, "5": 3, "6": None, "-1": 3, None: None},
    ),
    Case(
        "array_length",
        "{{ coterie.array_length('"
        + NULL_LIST.format("' ~ coterie.make_array(['other']) ~ '")
        + "') }}",
        {("a", "b"): 1, ("a", None): 1, (None, "b"): None},
    ),
    Case("array_length", "{{ coterie.array_length(coterie.make_array([])) }}", {"": 0}),
    Case(
        "first_where",
        f"{{{{ coterie.first_where({NUMBERS}, 'element > cast(given as int)') }}}}",
        {"4": 8, "2": 3, "8": None, None: None},
    ),
    Case(
        "transform_array",
        f"{{{{ coterie.transform_array({NUMBERS}, 'element * cast(given as int)') }}}}",
        {"2": [6, None, 16, 10, 6], None: [None] * 5},
    ),
    Case("first_elements", f"{{{{ coterie.first_elements({NUMBERS}, 2) }}}}", {"": [3, None]}),
    Case(
        "where_elements",
        f"{{{{ coterie.where_elements({NUMBERS}, 'element > cast(given as int)') }}}}",
        {"4": [8, 5], "2": [3, 8, 5, 3], "8": [], None: []},
    ),
    Case(
        "array_mean",
        f"{{{{ coterie.array_mean({DOUBLES}) }}}}",
        {("1", "4"): 2.5, ("-1", "1"): 0.0},
    ),
    Case("array_mean", "{{ coterie.array_mean(coterie.make_array([])) }}", {"": None}),
    Case(
        "first_elements",
        f"{{{{ coterie.first_elements({NUMBERS}, 9) }}}}",
        {"": [3, None, 8, 5, 3]},
    ),
    Case("sort_array", f"{{{{ coterie.sort_array({NUMBERS}) }}}}", {"": [None, 3, 3, 5, 8]}),
    Case(
        "sort_array",
        "{{ coterie.sort_array(coterie.make_array("
        "['given', \"'a'\", \"'Z'\", \"'é'\", 'other'])) }}",
        {
            # Letters by their code points.
            ("a", None): [None, "Z", "a", "a", "é"],
            ("\uffff", "😀"): ["Z", "a", "é", "\uffff", "😀"],
        },
    ),
    Case(
        "sort_array",
        "{{ coterie.sort_array(coterie.make_array(["
        "coterie.make_struct({'a': 'cast(given as double)', 'b': \"'y'\"}), "
        "coterie.make_struct({'a': 'cast(other as double)', 'b': \"'x'\"})])) }}",
        {
            ("2", "1"): [{"a": 1.0, "b": "x"}, {"a": 2.0, "b": "y"}],
            ("1", "1"): [{"a": 1.0, "b": "x"}, {"a": 1.0, "b": "y"}],
            ("-1", "-inf"): [{"a": float("-inf"), "b": "x"}, {"a": -1.0, "b": "y"}],
        },
    ),
    Case(
        "dot_product",
        f"{{{{ coterie.dot_product({DOUBLES}, {DOUBLES}) }}}}",
        {("3", "4"): 25.0, ("0", "-0.5"): 0.25, ("1e200", "1"): float("inf")},
    ),
    Case(
        "euclidean_distance",
        f"{{{{ coterie.euclidean_distance({DOUBLES}, coterie.make_array("
        "['cast(0 as double)', 'cast(1 as double)'])) }}",
        {("3", "5"): 5.0, ("0", "1"): 0.0, ("-0.75", "2"): 1.25},
    ),
    Case(
        "weighted_square_distance",
        f"{{{{ coterie.weighted_square_distance({DOUBLES}, coterie.make_array("
        "['cast(0 as double)', 'cast(1 as double)']), coterie.make_array("
        "['cast(2 as double)', 'cast(0.5 as double)'])) }}",
        {("3", "5"): 26.0, ("0", "1"): 0.0, ("-0.75", "2"): 1.625},
    ),
    # aggregates
    Aggregate(
        "ordered_array",
        "{{ coterie.ordered_array('given', 'other') }}",
        [("b", "2"), (None, "10"), ("c", "1"), ("é", "é"), ("n", None)],
        ["n", "c", None, "b", "é"],
    ),
    Aggregate("ordered_array", "{{ coterie.ordered_array('given', 'other') }}", [], None),
    Aggregate(
        "ordered_text",
        "{{ coterie.ordered_text('given', 'other', \"', '\") }}",
        [("b", "2"), ("", "10"), (None, "1"), ("n", None)],
        "n', '', 'b",
    ),
    Aggregate(
        "ordered_text",
        "{{ coterie.ordered_text('given', 'other') }}",
        [(None, "1"), (None, "2")],
        None,
    ),
    Aggregate(
        "value_at_least",
        "{{ coterie.value_at_least('given', 'cast(other as double)') }}",
        [("b", "2"), ("n", None), ("c", "-inf"), ("d", "nan")],
        "c",
    ),
    Aggregate(
        "value_at_least",
        "{{ coterie.value_at_least('given', 'other') }}",
        [("b", "2"), (None, "1")],
        None,
    ),
    Aggregate(
        "value_at_least", "{{ coterie.value_at_least('given', 'other') }}", [("b", None)], None
    ),
    # casts and rounding
    Case(
        "try_cast",
        "{{ coterie.try_cast('given', 'bigint') }}",
        {"12": 12, "-0": 0, "x": None, "": None, "9223372036854775808": None, None: None},
    ),
    Case(
        "try_cast",
        of_text("{{ coterie.try_cast('given', 'timestamp') }}"),
        {
            "2024-02-29 01:02:03": "2024-02-29 01:02:03",
            "2024-02-29T01:02:03": "2024-02-29 01:02:03",
            "2024-02-29": "2024-02-29 00:00:00",
            "2023-02-29": None,
            "2024-13-01": None,
            "2024-02-29 01:62:03": None,
            "someday": None,
            None: None,
        },
    ),
    Case(
        "try_cast",
        "{{ coterie.try_cast('given', 'decimal(5, 2)') }}",
        {
            "0.125": Decimal("0.13"),
            "-0.125": Decimal("-0.13"),
            "2.675": Decimal("2.68"),
            "999.99": Decimal("999.99"),
            "999.995": None,
            "1000": None,
            "1,5": None,
            None: None,
        },
    ),
    Case(
        "to_decimal",
        "{{ coterie.to_decimal('cast(given as double)', 12, 2) }}",
        {
            "0.125": Decimal("0.13"),
            "-0.125": Decimal("-0.13"),
            # Less than 0.285, and multiplied by 100 still so.
            "0.285": Decimal("0.28"),
            "2.5": Decimal("2.50"),
            "-0": Decimal("0.00"),
            "9999999999.99": Decimal("9999999999.99"),
            "1e10": None,
            "1e300": None,
            "nan": None,
            "inf": None,
            "-inf": None,
            None: None,
        },
    ),
    Case(
        "to_decimal",
        "{{ coterie.to_decimal('cast(given as decimal(18, 4))', 6, 1) }}",
        {
            "0.05": Decimal("0.1"),
            "-0.05": Decimal("-0.1"),
            "0.0499": Decimal("0.0"),
            "99999.94": Decimal("99999.9"),
            "99999.95": None,
            None: None,
        },
    ),
    Case(
        "to_decimal",
        "{{ coterie.to_decimal('cast(given as bigint)', 4, 2) }}",
        {"-99": Decimal("-99.00"), "100": None, None: None},
    ),
    Case(
        "round_number",
        "{{ coterie.round_number('cast(given as double)', 2) }}",
        {
            "0.125": 0.13,
            "-0.125": -0.13,
            "2.5": 2.5,
            "-0": 0.0,
            "1e20": 1e20,
            "1e37": None,
            "nan": None,
            "-inf": None,
            None: None,
        },
    ),
    Case(
        "round_number",
        "{{ coterie.round_number('cast(given as double)', 0) }}",
        {"0.5": 1.0, "1.5": 2.0, "2.5": 3.0, "-2.5": -3.0, "0.49999999999999994": 0.0},
    ),
    Case(
        "round_number",
        "{{ coterie.round_number('cast(given as decimal(9, 3))', 2) }}",
        {"1.005": 1.01, "-1.005": -1.01, None: None},
    ),
    Case(
        "text_to_decimal",
        "{{ coterie.text_to_decimal('given', 'decimal(9, 4)') }}",
        {
            "-12.50": Decimal("-12.5000"),
            "1.2e3": Decimal("1200.0000"),
            "0.00005": Decimal("0.0001"),
            "-0.00005": Decimal("-0.0001"),
            ".5": Decimal("0.5000"),
            "5.": Decimal("5.0000"),
            "+5": Decimal("5.0000"),
            "99999.99995": None,
            "1e9": None,
            "1_000": None,
            "1e1.": None,
            "1,000": None,
            "٣": None,
            "0x10": None,
            "nan": None,
            "": None,
            None: None,
        },
    ),
    Case(
        "decimal_text",
        "{{ coterie.decimal_text('cast(given as decimal(38, 9))') }}",
        {
            "0": "0.000000000",
            "-0.000000001": "-0.000000001",
            "0.5": "0.500000000",
            "-12.25": "-12.250000000",
            "12345678901234567890": "12345678901234567890.000000000",
            None: None,
        },
    ),
    Case(
        "decimal_text",
        "{{ coterie.decimal_text('cast(given as decimal(9, 0))') }}",
        {"0": "0", "-7": "-7"},
    ),
    # regular expressions
    Case(
        "regexp_replace_all",
        "{{ coterie.regexp_replace_all('given', '[^0-9a-z]+', '_') }}",
        {"a--b..c": "a_b_c", "é": "_", "\n": "_", "": "", None: None},
    ),
    Case(
        "regexp_replace_all",
        r"{{ coterie.regexp_replace_all('given', '([0-9])[,.]([0-9])', '\\2$\\1') }}",
        {"1,2 3.4": "2$1 4$3", "1.2.3": "2$1.3", "x": "x"},
    ),
    Case(
        "regexp_replace_all",
        r"{{ coterie.regexp_replace_all('given', '\\s+$') }}",
        {"a \t\n": "a", "a\v": "a\v", "a\u00a0": "a\u00a0", "a \nb": "a \nb"},
    ),
    Case(
        "regexp_like",
        r"{{ coterie.regexp_like('given', '^[\\p{L}&\\]\\[]+.$') }}",
        {
            "é&": True,
            "[]!": True,
            "Ж漢\r": True,
            "a\n": False,
            "1": False,
            "😀a": False,
            None: None,
        },
    ),
    Case(
        "regexp_like",
        r"{{ coterie.regexp_like('given', '\\d') }}",
        {"a1": True, "٣": False, "": False},
    ),
    Case(
        "regexp_group",
        "{{ coterie.regexp_group('given', '([a-z]+)([0-9]+)?', 2) }}",
        {"ab12 cd34": "12", "ab": "", "-": "", "": "", None: None},
    ),
    Case(
        "regexp_group",
        "{{ coterie.regexp_group('given', 'a|ab', 0) }}",
        {"xab": "a", "ba": "a"},
    ),
    # text
    Case(
        "text_literal",
        r"""{{ coterie.text_literal('it\'s "50 %" \\n \\\\ a\\\'b $1 漢😀') }}""",
        {"": "it's \"50 %\" \\n \\\\ a\\'b $1 漢😀"},
    ),
    Case(
        "text_literal",
        """{{ coterie.text_literal("one\\ntwo\\\\") }} || {{ coterie.text_literal(7) }}""",
        {"": "one\ntwo\\7"},
    ),
    Case(
        "lower_text",
        "{{ coterie.lower_text('given') }}",
        {"ÀÉ İIŁ": "àé iił", "ΣΟΦΟΣ": "σοφοσ", "ẞ": "ß", "": "", None: None},
    ),
    Case(
        "upper_text",
        "{{ coterie.upper_text('given') }}",
        {"straße": "STRAẞE", "ﬁn": "ﬁN", "ŉı": "ŉI", "σς": "ΣΣ", "": "", None: None},
    ),
    Case(
        "trim_text",
        "{{ coterie.trim_text('given') }}",
        {" a b ": "a b", "\u00a0\u2003a\u3000": "a", "\ta\n": "\ta\n", " ": "", None: None},
    ),
    Case(
        "strip_accents",
        "{{ coterie.strip_accents('given') }}",
        {
            "Éléonore Łødź Çelik": "Eleonore Lodz Celik",
            "Straße Œuvre æ": "Strasse OEuvre ae",
            "e\u0301": "e",
            "Nguyễn": "Nguyen",
            "ё й": "е и",  # noqa: RUF001
            "": "",
            None: None,
        },
    ),
    Case(
        "normalize_unicode",
        "{{ coterie.normalize_unicode('given') }}",
        {
            "e\u0301te\u0301": "été",
            "a\u0323\u0302": "ậ",
            "a\u0302\u0323": "ậ",
            "\u212b": "Å",
            "が": "が",
            "ﬁ": "ﬁ",
            "": "",
            None: None,
        },
    ),
    Case(
        "json_row",
        "{{ coterie.json_row([['text', 'given'], ['number', 'length(given)'],"
        " ['is_it', \"given = 'a'\"]]) }}",
        {
            "a": '{"text":"a","number":1,"is_it":true}',
            'it\'s "b"\\/\n\t': '{"text":"it\'s \\"b\\"\\\\/\\n\\t","number":12,"is_it":false}',
            "é漢😀": '{"text":"é漢😀","number":3,"is_it":false}',
            "\u0001\u001f\u007f\u2028": (
                '{"text":"\\u0001\\u001F\u007f\u2028","number":4,"is_it":false}'
            ),
            None: '{"text":null,"number":null,"is_it":null}',
        },
    ),
    Case(
        "md5_bucket",
        "{{ coterie.md5_bucket('given') }}",
        {**{text: bucket(text) for text in ("", "a", "é漢😀", "c_0001")}, None: None},
    ),
    # what only tells a change
    Case(
        "change_number",
        "{{ coterie.change_number(['given', \"'x'\"]) }}"
        " = {{ coterie.change_number(['other', \"'x'\"]) }}",
        {
            ("a", "a"): True,
            ("a", "b"): False,
            ("", None): False,
            ("<null>", None): False,
            (None, None): True,
        },
    ),
    Case(
        "change_number",
        "{{ coterie.change_number(['given', 'other']) }}"
        " = {{ coterie.change_number(['other', 'given']) }}",
        {("a", "a"): True, ("a", "b"): False, ("a", None): False, ("ab", ""): False},
    ),
    # hints
    Case(
        "not_materialized",
        "(with one as {{ coterie.not_materialized() }} (select 1 as a) select max(a) from one)",
        {"": 1},
    ),
    Case(
        "gathered_by",
        "(select max(a) from (select {{ coterie.gathered_by('a') }} a"
        " from (select 1 as a) as one) as hinted)",
        {"": 1},
    ),
    # Portable without a macro of cross_db, as long as they are written so.
    Case(
        "(division by zero)",
        "{{ coterie.divide('cast(given as int)', 'cast(other as int)') }}",
        {
            ("1", "0"): None,
            ("0", "0"): None,
            ("1", "4"): 0.25,
            ("-7", "2"): -3.5,
            (None, "1"): None,
        },
    ),
    Case(
        "(rounding to a whole number)",
        "cast(round(cast(given as double)) as bigint)",
        {"0.5": 1, "1.5": 2, "2.5": 3, "-2.5": -3, "2.4999": 2},
    ),
    Case(
        "(months and days)",
        of_text("cast({{ dbt.dateadd('month', -1, 'cast(given as date)') }} as date)"),
        {"2024-03-31": "2024-02-29", "2024-01-01": "2023-12-01", None: None},
    ),
    Case(
        "(months and days)",
        "{{ dbt.datediff('cast(given as date)', 'cast(other as date)', 'day') }}",
        {
            ("2024-02-28", "2024-03-01"): 2,
            ("2024-03-01", "2023-03-01"): -366,
            (None, "2024-01-01"): None,
        },
    ),
]
