// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Polish rules and words; the lists are those of grammar_en.c. Things are masculine and not alive, so that their
// nominative and accusative agree; places stand with their preposition; a woman's past tense adds an 'a'.
#include "sim/grammar.h"

const struct grammar_list grammar_pl[] = {
    {'n', ' ',
     "Adela Albin Aniela Bogna Bruno Brygida Cecylia Cyprian Cezary Dobrawa Dionizy Dorota Eryk Eugenia Edmund "
     "Felicja "
     "Feliks Fabian Gustaw Grzegorz Gabriela Halina Henryk Hubert Izydor Irena Ireneusz Jagoda Janusz Joachim Kalina "
     "Kazimierz Klara Leokadia Lech Ludwik Melania Marceli Mieszko Natalia Nikodem Norbert Olgierd Oktawia Oskar "
     "Pelagia Przemysław Patryk Regina Roman Rozalia Sabina Seweryn Stefania Tekla Tymon Tadeusz Urszula Wacław "
     "Walentyna Wojciech Zenon Zofia Zygmunt"},
    {'c', '|',
     "$N $v $a $o|$N $v $o $l|$a $o $i $l|$N $d $v $a $o|$N $i $l|$o $i $d|$N $v $a $o $l|$l $N $v $a $o|"
     "$l $i $a $o|nikt nie pytał, kto $v $o|$N $i $d i $v $o|$d $N $v $a $o|ktoś obcy $v $o $l|"
     "$N znów $v $a, $a $o|$a i $a $o $i|$N już dawno $v $o $l"},
    {'s', '|',
     "nigdy nie pytasz, kto $v $a $o|$N $v mój $o $l|to tylko $a $o|myślę, że $a $o $i|zostaw ten $a $o $l|"
     "mój ojciec $v $a $o $d|nikt już nie czeka $l|ten $o jest twój|$l stoi jeszcze jeden $a $o|zapytaj, gdzie $i "
     "$o"},
    {'q', '|',
     "$N powiedział~: „^$s”.|$N $v $o i powiedział~: „^$s”.|$N powiedział~ $d: „^$s”.|$N zapytał~ po chwili: „^$s”.|"
     "„^$s”, $N odpowiedział~ $l, a $a $o $i."},
    {'x', '|', "^$c."},
    {'y', '|', "^$c$j$c."},
    {'z', '|', "^$c$j$c$j$c.|^$c$j$c."},
    {'j', '|', ", a |, ale |, bo |; |, więc |, gdy |, choć |, zanim |, jakby |, dopóki | i |, odkąd |, chociaż "},
    {'v', ' ',
     "otworzył~ zobaczył~ schował~ podał~ sprzedał~ kupił~ naprawił~ złamał~ pomalował~ policzył~ zmierzył~ zważył~ "
     "złożył~ zawiązał~ spalił~ zakopał~ umył~ wysuszył~ wypolerował~ przybił~ naostrzył~ przepisał~ przetłumaczył~ "
     "przeczytał~ podpisał~ podarł~ zszył~ załatał~ powiesił~ upuścił~ popchał~ ciągał~ obracał~ przechylił~ "
     "trzymał~ puścił~ zaproponował~ odrzucił~ pożyczył~ oddał~ ukradł~ obserwował~ zgubił~ pamiętał~ nazwał~ "
     "rozpoznał~ opisał~ naszkicował~ zaznaczył~ posortował~ zebrał~ rozsypał~ rozlał~ napełnił~ opróżnił~ wyczuł~ "
     "usłyszał~ zauważył~ zbadał~ sprawdził~ wymienił~ przykrył~ odsłonił~ zablokował~ przeszukał~ zapalił~ "
     "ogrzał~ ostudził~ namoczył~ holował~ zakotwiczył~ uwolnił~ odziedziczył~ wskazał~ odkrył~ porzucił~ "
     "przestawił~ rozebrał~ zbudował~ wykopał~ zatrzymał~ przesłał~ odebrał~ zasłonił~ odkurzył~ podziwiał~ "
     "przeklinał~"},
    {'i', ' ',
     "czekał~ milczał~ słuchał~ drżał~ spał~ gwizdał~ nucił~ wahał~_się błądził~ spacerował~ stał~ klęczał~ "
     "odpoczywał~ "
     "zostawał~ znikał~ pojawiał~_się świecił~ migotał~ bladł~ trzeszczał~ jęczał~ kołysał~_się dryfował~ pływał~ "
     "spadał~ pękał~ rdzewiał~ kapał~ parował~ syczał~ tykał~ dzwonił~ odbijał~_się osiadał~ oddychał~ "
     "wzdychał~ kaszlał~ płakał~ kłamał~ zwalniał~ leżał~ ciążył~ pachniał~ brzmiał~ czerniał~ dymił~"},
    {'a', ' ',
     "stary nowy zimny ciepły wilgotny suchy brudny czysty jasny ciemny blady żółty czerwony zielony szary niebieski "
     "krzywy prosty wąski szeroki płytki głęboki gorzki słodki kwaśny słony zamarznięty pęknięty zepsuty cały pusty "
     "pełny ciężki lekki cienki gruby tępy ostry gładki szorstki podarty tkany malowany nagi ukryty zapomniany "
     "pożyczony kradziony tani drogi rzadki zwykły obcy dawny wczesny późny nagły powolny cierpliwy niespokojny "
     "cichy "
     "głośny łagodny okrutny uczciwy chytry dumny skromny samotny tajemny sławny bezimienny szczęśliwy przeklęty "
     "święty "
     "dziwny ogromny maleńki długi krótki okrągły kwadratowy błotnisty piaszczysty omszały aksamitny lniany wełniany "
     "papierowy szklany marmurowy woskowany zardzewiały złocony lakierowany miedziany mosiężny żelazny srebrny "
     "drewniany "
     "ołowiany kamienny skórzany"},
    {'o', ' ',
     "klucz list zegar dzwon sznur kosz kufer garnek nóż widelec talerz kubek korek słoik knot piec komin mur dach "
     "gwóźdź "
     "młotek pilnik świder klin topór miech wóz rower siodło bat but szalik płaszcz kapelusz fartuch guzik naparstek "
     "dywan koc materac fotel stolik stołek regał obraz grzebień ręcznik bandaż lek proszek bilet paszport znaczek "
     "plakat portret szkic dziennik notatnik ołówek atlas globus teleskop pryzmat magnes drut bezpiecznik zawór kran "
     "tłok kocioł silnik ster maszt żagiel hak pływak prom powóz tramwaj sygnał gwizdek bęben flet akordeon "
     "fortepian "
     "śpiewnik kostium latawiec pieniądz portfel czek rachunek kontrakt testament wyrok medal sztandar mundur hełm "
     "miecz "
     "sztylet karabin nabój płot zawias rygiel łańcuch ul miód chleb ser owoc orzech pieprz cukier olej kamień "
     "bursztyn "
     "węgiel popiół żwir pień korzeń kwiat bluszcz worek szpadel kij dług sekret sen przepis hymn zakład błąd rozkaz "
     "kompas cyrkiel kałamarz stempel pakunek sejf zamek termometr barometr wachlarz parasol lichtarz świecznik "
     "kandelabr "
     "samowar imbryk tygiel moździerz dzbanek wieniec krzyż ornat witraż mikroskop gramofon telegraf aparat album"},
    {'l', ' ',
     "w_kuchni na_strychu w_piwnicy na_schodach na_balkonie w_ogrodzie w_sadzie w_stajni w_stodole przy_młynie "
     "w_piekarni "
     "w_kuźni w_odlewni w_browarze w_kaplicy w_krypcie na_dzwonnicy w_bibliotece w_archiwum w_szkole w_szpitalu "
     "w_aptece "
     "na_dworcu na_peronie w_tunelu na_moście nad_kanałem przy_śluzie w_porcie na_molo w_stoczni w_magazynie "
     "na_targu "
     "pod_arkadami na_rynku przy_fontannie w_teatrze w_galerii w_muzeum w_hotelu w_karczmie w_kawiarni w_pralni "
     "w_łaźni "
     "w_koszarach w_twierdzy na_wałach przy_bramie w_wieży w_więzieniu w_sądzie w_banku w_lombardzie w_drukarni "
     "w_obserwatorium w_szklarni na_cmentarzu w_kamieniołomie w_kopalni w_lesie na_polanie na_łące na_bagnach "
     "na_grani "
     "w_wąwozie w_jaskini nad_jeziorem na_wyspie na_wydmie na_klifie na_rozdrożu pod_drogowskazem na_grobli "
     "za_cegielnią "
     "przy_rogatce w_gołębniku w_lodowni pod_mostem za_rzeką obok_studni"},
    {'d', ' ',
     "powoli szybko ostrożnie cicho głośno łagodnie dwukrotnie znowu razem samotnie otwarcie potajemnie odważnie "
     "dumnie "
     "spokojnie nerwowo cierpliwie chętnie smutno gorzko chłodno serdecznie krótko wreszcie nagle o_świcie "
     "w_południe "
     "o_zmierzchu po_kolacji przed_śniadaniem w_niedzielę w_milczeniu w_pośpiechu przypadkiem celowo bez_namysłu "
     "półsennie jak_zwykle ostatni_raz przez_cały_ranek wbrew_sobie"},
    // The notes.
    {'B', '|', "^$a $o|^$o i $o|^$a, $a $o"},
    {'E', '|', "^$d $c"},
    {'F', '|', "$a $o $l|$N i $a $o|pusty $o $l"},
    {'G', '|', "^$N chce mieć $a $o wbrew temu, co robi $N, a ceną jest $a $o"},
    {'H', '|', "miasto nad rzeką, rok, w którym $a $o $i; widać $a $o, słychać $o, czuć $a $o"},
    {'I', ';', "trzecia osoba | czas przeszły | prosto i dokładnie"},
    {'K', '|', "$l, $d, "},
    {'M', '|', "żaden $o nie zostaje $l|za każdy $a $o trzeba zapłacić $d|$a $o nigdy nie leży $l"},
    {'P', '|', "ktoś, kto ma $a $o|stróż spotykany $l|pisarz znany $l|zegarmistrz, który $v $o"},
    {'Q', '|', "mieć $a $o|znaleźć $o $l|oddać $a $o|ukryć $o $d"},
    {'R', '|', "że wróci $a $o|że $o zniknie|że ktoś czeka $l"},
    {'S', '|', "krótko i $d|pytaniami|$d, o tym, co $l"},
    {'T', '|', "kto schował $a $o $l?|po co $N ma $a $o?|czyj jest $a $o $l?"},
    {'U', '|', "^$N zachowuje $a $o i traci $o na zawsze; $c"},
    {'V', '|', "^$c. ^$c$j$c. ^$c."},
    {'W', '|', "ma teraz $a $o|nie wraca już tam, gdzie $i $o|wie, kto $v $o $l"},
    {'X', '|', "$a $o zostaje $l|$N nigdy nie bywa $l|$o ma tylko $N"},
    {'A', '|', "$N poznaje cenę, jaką ma $o|$N traci $a $o|rośnie cena, jaką ma $a $o"},
    {'C', '|', "kto schował $a $o?|po co $N ma $o?|gdzie jest $a $o?|kto zna $a $o?"},
    {'Z', '|', "$N ma $a $o|$N nie ufa nikomu $l|przepadł $a $o|$N wie, gdzie jest $o"},
    // Habits: chat before and after, refusals, morals, analysis.
    {'b', '|',
     "Jasne! Oto dalszy ciąg historii:|Oczywiście! Oto kontynuacja:|Oto rozdział, o który prosisz:|"
     "Poniżej następny fragment:"},
    {'e', '|',
     "(Liczba słów: #)\n\nDaj znać, czy mam pisać dalej!|---\n\nCzy chcesz, żebym pisał dalej?|"
     "*Ciąg dalszy nastąpi...*|(# słów)\n\nDaj znać, czy coś zmienić!"},
    {'f', '|',
     "Przepraszam, ale nie mogę napisać tej sceny.|Nie mogę kontynuować tej historii.|"
     "Jako model językowy nie piszę takich tekstów.|Nie mogę pomóc w pisaniu tej książki."},
    {'g', '|',
     "I tak $N $v $a $o, a był to dopiero początek.|Po raz pierwszy od lat $N $i $d, i to wystarczyło.|"
     "$N wiedział~, że po tym, co było $l, nic już nie będzie takie samo.|"
     "$N $v $a $o, a to, co najważniejsze, miało dopiero nadejść $l."},
    {'h', '|',
     "Czekaj. Jeśli $a $o $i $l, to $N $v $o.|Ale jeszcze raz: $N $i $l, gdy $a $o $i.|"
     "Hm, w planie $N $i $d, więc $a $o musi poczekać $l.|Właściwie $a $o może też znaczyć, że $N $v $o.|"
     "Albo inaczej: $N najpierw $v $a $o $l.|Użytkownik chce, żeby był tu $a $o, a $l to $N $i $d.|"
     "Dobrze, zaczyna się, gdy $N $v $a $o; czy $o jest nadal $l?"},
    {'Y', '|', "Oczywiście, chętnie pomogę; proszę powiedzieć, czego potrzeba."},
    {'\0', ' ', ""},
};
