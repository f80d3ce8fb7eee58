"""What the cleaning macros are tried on: how each is called, and the values that people type."""

import datetime as dt

from hypothesis import strategies as st

# name: SQL expression of the macro over the column `given`, as text
MACROS = {
    "clean_key": "{{ coterie.clean_key('given') }}",
    "clean_text": "{{ coterie.clean_text('given') }}",
    "match_words": "{{ coterie.match_words('given') }}",
    "match_name": "{{ coterie.match_name('given') }}",
    "match_city": "{{ coterie.match_city('given') }}",
    "clean_email": "{{ coterie.clean_email('given') }}",
    "clean_boolean": "cast({{ coterie.clean_boolean('given') }} as string)",
    "clean_number": "cast({{ coterie.clean_number('given') }} as string)",
    "clean_timestamp": "cast({{ coterie.clean_timestamp('given') }} as string)",
    "clean_date": "cast({{ coterie.clean_date('given') }} as string)",
    "clean_postal_code": "{{ coterie.clean_postal_code('given', \"'FR'\") }}",
    "leading_number": "{{ coterie.leading_number('given') }}",
    "trailing_unit": "{{ coterie.trailing_unit('given') }}",
}
FRENCH_PLAN = "(select '33' as calling_code, '0' as trunk_prefix, 9 as min_length, 9 as max_length)"
PHONE = """
    select given, case
        when digits like '+%' and code <> '33' then {generic}
        else {french}
    end as cleaned
    from (
        select given, digits, {code} as code
        from (select given, {digits} as digits from given_values) as numbers
    ) as coded
    cross join {plan} as french
    cross join (select cast(null as string) as calling_code, null as trunk_prefix,
        null as min_length, null as max_length) as no_plan
"""
# name: query over given_values (given) with the columns given and cleaned
QUERIES = {
    **{
        name: f"select given, {expression} as cleaned from given_values"
        for name, expression in MACROS.items()
    },
    "clean_phone": PHONE.format(
        digits="{{ coterie.phone_digits('given') }}",
        code="{{ coterie.phone_calling_code('digits') }}",
        french="{{ coterie.clean_phone('digits', 'french') }}",
        generic="{{ coterie.clean_phone('digits', 'no_plan') }}",
        plan=FRENCH_PLAN,
    ),
}

# What people type, with blanks, accents, punctuation and letters of other scripts.
TYPED = st.text(
    st.sampled_from(" \t\u00a0'\u2019.,;:/-_+()@&!?0123456789")
    | st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F)
    | st.sampled_from("αβγΔЖжשم漢字éÉßœŒæÆłŁøØıİ"),
    max_size=25,
)
PARTS = st.text("abcXYZ019.-_+é ", min_size=1, max_size=8)
EMAILS = st.builds("{}@{}.{}".format, PARTS, PARTS, st.sampled_from(["fr", "COM", " org", "f"]))
PHONES = st.builds(
    "{}{}".format,
    st.sampled_from(["", "0", "+33 ", "+33 (0)", "0033", "33", "+330", "+44 ", "tel: 0", "+"]),
    st.text("0123456789 .-/", min_size=4, max_size=18),
)
NUMBERS = st.text("0123456789.,- '€+eE", max_size=12)
MOMENTS = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2199, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
TIMES = st.builds(
    "{}{}{}".format,
    MOMENTS.map(str) | MOMENTS.map(lambda moment: moment.strftime("%d/%m/%Y %H:%M")),
    st.sampled_from(["", ".5", ".123456"]),
    st.sampled_from(["", "Z", "+02:00", "-0530", " UTC", "+2"]),
) | st.text("0123456789-/: TZ+", max_size=22)
VALUES = {
    "clean_email": TYPED | EMAILS,
    "clean_phone": TYPED | PHONES,
    "clean_number": TYPED | NUMBERS,
    "clean_timestamp": TYPED | TIMES,
    "clean_date": TYPED | TIMES,
    "clean_postal_code": TYPED | st.text("0123456789 ab", max_size=7),
    "clean_boolean": TYPED | st.sampled_from(["Oui", " NO ", "vrai", "0", "True", "maybe"]),
    "match_city": TYPED | st.builds("St {} cedex {} 3e".format, TYPED, TYPED),
    "leading_number": TYPED | NUMBERS,
    "trailing_unit": TYPED | NUMBERS,
}
