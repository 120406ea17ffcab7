"""English words around the slots: none of them is a topic or a period."""

from wording import phrase_list, word_list

NOUNS = word_list(
    """
    apple arrow attic badge bag ball balloon basket bath beach bean bear bell belt bench bike bird
    blanket boat bone book boot bottle bow bowl box branch bread brick bridge broom brush bucket
    button cabin cake camera candle canoe card carpet cart castle cat cave chain chair chalk cheese
    cherry clock cloud coat coin comb cook cookie corner cottage cotton cow crab cup curtain dance
    deer desk dog doll donkey door dragon drawer dream dress drum duck dust eagle ear egg elbow
    engine envelope eye face fan farm feather fence field finger fire fish flag flame floor flower
    flute fog forest fork fountain fox frame friend frog fruit garden garlic gate ghost giant gift
    glass glove goat gold goose grape grass guitar hall hammer hand handle harbour hat hedge helmet
    hen hill honey hook horn horse house idea ink insect island jacket jar jelly jewel juice kettle
    key king kite kitchen knife knot ladder lake lamp lantern leaf lemon letter lid light lion
    lizard lock log lunch machine magnet map marble mask meadow melody milk mill mirror moon morning
    mountain mouse mouth mud museum mushroom music nail napkin neck needle nest net noise nose note
    novel nut oak oar ocean onion orange orchard oven owl paint painting palace pan
    paper parade park parrot path peach pear pebble pencil pepper piano picture pie pig pillow pilot
    pin pipe pirate plan plant plate pocket poem pond pot potato prize puddle puppet puzzle queen
    question quilt rabbit radio rain rat ribbon rice ring river road robe robot rock roof room root
    rope rose rug ruler sail salad salt sand scarf sea seat secret seed shadow sheep shelf shell
    ship shirt shoe shop shore shovel sign signal silk silver sink sister skirt sky sled smile smoke
    snail snake snow soap sock sofa song soup spider spoon spring square squirrel stable stage stair
    stamp star statue steam stick stone store storm story stove straw street string sugar sun swan
    sweater sword table tail tale tea tent thing thread throne thumb tiger tile toast tomato tooth
    tower town toy track tray tree trumpet tunnel turtle umbrella uncle valley vase vegetable veil
    village vine violin voice wagon wall watch water wave wax web well whale wheat wheel whistle
    wind window wine wing winter wolf wood wool word worm wrench yard zebra zipper answer advice
    chance change choice problem decision success trouble news result goal hope fear sign moment
    mood step way end start turn half part reason worry mind heart spirit oracle cards crystal tarot
    horoscope prophet teller reading future outlook forecast weather surprise blessing warning
    obstacle opportunity progress direction pattern picture outcome energy trend balance
    """
)
VERBS = word_list(
    """
    accept add admire agree allow answer appear arrive ask avoid bake balance become begin believe
    bend blame bless blink blow boil borrow bounce break breathe bring brush build burn buy call
    care carry catch change chase cheer choose clap clean climb close collect come complain count
    cover crawl cross cry cut dance decide deliver describe dig disappear discover drag draw dream
    drift drink drop dry eat end enjoy enter escape expect explain explode fade fail fall fear feed
    feel fight fill find finish fix float flow fly fold follow forget forgive freeze gather get give
    glow go grab grow guard guess guide handle hang happen hate hear help hide hit hold hope hug
    hunt hurry hurt imagine improve invite join jump keep kick knock know land last laugh lead lean
    learn leave lend let lift like listen live look lose make manage matter measure meet melt mend
    miss mix move need notice obey offer open pack paint pass pay pick plan plant play point polish
    pour practise praise prefer prepare press prevent promise protect pull push put reach read
    recover refuse relax remain remember repair repeat rest return ride ring rise roll rule run
    rush save say search see seem sell send settle shake share shine shout show shrink shut sing
    sink sit skip slide slip slow smell smile solve sound speak spend spill spin split spread stand
    stare start stay steal step stop stretch struggle succeed suffer surprise survive sweep swim
    swing take talk taste teach tell thank think throw tie touch trust try turn twist understand
    use visit wait wake walk want warn wash waste watch wear whisper win wish wonder worry
    write yell turn-out pan-out go-well hold-up pick-up slow-down look-up
    """
)
ADJECTIVES = word_list(
    """
    able angry awful bad beautiful big bitter black blue bold brave bright broken busy calm careful
    cheap clean clear clever cloudy cold cool crazy cruel curious dangerous dark dear deep different
    difficult dim dry dull dusty eager early easy empty exciting faint fair false famous fancy far
    fast fine firm flat fragile free fresh friendly full funny gentle giant glad golden good grand
    great green grey happy hard heavy helpful hidden high hollow honest hopeful hot huge hungry icy
    important impossible kind large late lazy light likely little lonely long loose loud low lucky
    mad magic merry mild modern muddy narrow nasty neat new nice noisy odd okay old open ordinary
    pale perfect plain pleasant polite poor possible pretty proud purple quick quiet rare ready real
    red right rocky rough round rude sad safe salty serious shaky shallow sharp shiny short shy
    silent silly simple sleepy slow small smart smooth soft solid sour special steady sticky stormy
    strange strong stuck sudden sunny sure sweet tall tame tender terrible thick thin tiny tired
    tough true ugly unlucky useful vast violet warm weak weird wet white wide wild wise wonderful
    worried worse worth wrong yellow young favourable promising stable unstable risky better best
    worst brighter tense relaxed
    """
)
ADVERBS = word_list(
    """
    again almost already always anyway badly barely better bravely calmly carefully certainly clearly
    completely easily enough eventually exactly finally gently gladly happily hardly honestly indeed
    instead just kindly likely maybe mostly much nearly neatly never often only perhaps please
    possibly probably properly quickly quietly quite rather really safely seriously simply slowly
    smoothly softly somehow sometimes still strongly suddenly surely truly twice usually very well
    wildly wisely at-all at-last for-sure in-the-end after-all by-chance a-bit a-lot
    """
)
PEOPLE = phrase_list(
    "I;I;I;I;you;we;they;he;she;it;one;someone;anybody;people;my friend;my sister;my mother;"
    "my brother;my neighbour;the stars;the cards;the oracle;the universe;this person;my dog;"
    "a stranger;the teller;everyone;nobody;my uncle;the sky;the moon;Anna;Ben;Emi;Ken;Lucy;Omar;"
    "Mrs Hill;Yuki;Tom"
)
AUXILIARIES = phrase_list(
    "will;can;could;should;would;may;might;must;do;does;did;shall;won't;can't;shouldn't;is going to;"
    "are;is;am;has;have;had;was;were"
)
WH_WORDS = phrase_list(
    "what;how;why;when;where;who;which;how much;how well;how far;how come;what kind of;whose;"
    "in what way;how likely;what sort of;which of;how many"
)
PREPOSITIONS = phrase_list(
    "about;for;with;in;on;of;from;to;at;near;under;over;behind;without;around;against;beside;"
    "into;through;regarding;concerning;as for;when it comes to;in terms of;towards;despite;"
    "because of;thanks to;out of;up to;off;like;than;between"
)
OPENERS = phrase_list(
    "please;tell me;hey;hello;excuse me;well;so;okay;um;dear oracle;I wonder;honestly;quick question;"
    "be honest;oh;look;listen;hi there;sorry;just asking;one more thing;by the way;good morning;"
    "now then;right;could you say;do you know;I want to know;I am curious;my question is;hmm;"
    "great spirit;wise one;sir;madam;friend;let me ask;say;I'd like to hear;between us;first;"
    "in short;for once;if I may;no joke;seriously;once more;help"
)
CLOSERS = phrase_list(
    "please;thanks;thank you;right;or not;do you think;I wonder;be honest;you know;okay;at all;if so;"
    "or what;I hope;tell me;in your view;dear;for me;I am curious;yes or no;any idea;just asking;"
    "and why;if you can;according to the cards;by the look of it;as you see it"
)
ELSEWHEN = phrase_list(
    "yesterday;last year;last week;in the past;at noon;after lunch;on Monday;every morning;"
    "long ago;last month;back then;at dawn;in May;years ago;on Friday;since spring;always"
)
FRAMING = phrase_list(
    "my luck in {};the {} side;the state of {};my chances with {};matters of {};{} matters;"
    "my hopes for {};the question of {};news of {};the road of {};trouble with {};success in {};"
    "{} and so on;anything about {};{} plans;the whole {} thing;{} luck;fortune in {};{}'s future;"
    "the outlook for {};a change in {};my feelings about {};{} problems"
)
"""Noun phrases in which a topic may sit."""
