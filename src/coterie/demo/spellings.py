"""How the demo's source systems spell things, and the canonical value of each spelling.

Every spelling here must be known to the synonym seeds of staging: a spelling they miss would
show up as a damaged row that was not repaired.
"""

# field -> canonical value -> spellings, besides the canonical one itself.
VALUES: dict[str, dict[str, tuple[str, ...]]] = {
    "gender": {
        "female": ("F", "Femme", "Mme", "féminin"),
        "male": ("M", "Homme", "M.", "masculin"),
        "other": ("X", "Autre", "non binaire"),
    },
    "marital_status": {
        "single": ("Célibataire", "celibataire"),
        "married": ("Marié(e)", "mariée", "MARIE"),
        "divorced": ("Divorcé(e)", "divorcée"),
        "widowed": ("Veuf", "veuve"),
        "partnered": ("Pacsé(e)", "en couple", "concubinage"),
    },
    "education": {
        "primary": ("Primaire", "brevet"),
        "secondary": ("Secondaire", "Bac", "baccalauréat"),
        "bachelor": ("Licence", "Bac+3", "BSc"),
        "master": ("Maîtrise", "Bac+5", "MSc"),
        "doctorate": ("Doctorat", "PhD", "Bac+8"),
    },
    "device_type": {
        "mobile": ("Mobile", "smartphone", "téléphone"),
        "desktop": ("Desktop", "ordinateur", "PC"),
        "tablet": ("Tablet", "tablette", "iPad"),
        "other": ("tv connectée", "smart tv"),
    },
    "status": {
        "placed": ("Passée", "new"),
        "paid": ("Payée", "PAYEE"),
        "shipped": ("Expédiée", "en livraison"),
        "delivered": ("Livrée", "livree", "completed"),
        "returned": ("Retournée", "retour", "refunded"),
        "cancelled": ("Annulée", "canceled"),
    },
    "channel": {
        "web": ("Web", "site", "site web"),
        "app": ("Appli", "application mobile"),
        "store": ("Boutique", "magasin"),
        "phone": ("Téléphone", "call center"),
        "marketplace": ("place de marché", "Marketplace"),
    },
    "boolean": {
        "true": ("Oui", "yes", "1", "TRUE", "vrai"),
        "false": ("Non", "no", "0", "FALSE", "faux"),
    },
}

CATEGORIES: dict[str, tuple[str, ...]] = {
    "fashion": ("Mode", "vêtements", "VETEMENTS", "clothing"),
    "home": ("Maison", "déco", "home & living"),
    "beauty": ("Beauté", "beaute", "cosmétiques"),
    "electronics": ("High-Tech", "électronique", "ELECTRONIQUE"),
    "sports": ("Sport", "articles de sport", "sporting goods"),
    "toys": ("Jouets", "jeux et jouets", "games"),
    "books": ("Livres", "librairie", "livre"),
    "garden": ("Jardin", "jardinage", "gardening"),
    "food": ("Alimentation", "épicerie", "grocery"),
    "other": ("Divers", "autre", "misc"),
}

COUNTRIES: dict[str, tuple[str, ...]] = {
    "FR": ("France", "fr", "FRANCE", "FRA"),
    "CH": ("Suisse", "Switzerland", "ch", "CHE"),
    "GB": ("Royaume-Uni", "United Kingdom", "UK", "gb"),
    "BE": ("Belgique", "Belgium", "be", "BEL"),
}

# Abbreviations and nicknames; case, accents, hyphens and blanks vary besides (SAINT ETIENNE).
CITIES: dict[str, tuple[str, ...]] = {
    "Paris": ("Paris Cedex", "PARIS CEDEX 08", "Paris 12e", "Paris 15ème"),
    "Lyon": ("Lyon Cedex", "LYON 03", "Lyon 7e"),
    "Marseille": ("Marseille Cedex", "MARSEILLE 08", "Marseille 13e"),
    "Saint-Étienne": ("St Etienne", "St-Étienne", "ST ETIENNE CEDEX"),
    "Saint-Denis": ("St Denis", "St-Denis"),
    "Saint-Nazaire": ("St Nazaire", "St-Nazaire"),
    "Saint-Malo": ("St Malo", "St-Malo"),
    "Aix-en-Provence": ("Aix en Pce", "Aix"),
    "Clermont-Ferrand": ("Clermont Fd", "Clermont"),
    "Boulogne-Billancourt": ("Boulogne Bt", "Boulogne"),
    "Lille": ("Lille Cedex",),
    "Strasbourg": ("Strasbourg Cedex", "Strassburg"),
    "Genève": ("Geneva", "Genf"),
    "Zürich": ("Zurich", "Zuerich"),
    "Bâle": ("Basel", "Basle"),
    "Berne": ("Bern",),
    "London": ("Londres", "Greater London"),
    "Edinburgh": ("Édimbourg", "Edimbourg"),
    "Bruxelles": ("Brussels", "Brussel"),
    "Anvers": ("Antwerpen", "Antwerp"),
    "Gand": ("Gent", "Ghent"),
    "Bruges": ("Brugge",),
}

# unit -> (base unit, factor)
UNITS: dict[str, tuple[str, str]] = {
    "km": ("km", "1"),
    "m": ("km", "0.001"),
    "metres": ("km", "0.001"),
    "mètres": ("km", "0.001"),
}
