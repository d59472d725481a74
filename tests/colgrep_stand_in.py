"""A program that keeps ColGrep 1.8.5's contract, for what the real one does not do on request.

`install(folder, fault)` writes an executable there. It takes the same arguments, keeps an index in
`COLGREP_DATA_DIR`, finds files by shared words, prints the same JSON, and ends with the same exit
statuses and texts. `calls.jsonl` beside it holds one line per call: arguments, environment,
working folder and process id. A fault is put on `search` or `init`: `search:hang`.
"""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

VALUES = {"-k", "--results", "--model", "--color", "--pattern", "-e", "--include", "--exclude"}
FLAGS = {"--json", "--no-update", "-y", "--yes", "--force-cpu", "--semantic-only"}
SUBCOMMANDS = {"search", "init", "status", "clear", "update", "settings", "set-model", "help"}

# Fault -> exit status and what stderr says.
TEXTS = {
    "missing": (1, "Error: No index found and --no-update was passed. Run once without …"),
    "building": (
        1,
        "Error: colgrep index is currently being built, rely on grep for now.",
    ),
    "busy": (1, "Error: Timed out waiting for index lock after 5 seconds. Another colgrep …"),
    "corrupt": (1, "Error: Index appears corrupted and --no-update prevents rebuilding it."),
    "model": (1, "Error: Failed to load ColBERT model\n\nCaused by:\n    Model not found at x"),
    "runtime": (1, "Error: Failed to download ONNX Runtime\n\nCaused by:\n    request error"),
    "network": (1, "Error: request error: https://hub.example/x: Dns Failed"),
    "unknown": (1, "Error: something nobody has thought of"),
    "usage": (2, "error: unexpected argument '--no-update' found"),
    "panic": (101, "thread 'main' panicked at src/main.rs:1:1: boom"),
}


def install(folder: Path, fault: str = "") -> Path:
    """Write the program into `folder`, with a fault or without, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "colgrep"
    program.write_text(
        f"#!{sys.executable} -S\n"
        f"import sys\nsys.path.insert(0, {str(Path(__file__).parent.parent)!r})\n"
        f"from tests.colgrep_stand_in import main\nmain({str(folder)!r}, {fault!r})\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def calls(program: Path) -> list[dict[str, Any]]:
    """Every call so far, in order."""
    log = program.parent / "calls.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def main(beside: str, fault: str) -> None:
    """Be ColGrep."""
    told = {"arguments": sys.argv[1:], "environment": dict(os.environ), "pid": os.getpid()}
    with open(Path(beside) / "calls.jsonl", "a") as log:
        log.write(json.dumps({**told, "folder": os.getcwd(), "there": os.listdir()}) + "\n")
    command, options, rest = _parse(sys.argv[1:])
    if "--uninstall" in options:
        shutil.rmtree(os.environ["COLGREP_DATA_DIR"])
        return
    if command == "clear":
        shutil.rmtree(os.environ["COLGREP_DATA_DIR"])
        return
    on, _, what = fault.partition(":")
    if command == on:
        _fail(what)
    if command == "init":
        _init(options.get("--model", ""), Path(rest[0]), Path(beside))
    elif command == "search":
        _search(options, *rest)
    else:
        _stop(0, "")


def _parse(arguments: list[str]) -> tuple[str, dict[str, str], list[str]]:
    """Clap's rules: `--` ends the options; a first word that is a command's name is the command."""
    options: dict[str, str] = {}
    rest: list[str] = []
    each = iter(arguments)
    for argument in each:
        if argument == "--":
            rest += each
        elif argument in VALUES:
            options[argument] = next(each, "")
        elif argument in FLAGS | {"--uninstall"}:
            options[argument] = ""
        elif argument in ("--help", "-h"):
            print("Semantic grep")
            sys.exit(0)
        elif argument.startswith("-") and len(argument) > 1:
            _stop(2, f"error: unexpected argument '{argument}' found")
        else:
            rest.append(argument)
    command = rest.pop(0) if rest and rest[0] in SUBCOMMANDS else "search"
    return command, options, rest


def _stop(status: int, words: str) -> NoReturn:
    print(words, file=sys.stderr)
    sys.exit(status)


def _fail(what: str) -> None:
    if what in TEXTS:
        _stop(*TEXTS[what])
    if what == "hang":
        time.sleep(600)
    elif what == "deaf":  # an interrupt does not stop it
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        time.sleep(600)
    elif what == "child":  # ends, but a child of its own keeps the pipe open
        child = subprocess.Popen(["sleep", "600"])
        print(child.pid, flush=True)
        sys.exit(0)
    elif what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "garbage":
        print("📂 Building index…\n[{")
    elif what == "object":
        print(json.dumps({"unit": {"file": "x"}}))
    elif what == "number":
        print("7")
    elif what == "deep":
        print("[" * 100_000)
    elif what == "nofile":
        print(json.dumps([{"unit": {"name": "x"}, "score": 1.0}]))
    elif what == "wrongfile":
        print(json.dumps([{"unit": {"file": 7}, "score": 1.0}]))
    elif what == "foreign":
        print(json.dumps([{"unit": {"file": "/etc/passwd"}, "score": 9.0}]))
    elif what == "bytes":
        sys.stdout.buffer.write(b"\xff\xfe[\x00")
    elif what == "help":
        print("Search for code semantically (auto-indexes if needed)")
    elif what == "huge":
        line = "x" * 1_000_000
        for _ in range(100):
            print(line)
    elif what == "chatty":
        print("⚠️ Skipping a file\n" * 50_000, file=sys.stderr)
        print("[]")
    sys.exit(0)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", text.lower()))


def _place(root: Path, model: str) -> Path:
    key = sha256(f"{root}|{model}".encode()).hexdigest()[:8]
    return Path(os.environ["COLGREP_DATA_DIR"]) / f"{root.name}-{key}"


def _init(model: str, root: Path, beside: Path) -> None:
    if not root.is_dir():
        _stop(1, f"Error: Path does not exist: {root}")
    if not Path(model).is_dir():
        source = beside / "hub"  # a model to be fetched; without it there is no network
        if not source.is_dir():
            _stop(*TEXTS["network"])
        snapshot = Path(os.environ["HF_HOME"], "hub", f"models--{model.replace('/', '--')}")
        shutil.copytree(source, snapshot / "snapshots" / "abc")
    place = _place(root, model)
    (place / "index").mkdir(parents=True, exist_ok=True)
    (place / ".building").touch()
    about = {"project_path": str(root), "project_name": root.name, "model": model}
    (place / "project.json").write_text(json.dumps(about))
    files = {
        str(path.relative_to(root)): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
    (place / "index" / "files.json").write_text(json.dumps(files))
    if files:
        metadata = place / "index" / "metadata.json"
        metadata.write_text(json.dumps({"num_documents": len(files)}))
    (place / ".building").unlink()
    print(f"Indexed {root}", file=sys.stderr)


def _search(options: dict[str, str], query: str = "", root: str = ".") -> None:
    if not options.get("-k", "15").isdigit():
        _stop(2, f"error: invalid value '{options['-k']}' for '--results <TOP_K>'")
    place = _place(Path(root), options.get("--model", ""))
    if not (place / "index" / "metadata.json").exists():
        _stop(*TEXTS["missing"])
    state = place / "state.json"  # counts searches, as the real one does
    state.write_text(json.dumps({"search_count": 1}))
    files = json.loads((place / "index" / "files.json").read_text())
    wanted = _words(query)
    scores = {name: len(wanted & _words(f"{name} {text}")) for name, text in files.items()}
    best = sorted(scores, key=lambda name: (-scores[name], name))[: int(options.get("-k", "15"))]
    results = [
        {
            "unit": {"name": Path(name).stem, "file": str(Path(root, name)), "line": 1,
                     "end_line": 1, "language": "markdown", "unit_type": "document",
                     "signature": "", "code": files[name]},
            "score": float(scores[name]),
        }
        for name in best
    ]  # fmt: skip
    print(json.dumps(results, indent=2))
