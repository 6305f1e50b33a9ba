"""Words that point to a sector, in the official languages.

Words are separated by commas. `*` at the end: what begins so; at both ends: what holds it anywhere
(languages that write compounds as one word). A space: words that follow each other. `?` before:
a hint that needs company. `~` before (and before `?`): only in text of its own language, as other languages
have the same letters for something else. Case and accents do not matter.
`NOTHING` takes ambiguous phrases out before the words in them are seen.
"""

from __future__ import annotations

NOTHING = {
    "any": (
        "wind speed*, wind stress*, wind vector*, wind direction*, wind instrument*, solar "
        "flare*, solar radiation, solar irradiance, solar zenith, social mobility, upward "
        "mobility, economic mobility, income mobility, data bus, message bus, service bus, "
        "spectral emission*, bus stop survey, test battery, battery of, crop image*, cropped, "
        "image crop*, plant communit*, plant species, plant list, fuel load*, fuel model*, "
        "cell line*, healthy forest*, ecosystem health, forest health, coastal health, river "
        "health, soil health, zone health, system health, structural health, health "
        "management system*, national forest*, forest service*, forest park, vehicle "
        "underwater, underwater vehicle*, autonomous surface vehicle*, surface vehicle*, "
        "ocean weather, navigation of the, web navigation, traffic data network, web traffic, "
        "network traffic, internet traffic, roadmap*, road map*, data mining, text mining, "
        "machine learning, machine translation, machine readable, machine generated, energy "
        "levels, road inventory of the data, highway patrol, railway avenue, environmental "
        "health sciences, fisheries science, fisheries service, marine fisheries, fisheries "
        "and oceans, air force base, department of agriculture, agricultural imagery, "
        "agriculture imagery, defense depot, intellectual property, cultural heritage, street "
        "address*, power user*, power point, power bi, purchasing power, medical examiner, "
        "drug enforcement, police patrol, fire hydrant*, grid cell*, grid system, army corps, "
        "corps of engineers, aerospace center, aerospace information, satellite imag*, "
        "satellite data, satellite dataset*, satellite observ*, carbon copy, carbon dating, "
        "pipeline of, data pipeline*, farm bureau, server farm*, content farm*, data "
        "harvest*, harvest source, clean water act, clean air act, geofabrik, harvesting "
        "metadata, harvested from, field of, waste of time, industrial average, industry "
        "sector, arms length, car park attendant, virtual tour, environmental protection, "
        "military cemetery"
    ),
    "es": "red de datos, cultivo de la",
    "fr": "culture et, culture numérique, plage horaire",
    "it": "cultura, parco auto",
}

WORDS = {
    "health": {
        "any": "covid*, sars cov*, dna sequencing, healthdcat*, icd 10, snomed*, hl7, dicom, mri",
        "en": (
            "health, healthcare, hospital*, patient*, clinical*, ?medical*, ?medicine*, "
            "disease*, cancer*, tumour*, tumor*, ?brain, ?blood, epidemi*, ?genom*, "
            "radiology, vaccine*, vaccination*, vaccinated, immuni?ation*, mortality, "
            "?pharma*, ?diagnos*, cardiolog*, patholog*, ?infection*, infectious*, opioid*, "
            "tobacco, smoking, physician*, medicare, medicaid, nursing*, ?nurse*, dental*, "
            "?mental, psychiatr*, surger*, surgical*, ambulance*, ?ems, ?emergency medical*, "
            "prosthe*, therap*, obesity, diabet*, hiv, nutrition*, substance use, ?injur*, "
            "birth weight, ?cohort*, biomedic*, public health, family planning, pharmac*, "
            "?veterans health"
        ),
        "de": (
            "*gesundheit*, *krankenh*, *klinik*, medizin*, arzneimittel*, *krankheit*, "
            "*impfung*, impfstoff*, *infektion*, pflegeheim*, *patient*, ~arzt*, ärzte*, "
            "*pflegeeinricht*, *todesursache*"
        ),
        "fr": (
            "santé, hôpita*, maladie*, ?médic*, ~patients, vaccination*, épidémi*, "
            "pharmacie*, ?soins, infirmi*, cliniques, médecins, médecine"
        ),
        "es": (
            "salud, hospitalari*, enfermedad*, sanidad, sanitari*, ~médic*, vacuna*, "
            "farmacia*, pacientes"
        ),
        "it": (
            "~salute, sanità, sanitari*, ospedal*, malatti*, ~medici, pediatri, vaccini, "
            "vaccina*, farmaci*, pazienti"
        ),
        "pt": "saúde, hospitalar*, doença*, vacina*, ~médic*, farmácia*, pacientes",
        "nl": (
            "gezondheid*, ziekenhui*, ~zorg, ziekte*, *geneesmiddel*, vaccinatie*, huisarts*, "
            "*patiënt*"
        ),
        "pl": "zdrow*, szpital*, ?chorob*, szczepie*, pacjent*, leków, lekarz*, medyczn*",
        "cs": "zdrav*, nemocnic*, očkování, pacient*, léčiv*, ~nemoc*, lékař*",
        "sk": "zdravot*, nemocnic*, očkovan*, pacient*, lieky, liekov, lekár*",
        "sl": "zdravj*, zdravstv*, bolnišnic*, cepljen*, bolezn*, zdravil*",
        "hr": "zdravlj*, zdravstv*, bolnic*, cijepljen*, bolest*, lijekov*",
        "ro": "sănăt*, spital*, vaccinar*, boli, medicament*, pacienți*",
        "hu": "*egészség*, *kórház*, betegség*, *gyógyszer*, oltás*, *beteg",
        "fi": "*terveys*, *terveyde*, sairaala*, *rokotu*, potila*, lääke*, ?sairau*",
        "et": "tervis*, tervish*, haigla*, vaktsin*, patsien*, ravim*, haigus*",
        "sv": "*hälsa, hälso*, *sjukvård*, sjukhus*, vaccination*, läkemedel*, *patient*, sjukdom*",
        "da": "sundhed*, *sygehus*, *hospital*, *vaccination*, lægemid*, *patient*, sygdom*",
        "el": "υγεία*, υγείας, νοσοκομ*, ασθεν*, εμβολια*, φαρμακ*",
        "bg": "здраве*, здравн*, болниц*, ваксин*, пациент*, лекарств*",
        "lt": "sveikat*, ligonin*, skiepij*, pacient*, vaist*, ~lig*",
        "lv": "veselīb*, slimnīc*, vakcinācij*, pacient*, zāles, slimīb*",
        "mt": "saħħa, sptar*, tilqim*, pazjent*, mediċin*, mard",
        "ga": "sláinte, ospidéa*, vacsaín*, othar*, galar*",
    },
    "energy": {
        "any": "photovolta*, biogas*",
        "en": (
            "energy, electricity, wind farm*, wind energy, wind power*, wind turbine*, solar "
            "energy, solar power*, solar panel*, ?solar cell*, solar array*, photovoltaic*, "
            "nuclear energy, nuclear power, nuclear reactor*, ?nuclear, power plant*, power "
            "grid*, power station*, power line*, transmission line*, smart meter*, smart "
            "grid*, ?battery, ?batteries, lithium ion, li ion, hydropower, hydroelectric*, "
            "hydrokinetic*, geotherm*, petroleum, natural gas, oil and gas, crude oil, "
            "?fuel*, alternative fuel*, charging station*, charging point*, ev charging, gas "
            "network*, gas distribution*, ?gas, district heating, heat pump*, renewable "
            "energy, renewable electricity, ?electric power*"
        ),
        "de": (
            "*energie*, *elektriz*, *strom, ~strom*, *stromnetz*, *stromverbrauch*, "
            "windpark*, *windkraft*, *windenergie*, *photovoltaik*, *kraftwerk*, "
            "*solaranlage*, ladesäule*, *ladestation*, *fernwärme*, erdgas*, *heizung*"
        ),
        "fr": (
            "énergie*, énergétique*, électri*, éolien*, nucléaire*, photovolta*, gaz, "
            "géothermi*, ~réseau électrique, bornes de recharge"
        ),
        "es": (
            "energía*, energétic*, ~eléctric*, electricidad, eólic*, fotovolta*, nuclear*, "
            "gas natural, petróleo*"
        ),
        "it": (
            "energia, energie, energetic*, elettric*, eolic*, fotovolta*, ~nuclear*, gas naturale"
        ),
        "pt": "energia, energétic*, elétric*, eletricidade*, eólic*, fotovolta*, gás natural",
        "nl": (
            "*energie*, *elektriciteit*, windmolen*, windturbine*, zonnepane*, *zonne "
            "energie, aardgas*, laadpa*, *stroomnet*"
        ),
        "pl": "energi*, energety*, elektryczn*, elektrown*, fotowolta*, farm wiatrow*, gaz ziemn*",
        "cs": "energi*, energet*, elektřin*, elektrár*, fotovolta*, větrn*, zemní plyn*",
        "sk": "energi*, energet*, elektrin*, elektrár*, fotovolta*, veterné, zemný plyn*",
        "sl": "energij*, energet*, elektrik*, elektrarn*, fotovolta*, vetrn*, zemeljski plin*",
        "hr": (
            "energij*, energet*, električn*, elektran*, fotonapon*, vjetroelektr*, prirodni plin*"
        ),
        "ro": "energi*, energet*, electric*, fotovolta*, eolian*, ~gaze natural*",
        "hu": "*energia*, villamos*, *erőmű*, napelem*, szélerőm*, földgáz*",
        "fi": "energia*, sähkö*, *voimala*, tuulivoim*, aurinkoenerg*, maakaas*, aurinkopanee*",
        "et": "energia*, energeetik*, elektri*, tuulepar*, päikesepan*, maagaas*",
        "sv": (
            "energi*, *elnät*, *elektricitet*, vindkraft*, solenergi*, solcell*, kärnkraft*, "
            "fjärrvärme*, naturgas*"
        ),
        "da": (
            "energi*, *elforsyning*, *elektricitet*, vindmøl*, solenergi*, solcell*, "
            "kraftværk*, fjernvarme*, naturgas*"
        ),
        "el": "ενέργει*, ενεργει*, ηλεκτρικ*, φωτοβολτα*, αιολικ*, φυσικό αέριο",
        "bg": (
            "енерги*, *електроенерг*, енергет*, електри*, електроцентр*, фотоволта*, вятърн*, "
            "природен газ"
        ),
        "lt": (
            "energij*, energet*, elektros, elektrin*, saulės elektr*, vėjo elektr*, gamtinės dujos"
        ),
        "lv": "enerģij*, enerģēt*, elektroenerģ*, elektrīb*, elektrostac*, vēja park*, dabasgāz*",
        "mt": "enerġij*, elettriku, elettric*, fotovolta*, pannelli solari",
        "ga": "fuinnea*, fuinnimh, fhuinnimh, leictreach*, feirm ghaoithe, grianchumhach*",
    },
    "mobility": {
        "any": "gtfs, datex*, netex, siri, mobilitydcat*, park and ride",
        "en": (
            "transport, transportation, ?transit, public transport, traffic, road, roads, "
            "railroad*, railway*, highway*, ?toll, ?tolls, vehicle*, automotive, autonomous "
            "driving, parking, bicycle*, cycling, bike*, cyclist*, ?bus, buses, bus stop*, "
            "bus route*, timetable*, aviation, airport*, airfield*, aerodrome*, air traffic, "
            "airspace, ?shipping, ?maritime, ?vessel traffic, ?navigation, navigational, "
            "nautical chart*, aeronautical chart*, pavement*, speed limit*, street "
            "centerline*, mobility, pedestrian*, origin destination, truck, trucks, freight, "
            "?ferry, ferries, ?harbor*, seaport*, ?ports, taxi, taxis, car sharing, driver "
            "licen*, ?crash*, passenger numbers"
        ),
        "de": (
            "*verkehr*, *straßen*, *fahrzeug*, *bahnhof*, eisenbahn*, *fahrplan*, "
            "*parkplatz*, *parkplätze*, *parkhaus*, *radweg*, radverkehr*, flughafen*, "
            "haltestelle*, ~bus, ~busse, mobilität*, baustellen"
        ),
        "fr": (
            "trafic, circulation routi*, routier*, routière*, véhicule*, ferroviaire*, "
            "transports*, stationnement*, pistes cyclables, vélo, vélos, aéroport*, "
            "horaires*, mobilité*, ~bus, ~gare*, voirie*"
        ),
        "es": (
            "tráfico, carretera*, vehículo*, ferrocarril*, ferroviari*, transporte*, "
            "aparcamiento*, bicicleta*, aeropuerto*, movilidad, autobus*, autobús*"
        ),
        "it": (
            "~traffico, stradale, stradali, veicol*, ferrovi*, trasport*, parchegg*, "
            "parcometr*, ~sosta, bikesharing, bike sharing, aeroport*, mobilità, autobus, "
            "ciclabil*"
        ),
        "pt": (
            "trânsito, rodovi*, ~estrada*, veículo*, ferrovi*, transportes*, estacionamento*, "
            "bicicleta*, aeroporto*, mobilidade, autocarro*"
        ),
        "nl": (
            "*verkeer*, voertuig*, *vervoer*, spoorweg*, *spoorwegen, parkeer*, *fietspad*, "
            "*fiets, luchthaven*, dienstregeling*, mobiliteit*, rijkswegen, bushalte*"
        ),
        "pl": (
            "drogow*, ?drogi, dróg, pojazd*, transport*, kolej*, rozkład* jazdy, parking*, "
            "lotnisk*, rower*, przystan*, autobus*"
        ),
        "cs": (
            "doprav*, vozid*, silni*, železni*, jízdní řád*, parkovi*, parkován*, letišt*, "
            "cyklo*, cyklis*, autobus*"
        ),
        "sk": (
            "doprav*, vozid*, cestn*, železni*, cestovn* poriad*, parkovis*, parkovan*, "
            "letisk*, cyklo*, cyklis*, autobus*"
        ),
        "sl": (
            "promet*, vozil*, ~ceste, cestn*, železni*, vozni red*, parkiriš*, letališ*, "
            "kolesar*, avtobus*"
        ),
        "hr": (
            "promet*, vozil*, ~ceste, cestovn*, željezni*, vozni red*, parkiral*, zračn* "
            "luk*, biciklist*, autobus*"
        ),
        "ro": (
            "~trafic, rutier*, vehicul*, feroviar*, ~transport*, parcar*, ~aeroport*, "
            "biciclet*, drumuri*, autobuz*"
        ),
        "hu": (
            "*közleked*, *jármű*, *vasút*, közút*, menetrend*, *parkol*, repülőt*, kerékpár*, "
            "autóbusz*"
        ),
        "fi": (
            "*liikenne*, *liikente*, ajoneuvo*, rautat*, aikataulu*, pysäköin*, lentoasem*, "
            "*pyörä*, tieverkko*, linja auto*"
        ),
        "et": (
            "*liiklus*, sõiduk*, raudtee*, sõiduplaan*, *parkim*, lennujaam*, jalgrat*, "
            "ühistransp*, maantee*"
        ),
        "sv": (
            "*trafik*, fordon*, järnväg*, tidtabell*, *parkering*, flygplats*, cykel*, "
            "vägnät*, *hastighetsgräns*, kollektivtraf*"
        ),
        "da": (
            "*trafik*, køretøj*, jernban*, køreplan*, *parkering*, lufthavn*, cykel*, "
            "vejnet*, kollektiv transport*"
        ),
        "el": (
            "κυκλοφορ*, οχημα*, όχημα, οχήματα, μεταφορ*, σιδηροδρομ*, στάθμευσ*, αεροδρόμι*, "
            "δρομολόγ*, ποδηλατ*"
        ),
        "bg": (
            "трафик*, превозн*, транспорт*, железопът*, паркира*, летищ*, велосипед*, пътн*, "
            "автобус*"
        ),
        "lt": (
            "eism*, transport*, ~keliai, geležinkel*, tvarkarašt*, automobil*, oro uost*, "
            "dvirač*, autobus*"
        ),
        "lv": (
            "satiksm*, transportlīdz*, ~transport*, dzelzceļ*, autostāvviet*, lidost*, "
            "velosipēd*, ~ceļu, autobus*"
        ),
        "mt": "trasport*, traffiku, vetturi, karozz*, ajruport*, tal linja",
        "ga": "iompar, trácht*, feithicl*, iarnród*, aerfort*, rothar*, páirceáil*",
    },
    "defence": {
        "any": "space shuttle*",
        "en": (
            "defence, defense, military, army, artillery, weapon*, munition*, ?ordnance, "
            "aerospace, spacecraft*, aircraft*, space mission*, space flight*, spaceflight*, "
            "space technology, space exploration, space cent*, jet propulsion, propulsion, "
            "?solar system, ?launch, spaceborne radar, ?air force, deep space, in space, "
            "outer planet*, lunar, martian, mars mission*, ?moon, ?mars, interplanetary, "
            "space shuttle*, space station*, extraterrestrial, launch vehicle*, rocket*, "
            "propellant*, avionics, airframe*, flight test*, flight data, ?unmanned aerial, "
            "uav, uavs, drone*, ?missile*, astronaut*, satellite communication*, satellite "
            "bus, ?satellite, satellites, battlefield*, ?space based, ?turbine engine*, "
            "manned missions, robotic missions, ?nasa, ?space"
        ),
        "de": (
            "*verteidigung*, militär*, bundeswehr*, luftfahrttech*, raumfahrt*, *flugzeug*, "
            "*satelliten, rüstung*, streitkräft*"
        ),
        "fr": (
            "~défense, ~défense nationale, militaire*, aérospatial*, ~armée*, armement*, "
            "satellites, spatiale"
        ),
        "es": (
            "~defensa, militares, aeroespacial*, satélites, fuerzas armadas, ~ejército*, armamento*"
        ),
        "it": "~difesa, militari, aerospazial*, satelliti, forze armate, ~esercito",
        "pt": "~defesa, militares, aeroespacia*, satélites, forças armadas, ~exército*",
        "nl": "*defensie*, militair*, ruimtevaart*, satellieten, krijgsmacht*, luchtmacht*",
        "pl": "obronn*, wojsk*, lotnicz*, kosmiczn*, satelit*, zbrojn*",
        "cs": "obran*, vojensk*, kosmick*, satelit*, armád*, letectv*",
        "sk": "obran*, vojensk*, kozmick*, satelit*, armád*, ozbrojen*",
        "sl": "obramb*, vojaš*, vesoljsk*, satelit*, oborožen*",
        "hr": "obran*, vojn*, svemirsk*, satelit*, oružan*",
        "ro": "apărar*, ~militar*, aerospați*, ~satelit*, forțele armate",
        "hu": "honvéd*, *védelmi, katona*, *űrkutat*, *műhold*, hadsereg*",
        "fi": "puolustus*, sotila*, avaruus*, satelliit*, maavoima*",
        "et": "kaitsev*, riigikaits*, sõjav*, kosmos*, satelliid*",
        "sv": "försvar*, militär*, rymd*, satelliter*, flygvapn*",
        "da": "forsvaret*, forsvars*, militær*, rumfart*, satellitter*, flyvevåbn*",
        "el": "άμυνα, άμυνας, στρατιωτ*, δορυφόρ*, αεροδιαστημ*",
        "bg": "отбран*, военн*, космическ*, сателит*, спътни*, въоръжен*",
        "lt": "gynyb*, karin*, kosmos*, palydov*, kariuomen*",
        "lv": "aizsardzības min*, militār*, kosmos*, satelīt*, bruņot*",
        "mt": "difiża, militar*, armat*, satelliti, spazjali",
        "ga": "cosanta, míleat*, aeraspáis*, satailít*, spás",
    },
    "manufacturing": {
        "any": "robotics, opc ua, industrie 4 0",
        "en": (
            "remaining useful life, manufactur*, robot, robots, robotic*, humanoid*, factory, "
            "factories, production line*, machining, welding, additive manufacturing, 3d "
            "printing, predictive maintenance, ?assembly line*, industrial production, "
            "industrial robot*, defect detection, ?prognos*, machine tool*, machinery, "
            "?material testing, ?foundry"
        ),
        "de": (
            "*fertigung*, *roboter*, *robotik*, maschinenbau*, *industrieproduktion*, "
            "schweiß*, *produktionsanlage*, verarbeitendes gewerbe, *fabrik*"
        ),
        "fr": (
            "~?fabrication*, ~usine*, robotique*, industrie manufacturière, production "
            "industrielle, ~soudage*"
        ),
        "es": "fabricación, ~fábrica*, robótica, industria manufacturera, producción industrial",
        "it": "manifattur*, ~fabbric*, robotica, produzione industriale",
        "pt": "~fabric*, fábrica*, robótica, indústria transformadora, produção industrial",
        "nl": "~fabriek*, *robotica*, maakindustrie*, *productielijn*, industriële productie",
        "pl": "przemysł*, produkcj* przemysł*, fabryk*, robotyk*, przetwórstw* przemysł*",
        "cs": "~?výrob*, strojír*, továr*, robotik*, průmyslov*",
        "sk": "~?výrob*, strojár*, továr*, robotik*, priemysel*",
        "sl": "~?proizvodn*, strojništ*, tovarn*, robotik*, predeloval*",
        "hr": "~?proizvodnj*, strojarst*, tvornic*, robotik*, prerađivačk*",
        "ro": "~fabric*, robotic*, producția industrială, industria prelucrătoare",
        "hu": "*gyártás*, *gyár, feldolgozóipar*, robotik*, ipari termel*",
        "fi": "valmistus*, teollisuu*, tehta*, robotiik*, tehdas*",
        "et": "~?tootmi*, tööstus*, tehas*, robootik*, töötlev*",
        "sv": "tillverkning*, *fabrik*, robotik*, industriproduktion*, *robotar",
        "da": "fremstilling*, *fabrik*, robotteknologi*, *industriproduktion*, *robotter",
        "el": "βιομηχαν*, ρομποτικ*, εργοστάσι*, μεταποίησ*",
        "bg": "~?производств*, роботик*, фабрик*, промишлен*, преработва*",
        "lt": "~?gamyb*, robotik*, gamykl*, pramon*",
        "lv": "~?ražoš*, robotik*, rūpnīc*, rūpniec*",
        "mt": "manifattur*, fabbrik*, robotika, industrijali",
        "ga": "déantús*, monarc*, róbat*, tionsclaíoch*",
    },
    "cleantech": {
        "any": "circular economy, pm10, pm2 5",
        "en": (
            "emission*, recycl*, circular economy, decarboni*, ?carbon, greenhouse gas*, air "
            "quality, water quality, air pollution, pollut*, waste, wastes, wastewater, "
            "sewage, hazardous waste*, ?landfill*, ?litter, superfund, brownfield*, "
            "?contaminant*, contaminat*, toxic substance*, ?toxics, toxic release*, oil "
            "spill*, renewable energy, renewable electricity, ?renewable*, hydrogen fuel, "
            "impaired waters, tmdl*, nonattainment*, nitrogen dioxide, ozone pollution, clean "
            "water, clean air, environmental remediation, acid mine drainage, ?hydrokinetic*, "
            "climate protection, ?sanitation, beach water*, geotherm*, wind energy, wind "
            "farm*, wind power*, solar energy, solar power*, photovolta*, hydropower, "
            "hydroelectric*, ecolog* transition"
        ),
        "de": (
            "windpark*, *windkraft*, *windenergie*, *photovoltaik*, *emission*, *abfall*, "
            "*abfälle*, *luftqualität*, *wasserqualität*, gewässerqualität*, *badegewässer*, "
            "wasserbelastung*, kreislaufwirtschaft*, *wasserstoff*, *recycling*, altlasten*, "
            "klimaschutz*, *schadstoff*, *abwasser*, erneuerbare*"
        ),
        "fr": (
            "éolien*, photovolta*, géothermi*, émission*, faibles émissions, déchet*, qualité "
            "de l air, qualité de l eau, ~pollu*, recyclage*, assainissement*, eaux usées, "
            "transition écologique, énergies renouvelables, économie circulaire"
        ),
        "es": (
            "eólic*, fotovolta*, emisiones, residuos, reciclaje, calidad del aire, calidad "
            "del agua, contaminación, energías renovables, aguas residuales"
        ),
        "it": (
            "eolic*, fotovolta*, emissioni, rifiuti, riciclo, qualità dell aria, qualità dell "
            "acqua, inquinament*, acque reflue, energie rinnovabili, raccolta differenziata"
        ),
        "pt": (
            "emissões, resíduos, reciclagem, qualidade do ar, qualidade da água, poluição, "
            "águas residuais, energias renováveis"
        ),
        "nl": (
            "~uitstoot, ~emissie*, *afval*, luchtkwaliteit*, waterkwaliteit*, hernieuwbare*, "
            "~vervuiling*, afvalwater*, waterstof*"
        ),
        "pl": (
            "emisj*, odpad*, jakość powietrza, jakości powietrza, zanieczyszcz*, recykling*, "
            "ściek*, odnawial*"
        ),
        "cs": (
            "emise, emisí, odpad*, kvalita ovzduší, kvality ovzduší, znečišt*, recyklac*, "
            "obnoviteln*"
        ),
        "sk": (
            "emisie, emisií, odpad*, kvalita ovzdušia, kvality ovzdušia, znečist*, recyklác*, "
            "obnoviteľn*"
        ),
        "sl": "emisij*, odpad*, kakovost zraka, kakovosti zraka, onesnaže*, recikl*, obnovljiv*",
        "hr": (
            "emisij*, otpad*, kvaliteta zraka, kakvoća zraka, kvalitete zraka, onečišće*, "
            "reciklir*, obnovljiv*"
        ),
        "ro": (
            "emisii*, deșeu*, calitatea aerului, calitatea apei, poluar*, reciclar*, regenerabil*"
        ),
        "hu": "*kibocsátás*, *hulladék*, levegőminő*, vízminő*, szennyez*, újrahasznos*, megújuló*",
        "fi": (
            "päästö*, *jäte*, *jätteen*, *jätteet*, ilmanlaat*, vedenlaa*, saast*, kierrät*, "
            "uusiutuva*"
        ),
        "et": (
            "heitme*, *heide, jäätme*, õhukvaliteet*, veekvalite*, saaste*, ringlussev*, taastuv*"
        ),
        "sv": (
            "*utsläpp*, *avfall*, luftkvalitet*, vattenkvalitet*, förorening*, *återvinning*, "
            "förnybar*"
        ),
        "da": (
            "*udledning*, *affald*, luftkvalitet*, vandkvalitet*, forurening*, genbrug*, "
            "vedvarende energi*"
        ),
        "el": (
            "εκπομπ*, απόβλητ*, αποβλητ*, ποιότητα αέρα, ποιότητα του αέρα, ρύπανσ*, "
            "ανακύκλωσ*, ανανεώσιμ*"
        ),
        "bg": (
            "емиси*, отпадъ*, качество на въздуха, качеството на въздуха, замърсява*, "
            "рециклир*, възобновяем*"
        ),
        "lt": "emisij*, atliek*, oro kokyb*, tarš*, perdirb*, atsinaujin*",
        "lv": "emisij*, atkritum*, gaisa kvalitāt*, piesārņo*, pārstrād*, atjaunojam*",
        "mt": "emissjonijiet, skart, kwalità tal arja, tniġġis, riċiklaġġ*, rinnovabbli",
        "ga": (
            "astaíoch*, astuíoch*, dramhaíl*, cáilíocht an aeir, truailliú, athchúrsáil*, in "
            "athnuaite"
        ),
    },
    "agritech": {
        "any": "agrovoc, agritech",
        "en": (
            "agricultur*, ?crop, crops, crop yield*, farming, farm, farms, farmer*, farmland, "
            "?soil, soil survey*, livestock, irrigat*, orchard*, vineyard*, forestry, "
            "?forest, ?forests, fishery, fisheries, fishery management, aquaculture, stock "
            "assessment*, dairy, pesticide*, fertilis*, fertiliz*, ?breeding, noxious weed*, "
            "grain, cattle, poultry, ?harvest*, timber, veterinar*, agrifood*, agri food, "
            "agroecolog*, agroforest*, agronom*, horticultur*"
        ),
        "de": (
            "*landwirtschaft*, *ackerbau*, *ackerland*, *ernte, ernte*, ~vieh*, weinbau*, "
            "forstwirtschaft*, *düngemittel*, fischerei*, *pflanzenschutzmittel*, ~wald"
        ),
        "fr": (
            "agricol*, agricultur*, ~récolte*, élevage*, ~forêt*, ~pêche*, viticol*, "
            "irrigation*, exploitations agricoles"
        ),
        "es": (
            "agricol*, agrícol*, cultivo*, ganad*, ~forestal*, pesca, agropecuari*, viñedo*, "
            "regadío*, agricultura"
        ),
        "it": "agricol*, agrari*, coltur*, coltivazion*, vigneti, ~allevament*, forestali, ~pesca",
        "pt": (
            "agrícol*, agricultura*, agropecuári*, pecuári*, ~cultivo*, ~florest*, ~pesca*, vinha*"
        ),
        "nl": (
            "*landbouw*, *gewas, *gewassen*, veeteelt*, *veehouderij*, bosbouw*, visserij*, "
            "akkerbouw*, meststoff*"
        ),
        "pl": (
            "rolnic*, rolnict*, ~uprawa, upraw, gospodarstw* roln*, leśn*, rybołów*, nawoz*, nawóz*"
        ),
        "cs": "zeměděl*, plodin*, lesnic*, rybář*, rybolov*, hnojiv*, dobyt*, chov*",
        "sk": "poľnohospod*, plodin*, lesníct*, rybár*, rybolov*, hnojiv*, dobyt*",
        "sl": "kmetij*, kmetov*, pridelk*, gozdarst*, ribištv*, gnojil*, živinorej*",
        "hr": "poljoprivred*, usjev*, šumarst*, ribarst*, gnojiv*, stočarst*",
        "ro": "~agricol*, agricultur*, culturi agricol*, silvicultur*, pescuit*, îngrăș*",
        "hu": "mezőgazdas*, *termés*, ~növényterm*, erdőgazd*, halászat*, műtrágy*, állattenyész*",
        "fi": (
            "maatalou*, viljely*, metsätalou*, kalastus*, kalatalou*, lannoit*, ~sato*, kotieläi*"
        ),
        "et": "põllumaj*, põllukult*, metsanduse*, kalandus*, väetis*, loomakasv*, põldude",
        "sv": "jordbruk*, lantbruk*, *gröda, grödor*, skogsbruk*, fiske*, gödsel*, boskap*",
        "da": "landbrug*, *afgrøde*, skovbrug*, fiskeri*, gødning*, husdyr*, kvæg*",
        "el": "γεωργ*, καλλιέργ*, αγροτικ*, δασοκομ*, αλιεί*, κτηνοτροφ*",
        "bg": "селскостоп*, земедел*, животновъд*, горско стопан*, рибарст*, култури",
        "lt": "žemės ūki*, pasėl*, miškinink*, žvejyb*, trąš*, gyvulinink*",
        "lv": "lauksaimniec*, kultūraug*, mežsaimniec*, zivsaimn*, zvejniec*, mēslo*",
        "mt": "agrikol*, agrikoltura, għelejjel, sajd, annimali tar razzett, bdiewa",
        "ga": "talmhaíoch*, feirmeoir*, barra feirme, foraoiseacht*, iascach*, beostoc*",
    },
}
