"""Words that tell what kind of a heading one is, for `questions`."""

# What documentation tells one to do.
VERBS = """
accept access activate adapt add adjust allow analyze apply ask assign attach authenticate
authorize automate avoid back begin bind block boot bring browse build bundle cache call cancel
capture catch change check choose clean clear clone close collect combine compare compile
compose compress compute configure connect control convert copy count create customize cut debug
declare decode define delete deploy describe design detect develop dim disable discover display
document download draw edit embed emit enable encode encrypt enforce evaluate exclude execute
expand export expose extend extract fetch fill filter find fix follow force format generate get
go group handle hide host identify ignore implement import improve include increase index
inherit inject insert inspect install integrate invite invoke isolate iterate join keep launch
lay layer limit link lint list listen load localize lock log log look loop make manage map mark
match measure merge migrate minify mix mock modify monitor mount move name navigate nest observe
obtain omit open optimize order organize override pack package pair parallelize parse pass patch
pause perform persist pin place plot populate post prepare prevent preview print process profile
protect provide publish pull push put query queue raise read rebuild receive record redirect
reduce refactor reference refresh register release reload remove rename render repeat replace
report request reset resize resolve restart restore restrict retrieve retry return reuse revert
rotate route run sanitize save scale scan schedule search secure select send serialize serve set
share ship show sign simulate skip sort specify speed split start stop store stream structure
style submit subscribe support switch sync tag take target test throttle time track transform
translate trigger tune turn type undo unify uninstall update upgrade upload use validate verify
view visualize wait wake watch work wrap write
"""
# Their last letter is doubled: "dimming".
DOUBLED = """
begin cut dim drop embed emit get log map omit pin plot put run scan set ship skip split stop
submit tag wrap
"""
# As often a noun before a noun: then only an article or the like says which.
EITHER = """
access back block build cache call change check control copy count design display document
export filter format group host import index issue layer limit link list log map mark match mix
mock name order package page pair patch plot post preview print process profile query queue
record reference release report request return route sample scale schedule search set share sign
sort split start stop store stream structure style support switch tag target test time track
type update upload use view watch
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
