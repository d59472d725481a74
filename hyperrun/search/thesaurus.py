"""What readers call things that documentation calls otherwise: words that a developer would take
for one another, a group a line.

The first word of a line stands for all of it and each of the others for the first, not for one
another. A word is worth less by another name (`ALIKE`): it finds what the reader's own words do
not, and never puts it above what they do find.
"""

import re
from collections.abc import Mapping
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
timeout: time out, wait, hang, give up, how long, cut off, too long, stuck, duration, deadline
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
global: globally, everywhere, without importing
condition: conditional
loop: iterate, for each
deprecated: obsolete, outdated, old
language: locale, translation, translate, localize
highlight: highlighting, syntax
automatic: automatically, by itself
sort: order, ordering
version: release
frozen: immutable, read only, constant
extra: unknown, additional, unexpected, forbid, don t know, doesn t know, doesn t have
coverage: covered
pagination: paging
scroll: scrolling
keyboard: shortcut, keys
mobile: phone, responsive
icon: favicon, logo
parametrize: parameterize, different inputs, several inputs, each input, many inputs
factory: computed, every time
alias: other name, another name, different name
anchor: fragment, hash
assets: static, files
attribute: property, field
backup: restore
base: common, root, prefix
binary: bytes, raw
bind: listen, port
cancel: abort, undo
catch: handle, except, rescue
chain: in one go, in a row, one after another, sequence
circular: each other, recursive, cycle
coerce: convert, cast, conversion
compare: difference, differ, versus, vs
compress: gzip, zip, smaller
computed: derived, calculate
connection: connect, socket
container: docker, image
cookie: session
count: how many, how often, number of times, times
cross: cors, other domain, another origin
date: time, timestamp, datetime
decimal: precision, float, round
decorator: annotate, wrap
deferred: lazy, later, on demand, only when needed, postpone
dark: night, theme
describe: explain, explanation, summary, description
detect: recognize, recognise, notice, find out
dynamic: runtime, on the fly, generated
each: every, per, for every
encrypt: cipher, secure
endpoint: route, url
entry: main, start
equal: agree, match, identical, consistent, same
escape: special characters, quote
event: signal, trigger
exist: present, already there
exit: status, code, return code, quit
expire: outdated, stale, ttl, too old
extend: inherit, subclass, add to
external: remote, outside, third party
field: attribute, column, key, property
filter: by name, only some, pick, select, narrow, subset
fixture: setup, prepare, shared data
format: pretty, style, look, readable
forward: not yet defined, before it is defined, later
generate: create, produce, make
glob: wildcard, pattern
group: bundle, category
handler: listener, callback
header: top
heading: title, headline
help: usage, manual
home: front page, start page, landing page, index
indent: spaces, tabs, whitespace
infer: guess, deduce, figure out
initial: first, starting
inspect: examine, look at, look into, introspect
intercept: before every request, before each request, hook
interval: how often, frequency, period
invoke: call, execute, run
isolate: separate, independent, clean
iterate: loop, walk, one by one
keepalive: reuse, kept open, keep open
key: name, field, identifier
label: caption, title, name
latest: newest, current, up to date
lazy: deferred, on demand
length: how long, characters, size
lifecycle: order, stages, phases
load: read, import, open
locate: where is, find, location, path
lock: pin, freeze, exclusive
match: pattern, fit, equal
message: text, msg
metadata: meta, info
middleware: interceptor, in between
monorepo: workspace, several projects, many packages
numbering: numbers, numbered
obsolete: deprecated, stale, outdated
optional: may be missing, not required, nullable
order: sequence, sorted
overload: variant
ownership: owner
partial: part of, some of
path: location, file
pattern: regex, regular expression, glob
payload: body, data
pin: exact version, lock
pipe: stdin, standard input
platform: windows, linux, mac, operating system
pool: reuse, connections
precedence: wins, override, priority
prefix: begins with, starts with, beginning
private: internal, hidden, underscore
profile: slow, performance, measure
proxy: gateway
query: question, search, parameters
queue: wait, backlog
quiet: silent, less output, no output
raise: throw, error
rate: throttle, per second, per minute
raw: before, original, as it is
record: row, entry, item
recursive: nested, itself, subfolders
reference: refer, point to, relation
regenerate: update, rebuild
relative: absolute, path
render: draw, display, show
repeat: again, several times, many times
representation: repr, print
request: call, query
resolve: look up, find
respond: reply, answer, response
restore: bring back, recover, undo
result: outcome, output
reuse: share, keep open, same
revert: undo, roll back, rollback
root: top level, base
route: path, endpoint
row: record, line, entry
schema: structure, shape, definition
scope: lifetime, visibility
script: task, command
secret: sensitive, password, redact, token, logs
select: choose, pick
setup: before each, prepare, beforehand
shell: bash, zsh, terminal
single: one, only one, once
size: big, large, length
snapshot: recorded, stored output
spawn: process, child
specify: set, pass, give
static: fixed, assets
status: state, code
stderr: standard error, error output
stdin: standard input, pipe
stdout: standard output
strict: exact, without conversion, no conversion
stub: fake, placeholder
subclass: inherit, extend
subcommand: sub command, nested command, command group
submodule: part of a module
substitute: replace, swap
suffix: ends with, ending, extension
summary: overview, in short
table: grid, rows
tag: label, mark
target: destination, goal
task: job, script
teardown: after each, clean up, cleanup
template: boilerplate, scaffold
terminal: console, command line, shell
threshold: too little, too low, too few, below, minimum
timezone: utc, local time
toc: table of contents, outline, contents
token: credentials, key
transaction: commit, rollback
transform: change, map, process
trigger: fire, cause, event
trim: strip, whitespace
tuple: pair
undefined: not defined, unknown, missing
unknown: extra, unexpected, not declared, undeclared
upsert: insert or update, update or insert
usage: how to, help
variable: placeholder, value
verbose: more output, more details, verbosity, chatty
visible: shown, show up, showing up, appear
warn: warning, notice
whitespace: spaces, blank, newline
wildcard: star, glob
workspace: monorepo, projects
worker: thread, process
wrap: line breaks, rewrap
"""


@cache
def _table() -> tuple[dict[str, frozenset[str]], tuple[tuple[str, re.Pattern[str], str], ...]]:
    """Other names by stem, and the phrases, each by its first word, with the stem that it stands
    for."""
    alike: dict[str, set[str]] = {}
    phrases: list[tuple[str, re.Pattern[str], str]] = []
    for line in _GROUPS.strip().splitlines():
        head, _, others = line.partition(": ")
        stem = porter(head)
        for other in others.split(", "):
            if " " in other:
                stems = " ".join(map(porter, other.split()))
                apart = re.sub(r" (off|on|out|up|away)$", r"(?: \\w+)? \1", stems)  # "turn it off"
                phrases.append((stems.partition(" ")[0], re.compile(rf"\b{apart}\b"), stem))
            elif porter(other) != stem:
                alike.setdefault(stem, set()).add(porter(other))
                alike.setdefault(porter(other), set()).add(stem)
    return {word: frozenset(names) for word, names in alike.items()}, tuple(phrases)


def alike(stem: str) -> frozenset[str]:
    """The stems of other names for the word with this stem."""
    return _table()[0].get(stem, frozenset())


def meant_by_phrases(question: str, mended: Mapping[str, str]) -> list[str]:
    """The stems that the phrases of a question stand for: "disable" for "turn off". `mended` has
    the stems of words that are misspelled."""
    stems = [porter(word) for word in re.findall(r"\w+", question.lower())]
    meant = [mended.get(stem, stem) for stem in stems]
    words, said = {*stems, *meant}, "\n".join((" ".join(stems), " ".join(meant)))
    return [stem for first, phrase, stem in _table()[1] if first in words and phrase.search(said)]
