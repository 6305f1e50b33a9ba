"""What points to a sector: concepts of other schemes, and words in the official languages.

Words are matched at the beginning of a word ("wind farm" in a title, not "window"); a word that ends
with `|` must end there too. One word can be enough only where it can hardly mean anything else.
"""

from __future__ import annotations

from vocab.namespaces import AUTHORITY

THEMES = {
    f"{AUTHORITY}data-theme/HEAL": "health",
    f"{AUTHORITY}data-theme/ENER": "energy",
    f"{AUTHORITY}data-theme/TRAN": "mobility",
    f"{AUTHORITY}data-theme/AGRI": "agritech",
    # High-value dataset categories (Commission Implementing Regulation (EU) 2023/138)
    "http://data.europa.eu/bna/c_b79e35eb": "mobility",
}

WORDS = {
    "health": (
        "health hospital patient clinical medical medicine disease cancer tumour tumor epidemi covid "
        "genom radiolog x-ray mri| vaccin mortality pharma diagnos cardiolog patholog icu| "
        "gesundheit krankenh klini medizin krankheit krebs impf santé hôpita maladie médic "
        "salud hospitalari enfermedad sanidad salute ospedal malatti sanit saúde doença gezondheid "
        "ziekenhuis zdrow szpital chorob zdraví nemocnic zdravj bolnišnic zdravot sănătat spital "
        "egészség kórház terveys sairaala tervis haigla hälsa sjukvård sjukhus sundhed sygehus "
        "υγεία νοσοκομ здрав болниц sveikat ligonin vesel slimnīc saħħa sláinte zdravlj bolnic"
    ),
    "energy": (
        "energy electricity wind| solar| photovolta turbine nuclear| grid| smart-meter battery "
        "batteries hydropower windpark windkraft strom| stromnetz energie elektriz solarenergie "
        "énergie électri éolien nucléaire energía eléctric eólic energia elettric eolic fotovolta "
        "elektricit energi| vindkraft vindmølle sähkö tuulivoima energeti elektrina wiatr "
        "ενέργεια ηλεκτρ енерги електр energij elektros enerģ elektroenerg"
    ),
    "mobility": (
        "transport traffic road railway vehicle automotive driving| parking| bicycle bus| buses gtfs "
        "datex timetable aviation airport shipping| maritime verkehr straße fahrzeug bahn| fahrplan "
        "parkplatz trafic circulation| routier véhicule ferroviaire tráfico carretera vehículo "
        "traffico stradale veicol ferrovi trânsito rodovi verkeer voertuig drogow pojazd doprav "
        "vozid promet vozil közleked jármű liikenne ajoneuvo trafik fordon køretøj liiklus sõiduk "
        "κυκλοφορ όχημα μεταφορ трафик транспорт превозн transporto eismo satiksm transportlīdz"
    ),
    "defence": (
        "defence defense military aerospace satellite spacecraft aircraft drone uav| radar missile "
        "space-debris verteidigung militär luftfahrt raumfahrt satellit flugzeug défense militaire "
        "aérospatial spatial| satélite aeroespacial difesa militar aerospazi satellit defensie "
        "ruimtevaart obronn lotnicz obran kosmick védelm űr| puolustus ilmailu försvar rymd forsvar "
        "άμυνα δορυφόρ отбран сателит gyny palydov aizsardzīb"
    ),
    "manufacturing": (
        "manufactur robot factory production-line machining welding additive-manufacturing "
        "predictive-maintenance assembly| industrial| defect-detection fertigung produktion| roboter "
        "maschine industrie| schweiß fabrication usine robótica fabricación manifattur robotic "
        "fábrica produção| productie| fabriek produkcj przemysł výrob strojír proizvodn gyárt "
        "valmistus teollisuus tootmi tillverkning fremstilling βιομηχαν роботик производств gamyb ražoš"
    ),
    "cleantech": (
        "emission recycl circular-economy carbon| decarboni air-quality waste water-quality "
        "renewable pollution biogas hydrogen| emissionen abfall luftqualität wasserqualität "
        "kreislaufwirtschaft wasserstoff émission déchet qualité-de-l'air emisiones residuos reciclaje "
        "emissioni rifiuti riciclo emissões resíduos uitstoot afval emisj odpad emis hulladék kibocsát "
        "päästö jäte heitme jäätme utsläpp avfall udledning affald εκπομπ απόβλητ емиси отпадъ "
        "atliek emisij atkritum"
    ),
    "agritech": (
        "agricultur crop farming farmer farmland soil livestock irrigation harvest| orchard vineyard forestry fisher "
        "dairy pesticide fertili landwirtschaft acker boden| ernte| vieh obst weinbau agricol agrícol "
        "culture-de récolte élevage cultivo suelo ganad agrari coltur suolo vigneto agrícola solo| "
        "landbouw gewas bodem veeteelt rolnic uprawa gleba zeměděl plodin kmetij mezőgazdas termés "
        "maatalous viljely põlluma jordbruk gröda landbrug afgrøde γεωργ καλλιέργ селскостоп почв "
        "žemės-ūki pasėl lauksaimniec augsn poľnohospod poljoprivred agraí"
    ),
}
