"""Words of everyday English. That documentation holds none of them says nothing of whether it
answers: how people feel about something, what they hope and when they did it, stands in questions.
"""

_WORDS = """
accidentally afraid afternoon ago ahead alone already although altogether amazing amount angry annoy
annoying anybody anyhow anymore anyone anyway anywhere apart apparently appear approximately around
ashamed awake aware awesome awful awkward bad badly barely basically beautiful become begin behave
behind believe belong below beneath beside besides better big bit blame boring both bother break
brief briefly bring broke broken bunch busy calm came care careful carefully carry catch certain
certainly chance choose clean cleanly clear clearly clever close colleague colleagues common
complain complicated confused confusing correct correctly cost couple coworker crap crazy curious
currently damn dark deal dear decent decide deep definitely despite did dirty dislike distant double
doubt dream dumb eager earlier early easily easy effort elegant elsewhere embarrassing enough
entirely especially evening eventually everybody everyone everything everywhere exactly excellent
except expensive experienced explain extremely fair fairly fall familiar famous fancy far fast
favorite favourite feel feeling few fill finally fine finish fix folks forever forget forgot
forgotten fortunately forward fresh friend friendly friends frustrating fun funny further gentle
genuinely girl glad go goes gone gonna gotten great grown guess guy guys half handy happen happens
happy hard hardly hassle hate heard heavy hello hint honest honestly hope hopefully horrible hurry
hurt idea ideal ideally idiot ignorant immediately impossible impractical indeed interested
interesting irritating job kid kids knew know knowledge known laptop large lastly late lately later
laugh lazy least leave left less lie likely little live long longer lose lost lot lots loud lovely
mad main mainly man manually maybe mean meant meanwhile meeting mention merely mess messed messy
middle might mind mine minor miserable miss missing mistake mistakes moment moments mood mostly
myself mysterious naive name narrow nasty naturally naughty near nearby nearly neat necessarily
necessary neither nervous newbie newcomer newcomers nice nicely nicer nobody none nope normally
nothing notice nowadays nowhere obvious obviously occasionally odd oddly often okay old older once
opinion opposite ordinary ought ours ourselves outside overall pain painful partly past patience
people perfect perfectly perhaps person personally pleasant please plenty pointless polite poor
possibly practical practically prefer preferably pretty previously probably properly proud punish
purely purpose quick quicker quickly quiet quietly quite rather readable reader real realize reason
reasonable reasons recent recently refuse regularly remember remind rid ridiculous risky roughly
round rude ruin rush sad safe safely sake sane satisfied scary secretly seem seems seen seldom
selfish senior serious seriously several shame sharp shiny shortly shut side silently silly similar
simple simpler since slow slower slowly small smaller smart smile smooth smoothly somehow something
sometimes somewhat somewhere soon sorry spent spoil spot stay steal straight strange stranger
strangers strict strong stuck stuff stupid subtle sudden suddenly suffer suggest suitable suppose
supposed surely surprise surprised surprising surprisingly swear sweet talk tall teammate teammates
tell terrible thank thanks theirs themselves therefore think thought throw tidy tight till tiny tip
tired today together tomorrow tonight total totally touch tough toward towards traditional trick
tricky trivial trouble true truly truth twice typical typically ugly unable unclear understand
understood unexpected unexpectedly unfortunately unhappy unknown unlikely unnecessary unneeded
unpleasant unusual unwanted upset urgent useful useless usual usually various vast waste way ways
weak weird welcome went whatever whenever whereas wherever whether whoever whom whose why wide will
wise wish wonder wonderful work workmate worry worse worst worth written wrong wrote yeah yesterday
yet young yours yourself yourselves
"""
WORDS = frozenset(_WORDS.split())
