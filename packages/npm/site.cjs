// What the generators' plugins have in common: the tag with its options, the file that tells each
// page's source, and HyperRun beside the dev server. hyperrun/plugins/ is the same for Python.
// Nothing here throws: no build fails because of it.

const { execFileSync, spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const OPTIONS = [
  'label', 'position', 'color', 'theme', 'width', 'height', 'layout', 'search', 'shortcut', 'open', 'lang',
  'questions', 'page', 'version', 'selection', 'button', 'offset_x', 'offset_y',
];
const HOST = '127.0.0.1';
const USUAL_PORT = 5001;
const NAME = 'hyperrun-pages.json';

const text = (value) => {
  if (typeof value === 'boolean') return value ? 'true' : 'off';
  return Array.isArray(value) ? value.map((each) => String(each).replaceAll('|', '\\|')).join('|') : String(value);
};

/** The tag's attributes. Options may be written `offset_y` or `offsetY`. */
function attributes(server, options) {
  const found = { src: `${server.replace(/\/+$/, '')}/embed`, async: true };
  for (const name of OPTIONS) {
    const value = options[name] ?? options[name.replace(/_(.)/, (_, letter) => letter.toUpperCase())];
    if (value !== undefined && value !== null && value !== '') {
      found[`data-${name.replace('_', '-')}`] = text(value);
    }
  }
  return found;
}

/** The server that pages load: the one beside this command, else the configured one; '' where there is none. */
function serverOf(beside, options, tell = console.warn) {
  const server = beside || options.server || '';
  if (!server || /^(?:https?:)?\/\/[^\s/]|^\/(?!\/)/.test(server)) return server;
  tell(`hyperrun: server is no address: '${server}'; pages are built without Ask AI. One is https://chat.example.org`);
  return '';
}

/** The repository that a folder is in; the folder itself where there is no telling. */
function repository(folder) {
  for (let each = path.resolve(folder); ; each = path.dirname(each)) {
    if (['.git', '.hg', 'hyperrun.toml'].some((top) => fs.existsSync(path.join(each, top)))) return each;
    if (each === path.dirname(each)) return path.resolve(folder);
  }
}

/** A file as the repository has it, or '' where it is outside. */
function source(file, root) {
  const found = path.relative(root, file).split(path.sep).join('/');
  return found.startsWith('../') || path.isAbsolute(found) ? '' : found;
}

/** Write what each page comes from into the site; where that cannot be, tell why. */
function writePages(site, pages, tell = console.warn) {
  try {
    const told = pages
      .filter((page) => page.source)
      .map((page) => ({ path: '', source: '', version: '', language: '', ...page }))
      .sort((one, other) => (one.path < other.path ? -1 : 1));
    fs.writeFileSync(path.join(site, NAME), `${JSON.stringify({ pages: told }, null, 1)}\n`);
  } catch (error) {
    tell(`hyperrun: ${NAME} was not written: ${error.message}`);
  }
}

/** A port that is free. Asked of another process, for a configuration may not wait. */
function freePort() {
  const script = `const net = require('node:net');
    const listen = (port) => net.createServer().once('error', () => listen(0))
      .listen(port, '${HOST}', function () { console.log(this.address().port); this.close(); });
    listen(${USUAL_PORT});`;
  return Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 10_000 }));
}

/** HyperRun for as long as this process is there: its address, or '' where it cannot be started. */
function startBeside(folder, { siteUrl = '', tell = console.log } = {}) {
  const key = Symbol.for('hyperrun.beside'); // configurations are loaded more than once
  if (globalThis[key]) return globalThis[key];
  try {
    const root = repository(folder);
    const port = freePort();
    const [program, ...first] = command();
    const child = spawn(
      program,
      [...first, 'serve', '--repo', root, '--host', HOST, '--port', port, '--until', process.pid].map(String),
      { env: environment(root, siteUrl), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    child.on('error', (error) => tell(`hyperrun: it was not started: ${error.message}`));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => tell(`hyperrun: ${String(data).trimEnd()}`));
      stream.unref?.();
    }
    child.unref();
    process.on('exit', () => child.kill());
    globalThis[key] = `http://${HOST}:${port}`;
  } catch (error) {
    tell(`hyperrun: it was not started: ${error.message}`);
    return '';
  }
  return globalThis[key];
}

/** What starts it: HYPERRUN_COMMAND, the program on the path, or uv, which fetches it. */
function command() {
  if (process.env.HYPERRUN_COMMAND) return process.env.HYPERRUN_COMMAND.split(' ');
  const found = (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((folder) => fs.existsSync(path.join(folder, 'hyperrun')));
  return found ? ['hyperrun'] : ['uvx', 'hyperrun'];
}

function environment(root, siteUrl) {
  const digest = createHash('sha256').update(root).digest('hex').slice(0, 8);
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return {
    HYPERRUN_DATA_DIR: path.join(cache, 'hyperrun', `${path.basename(root)}-${digest}`),
    HYPERRUN_SITE_DIR: 'off', // the sources are newer than what was built
    HYPERRUN_LOG_LEVEL: 'warning',
    PYTHONUNBUFFERED: '1',
    ...process.env,
    ...(siteUrl ? { HYPERRUN_SITE_URL: siteUrl } : {}),
  };
}

module.exports = { OPTIONS, attributes, repository, serverOf, source, writePages, startBeside };
