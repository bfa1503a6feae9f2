"""Word lists that names are composed from; no name is a real company or person on purpose."""

from __future__ import annotations

STEM_HEADS = (
    "Alder", "Ambel", "Arken", "Ashlin", "Bask", "Bellan", "Birken", "Bram", "Brightl", "Caldr",
    "Carr", "Cinder", "Corv", "Dalm", "Dorn", "Eld", "Emmer", "Fairl", "Fenn", "Galt",
    "Glenn", "Hald", "Harr", "Hollin", "Ingr", "Jasp", "Kell", "Kest", "Lang", "Larkin",
    "Lorr", "Marl", "Merid", "Mirr", "Nett", "Norv", "Oaken", "Osk", "Pell", "Quell",
    "Rav", "Renn", "Rook", "Sable", "Selw", "Stonn", "Strand", "Tarn", "Thorn", "Umber",
    "Vald", "Vesp", "Wald", "Wex", "Whitt", "Wren", "Yarr", "Zell",
)  # fmt: skip
STEM_TAILS = (
    "bourne", "brook", "bury", "combe", "croft", "dale", "field", "ford", "gate", "grove",
    "haven", "holt", "hurst", "ley", "mere", "mont", "more", "ridge", "shaw", "stead",
    "stone", "thorpe", "vale", "ward", "well", "wick", "wood", "worth",
)  # fmt: skip
TRADES = {
    "Manufacturing": ("Tooling", "Castings", "Fabrication", "Components", "Works", "Plastics"),
    "Healthcare": ("Clinics", "Health", "Diagnostics", "Care Partners", "Medical", "Therapies"),
    "Financial Services": ("Capital", "Savings", "Insurance", "Credit", "Advisers", "Mutual"),
    "Retail": ("Stores", "Outfitters", "Markets", "Home", "Supply", "Trading"),
    "Technology": ("Systems", "Data", "Software", "Networks", "Robotics", "Signals"),
    "Logistics": ("Freight", "Haulage", "Warehousing", "Lines", "Distribution", "Cartage"),
    "Energy": ("Power", "Renewables", "Utilities", "Drilling Services", "Grid", "Pipelines"),
    "Education": ("Academy", "Learning", "Schools", "Institute", "College", "Press"),
}
FORMS = ("", "", "", " Inc.", " LLC", ", Inc.", " Group", " Co.", " & Sons", " Holdings")
# Names that a spreadsheet or a web page must not take for something else.
HOSTILE_NAMES = (
    '=HYPERLINK("http://example.invalid","Norvmere Grid")',
    "<b>Wexholt</b> & Daughters <script>alert(1)</script>",
    'Tarnvale "T-Line" Freight, LLC',
    "Café Élysgrove & Frères",
    "O'Quellstead Savings",
    "Łęczwood Öl- und Gasgrid",
)
FIRST_NAMES = (
    "Aaliyah", "Adrian", "Aisha", "Alejandra", "Amara", "André", "Anjali", "Anna", "Arjun",
    "Ben", "Bianca", "Caleb", "Carmen", "Chloé", "Connor", "Daniela", "Darius", "Dev", "Elena",
    "Eli", "Emeka", "Farah", "Felix", "Gabriel", "Grace", "Hana", "Hugo", "Imani", "Isaac",
    "Ivy", "Jamal", "Jun", "Kai", "Keisha", "Lena", "Liam", "Lucía", "Malik", "Maya", "Mei",
    "Nadia", "Nina", "Noah", "Omar", "Owen", "Priya", "Quinn", "Rafael", "Rosa", "Ruth",
    "Samir", "Sofia", "Tariq", "Tessa", "Theo", "Uma", "Victor", "Wes", "Yara", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Abara", "Achterberg", "Almeida", "Anand", "Bassi", "Beaulieu", "Bergström", "Bianchi",
    "Calloway", "Castellan", "Chaudhry", "Choi", "Cordero", "D'Amato", "Dembele", "Devereux",
    "Eze", "Farrow", "Fennimore", "Ferreira", "Gallego", "Ghosh", "Haddad", "Halloran",
    "Hashimoto", "Ibarra", "Iyer", "Jansson", "Kaczmarek", "Kapoor", "Kimura", "Kowalczyk",
    "Lachance", "Lindqvist", "Lozano", "Mbeki", "McAllen", "Mendez", "Montague", "Nakagawa",
    "Ndiaye", "Nowicki", "O'Dell", "Okonkwo", "Oyelaran", "Pacheco", "Paredes", "Quispe",
    "Rahman", "Ravenhill", "Renaud", "Salazar", "Santoro", "Sato", "Shah", "Silva", "Sorensen",
    "Strickland", "Tanaka", "Thackeray", "Tran", "Umarov", "Valdez", "Vance", "Voss",
    "Whitlock", "Wójcik", "Yamada", "Yusuf", "Zamora",
)  # fmt: skip
LOSS_REASONS = ("Price", "Competitor", "No decision", "Timing", "Missing feature")
