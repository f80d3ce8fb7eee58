"""How the source systems write timestamps."""

from coterie.demo.randomness import whole


def canonical(at: str) -> str:
    """Give the SQL of the canonical text of a timestamp: what staging must arrive at."""
    return f"strftime({at}, '%Y-%m-%d %H:%M:%S')"


def french(at: str) -> str:
    """Give the SQL of dd/mm/yyyy hh:mm:ss, the habit of the CRM."""
    return f"strftime({at}, '%d/%m/%Y %H:%M:%S')"


def zulu(at: str) -> str:
    """Give the SQL of ISO 8601 with a Z, the habit of the web tracker."""
    return f"strftime({at}, '%Y-%m-%dT%H:%M:%SZ')"


def epoch(at: str) -> str:
    """Give the SQL of seconds since 1970, the habit of the newsletter tool."""
    return f"cast(epoch_us({at}) // 1000000 as varchar)"


def by_system(at: str, system: str = "source_system") -> str:
    """Give the SQL of a timestamp in the habit of its source system."""
    return f"""case {system}
        when 'crm' then {french(at)}
        when 'newsletter' then {epoch(at)}
        else {canonical(at)}
    end"""


def other_spelling(at: str, state: str) -> str:
    """Give the SQL of a timestamp in a spelling its source system does not use by habit."""
    return f"""case {whole(state, "date spelling", 6)}
        when 0 then cast(epoch_us({at}) // 1000000 as varchar)
        when 1 then cast(epoch_us({at}) // 1000 as varchar)
        when 2 then strftime({at}, '%d/%m/%Y %H:%M:%S')
        when 3 then strftime({at} + interval 2 hour, '%Y-%m-%dT%H:%M:%S+02:00')
        when 4 then strftime({at} - interval 5 hour, '%Y-%m-%d %H:%M:%S-05:00')
        else strftime({at}, ' %Y-%m-%d %H:%M:%S.000 ')
    end"""
