"""Words that make up the frame of a sentence, by language: what tells a text's language.

The official languages of the European Union, and languages outside them that are near to one of those
or that its neighbours publish in: they are here so that their texts are not taken for another's.
"""

from __future__ import annotations

WORDS = {
    "bg": "и в на от за се с по са да не като до при или през които които който която което има между "
    "този тази това тези е със във също както брой данни съдържа набор набора информация относно "
    "според година години списък община българия както след бъде могат техните към",
    "cs": "a v na z ve o s se je pro podle jsou které která který za od do nebo po při této jako ze k být "
    "mezi není také včetně obsahuje údaje data dle počet seznam tato tyto byl byla jejich roku roce let "
    "jednotlivých ke ve této tento sada obsahující těchto pomocí například",
    "da": "og i af på til for er en et den det der med som fra ved har om efter eller kan ikke de blev være bliver "
    "deres mellem også samt oplysninger antal datasættet indeholder viser omfatter hvor hvert herunder denne "
    "disse alle fordelt kommuner året hvilke gennem hver bruges noget inden uden nogle sig bruge udvikling "
    "række opdateret opdateres anvendes anvendelse fælles virksomheder danske danmark dansk datasæt "
    "tilgængelig tilgængelige vejledning udgør fremgår findes viden hvilket kun offentlige områder oversigt",
    "de": "und der die das in von zu den mit für ist auf im des dem nicht eine ein einer als auch sind aus bei "
    "nach wird werden oder zum zur über wurde durch sich enthält daten dieser diese anzahl sowie wurden an am "
    "datensatz einem einen kann können zwischen stadt jahr je beim vom unter welche dieses",
    "el": "και του της το η ο οι τα των για με σε από που στο στη στην στον στα στις στους είναι τον την "
    "τους τις ως ή κατά δεδομένα περιέχει ανά μεταξύ αριθμός στοιχεία αυτό αυτή αυτά έχει σύνολο",
    "en": "the of and to in for is on by with are as at from this that be or it was which an has have not their "
    "these were can all data dataset contains information used each other will its been between also number "
    "includes include may more than within such into about only using provides they per during under most "
    "both where based there",
    "es": "de la el en y los las del que se por con para una un es al como su sus o lo no este esta son más entre "
    "datos conjunto contiene número información según sobre desde fue ha también cada año donde estos estas "
    "hasta así mediante ser todos está están relación años dentro ejemplo ejemplos archivo archivos cómo "
    "abiertos abierto abiertas ciudad ciudades calidad servicio servicios gobierno ayuntamiento fecha fechas "
    "población muestra muestran puede pueden tiene tienen otros otras otro otra siguiente siguientes además "
    "cuyo cuya unos fueron enero febrero junio julio septiembre diciembre nuevo nuevas nuevos acceso incluye "
    "incluyen distintos través tipo agua calle vivienda viviendas centros municipio municipios publicación "
    "registro tabla listado",
    "et": "ja on ning või mis et ei ka kui andmed andmestik see selle kohta oma aasta aastal aastate järgi "
    "arv seda sisaldab nende võib mille millega kes poolt alusel olema oli ole juures kuni nii kõik samuti eest "
    "vahel loetelu eesti iga ega",
    "fi": "ja on sekä tai ei se että joka jotka ovat mukaan sen tiedot tietoja aineisto sisältää kuin myös "
    "vuoden vuonna vuosi vuosina määrä niiden tämä näiden olla oli ole kun niin jossa joita joiden voi "
    "mutta välillä kaikki aineiston perusteella suomen tässä kunnan aineistossa muut",
    "fr": "de la le les des et en du un une pour par sur dans au aux est que qui ce cette sont avec ou plus ne "
    "pas se ces il leur données jeu nombre été selon entre ainsi comme être son sa ses a par contient tableau "
    "chaque depuis sous dont tous toutes présente lors afin également sans vers",
    "ga": "agus an na ar i is a le de do go ag atá tá nó ó faoi maidir leis seo sin bhfuil sa gach líon "
    "sonraí faisnéis eolas mar chun idir dá ina ní nach den don trí bliain tacar gcás sna um éireann bhliain "
    "lena iad níos maidir",
    "hr": "i u na za se je od s su do po o iz koji koja koje ili kao te podataka podaci skup sadrži nije "
    "prema između broj godine godini ovaj ova ovo biti bio kod ako pri radi svi svih tijekom "
    "grada hrvatske hrvatskoj hrvatska županije županija "
    "županijama kako njihove putem nakon vrijednosti popis uključujući",
    "hu": "a az és hogy is egy nem van meg vagy ez ezek azok amely amelyek szerint valamint mint csak adatok "
    "adatai által között száma tartalmazza során illetve adatbázis évi év évben után ha kell minden "
    "vonatkozó található lehet alapján magyarország volt még ki be el felett alatt",
    "it": "di e il la le i che in un una per con del della dei delle degli dal dalla nel nella nei sono è al "
    "alla ai alle da su sul sulla si non come più o anche dati numero contiene relativi questo questa essere "
    "gli lo anno anni ogni elenco tra presso dell dati comune dataset suo stato presenti",
    "lt": "ir yra kad su apie iš į pagal už ar tai arba nuo kurie kuris kuri kaip dėl duomenys duomenų rinkinys "
    "skaičius metų metais metai po prie iki tarp taip pat jų šis ši šio šie informacija lietuvos "
    "respublikos kurių buvo būti gali visų visi kiekvieno pateikiami rinkinyje",
    "lv": "un ir par no ar kas uz vai pēc kā ka pie kuru kuras kuri kura dati datu kopa satur gada gadā gadu "
    "skaits latvijas tiek šis šī tika bet gan līdz informācija starp ietver to tā tās šo tai nav kur "
    "atbilstoši visu valsts tajā arī",
    "mt": "u li ta tal fil f il l fi għal dan din huma hija huwa b bil ma minn jew kif bejn għall dwar ġew "
    "kull numru dawn tas mill mal għandu għandhom biex wara data sett dawk permezz kien hemm jinkludi "
    "tagħhom skont mid tad id is",
    "nl": "de het een en van in is dat op te voor met die zijn aan er om door als bij ook naar of uit niet "
    "worden wordt deze dit dan tot over per tussen aantal gegevens bevat kan hun heeft werd was welke meer "
    "gemeente jaar dataset hebben geen maar moet kunnen volgens zoals binnen onder",
    "pl": "i w na z do o się jest nie oraz dla po przez od za to są lub ze jak który która które danych dane "
    "zawiera zbiór liczba roku latach według tym tych przy informacje także być ich może między a w ramach "
    "został zostały wraz których było gminy jego pod celu",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como das ao ou são foi pela pelo "
    "entre dados conjunto contém número informação sobre nos nas seu sua este esta ser está à também até ano "
    "cada segundo foram através às aos nº todos municípios exemplo arquivo ficheiro cidade cidades qualidade "
    "serviço serviços governo data população pode podem tem têm outros outras outro outra seguintes além onde "
    "janeiro fevereiro junho julho setembro dezembro acesso inclui tipo água rua habitação centros município "
    "registo tabela lista pelos pelas num numa portugal câmara",
    "ro": "și şi de la în cu pe din care este a pentru sunt nu sau mai prin ce ale al ai fi o un date "
    "datele conține setul numărul privind după între precum acest această fost au lui au ani anul către "
    "informații aceste cele cel cei până acestea fiecare conform",
    "sk": "a v na z sa je o s pre so do podľa sú ktoré ktorá ktorý za od alebo pri po ako vo nie z k "
    "medzi údaje dát počet zoznam obsahuje roku rokoch ich tento táto toto aj byť bol bola sada dátová "
    "ako bolo slovenskej jednotlivých ktorých prostredníctvom súbor zo až ďalej",
    "sl": "in je v na za se so ki z s po ali o da od do pri iz kot podatki podatkov zbirka vsebuje število "
    "leta leto ter med tudi ni ob bi glede lahko ta te to tem teh vključuje kjer letu bil bila biti niz "
    "slovenije sloveniji posamezne katerih vseh njihove kateri",
    "sv": "och i av på till för är en ett den det som med från vid har om eller kan inte de att samt mellan också "
    "efter var uppgifter information innehåller antal datamängden visar där varje sina denna detta dessa alla "
    "under året finns används genom olika kommunens enligt inom vilka blir mot när utan några sig använda "
    "utveckling uppdaterad uppdateras gemensamma företag svenska sverige datamängd tillgänglig tillgängliga "
    "vägledning kunskap endast offentliga områden översikt",
    # --- outside the official languages ---
    "nb": "og i av på til for er en et den det som med fra ved har om etter eller kan ikke de ble være blir deres "
    "mellom også samt opplysninger antall datasettet inneholder viser omfatter hvor hvert herunder denne "
    "disse alle fordelt kommuner året hvilke gjennom hver brukes noe innen fylke over når dette norsk uten "
    "hos sine noen bare mot skal utvikling rekke oppdatert oppdateres felles virksomheter norske norge "
    "datasett tilgjengelig tilgjengelige veiledning fremgår finnes seg bruke hvilket kun offentlige områder "
    "oversikt",
    "nn": "og i av på til for er ein ei eit den det som med frå ved har om etter eller kan ikkje dei vart vere blir "
    "deira mellom også samt opplysningar tal kor kvar kvart inneheld viser mange korleis seg siste desse "
    "registrerte noko skal kva utvikling rekkje oppdatert felles verksemder norske noreg datasett "
    "tilgjengeleg tilgjengelege rettleiing finst bruke offentlege område oversikt",
    "ca": "de la el en i els les del que es per amb una un és al com seu seves o ho no aquest aquesta són més entre "
    "dades conjunt conté nombre informació segons sobre des va també cada any on aquests fins així dels als "
    "pels d l recull anys darrers tipus exemple exemples fitxer arxiu ciutat ciutats qualitat servei serveis "
    "govern ajuntament data població mostra pot poden té tenen altres altre altra següents cadascun unes "
    "foren gener febrer juny juliol setembre desembre nou noves accés inclou aigua carrer habitatge centres "
    "municipi municipis registre taula llistat",
    "gl": "de a o que e do da en un para con non unha os no se na por máis as dos como das ao ou son foi pola polo "
    "entre datos conxunto contén número información sobre nos nas seu súa este esta ser está tamén ata ano "
    "cada segundo á aos co coas cos dunha polos concello seus exemplo arquivo cidade cidades calidade servizo "
    "servizos goberno data poboación mostra pode poden ten teñen outros outras outro outra seguintes ademais "
    "onde xaneiro febreiro xuño xullo setembro decembro acceso inclúe través tipo auga rúa vivenda centros "
    "municipio municipios rexistro táboa listaxe galicia",
    "eu": "eta da du dira hau honek ere bat edo egiten datu datuak arabera kopurua urte urteko zerrenda "
    "izan dituen dago bere baina hiriko multzo guztien zein honetan",
    "is": "og í á að er sem til um við af frá með fyrir eða ekki eru var það þar hefur verið eftir allar alla "
    "upplýsingar fjölda fjöldi yfirlit gagnasafnið sýnir hverjum hver",
    "fo": "og í á at er sum til um við av frá fyri ella ikki eru var tað har hevur verið eftir allar allir "
    "hvussu yvirlit talvan vísir nógvir",
    "uk": "і в на з за та що до не від для про у або як є це його які який яка зі даних дані набір містить "
    "кількість інформація відомості перелік року рік їх із щодо",
    "ru": "и в на с за что до не от для о у или как это его которые который которая из по данных данные набор "
    "содержит количество информация сведения перечень года год их об при также к со",
    "be": "і ў на з за што да не ад для пра у або як гэта яго якія які якая даных набор змяшчае колькасць "
    "інфармацыя звесткі пералік года па аб",
    "sr": "и у на за се је од с су до по о из који која које или као те података подаци скуп садржи није "
    "према између број године години овај са општини при као што",
    "sh": "i u na za se je od sa su do po o iz koji koja koje ili kao te podataka podaci skup sadrži nije "
    "prema između broj godine godini ovaj ova ovo biti bio kod ako pri radi svi svih tokom opština opštine "
    "opštini opštinama srbije srbiji bosne hercegovine putem kako njihove nakon vrednosti spisak "
    "uključujući mernih vazduha saobraćaja saobraćajnih saobraćaj kantonu kantona",
    "mk": "и во на од за се со по се да не како до при или низ кои кој која што има меѓу овој оваа ова овие "
    "е исто така број податоци содржи збирка информации според година список општина општината",
    "sq": "dhe në e të i për me një nga që është janë ose si ky kjo të dhënat dhëna sipas numri numrin "
    "përmban listën grup cilësinë mbi",
    "tr": "ve bir bu için ile olarak olan göre veya da de veri seti sayısı yıl yılı listesi tarafından daha "
    "gibi içerir göstermektedir sayıları",
    "lb": "an de d vun den der dem mat fir ass op vum beim net eng en och sinn aus no gëtt ginn oder zum "
    "iwwer duerch sech daten dës dësen zuel wéi all déi dat um",
    "rm": "da la ed en las ils dals da las il questas per cun ina in u sco èn è datas davart lur chantun",
    "cy": "y yr a ac o i yn ar mae sydd wedi ym gyda nifer hon hwn am eu rhestr data neu gan bod mewn",
    "gd": "agus an na air ann am a tha le de do gu aig no bho seo sin gach àireamh nan airson bliadhna mar anns",
    "af": "die van en in is dat op te vir met wat aan 'n om deur as by ook na of uit nie word hierdie tot "
    "oor tussen aantal data bevat kan hul hulle was alle het elke",
    "fy": "de it in en fan is dat op te foar mei dy oan om troch as by ek nei of út net wurde dizze dit oer "
    "tusken oantal gegevens befettet har hat elke yn",
    # Of these two the words that Spanish does not have: all others are the same.
    "ast": "y los pa ye so sos nun esti ente datos conxuntu contién númberu foi tamién añu asina toos tán dientro "
    "otres ciudá conceyu conceyos nel nes nos cola pela pelos llista rellación servicos tien puen asturies xunta "
    "les direición dende enseñanza",
    "an": "y os as d ta ye lo no iste ista istos conchunto seguntes tamién anyo anyos aragón ciudat direción datos",
    "oc": "de la lo los las e en del que se per amb un una es al coma sa sas o aqueste aquesta son mai entre "
    "donadas nombre segon sus dins cada an lor vila jorn exemple vilas qualitat servici servicis data "
    "populacion pòt autres autra seguents genièr febrièr junh julhet decembre accès tipe aiga carrièra "
    "municipi",
    "als": "und de d vo uf em mit für isch nid e es au sind us nach wird oder zum über dur sich date dere diese "
    "gseht mer wie vil i",
    "la": "et in est non ad ut cum ex de quae qui quod per sed ab sunt atque vel sive sit dolor ipsum lorem "
    "amet",
    "id": "dan di yang untuk dari dengan ini pada adalah data dalam atau ke tidak jumlah daftar setiap oleh "
    "berisi kumpulan tahun menurut",
    "sw": "na ya wa kwa ni katika hii za la kila yaliyo idadi data cha",
    "eo": "kaj de la en al por estas kun kiu kiuj ĉi tiu el ilia iliaj nombro listo datumaro",
}  # fmt: skip

# How words end that few languages have; of the words of the frame it says less, as names end so, too.
ENDINGS = {
    "miento": "es", "mientos": "es", "ciones": "es", "siones": "es", "idad": "es", "ción": "es gl",
    "sión": "es gl", "cións": "gl", "idade": "gl pt", "ção": "pt", "ções": "pt", "sões": "pt", "ció": "ca",
    "cions": "ca", "itat": "ca oc", "itats": "ca oc", "zione": "it", "zioni": "it", "ità": "it", "ités": "fr",
    "tioner": "da sv", "heder": "da", "sjon": "nb nn", "sjoner": "nb", "elser": "da nb", "ningar": "sv nn is",
    "ungen": "de lb als", "keit": "de", "keiten": "de", "lichen": "de", "heiten": "de", "schaften": "de",
    "heden": "nl fy", "heid": "nl af", "lijke": "nl", "ości": "pl", "owych": "pl", "owania": "pl",
    "ování": "cs", "ství": "cs", "ovanie": "sk", "ostí": "sk", "ások": "hu", "ések": "hu", "ság": "hu",
    "ség": "hu", "minen": "fi", "istä": "fi", "ssä": "fi", "llä": "fi", "ijos": "lt", "imas": "lt",
    "šana": "lv", "šanas": "lv", "ības": "lv", "ului": "ro", "ilor": "ro", "mise": "et", "takse": "et",
    "ijiet": "mt", "zjoni": "mt", "achta": "ga gd", "ските": "bg mk", "ията": "bg", "ανση": "el", "ικών": "el",
}  # fmt: skip

# Letters that few languages are written with.
LETTERS = {
    "ß": "de als", "ñ": "es gl eu", "ą": "pl lt", "ę": "pl lt", "ł": "pl", "ś": "pl", "ź": "pl hr sh",
    "ć": "pl hr sh", "ő": "hu", "ű": "hu", "ř": "cs", "ě": "cs", "ů": "cs", "ľ": "sk", "ĺ": "sk", "ŕ": "sk",
    "ħ": "mt", "ġ": "mt", "ċ": "mt", "ķ": "lv", "ļ": "lv", "ņ": "lv", "ģ": "lv", "ā": "lv", "ē": "lv",
    "ī": "lv", "ė": "lt", "į": "lt", "ų": "lt", "ș": "ro", "ț": "ro", "ă": "ro", "õ": "et pt", "ã": "pt",
    "ø": "da nb nn fo", "æ": "da nb nn is fo", "þ": "is", "ð": "is fo", "đ": "hr sh", "ı": "tr", "ğ": "tr",
    "ë": "sq lb fr nl", "і": "uk be", "ї": "uk", "є": "uk", "ў": "be", "ы": "ru be", "э": "ru be",
    "ј": "sr mk", "љ": "sr mk", "њ": "sr mk", "ђ": "sr", "ћ": "sr", "ѓ": "mk", "ќ": "mk", "ѕ": "mk",
}  # fmt: skip
