"""What people and places are called here. Facts only; frequent names come first."""

from __future__ import annotations

FEMALE = """
Anna Maria Julia Sabine Petra Monika Claudia Susanne Katharina Christine Andrea Stefanie Nicole
Elisabeth Karin Birgit Barbara Angelika Martina Ursula Sandra Melanie Daniela Anja Silke Heike
Renate Kerstin Johanna Laura Lena Lisa Sarah Sophie Marie Hannah Charlotte Franziska Theresa Jana
Eva Ayşe Fatma Elif Olga Natalia Agnieszka Zoë Renée Frieda Greta Ida Clara Magdalena Veronika
Antonia Helga Ingrid Gisela Ute
""".split()

MALE = """
Michael Thomas Andreas Peter Stefan Christian Wolfgang Klaus Jürgen Martin Frank Matthias Alexander
Jörg Bernd Markus Uwe Ralf Rainer Dieter Manfred Werner Helmut Daniel Sebastian Tobias Jan Tim Lukas
Jonas Felix Maximilian Philipp Florian Benjamin Simon David Johannes Paul Leon Moritz Niklas Mehmet
Mustafa Ali Ivan Piotr Krzysztof André René Björn Sören Heinz Günter Gerhard Horst Friedrich Karl
Georg Anton
""".split()

SURNAMES = """
Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer
Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt
Werner Schmitz Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber
Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank
Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus
Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas Schreiber
Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold
Wolff Pfeiffer Yılmaz Kaya Demir Öztürk Kowalski Nowak Ivanov Petrov Nguyen Rossi Papadopoulos Thiel
Lindner Kirchner Ernst Hübner Hauser Wenzel Ebert Barth Reuter Kellermann Stahl Kunz Thiele Bachmann
Grimm Ackermann Eichhorn Weidner Rademacher Oberländer Freytag Wittmann Achterberg Dombrowski
Zeidler Überall Quandt Nitschke Jablonski Steinmetz Hagedorn Sievers Petersen Hansen Jansen Clausen
Matthiesen Rüdiger Burkhardt Schöne Reinhardt Ritter Gebhardt Strauß Vetter Moser Hirsch Adler Falk
Sperling Drossel
""".split()

NICKNAMES = {
    "Katharina": "Kathi", "Elisabeth": "Lisa", "Stefanie": "Steffi", "Susanne": "Susi", "Christine": "Tina",
    "Johanna": "Hanna", "Franziska": "Franzi", "Magdalena": "Lena", "Veronika": "Vroni", "Andrea": "Andi",
    "Alexander": "Alex", "Sebastian": "Basti", "Maximilian": "Max", "Matthias": "Matze", "Thomas": "Tom",
    "Michael": "Micha", "Wolfgang": "Wolfi", "Benjamin": "Ben", "Johannes": "Hannes", "Christian": "Chris",
    "Daniel": "Dani", "Daniela": "Dani", "Tobias": "Tobi", "Friedrich": "Fritz", "Georg": "Schorsch",
    "Manfred": "Manni", "Melanie": "Melli", "Barbara": "Babsi", "Angelika": "Geli", "Antonia": "Toni",
    "Anton": "Toni", "Andreas": "Andi", "Stefan": "Steff", "Philipp": "Phil", "Florian": "Flo",
    "Theresa": "Resi", "Charlotte": "Lotte", "Ursula": "Uschi", "Monika": "Moni", "Sabine": "Bine",
    "Claudia": "Claudi", "Nicole": "Nici", "Sandra": "Sandy", "Krzysztof": "Chris", "Niklas": "Nik",
}  # fmt: skip

# City, first digits of its postal codes.
CITIES = {
    "Berlin": "10", "Hamburg": "20", "München": "80", "Köln": "50", "Frankfurt am Main": "60",
    "Stuttgart": "70", "Düsseldorf": "40", "Leipzig": "04", "Dortmund": "44", "Essen": "45",
    "Bremen": "28", "Dresden": "01", "Hannover": "30", "Nürnberg": "90", "Mönchengladbach": "41",
    "Würzburg": "97", "Göttingen": "37", "Lübeck": "23", "Saarbrücken": "66", "Görlitz": "02",
}  # fmt: skip

STREETS = """
Hauptstraße Schulstraße Gartenstraße Bahnhofstraße Dorfstraße Bergstraße Birkenweg Lindenstraße
Kirchstraße Waldstraße Ringstraße Schillerstraße Goethestraße Mühlenweg Wiesenweg Jahnstraße
Amselweg Feldstraße Kastanienallee Rosenweg Buchenweg Poststraße Mozartstraße Friedhofstraße
Industriestraße Am|Markt Erlenweg Blumenstraße Römerstraße Ahornweg Tannenweg Uferstraße Parkstraße
Burgstraße Marktplatz Fichtenweg Talstraße Eichenweg Beethovenstraße Neue|Straße
""".split()

MAIL_HOUSES = ["example.de", "mail.example.org", "web.example.net", "post.example.com", "example.com"]

# sku, name, price in cents
PRODUCTS = [
    (f"SKU-{100 + number}", f"{kind} {colour}", price + 100 * (number % 4))
    for number, (kind, colour, price) in enumerate(
        (kind, colour, price)
        for kind, price in [
            ("Rucksack", 6990), ("Trinkflasche", 1890), ("Regenjacke", 11990), ("Wanderschuh", 13990),
            ("Mütze", 1990), ("Fleecejacke", 5990), ("Zelt, 2 Personen", 24990), ("Stirnlampe", 3490),
            ("Socken, 3 Paar", 1490), ("Campingkocher", 4490),
        ]
        for colour in ("blau", "grün", "schwarz")
    )
]  # fmt: skip

SITE = "https://shop.example.de"
AGENTS = {
    "mobile": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/121.0 Mobile Safari/537.36",
    "desktop": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/121.0 Safari/537.36",
    "tablet": "Mozilla/5.0 (iPad; CPU OS 17_3 like Mac OS X) AppleWebKit/605.1.15 Version/17.3 Safari/604.1",
}

# Cities of the neighbours, first digits of their postal codes (four digits long there).
ABROAD = {
    "AT": {"Wien": "10", "Graz": "80", "Linz": "40", "Salzburg": "50", "Innsbruck": "60"},
    "CH": {"Zürich": "80", "Basel": "40", "Bern": "30", "Genève": "12", "Lausanne": "10"},
}
# Area codes of the land line, without the leading zero; towns that are not listed: 30.
AREA_CODES = {
    "Berlin": "30", "Hamburg": "40", "München": "89", "Köln": "221", "Frankfurt am Main": "69",
    "Stuttgart": "711", "Düsseldorf": "211", "Leipzig": "341", "Dortmund": "231", "Essen": "201",
    "Bremen": "421", "Dresden": "351", "Hannover": "511", "Nürnberg": "911", "Mönchengladbach": "2161",
    "Würzburg": "931", "Göttingen": "551", "Lübeck": "451", "Saarbrücken": "681", "Görlitz": "3581",
    "Wien": "1", "Graz": "316", "Linz": "732", "Salzburg": "662", "Innsbruck": "512",
    "Zürich": "44", "Basel": "61", "Bern": "31", "Genève": "22", "Lausanne": "21",
}  # fmt: skip

FIRMS = """
Alpen Nord Rhein Elbe Isar Hansa Main Donau Harz Eifel Spree Weser Neckar Saale Taunus Allgäu
""".split()
TRADES = {
    "Bau": "Construction", "Logistik": "Transport", "Energie": "Utilities",
    "Software": "Information technology",
    "Pflege": "Health care", "Forst": "Forestry", "Reisen": "Tourism", "Maschinen": "Machinery",
    "Schule": "Education", "Medien": "Media",
}  # fmt: skip
LEGAL_FORMS = ["GmbH", "AG", "GmbH & Co. KG", "e. K.", "SE"]
