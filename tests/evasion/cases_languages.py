# SPDX-License-Identifier: BSD-2-Clause
"""Offers below a receipt in the languages of the smaller markets, and receipts in them that name a
rebate, which are innocent."""

from mails import Case, html, one, receipt

OFFERS = {
    "Bulgarian": "Разпродажба: отстъпка за всичко, безплатна доставка, само днес! Купи сега",
    "Croatian": "Rasprodaja: 50% popusta na sve, besplatna dostava, samo danas! Kupi odmah",
    "Czech": "Výprodej: sleva na vše, doprava zdarma, jen dnes! Kupte nyní",
    "Finnish": "Alennusmyynti: ilmainen toimitus, vain tänään! Osta nyt",
    "Greek": "Εκπτώσεις 50% σε όλα, δωρεάν μεταφορικά, μόνο σήμερα! Αγοράστε τώρα",
    "Hungarian": "Kiárusítás: 50% kedvezmény mindenre, ingyenes szállítás, csak ma!",
    "Norwegian": "Salg: rabatt på alt, gratis frakt, kun i dag! Kjøp nå",
    "Romanian": "Reduceri la toate produsele, livrare gratuită, doar azi! Cumpără acum",
    "Slovak": "Výpredaj: zľava na všetko, doprava zadarmo, len dnes! Kúpte teraz",
}

# Greeting with the number of the order, ware, rebate, sum, unit, subject.
RECEIPTS = {
    "Bulgarian": ("Потвърждение на поръчката", "Чайник", "Отстъпка", "Общо", "лв."),
    "Croatian": ("Potvrda narudžbe", "Kuhalo", "Popust", "Ukupno", "EUR"),
    "Czech": ("Potvrzení objednávky", "Konvice", "Sleva", "Celkem", "Kč"),
    "Finnish": ("Tilausvahvistus", "Vedenkeitin", "Alennus", "Yhteensä", "EUR"),
    "Greek": ("Επιβεβαίωση παραγγελίας", "Βραστήρας", "Έκπτωση", "Σύνολο", "EUR"),
    "Hungarian": ("Rendelés visszaigazolása", "Vízforraló", "Kedvezmény", "Összesen", "EUR"),
    "Norwegian": ("Ordrebekreftelse", "Vannkoker", "Rabatt", "Sum", "kr"),
    "Romanian": ("Confirmarea comenzii", "Fierbător", "Reducere", "Total", "lei"),
    "Slovak": ("Potvrdenie objednávky", "Kanvica", "Zľava", "Spolu", "EUR"),
}


def bill(name, words):
    title, ware, rebate, total, unit = words
    rows = ((ware, "49,90"), (rebate, "-10,00"), (total, "39,90"))
    table = "".join(f"<tr><td>{text}</td><td>{amount} {unit}</td></tr>" for text, amount in rows)
    return Case(f"{name} receipt with a rebate",
                one(html(f"<p>{title} 2026-10042.</p><table>{table}</table>"), subject=f"{title} 2026-10042"),
                ["transactional"], ("deliver",))


CASES = [Case(f"{name} offer below a receipt", receipt(f'<p>{text}</p><a href="https://shop.example/s">1</a>'),
              ["reading-visible|word"]) for name, text in OFFERS.items()]

# Requests and recommendations without a word of offers, with a link that says nothing.
REQUESTS = {
    "German request for stars": ("Waren Sie zufrieden?", "Über eine gute Bewertung mit fünf Sternen freuen wir uns sehr.", "Zum Formular"),
    "English request for a review": ("Happy with your order?", "Leave us a review and help others to choose.", "Write it here"),
    "Spanish request for an opinion": ("Tu opinión nos importa", "Cuéntanoslo en un minuto y ayúdanos a mejorar.", "Responder"),
    "French request for an opinion": ("Êtes-vous satisfaite ?", "Laissez un avis, votre avis compte pour nous.", "C'est par ici"),
    "Portuguese request for an opinion": ("Conte para nós", "O que achou da sua compra? Deixe a sua opinião.", "Responder"),
    "Italian request for an opinion": ("Com'è andata?", "Lascia una recensione e aiutaci a migliorare.", "Vai"),
    "German recommendation": ("Passend zu Ihrem Wasserkocher", "Andere kauften dazu die Kanne und die Tassen aus Glas.", "Alle ansehen"),
    "English recommendation": ("Goes well with your kettle", "Customers also bought the glass pot and the cups.", "See them all"),
    "Polish recommendation": ("Pasuje do czajnika", "Inni klienci kupili również dzbanek i filiżanki.", "Zobacz wszystkie"),
}
CASES += [Case(name, receipt(f'<div><h3>{title}</h3><p>{text}</p><p><a href="https://forms.example/f/8">{button}</a></p></div>'))
          for name, (title, text, button) in REQUESTS.items()]
INNOCENT = [bill(name, words) for name, words in RECEIPTS.items()]
