"""Postal areas and daily weather of the demo's countries."""

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    """A city, its position (degrees), inhabitants (thousands), income and postal codes."""

    country: str
    name: str
    region: str
    latitude: float
    longitude: float
    thousands: int
    median_income: int
    postal_codes: tuple[str, ...]


def _arrondissements(prefix: int, count: int) -> tuple[str, ...]:
    return tuple(f"{prefix + number:05d}" for number in range(1, count + 1))


def _cities() -> tuple[City, ...]:
    return tuple(
        City(country, name, region, latitude, longitude, thousands, income, tuple(codes))
        for country, name, region, latitude, longitude, thousands, income, codes in _ROWS
    )


_IDF = "Île-de-France"
_ARA = "Auvergne-Rhône-Alpes"
_PACA = "Provence-Alpes-Côte d'Azur"
_OCC = "Occitanie"
_NAQ = "Nouvelle-Aquitaine"
_HDF = "Hauts-de-France"
_GES = "Grand Est"
_BRE = "Bretagne"
_PDL = "Pays de la Loire"
_NOR = "Normandie"
_CVL = "Centre-Val de Loire"
_BFC = "Bourgogne-Franche-Comté"

# Positions and populations are rounded: plausible, not official.
_ROWS = (
    ("FR", "Paris", _IDF, 48.857, 2.352, 2140, 30400, _arrondissements(75000, 20)),
    ("FR", "Marseille", _PACA, 43.297, 5.381, 870, 21100, _arrondissements(13000, 16)),
    ("FR", "Lyon", _ARA, 45.764, 4.836, 520, 26100, _arrondissements(69000, 9)),
    (
        "FR",
        "Toulouse",
        _OCC,
        43.605,
        1.444,
        500,
        23500,
        ("31000", "31100", "31200", "31300", "31400", "31500"),
    ),
    ("FR", "Nice", _PACA, 43.703, 7.266, 345, 22100, ("06000", "06100", "06200", "06300")),
    ("FR", "Nantes", _PDL, 47.218, -1.554, 320, 24800, ("44000", "44100", "44200", "44300")),
    ("FR", "Montpellier", _OCC, 43.611, 3.877, 295, 20900, ("34000", "34070", "34080", "34090")),
    ("FR", "Strasbourg", _GES, 48.573, 7.752, 290, 21700, ("67000", "67100", "67200")),
    (
        "FR",
        "Bordeaux",
        _NAQ,
        44.838,
        -0.579,
        260,
        25600,
        ("33000", "33100", "33200", "33300", "33800"),
    ),
    ("FR", "Lille", _HDF, 50.629, 3.057, 235, 21900, ("59000", "59160", "59260", "59777", "59800")),
    ("FR", "Rennes", _BRE, 48.117, -1.678, 220, 23900, ("35000", "35200", "35700")),
    ("FR", "Reims", _GES, 49.258, 4.032, 182, 20800, ("51100", "51430")),
    ("FR", "Toulon", _PACA, 43.125, 5.931, 178, 21300, ("83000", "83100", "83200")),
    ("FR", "Saint-Étienne", _ARA, 45.440, 4.387, 173, 19500, ("42000", "42100", "42230")),
    ("FR", "Le Havre", _NOR, 49.494, 0.108, 168, 20300, ("76600", "76610", "76620")),
    ("FR", "Grenoble", _ARA, 45.188, 5.725, 158, 22300, ("38000", "38100")),
    ("FR", "Dijon", _BFC, 47.322, 5.042, 157, 23000, ("21000", "21100")),
    ("FR", "Angers", _PDL, 47.473, -0.556, 155, 21900, ("49000", "49100")),
    ("FR", "Nîmes", _OCC, 43.837, 4.360, 149, 19300, ("30000", "30900")),
    ("FR", "Clermont-Ferrand", _ARA, 45.777, 3.087, 147, 21600, ("63000", "63100")),
    ("FR", "Aix-en-Provence", _PACA, 43.530, 5.447, 145, 25200, ("13080", "13090", "13100")),
    ("FR", "Le Mans", _PDL, 48.004, 0.199, 144, 20900, ("72000", "72100")),
    ("FR", "Brest", _BRE, 48.390, -4.486, 140, 21800, ("29200",)),
    ("FR", "Tours", _CVL, 47.394, 0.685, 137, 22200, ("37000", "37100", "37200")),
    ("FR", "Amiens", _HDF, 49.895, 2.302, 134, 19700, ("80000", "80080", "80090")),
    ("FR", "Limoges", _NAQ, 45.833, 1.261, 130, 20700, ("87000", "87100", "87280")),
    ("FR", "Annecy", _ARA, 45.899, 6.129, 129, 28700, ("74000", "74370", "74940", "74960")),
    ("FR", "Perpignan", _OCC, 42.689, 2.895, 120, 18600, ("66000", "66100")),
    ("FR", "Boulogne-Billancourt", _IDF, 48.835, 2.241, 120, 33900, ("92100",)),
    ("FR", "Metz", _GES, 49.119, 6.176, 119, 21700, ("57000", "57050", "57070")),
    ("FR", "Besançon", _BFC, 47.238, 6.024, 118, 21500, ("25000",)),
    ("FR", "Orléans", _CVL, 47.903, 1.909, 117, 22000, ("45000", "45100")),
    ("FR", "Saint-Denis", _IDF, 48.936, 2.357, 113, 17300, ("93200", "93210")),
    ("FR", "Rouen", _NOR, 49.443, 1.099, 114, 21300, ("76000", "76100")),
    ("FR", "Mulhouse", _GES, 47.750, 7.336, 108, 18100, ("68100", "68200")),
    ("FR", "Caen", _NOR, 49.183, -0.371, 106, 21500, ("14000",)),
    ("FR", "Nancy", _GES, 48.692, 6.184, 105, 21900, ("54000", "54100")),
    ("FR", "Versailles", _IDF, 48.801, 2.130, 84, 34600, ("78000",)),
    ("FR", "Nanterre", _IDF, 48.892, 2.207, 97, 22700, ("92000",)),
    ("FR", "Créteil", _IDF, 48.790, 2.455, 92, 21800, ("94000",)),
    ("FR", "Avignon", _PACA, 43.949, 4.806, 91, 18700, ("84000", "84140")),
    ("FR", "Poitiers", _NAQ, 46.580, 0.340, 89, 20800, ("86000",)),
    ("FR", "La Rochelle", _NAQ, 46.160, -1.151, 78, 23100, ("17000",)),
    ("FR", "Pau", _NAQ, 43.295, -0.371, 77, 22600, ("64000",)),
    ("FR", "Calais", _HDF, 50.951, 1.859, 73, 17700, ("62100",)),
    ("FR", "Cannes", _PACA, 43.553, 7.017, 74, 22400, ("06150", "06400")),
    ("FR", "Saint-Nazaire", _PDL, 47.273, -2.214, 71, 22100, ("44600",)),
    ("FR", "Colmar", _GES, 48.079, 7.358, 69, 21200, ("68000",)),
    ("FR", "Bourges", _CVL, 47.081, 2.399, 65, 20600, ("18000",)),
    ("FR", "Quimper", _BRE, 47.996, -4.097, 63, 22300, ("29000",)),
    ("FR", "Valence", _ARA, 44.933, 4.892, 64, 20900, ("26000",)),
    ("FR", "Troyes", _GES, 48.297, 4.074, 62, 18200, ("10000",)),
    ("FR", "Chambéry", _ARA, 45.564, 5.918, 59, 22700, ("73000",)),
    ("FR", "Lorient", _BRE, 47.748, -3.370, 57, 21300, ("56100",)),
    ("FR", "Niort", _NAQ, 46.324, -0.465, 59, 22800, ("79000",)),
    ("FR", "Béziers", _OCC, 43.344, 3.216, 78, 17800, ("34500",)),
    ("FR", "Vannes", _BRE, 47.658, -2.760, 54, 23400, ("56000",)),
    ("FR", "Arles", _PACA, 43.677, 4.631, 52, 19600, ("13200",)),
    ("FR", "Bayonne", _NAQ, 43.493, -1.475, 52, 23200, ("64100",)),
    ("FR", "Saint-Malo", _BRE, 48.649, -2.026, 47, 23600, ("35400",)),
    ("FR", "Évreux", _NOR, 49.024, 1.151, 47, 19800, ("27000",)),
    ("FR", "Albi", _OCC, 43.929, 2.148, 49, 21900, ("81000",)),
    ("FR", "Carcassonne", _OCC, 43.213, 2.352, 46, 19400, ("11000",)),
    ("FR", "Gap", _PACA, 44.559, 6.079, 41, 21600, ("05000",)),
    ("FR", "Mâcon", _BFC, 46.306, 4.828, 34, 20700, ("71000",)),
    ("FR", "Épinal", _GES, 48.174, 6.449, 32, 20600, ("88000",)),
    (
        "CH",
        "Genève",
        "Genève",
        46.204,
        6.143,
        203,
        58000,
        ("1201", "1202", "1203", "1204", "1205", "1206"),
    ),
    ("CH", "Lausanne", "Vaud", 46.520, 6.633, 140, 54000, ("1003", "1004", "1005", "1006", "1007")),
    (
        "CH",
        "Zürich",
        "Zürich",
        47.377,
        8.541,
        421,
        62000,
        ("8001", "8002", "8003", "8004", "8005", "8006"),
    ),
    ("CH", "Bâle", "Basel-Stadt", 47.560, 7.589, 173, 57000, ("4051", "4052", "4053")),
    ("CH", "Berne", "Bern", 46.948, 7.447, 134, 56000, ("3005", "3006", "3007")),
    ("CH", "Fribourg", "Fribourg", 46.806, 7.162, 38, 52000, ("1700",)),
    ("CH", "Neuchâtel", "Neuchâtel", 46.990, 6.929, 44, 51000, ("2000",)),
    (
        "GB",
        "London",
        "Greater London",
        51.507,
        -0.128,
        8900,
        36000,
        ("E1 6AN", "N1 9GU", "NW1 6XE", "SE1 9SG", "SW1A 1AA", "W1D 3QU", "EC1A 1BB"),
    ),
    (
        "GB",
        "Manchester",
        "Greater Manchester",
        53.480,
        -2.242,
        550,
        29000,
        ("M1 1AE", "M2 5DB", "M3 4LZ"),
    ),
    (
        "GB",
        "Birmingham",
        "West Midlands",
        52.486,
        -1.890,
        1140,
        28000,
        ("B1 1BB", "B2 4QA", "B3 3DH"),
    ),
    ("GB", "Edinburgh", "Scotland", 55.953, -3.188, 530, 32000, ("EH1 1YZ", "EH2 2BY", "EH3 9DR")),
    ("GB", "Bristol", "South West", 51.454, -2.588, 470, 31000, ("BS1 4DJ", "BS2 0JA")),
    ("GB", "Leeds", "Yorkshire", 53.801, -1.549, 800, 28500, ("LS1 1UR", "LS2 7EY")),
    (
        "BE",
        "Bruxelles",
        "Bruxelles-Capitale",
        50.850,
        4.352,
        1220,
        24500,
        ("1000", "1030", "1040", "1050", "1060", "1070"),
    ),
    ("BE", "Anvers", "Vlaanderen", 51.219, 4.402, 530, 25600, ("2000", "2018", "2020")),
    ("BE", "Gand", "Vlaanderen", 51.054, 3.717, 263, 26200, ("9000", "9030")),
    ("BE", "Liège", "Wallonie", 50.633, 5.568, 197, 20900, ("4000", "4020")),
    ("BE", "Namur", "Wallonie", 50.467, 4.872, 111, 23800, ("5000",)),
    ("BE", "Bruges", "Vlaanderen", 51.209, 3.225, 118, 26800, ("8000",)),
)

CITIES: tuple[City, ...] = _cities()


def place_weights() -> dict[object, float]:
    """Share of people per postal area, numbered in the order of ``CITIES``.

    The first postal code of a city stands for its centre, and holds half of its people.
    """
    country_shares = {"FR": 0.82, "BE": 0.07, "CH": 0.06, "GB": 0.05}
    sizes = {
        country: sum(city.thousands**0.7 for city in CITIES if city.country == country)
        for country in country_shares
    }
    weights: dict[object, float] = {}
    number = 0
    for city in CITIES:
        share = country_shares[city.country] * city.thousands**0.7 / sizes[city.country]
        others = len(city.postal_codes) - 1
        for position in range(len(city.postal_codes)):
            if position == 0:
                weights[number] = share * (0.5 if others else 1.0)
            else:
                weights[number] = share * 0.5 / others
            number += 1
    return weights


def places_table() -> str:
    """Give the SQL of one row per postal area, with clean values."""
    rows = []
    number = 0
    for city in CITIES:
        for position, code in enumerate(city.postal_codes):
            people = city.thousands * 1000 // len(city.postal_codes)
            # Postal areas of a city lie a little apart, and differ a little in size and income.
            step = (position * 7) % 11 - (5 if position else 0)
            name, region = _quoted(city.name), _quoted(city.region)
            rows.append(
                f"({number}, '{city.country}', '{code}', '{name}',"
                f" '{region}', {city.latitude + step * 0.004:.4f},"
                f" {city.longitude - step * 0.005:.4f}, {people + step * people // 40},"
                f" {city.median_income + step * 250}, {'true' if position == 0 else 'false'})"
            )
            number += 1
    columns = (
        "place_number, country, postal_code, city, region, latitude, longitude, population,"
        " median_income, is_centre"
    )
    values = ",\n    ".join(rows)
    return f"select * from (values\n    {values}\n) as places({columns})"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
