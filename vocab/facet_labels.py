"""Labels of the values that our own rules give, in the official languages.

Tasks of machine learning go by their English names everywhere.
"""

from __future__ import annotations

_MODALITY = """
image|text|tabular|audio|video|time-series|geospatial|3d|graph|code
bg|изображения|текст|таблици|аудио|видео|времеви редове|геопространствени данни|3D данни|графи|програмен код
cs|obrázky|text|tabulky|zvuk|video|časové řady|geoprostorová data|3D data|grafy|zdrojový kód
da|billeder|tekst|tabeller|lyd|video|tidsserier|geodata|3D-data|grafer|kildekode
de|Bilder|Text|Tabellen|Audio|Video|Zeitreihen|Geodaten|3D-Daten|Graphen|Quellcode
el|εικόνες|κείμενο|πίνακες|ήχος|βίντεο|χρονοσειρές|γεωχωρικά δεδομένα|τρισδιάστατα δεδομένα|γράφοι|πηγαίος κώδικας
en|images|text|tables|audio|video|time series|geospatial data|3D data|graphs|source code
es|imágenes|texto|tablas|audio|vídeo|series temporales|datos geoespaciales|datos 3D|grafos|código fuente
et|pildid|tekst|tabelid|heli|video|aegread|ruumiandmed|3D-andmed|graafid|lähtekood
fi|kuvat|teksti|taulukot|ääni|video|aikasarjat|paikkatiedot|3D-aineistot|verkot|lähdekoodi
fr|images|texte|tableaux|audio|vidéo|séries temporelles|données géospatiales|données 3D|graphes|code source
ga|íomhánna|téacs|táblaí|fuaim|físeán|sraitheanna ama|sonraí geospásúla|sonraí 3T|graif|cód foinseach
hr|slike|tekst|tablice|zvuk|video|vremenski nizovi|geoprostorni podaci|3D podaci|grafovi|izvorni kod
hu|képek|szöveg|táblázatok|hang|videó|idősorok|térinformatikai adatok|3D adatok|gráfok|forráskód
it|immagini|testo|tabelle|audio|video|serie temporali|dati geospaziali|dati 3D|grafi|codice sorgente
lt|vaizdai|tekstas|lentelės|garsas|vaizdo įrašai|laiko eilutės|geoerdviniai duomenys|3D duomenys|grafai|pirminis kodas
lv|attēli|teksts|tabulas|audio|video|laikrindas|ģeotelpiskie dati|3D dati|grafi|pirmkods
mt|stampi|test|tabelli|awdjo|vidjo|serje temporali|dejta ġeospazjali|dejta 3D|grafi|kodiċi sors
nl|afbeeldingen|tekst|tabellen|audio|video|tijdreeksen|geodata|3D-gegevens|grafen|broncode
pl|obrazy|tekst|tabele|dźwięk|wideo|szeregi czasowe|dane geoprzestrzenne|dane 3D|grafy|kod źródłowy
pt|imagens|texto|tabelas|áudio|vídeo|séries temporais|dados geoespaciais|dados 3D|grafos|código-fonte
ro|imagini|text|tabele|audio|video|serii de timp|date geospațiale|date 3D|grafuri|cod sursă
sk|obrázky|text|tabuľky|zvuk|video|časové rady|geopriestorové údaje|3D údaje|grafy|zdrojový kód
sl|slike|besedilo|tabele|zvok|video|časovne vrste|geoprostorski podatki|3D-podatki|grafi|izvorna koda
sv|bilder|text|tabeller|ljud|video|tidsserier|geodata|3D-data|grafer|källkod
"""
_OTHERS = """
downloadable:true|downloadable:false|license_use:commercial|license_use:derivatives|quality_band:excellent|quality_band:good|quality_band:sufficient|quality_band:bad
bg|може да се изтегли|не може да се изтегли|търговска употреба|производни произведения|отлично|добро|достатъчно|лошо
cs|lze stáhnout|nelze stáhnout|komerční užití|odvozená díla|výborná|dobrá|dostatečná|špatná
da|kan hentes|kan ikke hentes|kommerciel brug|bearbejdelser|fremragende|god|tilstrækkelig|dårlig
de|herunterladbar|nicht herunterladbar|kommerzielle Nutzung|Bearbeitungen|ausgezeichnet|gut|ausreichend|schlecht
el|με δυνατότητα λήψης|χωρίς δυνατότητα λήψης|εμπορική χρήση|παράγωγα έργα|άριστη|καλή|επαρκής|κακή
en|can be downloaded|cannot be downloaded|commercial use|derivatives|excellent|good|sufficient|bad
es|descargable|no descargable|uso comercial|obras derivadas|excelente|buena|suficiente|mala
et|allalaaditav|pole allalaaditav|äriline kasutus|tuletatud teosed|suurepärane|hea|piisav|halb
fi|ladattavissa|ei ladattavissa|kaupallinen käyttö|johdannaiset|erinomainen|hyvä|riittävä|huono
fr|téléchargeable|non téléchargeable|usage commercial|œuvres dérivées|excellente|bonne|suffisante|mauvaise
ga|in-íoslódáilte|neamh-in-íoslódáilte|úsáid tráchtála|saothair dhíorthaithe|ar fheabhas|maith|leordhóthanach|go dona
hr|može se preuzeti|ne može se preuzeti|komercijalna upotreba|izvedena djela|izvrsna|dobra|dovoljna|loša
hu|letölthető|nem tölthető le|kereskedelmi felhasználás|származékos művek|kiváló|jó|megfelelő|rossz
it|scaricabile|non scaricabile|uso commerciale|opere derivate|eccellente|buona|sufficiente|scarsa
lt|galima atsisiųsti|negalima atsisiųsti|komercinis naudojimas|išvestiniai kūriniai|puiki|gera|pakankama|prasta
lv|var lejupielādēt|nevar lejupielādēt|komerciāla izmantošana|atvasināti darbi|teicama|laba|pietiekama|slikta
mt|jista' jitniżżel|ma jistax jitniżżel|użu kummerċjali|xogħlijiet derivati|eċċellenti|tajba|suffiċjenti|ħażina
nl|te downloaden|niet te downloaden|commercieel gebruik|afgeleide werken|uitstekend|goed|voldoende|slecht
pl|do pobrania|nie do pobrania|użytek komercyjny|utwory zależne|doskonała|dobra|wystarczająca|zła
pt|transferível|não transferível|uso comercial|obras derivadas|excelente|boa|suficiente|má
ro|poate fi descărcat|nu poate fi descărcat|utilizare comercială|opere derivate|excelentă|bună|suficientă|slabă
sk|možno stiahnuť|nemožno stiahnuť|komerčné použitie|odvodené diela|výborná|dobrá|dostatočná|zlá
sl|mogoče prenesti|ni mogoče prenesti|komercialna uporaba|izpeljana dela|odlična|dobra|zadostna|slaba
sv|kan laddas ner|kan inte laddas ner|kommersiell användning|bearbetningar|utmärkt|bra|tillräcklig|dålig
"""


def _read(table: str) -> dict[str, dict[str, str]]:
    """Labels by value and language."""
    names, *rows = (line.split("|") for line in table.strip().splitlines())
    return {
        name: {language: labels[place] for language, *labels in rows}
        for place, name in enumerate(names)
    }


LABELS = {f"modality:{name}": of for name, of in _read(_MODALITY).items()} | _read(_OTHERS)


def facet_label(facet: str, value: str, language: str) -> str:
    """The label of a facet's value in a language, else in English, else the value."""
    labels = LABELS.get(f"{facet}:{value}", {})
    return labels.get(language) or labels.get("en") or value
