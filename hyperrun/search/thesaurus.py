"""What readers call things that documentation calls otherwise: words that a developer would take
for one another, a group in a line or two.

The first word of a line stands for all of it and each of the others for the first, not for one
another. A word is worth less by another name (`ALIKE`): it finds what the reader's own words do
not, and never puts it above what they do find.
"""

import re
from collections.abc import Mapping
from functools import cache
from operator import itemgetter

from hyperrun.search.terms import porter

ALIKE = 0.45

_GROUPS = """
disable: turn off, switch off, deactivate, suppress, silence, mute, prevent
enable: turn on, switch on, activate, allow
remove: delete, drop, erase, clear, unset, uninstall, strip, get rid of, take away
exclude: leave out, keep out, skip, omit, ignore, hide, except, without a field, all but, but not
exclude: everything except, all except, all but one
hide: hidden, conceal, invisible, secret, mask, out of sight, hides
add: create, insert, append, include
change: modify, edit, update, set, override, customize, adjust, replace, alter
configure: configuration, config, setting, settings, set up, option, options, preferences
configure: where do i put, where do i set, change how
rename: alias
install: setup, set up
start: launch, run, begin, boot
stop: end, quit, exit, abort, cancel, kill, terminate, interrupt
print: show, output, display, echo, log, write
show: display, list, view, see
error: failure, fail, crash, broken, exception, raise, throw, problem, wrong
retry: try again, retries, attempt, repeat, again
timeout: time out, wait, hang, give up, how long, cut off, too long, stuck, duration, deadline
timeout: takes too long, too slow, never comes back, never returns, no answer
fast: speed, speed up, performance, slow, quick, optimize
parallel: concurrent, concurrency, simultaneously, at once, at the same time, threads, workers
parallel: all cores, every core, several cores, cores, cpus, processors, side by side
async: asynchronous, asyncio, await
mock: fake, stub, simulate, spy, pretend, not really call, without really, instead of the real
mock: replace a module
test: testing, spec
validate: verify, check, validation, ensure, valid, make sure, reject, refuse, is correct
validate: wrong input, bad input, only accept, not allowed
password: secret, credentials, without showing, typed twice, hidden input
login: log in, logged in, sign in, authenticate, authentication, auth
permission: allowed, deny, authorize, authorization, access, who may, who can, not allowed to
permission: only admins
limit: maximum, max, most, cap, at most, restrict
minimum: min, at least, too small, not less than, not below, smallest
default: unless told otherwise, unless i say otherwise, by default, out of the box, if i don t
default: if i do not, when nothing is given, not given, when i leave it out, left out
default: without setting, if nothing
required: mandatory, must, has to be given, must be given, not optional, has to be there
folder: directory, dir
environment: env, shell, development and production, secrets, keys and passwords
environment: depending on where, document is not defined, window is not defined
argument: parameter, arg, args, param, pass in, what comes after, without dashes
option: flag, switch, setting, with a dash, dashes
command: cli, terminal, command line
function: method, callback, callable
hook: event, callback, listener, after each, before each, whenever a, when something happens
hook: run my code when, when it is built, during the build
priority: order, before, precedence, first
navigation: menu, nav, sidebar
link: url, address, href
redirect: forward, hops, sends me somewhere else, somewhere else, moved to another
redirect: goes to another, into a file, old url, moved page
download: fetch, retrieve, save a file, get a file
upload: send, send a file, attach a file, hand in a file, pictures from users
send: post, submit, transmit
read: load, parse, open
save: store, persist, keep, write, to disk, keep on disk
convert: transform, cast, coerce, turn into, from one format, into another format, turn it into
serialize: dump, json, encode, write out, to text, turn into text
encoding: charset, unicode, utf
image: picture, logo, icon, photo, screenshot
css: stylesheet, style, styling, change how it looks, own styles, my own style
color: colour, colored, coloured, red, green, blue, colorful
theme: appearance, look, colors, fonts, dark mode
template: layout, boilerplate, scaffold, start from, starting point, skeleton, same structure
text: string
number: integer, int
list: array, sequence
dictionary: dict, mapping
boolean: bool, true, false, on or off, yes or no, true or false, boolean
duplicate: twice, unique, same
merge: combine, join, together, put together, both, on top of each other
split: separate, divide, only load, load when needed, into several files, several files
split: separate files
inherit: share, reuse, inheritance, extend, common
multiple: several, many, various, more than one, unlimited, again and again, more than once
multiple: several times, repeat the option, pass several, as often as
custom: own, my own
nested: inside, within, contain, nest
local: locally, my machine
server: host, serve, backend
deploy: publish, deployment, hosting, production, go live, put it on a server, put it online
deploy: on the internet, go online, run it on a server
upgrade: update, migrate, migration, newest version, newer version, new version
build: compile, generate
watch: reload, autoreload, live, refresh, restart, when a file changes, on every change
watch: while i edit, rebuild on
cache: caching, remember, keep the result, stay around, stays around, not load again, keep around
database: db, sql
search: find, lookup, query, find in the docs, look for
copy: clone
documentation: docs, help
example: sample, demo
comment: annotate, docstring, discussion, feedback
docstring: comment, describe, describe each, description of a function, explain each argument
debug: debugging, inspect, see what happens, what is going on, step through, why does, look inside
logging: log, logs
progress: progressbar, spinner, loading bar, how far, how much is done, percent, bar
confirm: confirmation, are you sure, yes or no, really want
prompt: ask, input, interactive, asks the user, type in, typed in, ask for input, asks me
type: typing, annotation, ts doesn t know, types are
chapter: page, section
mathematics: math, maths, formula, equation, latex
plugin: extension, addon, add my own, extend with
package: library, module, share with others, so others can install, hand out
dependency: requirement, requirements, dependencies
certificate: ssl, tls, https, self signed, secure connection, ssl error, not trusted, trust
stream: streaming, chunk, huge, large, big, memory, piece by piece, without loading
stream: instead of loading, in memory, bit by bit, line by line, big file, huge file, large file
paginate: pagination, pages, page by page, next page, one page at a time, load more
random: shuffle, seed, same every time, reproducible, different each time
empty: blank, nothing, none, null
missing: absent, without
wide: width, wider, narrow
multiline: line breaks, paragraph
completion: autocomplete, tab completion, presses tab, press tab, tab key, pressing tab
socket: uds
global: globally, everywhere, without importing, in every file
condition: conditional
loop: iterate, for each
deprecated: obsolete, outdated, old
language: locale, translation, translate, localize
highlight: highlighting, syntax
automatic: automatically, by itself
sort: order, ordering, in order, alphabetical, alphabetically, by date, arrange
version: release, what version, which version, older version of the docs, several versions
frozen: immutable, read only, constant, not changeable, can t be changed, cannot change
extra: unknown, additional, unexpected, forbid, don t know, doesn t know, doesn t have
coverage: covered, how much of my code, which lines are tested, lines tested
pagination: paging
scroll: scrolling
keyboard: shortcut, keys, presses a key, key combination, hotkey
mobile: phone, responsive
icon: favicon, logo, little picture
parametrize: parameterize, different inputs, several inputs, each input, many inputs
parametrize: same test with, several values
factory: computed, every time, each time anew, fresh one, new one each time, every time anew
alias: other name, another name, different name, second name, short name, another word
alias: called differently, different key, other key, short import path, import path
alias: shorter imports
anchor: fragment, hash, link to a section, jump to
assets: static, files
attribute: property, field, self
backup: restore
base: common, root, prefix, under a subpath, subpath, in a subfolder, not at the root, sub folder
binary: bytes, raw, image data
bind: listen, port, address in use, already in use
cancel: abort, undo
catch: handle, except, rescue, don t crash, not crash, keep going, without crashing
chain: in one go, in a row, one after another, sequence
circular: each other, recursive, cycle, import each other, refer to each other
coerce: convert, cast, conversion, string to number, accepts strings, turned into a number
compare: difference, differ, versus, vs
compress: gzip, zip, smaller
computed: derived, calculate, worked out from, calculated from, depends on other
computed: made from other fields, full name
connection: connect, socket
container: docker, image
cookie: session, stay logged in, remember me, logged in
count: how many, how often, number of times, times
cross: cors, other domain, another origin
date: time, timestamp, datetime, day, month, calendar
decimal: precision, float, round
decorator: annotate, wrap
deferred: lazy, later, on demand, only when needed, postpone
dark: night, theme, black background
describe: explain, explanation, summary, description
detect: recognize, recognise, notice, find out
dynamic: runtime, on the fly, generated
each: every, per, for every
encrypt: cipher, secure, unreadable, nobody can read
endpoint: route, url, address of the api, url of the api
entry: main, start, run by name, as a command, command of its own
equal: agree, match, identical, consistent, same
escape: special characters, quote, html shows up, literally, as plain text
event: signal, trigger, when something happens, happens
exist: present, already there, really there, really exists, is there
exit: status, code, return code, quit, stop the program, tell the shell, in the middle, failed
expire: outdated, stale, ttl, too old, stay around, how long is, how long does, kept for
extend: inherit, subclass, add to, add a method, without inheriting, build on
external: remote, outside, third party, not bundled, leave out of the bundle
field: attribute, column, key, property
filter: by name, only some, pick, select, narrow, subset, only some tests, run one test
filter: certain tests
fixture: setup, prepare, shared data, before every test, shared between tests, prepare data
fixture: same data
format: pretty, style, look, readable
forward: not yet defined, before it is defined, later, not defined yet, defined later
generate: create, produce, make, automatically make, write for me
glob: wildcard, pattern, all files ending, files that end, matching files
group: bundle, category, by key, put together, sorted into
handler: listener, callback
header: top, on every call, with every request, user agent, content type
heading: title, headline, caption, titles
help: usage, manual, typing the program name, shows nothing, without arguments
home: front page, start page, landing page, index
indent: spaces, tabs, whitespace
infer: guess, deduce, figure out, know the type, by itself, from the value
initial: first, starting, start with, at the start, beginning, to begin with
inspect: examine, look at, look into, introspect, look at what, see what, what was sent
intercept: before every request, before each request, hook
interval: how often, frequency, period
invoke: call, execute, run
isolate: separate, independent, clean, affect each other, own process
iterate: loop, walk, one by one, go through, go over, walk through, for each
keepalive: reuse, kept open, keep open
key: name, field, identifier
label: caption, title, name
latest: newest, current, up to date
lazy: deferred, on demand, only load, load when needed, when it is needed, not before
length: how long, characters, size
lifecycle: order, stages, phases, goes away, when it is created, when it is destroyed
load: read, import, open
locate: where is, find, location, path
lock: pin, freeze, exclusive, at the same time, only one at a time, two people, same versions
lock: exact versions
match: pattern, fit, equal
message: text, msg
metadata: meta, info
middleware: interceptor, in between, between, around every, for every request, on every request
monorepo: workspace, several projects, many packages
numbering: numbers, numbered
obsolete: deprecated, stale, outdated
optional: may be missing, not required, nullable, can be left out, may be left out, need not
optional: not needed, leave it empty
order: sequence, sorted, sorted by
overload: variant
ownership: owner
partial: part of, some of, fill only some, some of the arguments, only some
path: location, file, where the file is, file name, folder name
pattern: regex, regular expression, glob
payload: body, data
pin: exact version, lock
pipe: stdin, standard input, from another program, output of another
platform: windows, linux, mac, operating system
pool: reuse, connections
precedence: wins, override, priority
prefix: begins with, starts with, beginning, in front of
private: internal, hidden, underscore
profile: slow, performance, measure, what takes long, where the time goes, how long it took
profile: takes so long
proxy: gateway, firewall, company network, behind a company, corporate
query: question, search, parameters, after the question mark, in the url, get rows
query: ask the database
queue: wait, backlog, one after another, in line, waiting
quiet: silent, less output, no output
raise: throw, error, stop on error, fail loudly, bad answer
rate: throttle, per second, per minute, too many requests, slow down
raw: before, original, as it is
record: row, entry, item
recursive: nested, itself, subfolders, refers to itself, contains itself, of itself
reference: refer, point to, relation
regenerate: update, rebuild
relative: absolute, path
render: draw, display, show, turn into html, to html
repeat: again, several times, many times, again and again
representation: repr, print
request: call, query
resolve: look up, find, import from, short import path, find modules, cannot find module
respond: reply, answer, response
restore: bring back, recover, undo, get back, put back
result: outcome, output
reuse: share, keep open, same
revert: undo, roll back, rollback
root: top level, base
route: path, endpoint, which url, url to function, page address
row: record, line, entry, line of a table
schema: structure, shape, definition, description of the format, openapi
scope: lifetime, visibility
script: task, command, comand line program, command line program, as a program
secret: sensitive, password, redact, token, logs, out of error messages, not shown
secret: keep out of logs, must not be seen, api keys
select: choose, pick, pick out, choose from, only certain
setup: before each, prepare, beforehand, before every test, before all tests, runs before
shell: bash, zsh, terminal
single: one, only one, once
size: big, large, length
snapshot: recorded, stored output, same as last time, compare with last time, output changed
spawn: process, child
specify: set, pass, give
static: fixed, assets, images and css, files as they are, pictures
status: state, code, did it work, success, went well, failed or not, ok
stderr: standard error, error output
stdin: standard input, pipe
stdout: standard output, on the screen, prints
strict: exact, without conversion, no conversion
stub: fake, placeholder, canned answer, fixed answer
subclass: inherit, extend
subcommand: sub command, nested command, command group, command in a command, commands in a group
submodule: part of a module
substitute: replace, swap
suffix: ends with, ending, extension
summary: overview, in short
table: grid, rows, rows and columns
tag: label, mark, html element
target: destination, goal, which browsers, old browsers
task: job, script
teardown: after each, clean up, cleanup, after every test, after all tests, afterwards
terminal: console, command line, shell
threshold: too little, too low, too few, below, minimum
timezone: utc, local time, wrong hour, hour off
toc: table of contents, outline, contents, list on the right, list of headings
token: credentials, key, api key, login
transaction: commit, rollback, all or nothing, in one step
transform: change, map, process, change each, turn each
trigger: fire, cause, event, on every insert, whenever a row
trim: strip, whitespace
tuple: pair
undefined: not defined, unknown, missing
unknown: extra, unexpected, not declared, undeclared
upsert: insert or update, update or insert, update if it exists, insert if not, already there
usage: how to, help
variable: placeholder, value
verbose: more output, more details, verbosity, chatty
visible: shown, show up, showing up, appear, on the screen, in view
warn: warning, notice
whitespace: spaces, blank, newline
wildcard: star, glob
workspace: monorepo, projects
worker: thread, process
wrap: line breaks, rewrap
poll: every few seconds, every second, every minute, periodically, again and again, keep asking
poll: at regular intervals
debounce: stops typing, stop typing, done typing, fires too often, too many calls
debounce: wait until the user
optimistic: right away before, before the server, immediately before
optimistic: without waiting for the server, instantly
skip: until i have, only when there is, not until, unless there is, leave out, not run, don t run
skip: leave a test out, ignore a test
conditional: only when, only if, depending on, until i have, based on
refetch: fetch again, load again, ask again, get fresh, reload, refresh
invalidate: out of date, refresh after, reload after, update after, no longer valid
stale: old data, outdated, out of date
prefetch: load ahead, ahead of time, in advance, beforehand, before it is needed, hover
preload: load ahead, ahead of time, in advance, early
infinite: load more, more and more, keep loading, endless, while scrolling
memoize: remember the result, only once, not compute again, recalculate, recompute, same arguments
hydrate: server state, from the server in the browser
ssr: server side, on the server, rendered on the server
reactive: stay up to date, goes stale, never updates, not update, doesn t update, does not update
reactive: lose reactivity
destructure: pull out, take out, single values, unpack
subscribe: be told when, notified, get notified, when something changes, whenever it changes
subscribe: listen to changes, react to changes
unsubscribe: stop listening, no longer listen, stop being told
observe: watch for, see when, whenever it changes
reset: put back, put everything back, back to the start, start over, from scratch
reset: as it was at the start, how it was, back to the beginning, initial, clear everything
initialize: first value, start value, starting value, at the start, set up
patch: change several, change many, several at once, many fields, add a method, existing class
patch: somebody else s class, without inheriting
choice: only allow, one of, allowed values, possible values, limited to, fixed set, certain values
choice: select from
enum: only allow, one of, allowed values, possible values, fixed set, choices
suggest: propose, offer, recommend
clamp: nearest allowed, closest allowed, into the range
range: too small, too big, too large, too low, too high, between two, not below, not above
range: out of bounds
maximum: too big, too large, not more than, not above, biggest, largest
callback: call my function, function of mine, run my function, when it is done, run my code
callback: before the command, for every subcommand, every subcommand, all commands
listener: run something when, react to, when something happens
interceptor: before every request, every response, on every call
batch: in groups of, pieces of, groups, in bulk, bulk, all at once
chunk: piece by piece, batch, batches, in pieces, pieces, bit by bit, split a list, groups of
chunk: only load
process: cores, cpu, multiprocessing
thread: at the same time, threads
concurrent: at the same time, several at once, many at once
schedule: every day, every hour, at a certain time, later, once a day, cron, regularly
background: meanwhile, without waiting, without blocking, in the meantime, tab is hidden
background: not visible, in another tab, another tab
blocking: waits, freeze, hangs, frozen
await: wait for, wait until
sleep: pause, wait a moment, wait a bit
deadlock: hangs forever, stuck forever
backoff: wait longer, longer each time, between attempts
idempotent: run twice, run it twice, safe to repeat
rollback: take back, go back, undo
savepoint: partly undo
race: order of, wrong order, at the same time
delegate: pass on, hand over, forward
signature: real parameters, parameters shown, argument list
monkeypatch: replace at runtime, swap out, existing class
mixin: add methods, share methods
dispatch: depending on the type, by type, based on type
singleton: only one instance, just one
dataclass: stop writing self, without writing init, boilerplate
constructor: init, __init__
placeholder: curly braces, fill in, blanks
interpolate: insert into text, fill in, put into a string
unique: without duplicates, remove duplicates, repeated elements, no repeats, repeats, only once
deduplicate: duplicates, remove duplicates, repeated
flatten: list of lists, one level, nested lists
zip: pairs, side by side, two lists
reverse: backwards, other way around, opposite order, descending
slice: part of a list, first few, last few
enumerate: with index, numbered, with a number
listdir: whats in a folder, what s in a folder, in a directory, contents of a folder
mkdir: make a folder, create a folder, new folder
temporary: only for a moment, for a while, throw away
port: address in use, already in use, free port
host: from another computer, other computers, on the network
localhost: my own machine, on my machine
snake: underscores, camel
camel: capital letters
case: upper, lower, capital letters, large or small letters
element: html
sanitize: xss, unsafe html, safe html
eager: ignoring everything else, before everything else, first of all
abort: in the middle
code: exit status, tell the shell
positional: without dashes, without a dash, in order
flag: switch, on or off, yes or no, boolean
short: one letter, single letter, abbreviation, abbreviated
variadic: any number of, as many as, unlimited, rest of the arguments
context: share between commands, pass to the commands
pager: scroll through, one screen
executable: without python, double click, single file, exe
publish: put it online, make it public, upload it, share with others
release: new version, bring out
requirement: needs, depends on, what do i need
compatible: work together, works with, supported versions, support
python: interpreter
virtualenv: isolated, separate installation, own environment
downgrade: older version, go back to
changelog: what changed, what s new, what is new, whats new
deprecate: must not be used, should not be used, no longer used, going away, old way
migrate: coming from, move from, switch from, moving from, port my
breaking: stopped working, no longer works, does not work any more, worked before
file: saved, on disk, to disk
generator: one at a time, one by one
multipart: send a file, attach a file, several files
form: like a browser, fields of a form
json: api data
session: stay logged in, keep logged in, several requests, kept between, keep between
auth: logged in, who i am, username and password
bearer: token
verify: self signed, not trusted, ssl error
encode: special letters, umlauts, accents
charset: garbled, strange characters, weird characters, wrong letters, umlauts
decode: garbled, strange characters, weird characters
exception: goes wrong, went wrong, blows up, crashes
traceback: error message, error messages, stack, long error
log: see what is sent, see what happens, what was sent, what is going on
breakpoint: stop at, pause at, step through
trace: follow what, who calls
benchmark: which is faster, compare speed, how fast
performance: too slow, takes long, takes forever, make it faster
memory: ram, too much memory, runs out
evict: thrown out, drop from
lifetime: stay around, stays around, kept for, how long does
unmount: goes away, is gone, disappears, removed from the page
mount: shows up first, first shown, appears
component: part of the page, widget
destroy: goes away, is gone, throw away
detach: keep going, goes away, outlive
persist: survive, after a reload, after reload, after closing, keep after
storage: survive, after a reload, browser remember
hmr: without losing, while the dev server, without a reload, hot
hot: without losing, while the dev server runs, without a reload
reload: change is shown, see my changes, without restarting
focus: becomes active, comes back, tab is active, window is active, active again
hover: mouse is over, mouse over, under the mouse
click: presses a button, press the button
selector: get a part of, only a part, derived value
derive: worked out from, depends on other, calculated from
getter: computed value, calculated from
setter: assign to, when it is set
mutate: change directly, assign to, modify in place, change in place
immutable: cannot be changed, can t be changed, not changeable, must not change
assign: nothing happens, has no effect
replace: swap, exchange, put something else
override: own version, instead of the default, my own instead, in place of the built in
builtin: built in ones, comes with, included
append: without loosing, without losing, in addition, on top of, at the end
prepend: at the front, at the beginning, before the others
concat: one after the other, put together, join
insert: in between, in the middle of
serializable: can be saved, can be stored
deserialize: read back, from text, turn back
parse: make sense of, understand, from a string, read in
constraint: make sure, must be, has to be, at least, at most
nullable: can be empty, may be none, or nothing
discriminator: which of the types, tell apart, depending on a field
union: either or, one of several types, two types
generic: any type, type parameter
include: only these, only some fields
redact: out of error messages, not shown, keep out of logs
mask: not shown, stars instead
openapi: swagger, api documentation
parameter: part of the url, value in the url
slug: part of the url, readable url
permalink: address of a page, url of a page
asset: images and css, pictures, fonts
public: files as they are
bundle: one file, smaller download, packed
minify: smaller, compress, shrink
tree: unused code, dead code
polyfill: old browsers, older browsers
sourcemap: original code, line numbers in the browser
transpile: newer syntax, old browsers
loader: how files are read, other file types
mode: development or production
env: read from the environment, outside of the code
docker: in a container
serverless: aws, lambda, functions
ci: github actions, automatically on push, pull request, on every push, every commit
report: overview of, list of results, results as
only: just this one, single test, one test
spy: was it called, has been called, how it was called
timer: fake time, without waiting, time passes
assert: check that, should be, equals, is the same
flaky: sometimes fails, fails sometimes, now and then
shard: over several machines, split the tests
browser: real browser, chrome, firefox
dom: document, window
jsdom: document is not defined, window is not defined, no browser
import: bring in, get from another file, load a module
export: make available, use in another file, use elsewhere
module: file of code
notebook: jupyter, ipynb
cell: notebook
markdown: md, text file
crossref: link to another page, refer to another
sidebar: list on the left, on the left
footer: bottom of the page, at the bottom
navbar: top of the page, at the top, menu at the top
logo: picture at the top
font: typeface, letters look
figure: picture with, caption
equation: formula
math: formula, formulas
diagram: chart, mermaid, flow chart
plot: chart, graph, draw data
translate: several languages, other languages, another language
locale: several languages, language of the page
analytics: visitors, google analytics, how many people
column: field of a table
index: faster lookups, speed up queries
primary: unique id
foreign: refer to another table, other table
join: from two tables, two tables
bulk: many rows, thousands of rows, many at once
where: only rows, rows that
migration: change the table, add a column
view: saved query
fulltext: search text, search in text
extract: get out, pull out
normalize: same form, consistent
csv: spreadsheet, excel
round: decimals, digits after
seed: same every time, reproducible
hash: fingerprint, checksum
role: who may, admins
quota: too many, used up
webhook: told by, call my url
websocket: live, two way, push to the browser, real time
notification: tell me, let me know, alert
email: mail
admin: back office
directive: own syntax
preprocessor: before it is rendered, before rendering
api: from my own code, from python, programmatically, from a script, in code
programmatic: from my own code, from python, from a script, in code, from code
cli: from the terminal, on the command line, from the shell
typescript: types, typed
annotation: type hint, hints
"""


# Its place among all of them, what it is like, and the stem that it stands for.
Phrase = tuple[int, str, str]
_compiled = cache(re.compile)  # once a question may hold it: a first one waits 22 ms for all


@cache
def _table() -> tuple[dict[str, frozenset[str]], dict[str, list[Phrase]]]:
    """Other names by stem, and the phrases by their first word."""
    alike: dict[str, set[str]] = {}
    phrases: dict[str, list[Phrase]] = {}
    count = 0
    for line in _GROUPS.strip().splitlines():
        head, _, others = line.partition(": ")
        stem = porter(head)
        for other in others.split(", "):
            if " " in other:
                stems = " ".join(map(porter, other.split()))
                apart = re.sub(r" (off|on|out|up|away)$", r"(?: \\w+)? \1", stems)  # "turn it off"
                phrase = (count := count + 1, rf"\b{apart}\b", stem)
                phrases.setdefault(stems.partition(" ")[0], []).append(phrase)
            elif porter(other) != stem:
                alike.setdefault(stem, set()).add(porter(other))
                alike.setdefault(porter(other), set()).add(stem)
    return {word: frozenset(names) for word, names in alike.items()}, phrases


def alike(stem: str) -> frozenset[str]:
    """The stems of other names for the word with this stem."""
    return _table()[0].get(stem, frozenset())


def meant_by_phrases(question: str, mended: Mapping[str, str]) -> list[str]:
    """The stems that the phrases of a question stand for: "disable" for "turn off". `mended` has
    the stems of words that are misspelled."""
    stems = [porter(word) for word in re.findall(r"\w+", question.lower())]
    meant = [mended.get(stem, stem) for stem in stems]
    words, said = {*stems, *meant}, "\n".join((" ".join(stems), " ".join(meant)))
    begun = [each for word in words for each in _table()[1].get(word, ())]
    begun.sort(key=itemgetter(0))
    return [stem for _, phrase, stem in begun if _compiled(phrase).search(said)]
