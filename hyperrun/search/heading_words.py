"""Words that tell what kind of a heading one is, for `questions`."""

# What documentation tells one to do.
VERBS = """
accept access activate adapt add adjust allow analyze apply ask assign attach authenticate
authorize automate avoid back begin bind block boot bring browse build bundle cache call cancel
capture catch change check choose clean clear clone close collect combine compare compile compose
compress compute configure connect control convert copy count create customize cut debug declare
decode define delete deploy describe design detect develop dim disable discover display document
download draw edit embed emit enable encode encrypt enforce evaluate exclude execute expand export
expose extend extract fetch fill filter find fix follow force format generate get go group handle
hide host identify ignore implement import improve include increase index inherit inject insert
inspect install integrate invite invoke isolate iterate join keep launch lay layer limit link lint
list listen load localize lock log log look loop make manage map mark match measure merge migrate
minify mix mock modify monitor mount move name navigate nest observe obtain omit open optimize
order organize override pack package pair parallelize parse pass patch pause perform persist pin
place plot populate post prepare prevent preview print process profile protect provide publish
pull push put query queue raise read rebuild receive record redirect reduce refactor reference
refresh register release reload remove rename render repeat replace report request reset resize
resolve restart restore restrict retrieve retry return reuse revert rotate route run sanitize save
scale scan schedule search secure select send serialize serve set share ship show sign simulate
skip sort specify speed split start stop store stream structure style submit subscribe support
switch sync tag take target test throttle time track transform translate trigger tune turn type
undo unify uninstall update upgrade upload use validate verify view visualize wait wake watch work
wrap write assert batch benchmark bootstrap cast commit debounce deprecate dispatch escape exit
flatten fork freeze hash hydrate infer initialize instrument interpret invalidate lock memoize
mutate normalize overwrite paginate parametrize prefetch preload prompt prune recover refetch
resume scaffold seed shard shuffle silence simplify snapshot spawn spy stub subclass substitute
suggest summarize suppress swap throw unregister vendor warn
"""
# Their last letter is doubled: "dimming".
DOUBLED = """
begin cut dim drop embed emit get log map omit pin plot put run scan set ship skip split stop
submit tag wrap
"""
# As often a noun before a noun: then only an article or the like says which.
EITHER = """
batch benchmark bundle capture cast commit escape exit fork hash interface lock prompt run seed
shard snapshot spy stub warn get access back block build cache call change check control copy
count design display document export filter format group host import index issue layer limit link
list log map mark match mix mock name order package page pair patch plot post preview print
process profile query queue record reference release report request return route sample scale
schedule search set share sign sort split start stop store stream structure style support switch
tag target test time track type update upload use view watch
"""
# Of those, what before a single noun is one, too: "Type hints".
BEFORE_NOUNS = """
access cache document host index layer log process profile query queue record request search
source stream style support tag target test time type
"""
SMALL = """
a an and at by do does for from how i in is of on or the to what with work
"""
# Names that are written like words.
KEPT = """
Amazon Android Angular Apple Azure Chrome Debian Django Docker Firefox Flask Git Google Helm
Java Jupyter Kubernetes Lambda Linux Mac Markdown Microsoft Next Node Pages Postgres Python
React Redis Ruby Rust Safari Slack Sphinx Swift Ubuntu Unix Vue Windows
"""
# Where one of these is in a thing's name, nobody asks how it works.
VAGUE = """
about additional assurance current extras fixes flaws gotchas proposed proposal relationship
relocations unresolved advanced advantage advantages advice alternative alternatives answer
available aware badge basic basics behavior behaviour behaviors benefit benefits better beloved
beyond bonus capabilities caveat caveats change changes checklist closing common comparison
comparisons compatibility complete complex concepts conclusion considerations conventions course
credits decision default defaults definition delightful deprecated deprecation deprecations design
details difference differences discussion documentation docs donate each easy enhanced enough
every example examples excellent experimental explanation extra fast faq features first full
functionality further general generic goal goals good great guarantees guidance guide guides
guideline guidelines helpful hierarchical highlights how idea ideas idioms important improved
improvement improvements included information initial inspiration inventory issues items last
latest less lesson limitations main mechanisms minimal minimum misc miscellaneous modern more
mostly motivation naming new next no not note notes old only opinion opinions other others our
overall overview parts philosophy plain point points policy powerful practice practices
preparation pre- release running listing location prerequisites previous problem problems proposal
purpose purposes quick reasons recap recipe recipes recommendations recommended reference related
removal removals removed rename requirements resource resources result results sample samples
second sections security see setup shared show similar simple simplest skill some special specific
stability standards star start starts steps strategy structure stuff style summary support
supported syntax table talk tech technical terminology terms thank thanks their theory thing
things third third- party tip tips tl;dr together trade-offs tradeoffs concerns topics
troubleshooting tutorial tutorials two typical unique update updates upgrade usage useful
utilities utility values variations various version versions video videos warning warnings ways
welcome what when which who why work workshop
"""
# Of what there is one and another: "the password option".
COUNTED = """
action adapter algorithm annotation api app application argument attribute backend binding block
branch broker buffer bundler button cache callback class cli client cluster collection column
command comment compiler component config connection console consumer container context controller
converter cookie database dashboard debugger declaration decorator dependency deployment dialog
dimension directory dispatcher document driver editor element endpoint engine entity environment
event exception executor expression extension factory failure field file filter fixture flag
folder form format formatter frame framework function generator graph group guard handler heading
helper hierarchy hook image index instance instruction interface iterator job key language layout
library lifecycle limiter linter listener loader lockfile logger loop macro manager manifest
mapping matcher menu message method middleware mock mode model module mutation namespace node
object operator optimizer option package page panel parameter parser partition path pattern
permission pipeline plugin pool position preset process profiler prompt property protocol provider
proxy publisher query question queue reducer registry renderer reporter repository request
resolver response route router rule runner runtime scheduler schema scope section segment selector
sequence serializer server service session setting shell signal signature slice statement store
stream string subscriber subscription system tag task template theme thread timer token toolbar
transaction transformer transport tree trigger validator value variable view watcher webhook
widget worker workflow wrapper
"""
# Without an article, whatever they end in.
MASS = """
access code concurrency control data delivery discovery http/2 http/3 inheritance metadata oauth
oauth2 recovery safety state storage undo websocket
"""
# A heading that says one of these asks one of ours.
MEANT = {
    "ask_install": r"""
        (?:how to )?install(?:ation|ing)?(?: instructions| guide)?
        setup
        set[- ]up
        installieren
        instalación
        instalação
        インストール
        설치
        安装
    """,
    "ask_start": r"""
        getting[- ]started
        quick[- ]?start(?: guide)?
        first steps
        start here
        tutorial
        erste schritte
        primeros pasos
        primeiros passos
        premiers pas
        démarrage
        はじめに
        クイックスタート
        시작하기
        快速开始
        快速上手
    """,
    "ask_configure": r"""
        configuration
        configuring
        konfiguration
        configuración
        configuração
        設定
        설정
        配置
    """,
    "ask_use": r"""
        (?:basic )?usage
        how to use(?: it)?
        verwendung
        benutzung
        uso
        utilisation
        使い方
        사용법
        用法
        使用
    """,
    "ask_trouble": r"""
        troubleshooting
        common (?:problems|issues|errors)
        fehlerbehebung
        solución de problemas
        résolution des problèmes
        dépannage
        solução de problemas
        トラブルシューティング
        문제 해결
        故障排除
    """,
}
