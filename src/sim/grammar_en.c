// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// English rules and words. Lists: c clause, s speech, q sentence with speech, x y z sentences (short, middling,
// long), v verb with object, i verb without, a adjective, o thing, r preposition, l place, d adverb, t determiner,
// j joining words; upper case: what the notes need.
#include "sim/grammar.h"

const struct grammar_list grammar_en[] = {
    {'n', ' ',
     "Adelheid Anselm Ambrose Bertrand Beata Bohdana Casimir Clotilde Corwin Dagny Desmond Drusilla Edda Emeric "
     "Esperanza Fabian Florian Freya Gideon Gunnar Greta Hedwig Horace Hortensia Ingrid Isidor Ivo Jadwiga Jocasta "
     "Joachim Katya Konrad Kezia Ludovic Leocadia Lambert Magnus Marguerite Merrick Nadia Nestor Norbert Odile Oswin "
     "Ottoline Pelagia Percival Philippa Quentin Rainer Rosalind Rufus Sabina Severin Sigrid Tamsin Theodora Torvald "
     "Ulrich Ursula Valdemar Wilhelmina Winifred Yolanda"},
    {'c', '|',
     "$N $v $t $a $o|$N $v $t $o $r the $l|$t $a $o $i $r the $l|$N $d $v $t $o|$N $i $r $t $a $l|"
     "$N and $N $v $t $a $o|$t $o $i $d|$N $v $t $a $o $r the $a $l|$r the $l $N $v $t $o|nobody $v $t $a $o $r the "
     "$l|"
     "$N $i $d and $v $t $o|$t $o from the $l $v $N|something $a $i $r $t $l|$N $v $N $r the $a $l|"
     "$d $N $v $t $a $o|$N had $v $t $o $r $t $l|two $a strangers $v $t $o|$a and $a, $t $o $i"},
    {'s', '|',
     "you never asked who $v $t $a $o|$N $v my $o $r the $l|we found $t $o $r $t $a $l|I thought $t $a $o $i|"
     "ask $N about the $a $o|there was $t $o $r your $l|they $v $t $o because $N $i|leave the $a $o $r the $l|"
     "my mother $v $t $a $o $d|no one $i $r that $l any more|the $o is yours, not $N's"},
    {'q', '|',
     "\"^$s,\" said $N.|\"^$s,\" $N said $d.|$N said, \"^$s.\"|\"^$s,\" said $N, and $v $t $o.|"
     "$N $v $t $o and said, \"^$s.\"|\"^$s,\" $N answered $r the $l.|\"^$s,\" $N whispered; $t $a $o $i."},
    {'x', '|', "^$c."},
    {'y', '|', "^$c$j$c."},
    {'z', '|', "^$c$j$c$j$c.|^$c$j$c."},
    {'j', '|',
     ", and |, but | while | because |; | until |, so | before | although |, yet | after | as if | whenever "},
    {'t', ' ', "the the the the that one another this some_other every her his their"},
    {'r', ' ',
     "in under behind beside above near past across along inside outside beyond below against around through over by "
     "toward beneath opposite up_to down_to before next_to out_of far_from close_to within"},
    {'v', ' ',
     "carried opened closed lifted found lost hid sold bought mended broke painted counted measured weighed folded "
     "unfolded wrapped tied untied burned buried washed dried polished scraped nailed sharpened copied translated "
     "read "
     "signed stamped sealed tore stitched patched hung dropped kicked pushed pulled dragged rolled spun turned "
     "tilted "
     "shook rattled tapped touched held gripped released offered refused accepted borrowed returned stole guarded "
     "watched followed chased caught missed remembered forgot named blamed thanked questioned answered praised "
     "mocked warned greeted recognised described sketched traced marked numbered sorted stacked gathered scattered "
     "spread spilled poured filled emptied drained tasted swallowed smelled heard ignored noticed studied examined "
     "tested repaired replaced removed restored covered uncovered locked unlocked barred blocked crossed entered "
     "searched cleared swept lit smothered warmed cooled soaked wrung hauled launched anchored steered rowed chained "
     "freed trusted doubted envied inherited bargained_for waited_for looked_at reached_for argued_over wept_over "
     "laughed_at stepped_over leaned_on pointed_at knelt_beside"},
    {'i', ' ',
     "waited listened trembled leaned slept woke shivered whistled hummed smiled frowned hesitated stumbled wandered "
     "paced stood knelt rested lingered vanished appeared arrived departed glowed flickered faded creaked groaned "
     "rattled_on swayed drifted floated sank rose fell cracked split rusted dripped steamed smouldered hissed ticked "
     "chimed echoed settled shifted bent straightened breathed sighed coughed wept laughed argued agreed lied "
     "hurried "
     "slowed turned_away went_quiet held_still came_loose stayed_put gave_way"},
    {'a', ' ',
     "brass copper iron silver wooden leaden crooked straight narrow wide shallow deep cold warm damp dry dusty "
     "clean "
     "greasy bright dim pale dark yellow scarlet green grey blue striped spotted faded fresh stale bitter sweet sour "
     "salted smoked frozen melted cracked mended broken whole hollow solid heavy light thin thick blunt sharp smooth "
     "rough patched torn knotted woven painted bare hidden forgotten borrowed stolen cheap costly rare "
     "common "
     "foreign local new late sudden slow patient restless quiet loud hoarse gentle cruel crafty "
     "proud humble lonely crowded full silent secret famous nameless lucky cursed holy peculiar "
     "tiny long short round square tilted level muddy sandy mossy thorny velvet linen woollen paper glass "
     "porcelain marble tarred waxed perfumed rusted gilded lacquered"},
    {'o', ' ',
     "key lamp ledger letter map compass clock bell rope ladder barrel crate trunk basket bucket kettle pan knife "
     "fork "
     "spoon plate cup bottle cork jar lid candle lantern match stove chimney brick tile plank beam nail hammer saw "
     "file "
     "chisel drill anvil bellows wheel axle saddle bridle harness whip boot shoe glove scarf coat hat apron ribbon "
     "button needle thread thimble loom carpet curtain pillow blanket mattress cradle chair bench stool table shelf "
     "cupboard drawer mirror comb brush razor soap towel bandage splint crutch stretcher medicine powder pill poison "
     "syringe ticket passport permit stamp envelope parcel newspaper poster photograph portrait frame sketch diary "
     "notebook pencil inkwell pen ruler chart atlas globe telescope lens prism magnet battery wire fuse switch valve "
     "pump pipe gauge piston boiler engine propeller rudder mast sail oar anchor net hook float buoy raft canoe "
     "ferry "
     "cart wagon sledge carriage bicycle tram signal whistle drum flute violin trumpet accordion piano songbook mask "
     "costume puppet kite marble dice card coin purse wallet cheque receipt contract will verdict summons medal "
     "badge "
     "flag banner uniform helmet shield sword dagger rifle cartridge fence gate hinge latch bolt padlock chain cage "
     "trap leash collar feather egg nest hive honey loaf cheese onion apple pear plum cherry walnut turnip cabbage "
     "barley wheat flour salt pepper sugar vinegar oil butter herring eel goose heron magpie fox badger hound mare "
     "mule "
     "goat lamb beetle moth spider shell pebble fossil amber coal ash soot clay gravel stump root branch acorn "
     "thistle "
     "nettle clover ivy rose lily seed bulb spade rake hoe scythe sack bundle rumour promise quarrel debt secret "
     "warning dream recipe riddle sermon song rehearsal wager confession apology errand alibi bargain"},
    {'l', ' ',
     "cellar attic kitchen pantry hallway staircase balcony courtyard garden orchard stable barn mill bakery smithy "
     "foundry brewery tannery dairy chapel crypt belfry cloister library archive schoolroom hospital ward pharmacy "
     "station platform depot tunnel bridge viaduct canal lock weir harbour jetty quay shipyard boathouse warehouse "
     "customs_house market arcade square fountain theatre gallery museum hotel tavern inn cafe laundry bathhouse "
     "barracks fortress rampart gatehouse tower prison courtroom chancery bank mint pawnshop printworks observatory "
     "greenhouse cemetery quarry mine kiln forest clearing meadow marsh moor ridge gorge cave spring lake island "
     "sandbar dune cliff crossroads signpost causeway ferry_landing toll_gate ropewalk allotment hayloft dovecote "
     "icehouse wash_house coal_yard"},
    {'d', ' ',
     "slowly quickly carefully quietly loudly gently roughly twice again together alone openly secretly bravely "
     "badly "
     "proudly calmly nervously patiently gladly sadly bitterly sweetly coldly warmly briefly finally suddenly "
     "at_once "
     "at_dawn at_noon at_dusk after_supper before_breakfast on_Sunday in_silence in_haste by_accident on_purpose "
     "without_thinking with_both_hands half_asleep under_protest for_once in_turn as_usual one_last_time "
     "all_morning"},
    // The notes.
    {'B', '|', "The ^$a ^$o|The ^$o of the ^$l|The ^$l ^$o|A Season of ^$a ^$ls|^$a ^$o, ^$a ^$l"},
    {'E', '|', "^$d, $c"},
    {'F', '|', "the $a $o $r the $l|$N and the $a $o|$t $a $l, empty|a $o $r the $l"},
    {'G', '|', "^$N needs the $a $o against the will of $N, at the price of the $a $l"},
    {'H', '|', "a $a $l by a $a $l, in the year of the $a $o; one sees the $a $o, hears the $o, smells the $a $o"},
    {'I', ';', "close third person | past | plain and exact"},
    {'K', '|', "in the $l, $d, "},
    {'M', '|', "no $o leaves the $l $d|every $a $o must be paid for $r the $l|the $l never holds a $a $o"},
    {'P', '|', "keeper of the $l|maker of $a $os|clerk of the $l|thief of $a $os|teacher $r the $l"},
    {'Q', '|', "to own the $a $o|to leave the $a $l|to see the $o again|to be trusted $r the $l"},
    {'R', '|', "the $a $o|the $l after dark|being asked about the $o|an empty $l"},
    {'S', '|', "in short, $a sentences|$d, with many questions|in sayings about the $o|like a $a letter"},
    {'T', '|', "who hid the $a $o $r the $l?|why did $N leave the $a $l?|what does $N owe $N for the $o?"},
    {'U', '|', "^$N keeps the $a $o and gives up the $l for ever; $c"},
    {'V', '|', "^$c. ^$c$j$c. ^$c."},
    {'W', '|', "no longer trusts $N with the $o|has left the $a $l|now owns the $a $o|knows about the $o $r the $l"},
    {'X', '|', "the $a $o stays $r the $l|$N never enters the $a $l|the $o belongs to $N"},
    {'A', '|', "$N learns what the $o costs|trust between $N and $N breaks|the price of the $o rises"},
    {'C', '|', "who hid the $a $o?|why does $N need the $o?|where is the $a $o?|who lied about the $l?"},
    {'Z', '|', "$N has the $a $o|$N no longer trusts $N|the $a $o is lost|$N knows about the $o"},
    // Habits: chat before and after, refusals, morals, analysis.
    {'b', '|',
     "Sure! Here's the next part of the story:|Certainly! Here is the continuation of your chapter:|"
     "Of course! Here's your next scene:|Understood. Here is the chapter as you asked for it:"},
    {'e', '|',
     "(Word count: #)\n\nLet me know if you'd like me to continue!|---\n\nWould you like me to write the next "
     "part?|"
     "*To be continued...*|(# words)\n\nLet me know if you would like any changes!"},
    {'f', '|',
     "I'm sorry, but I can't write this scene.|I cannot continue this story, as it goes against my content policy.|"
     "As an AI, I am not able to write this part of the book.|I won't write this. I can help with something else."},
    {'g', '|',
     "And so $N $v the $a $o, and it was only the beginning of $t $a $o.|"
     "For the first time in years, $N $i $d, and the $a $o was enough.|"
     "Whatever came from the $a $l, $N knew that nothing would ever be the same.|"
     "$N $v the $a $o, ready to face whatever lay beyond the $l; it was far from over."},
    {'h', '|',
     "Wait. If the $a $o was $r the $l, then $N $v $t $o.|But let me reconsider: $N $i $r $t $a $l.|"
     "Hmm, the card says that $N $i $d, so the $a $o must wait $r the $l.|"
     "Actually, the $a $o could also mean that $N $v $t $o.|Alternatively, $N $v the $a $o $r the $l first.|"
     "The user wants the $a $o, and the $l is where $N $i $d.|"
     "Okay, so it begins when $N $v $t $a $o; is the $o still $r the $l?"},
    {'Y', '|', "Certainly, I am glad to be of help; please tell me more about what you need."},
    {'\0', ' ', ""},
};
