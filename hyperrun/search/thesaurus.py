"""What readers call things that documentation calls otherwise: words that a developer would take
for one another, a group a line.

The first word of a line stands for all of it and each of the others for the first, not for one
another. A word is worth less by another name (`ALIKE`): it finds what the reader's own words do
not, and never puts it above what they do find.
"""

import re
from functools import cache

from hyperrun.search.terms import porter

ALIKE = 0.45

_GROUPS = """
disable: turn off, switch off, deactivate, suppress, silence, mute, prevent
enable: turn on, switch on, activate, allow
remove: delete, drop, erase, clear, unset, uninstall, strip, get rid of, take away
exclude: leave out, keep out, skip, omit, ignore, hide, except
hide: hidden, conceal, invisible, secret, mask, out of sight, hides
add: create, insert, append, include
change: modify, edit, update, set, override, customize, adjust, replace, alter
configure: configuration, config, setting, settings, set up, option, options, preferences
rename: alias
install: setup, set up
start: launch, run, begin, boot
stop: end, quit, exit, abort, cancel, kill, terminate, interrupt
print: show, output, display, echo, log, write
show: display, list, view, see
error: failure, fail, crash, broken, exception, raise, throw, problem, wrong
retry: try again, retries, attempt, repeat, again
timeout: time out, wait, hang, give up
fast: speed, speed up, performance, slow, quick, optimize
parallel: concurrent, concurrency, simultaneously, at once, at the same time, threads, workers
async: asynchronous, asyncio, await
mock: fake, stub, simulate, spy, pretend
test: testing, spec
validate: verify, check, validation, ensure, valid
password: secret, credentials
login: log in, logged in, sign in, authenticate, authentication, auth
permission: allowed, deny, authorize, authorization, access
limit: maximum, max, most, cap, at most, restrict
minimum: min, at least
default: unless told otherwise, unless i say otherwise, by default, out of the box
required: mandatory, must
folder: directory, dir
environment: env, shell
argument: parameter, arg, args, param
option: flag, switch, setting
command: cli, terminal, command line
function: method, callback, callable
hook: event, callback, listener
priority: order, before, precedence, first
navigation: menu, nav, sidebar
link: url, address, href
redirect: forward, hops
download: fetch, retrieve
upload: send
send: post, submit, transmit
read: load, parse, open
save: store, persist, keep, write
convert: transform, cast, coerce, turn into
serialize: dump, json, encode
encoding: charset, unicode, utf
image: picture, logo, icon, photo
css: stylesheet, style, styling
color: colour, colored, coloured
theme: appearance, look
template: layout
text: string
number: integer, int
list: array, sequence
dictionary: dict, mapping
boolean: bool, true, false
duplicate: twice, unique, same
merge: combine, join, together
split: separate, divide
inherit: share, reuse, inheritance, extend, common
multiple: several, many, various, more than one, unlimited
custom: own, my own
nested: inside, within, contain, nest
local: locally, my machine
server: host, serve, backend
deploy: publish, deployment, hosting, production, go live
upgrade: update, migrate, migration
build: compile, generate
watch: reload, autoreload, live, refresh, restart
cache: caching, remember
database: db, sql
search: find, lookup, query
copy: clone
documentation: docs, help
example: sample, demo
comment: annotate, docstring
docstring: comment, describe
debug: debugging, inspect
logging: log, logs
progress: progressbar, spinner, loading bar
confirm: confirmation, are you sure
prompt: ask, input, interactive
type: typing, annotation
chapter: page, section
mathematics: math, maths, formula, equation, latex
plugin: extension, addon
package: library, module
dependency: requirement, requirements, dependencies
certificate: ssl, tls, https
stream: streaming, chunk, huge, large, big, memory
paginate: pagination, pages
random: shuffle, seed
empty: blank, nothing, none, null
missing: absent, without
wide: width, wider, narrow
multiline: line breaks, paragraph
completion: autocomplete, tab completion
socket: uds
global: globally, everywhere
condition: conditional
loop: iterate, for each
deprecated: obsolete, outdated, old
language: locale, translation, translate, localize
highlight: highlighting, syntax
automatic: automatically, by itself
sort: order, ordering
version: release
frozen: immutable, read only, constant
extra: unknown, additional, unexpected
coverage: covered
pagination: paging
scroll: scrolling
keyboard: shortcut, keys
mobile: phone, responsive
icon: favicon, logo
parametrize: different inputs, several inputs, each input
factory: computed, every time
"""


@cache
def _table() -> tuple[dict[str, frozenset[str]], tuple[tuple[re.Pattern[str], str], ...]]:
    """Other names by stem, and the phrases with the stem that each stands for."""
    alike: dict[str, set[str]] = {}
    phrases: list[tuple[re.Pattern[str], str]] = []
    for line in _GROUPS.strip().splitlines():
        head, _, others = line.partition(": ")
        stem = porter(head)
        for other in others.split(", "):
            if " " in other:
                apart = re.sub(r" (off|on|out|up|away)$", r"(?: \\w+)? \1", other)  # "turn it off"
                phrases.append((re.compile(rf"\b{apart}\b"), stem))
            elif porter(other) != stem:
                alike.setdefault(stem, set()).add(porter(other))
                alike.setdefault(porter(other), set()).add(stem)
    return {word: frozenset(names) for word, names in alike.items()}, tuple(phrases)


def alike(stem: str) -> frozenset[str]:
    """The stems of other names for the word with this stem."""
    return _table()[0].get(stem, frozenset())


def meant_by_phrases(question: str) -> list[str]:
    """The stems that the phrases of a question stand for: "disable" for "turn off"."""
    words = " ".join(re.findall(r"\w+", question.lower()))
    return [stem for phrase, stem in _table()[1] if phrase.search(words)]
