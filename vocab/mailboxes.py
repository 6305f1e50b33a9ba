"""Names of mailboxes that stand for an office and not for a person, in the languages of the EU.

A local part is taken apart at dots, dashes, underscores and plus signs; accents fall and letters are
small. It is functional when every part is one of these words, a country's or language's two letters
beside such a word, or a number beside such a word ("open.data", "info-de", "gis2"). A name beside such
a word ("data.mustermann") makes it personal.
"""

from __future__ import annotations

_BY_LANGUAGE = {
    "any": "info infos mail mailbox email post office desk admin webmaster postmaster hostmaster noreply"
    " reply no contact contacts help helpdesk support service services servicedesk team staff data opendata"
    " open dataset datasets dcat metadata ckan portal api gis geo geodata sdi inspire stat stats hub lod"
    " press media pr news newsletter dpo gdpr privacy legal security abuse it ict hpc ai web",
    "bg": "kontakti informacia otvoreni danni danni delovodstvo kancelaria priemna statistika",
    "cs": "kontakt informace podatelna posta sekretariat otevrena otevrenadata udaje podpora statistika"
    " katalog",
    "da": "kontakt informationer postkasse kundeservice abnedata sekretariat statistik",
    "de": "kontakt information informationen auskunft buero buro zentrale poststelle kanzlei sekretariat"
    " daten offenedaten geodaten metadaten dienst dienste hilfe kundenservice redaktion registratur archiv"
    " bibliothek forschung datenschutz presse pressestelle statistik geschaeftsstelle geoportal katalog"
    " fachstelle vermessung",
    "el": "epikoinonia plirofories grammateia dedomena anoiktadedomena ypostirixi protokollo",
    "en": "information enquiries inquiries enquiry general reception secretariat secretary registry"
    " archive archives library catalogue catalog research statistics editor editors editorial publications"
    " customer customerservice feedback curator curators repository science user users project",
    "es": "contacto informacion oficina secretaria datos datosabiertos ayuda soporte servicio servicios"
    " atencion ciudadano registro archivo biblioteca estadistica prensa consultas buzon",
    "et": "teave kontor kantselei sekretar andmed avaandmed abi tugi statistika",
    "fi": "yhteys yhteystiedot tieto tiedot toimisto kirjaamo avoindata tuki apu tilastot asiakaspalvelu"
    " paikkatieto",
    "fr": "renseignements accueil bureau secretariat donnees opendata donneesouvertes aide assistance"
    " courrier archives bibliotheque recherche statistiques presse communication geomatique sig cartographie"
    " contactez",
    "ga": "eolas oifig teagmhail sonrai cabhair runaiocht",
    "hr": "kontakt informacije ured tajnistvo podaci otvorenipodaci pomoc podrska pisarnica statistika",
    "hu": "kapcsolat informacio iroda titkarsag adat adatok nyiltadat segitseg ugyfelszolgalat statisztika",
    "it": "contatti contatto informazioni ufficio segreteria dati datiaperti aiuto assistenza servizio"
    " servizi protocollo archivio biblioteca statistica stampa urp redazione",
    "lt": "kontaktai informacija biuras sekretoriatas duomenys atviriduomenys pagalba rastine statistika",
    "lv": "kontakti informacija birojs kanceleja sekretariats dati atvertiedati palidziba pasts statistika",
    "mt": "kuntatt informazzjoni ufficcju segretarjat dejta ghajnuna",
    "nl": "contact informatie kantoor secretariaat gegevens opendata klantenservice archief bibliotheek"
    " onderzoek statistiek pers loket postbus",
    "pl": "kontakt informacja informacje biuro sekretariat kancelaria poczta dane otwartedane pomoc wsparcie"
    " obsluga statystyka geodezja",
    "pt": "contacto contato contactos informacao informacoes geral escritorio secretariado dados"
    " dadosabertos ajuda apoio suporte servico servicos arquivo estatistica imprensa",
    "ro": "contact informatii birou secretariat date datedeschise ajutor registratura relatii statistica",
    "sk": "kontakt informacie podatelna posta sekretariat udaje otvorenedata pomoc podpora statistika",
    "sl": "kontakt informacije pisarna tajnistvo podatki odprtipodatki pomoc podpora glavna statistika",
    "sv": "kontakt information kansli kontor registrator sekretariat oppnadata kundtjanst statistik brevlada",
}

FUNCTIONAL = frozenset(word for words in _BY_LANGUAGE.values() for word in words.split())
