"""What Sphinx's autodoc shows: signatures, docstrings and typed fields, read from the source."""

import ast
import builtins
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from hyperrun.passage import Include
from hyperrun.search.parsing import commonmark
from hyperrun.search.parsing.includes import Place
from hyperrun.search.parsing.objects import dataclass_fields, docstrings
from hyperrun.search.parsing.objects.dataclass_fields import is_dataclass
from hyperrun.search.parsing.objects.members import Member
from hyperrun.search.parsing.objects.python_source import (
    Definition,
    Found,
    assigned,
    definitions,
    head,
    is_beside,
    resolve,
    variable_doc,
)
from hyperrun.search.parsing.objects.sphinx_settings import SphinxSettings

MAX_MEMBERS = 150
MAX_CHARS = 120_000
MAX_SIGNATURE_CHARS = 1_200
MAX_BASES = 8

Function = ast.FunctionDef | ast.AsyncFunctionDef


def describe(
    place: Place,
    kind: str,
    names: Sequence[str],
    options: dict[str, str],
    settings: SphinxSettings,
    docstring: Callable[[str], str],
    body: str = "",
    arguments: str = "",
) -> list[Member]:
    """What the directive `autoKIND` shows of the first of `names` that the repository has, and of
    the members that its options want, each by its whole name. `docstring` turns reStructuredText
    into Markdown; `body` is what the directive itself says below, `arguments` what stands in its
    place of the source's."""
    for name in names:
        parts = [part for part in re.split(r"[.:]+", name) if part]
        found = resolve(place, parts, as_imported=kind != "module")
        if found is not None:
            writer = _Writer(place, settings, docstring, arguments)
            writer.write(found, name, kind, {**settings.options, **options}, body)
            return writer.told
    return [Member("", body)] if body else []


@dataclass(slots=True)
class _Member:
    """Something in a module or a class."""

    name: str
    node: Definition | ast.Assign | ast.AnnAssign
    doc: str
    found: Found  # what holds it


class _Writer:
    """Writes one directive's objects."""

    def __init__(
        self,
        place: Place,
        settings: SphinxSettings,
        docstring: Callable[[str], str],
        arguments: str,
    ) -> None:
        self._told = arguments
        self._shows_bases = False
        self._place = place
        self._settings = settings
        self._docstring = docstring
        self._size = 0
        self.told: list[Member] = []

    def write(
        self, found: Found, name: str, kind: str, options: dict[str, str], body: str = ""
    ) -> None:
        """The object called `name`, its text and its members."""
        title = name if self._settings.with_module else name.rpartition(".")[2]
        self._shows_bases = "show-inheritance" in options
        whole = name.replace(":", ".")
        self._object(found, title, kind, whole, body)
        if "members" in options and isinstance(found.node, ast.Module | ast.ClassDef):
            self._members(found, name, whole, options)

    def _object(self, found: Found, title: str, kind: str, whole: str, body: str = "") -> None:
        node = found.node
        said = self._docstring(self._doc(found))
        if "noindex" not in kind and not isinstance(node, ast.Module):
            signature = commonmark.fence(self._signature(found, title, kind), "python")
            bases = [] if not isinstance(node, ast.ClassDef) or not self._shows_bases else (
                [commonmark.code_span(_type(each, True)) for each in node.bases] or ["`object`"]
            )  # fmt: skip
            above = f"Bases: {', '.join(bases)}" if bases else ""
            said = "\n\n".join(filter(None, (signature, above, said, body)))
        else:
            said = "\n\n".join(filter(None, (said, body)))
        if not said or self._size + len(said) > MAX_CHARS:
            return
        self._size += len(said)
        if isinstance(node, ast.Module):
            self.told.append(Member("", said))
        else:
            self.told.append(Member(whole, said, Include(str(found.file), *head(found))))

    def _members(self, found: Found, name: str, whole: str, options: dict[str, str]) -> None:
        chosen = set(re.findall(r"\w+", options["members"]))
        excluded = set(re.findall(r"\w+", options.get("exclude-members", "")))
        members = [
            each for each in self._found_members(found, "inherited-members" in options)
            if each.name not in excluded
            and (each.name in chosen if chosen else self._is_told(each, options))
        ][:MAX_MEMBERS]  # fmt: skip
        order = options.get("member-order", "bysource" if self._settings.by_source else "")
        if order != "bysource":
            members.sort(key=lambda each: each.name)
        elif "inherited-members" not in options:
            members.sort(key=lambda each: each.node.lineno)
        in_module = isinstance(found.node, ast.Module)
        for member in members:
            inner = replace(member.found, node=member.node, holder=member.found.node)
            title = f"{name}.{member.name}" if in_module and self._settings.with_module else (
                member.name
            )  # fmt: skip
            is_error = isinstance(member.node, ast.ClassDef) and _is_error(member.node)
            own = f"{whole}.{member.name}"
            self._object(inner, title, "exception" if is_error else "class", own)
            if isinstance(member.node, ast.ClassDef):
                inner_options = {k: v for k, v in options.items() if k != "members"}
                self._members(inner, title, own, inner_options | {"members": ""})

    @staticmethod
    def _is_told(member: _Member, options: dict[str, str]) -> bool:
        if member.name.startswith("__") and member.name.endswith("__"):
            wanted = re.findall(r"\w+", options.get("special-members", ""))
            return "special-members" in options and (not wanted or member.name in wanted)
        if member.name.startswith("_") and "private-members" not in options:
            return False
        return bool(member.doc) or "undoc-members" in options

    def _found_members(self, found: Found, inherited: bool) -> list[_Member]:
        members = {each.name: each for each in self._own(found)}
        if inherited and isinstance(found.node, ast.ClassDef):
            for base in self._bases(found)[1:]:
                for each in self._own(base):
                    members.setdefault(each.name, each)
        return list(members.values())

    def _own(self, found: Found) -> Iterator[_Member]:
        node = found.node
        if not isinstance(node, ast.Module | ast.ClassDef):
            return
        functions = {each.name: each for each in definitions(node.body) if not is_beside(each)}
        public = _public(node)
        for each in functions.values():
            if public is not None and each.name not in public:
                continue
            yield _Member(each.name, each, ast.get_docstring(each) or "", found)
        for statement in node.body:
            for name in assigned(statement):
                if public is not None and name not in public:
                    continue
                assert isinstance(statement, ast.Assign | ast.AnnAssign)
                doc = variable_doc(replace(found, node=statement), node.body)
                yield _Member(name, statement, doc, found)
        if isinstance(node, ast.ClassDef) and "__init__" in functions:
            yield from self._of_instance(functions["__init__"], found, set(functions))

    @staticmethod
    def _of_instance(
        first: Definition, found: Found, known: set[str]
    ) -> Iterator[_Member]:  # `self.name = …` with a comment that documents it
        for statement in first.body:
            targets = statement.targets if isinstance(statement, ast.Assign) else (
                [statement.target] if isinstance(statement, ast.AnnAssign) else []
            )  # fmt: skip
            for target in targets:
                if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self":
                    assert isinstance(statement, ast.Assign | ast.AnnAssign)
                    doc = variable_doc(replace(found, node=statement), first.body)
                    if doc and target.attr not in known:
                        yield _Member(target.attr, statement, doc, found)

    def _bases(self, found: Found) -> list[Found]:
        """The class and those it is made from, as far as the repository has them."""
        order, waiting = [found], [found]
        while waiting and len(order) < MAX_BASES:
            one = waiting.pop(0)
            if not isinstance(one.node, ast.ClassDef):
                continue
            module = list(one.file.with_suffix("").parts)
            if module[-1] == "__init__":
                module.pop()
            for base in one.node.bases:
                names = ast.unparse(base).partition("[")[0].split(".")
                for start in range(len(module)):
                    inner = resolve(self._place, [*module[start:], *names])
                    if inner is not None:
                        order.append(inner)
                        waiting.append(inner)
                        break
        return order

    # What stands in a signature and below it

    def _doc(self, found: Found) -> str:
        node = found.node
        if isinstance(node, ast.Assign | ast.AnnAssign):
            return variable_doc(found, found.body)
        doc = inspect.cleandoc(ast.get_docstring(node, clean=False) or "")
        if isinstance(node, ast.ClassDef):
            first = self._constructor(found)
            if self._settings.class_doc != "class" and first is not None:
                own = inspect.cleandoc(ast.get_docstring(first, clean=False) or "")
                doc = own or doc if self._settings.class_doc == "init" else f"{doc}\n\n{own}"
            return self._with_types(doc, first, found, is_class=True)
        if isinstance(node, Function):
            return self._with_types(doc, node, found)
        return self._read(doc)

    def _read(self, doc: str) -> str:
        doc = docstrings.without_places(doc)
        return docstrings.as_fields(doc) if self._settings.napoleon else doc

    def _with_types(
        self, doc: str, function: Function | None, found: Found, is_class: bool = False
    ) -> str:
        doc = self._read(doc)
        beside = self._settings.typehints == "beside"
        if function is None or self._settings.typehints not in ("description", "both", "beside"):
            return doc
        if _is_property(function) or (beside and function.name == "__new__"):
            return doc
        evaluated = _can_be_evaluated(function, found.module)
        types = {
            each.arg: _type(each.annotation, evaluated)
            for each in _all_arguments(function.args) if each.annotation is not None
        }  # fmt: skip
        returned = "" if is_class or function.returns is None else (
            _type(function.returns, evaluated)
        )  # fmt: skip
        if beside:
            variables = _type_variables(found.module)
            types = {name: _with_variables(kind, variables) for name, kind in types.items()}
            return docstrings.with_types_beside(doc, types, _with_variables(returned, variables))
        return docstrings.with_types(doc, types, returned, self._settings.hints_all)

    def _constructor(self, found: Found) -> Function | None:
        for one in self._bases(found):
            if isinstance(one.node, ast.ClassDef):
                for name in ("__init__", "__new__"):
                    for each in definitions(one.node.body):
                        if each.name == name and isinstance(each, Function):
                            return each
        return None

    def _signature(self, found: Found, title: str, kind: str) -> str:
        node = found.node
        hinted = self._settings.typehints in ("signature", "both")
        if isinstance(node, ast.ClassDef):
            label = "exception" if kind == "exception" else "class"
            first = self._constructor(found)
            if told := self._told_arguments():
                return f"{label} {title}{told}"
            if first is None and _is_enum(node):
                return f"{label} {title}(value)"
            if self._settings.typehints == "beside":  # which takes those of `__init__` alone
                hinted = first is not None and first.name != "__init__"
            arguments = f"({_arguments(first, hinted, True)})" if first else _fields(node, hinted)
            if arguments == "()" and first is None and self._settings.typehints == "beside":
                arguments = ""
            return f"{label} {title}{arguments}"
        if isinstance(node, Function):
            return self._function(node, title, hinted, found)
        assert isinstance(node, ast.Assign | ast.AnnAssign)
        said = title
        if isinstance(node, ast.AnnAssign) and self._settings.typehints != "none":
            said += f": {_type(node.annotation, True)}"
        if isinstance(node.value, ast.Constant):
            said += f" = {ast.unparse(node.value)}"
        return said

    def _told_arguments(self) -> str:
        """The arguments that the directive tells of its own object; "" for those of members."""
        told, self._told = self._told, ""
        return told

    def _function(self, node: Function, title: str, hinted: bool, found: Found) -> str:
        decorators = {ast.unparse(each).rpartition(".")[2] for each in node.decorator_list}
        if _is_property(node):
            lead = "abstract property" if "abstractmethod" in decorators else "property"
            shown = f": {_type(node.returns, True)}" if node.returns is not None else ""
            return f"{lead} {title}{shown}"
        leads = "abstractmethod " if "abstractmethod" in decorators else ""
        is_waited_for = isinstance(node, ast.AsyncFunctionDef)
        leads += "async " if is_waited_for and "asynccontextmanager" not in decorators else ""
        leads += "classmethod " if "classmethod" in decorators else ""
        leads += "static " if "staticmethod" in decorators else ""
        first = [each.arg for each in (*node.args.posonlyargs, *node.args.args)[:1]]
        is_method = first in (["self"], ["cls"]) and "staticmethod" not in decorators
        if told := self._told_arguments():
            return f"{leads}{title}{told}"
        returned = f" -> {_type(node.returns, True)}" if node.returns is not None and hinted else ""
        return f"{leads}{title}({_arguments(node, hinted, is_method)}){returned}"


def _public(node: ast.Module | ast.ClassDef) -> set[str] | None:
    """The names in a module's `__all__`; None where it has none."""
    if isinstance(node, ast.ClassDef):
        return None
    for statement in node.body:
        if "__all__" in assigned(statement):
            assert isinstance(statement, ast.Assign | ast.AnnAssign)
            value = statement.value
            if isinstance(value, ast.List | ast.Tuple):
                said = [each.value for each in value.elts if isinstance(each, ast.Constant)]
                return {each for each in said if isinstance(each, str)}
    return None


def _arguments(node: Function, hinted: bool, is_method: bool) -> str:
    own = ast.parse(ast.unparse(node)).body[0]
    assert isinstance(own, Function)
    for each in _all_arguments(own.args):
        if each.annotation is None:
            continue
        shown = _type(each.annotation, True)
        each.annotation = ast.Name(shown) if hinted else None
    if is_method and own.args.posonlyargs:
        own.args.posonlyargs.pop(0)
    elif is_method and own.args.args:
        own.args.args.pop(0)
    return ast.unparse(own.args)[:MAX_SIGNATURE_CHARS]


def _fields(node: ast.ClassDef, hinted: bool) -> str:
    """The arguments that a dataclass makes of its fields; "" for another class."""
    if not is_dataclass(node):
        return "()" if not (node.bases or node.keywords) else ""

    def shown(kind: ast.expr) -> str:
        return _type(kind, True) if hinted else ""

    return f"({', '.join(dataclass_fields.arguments(node, shown))})"


def _all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args]
    found += [arguments.vararg] if arguments.vararg else []
    found += arguments.kwonlyargs
    return found + ([arguments.kwarg] if arguments.kwarg else [])


def _is_property(node: ast.AST) -> bool:
    return isinstance(node, Function) and any(
        ast.unparse(each).rpartition(".")[2] in ("property", "cached_property")
        for each in node.decorator_list
    )


def _is_error(node: ast.ClassDef) -> bool:
    return any(re.search(r"(Error|Exception|Warning)$", ast.unparse(base)) for base in node.bases)


def _is_enum(node: ast.ClassDef) -> bool:
    return any(re.search(r"(?:^|\.)(Int|Str)?(Enum|Flag)$", ast.unparse(b)) for b in node.bases)


def _type_variables(module: ast.Module) -> dict[str, str]:
    """The module's type variables by name, each as its value is shown."""
    found: dict[str, str] = {}
    for node in module.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if not isinstance(value, ast.Call):
            continue
        kind = ast.unparse(value.func).rpartition(".")[2]
        if kind in ("TypeVar", "ParamSpec"):
            more = [f"{each.arg}={ast.unparse(each.value)}" for each in value.keywords
                    if each.arg in ("bound", "covariant", "contravariant")]  # fmt: skip
            found |= {name: f"{kind}({', '.join([name, *more])})" for name in assigned(node)}
        elif kind == "TypeVarTuple":
            found |= dict.fromkeys(assigned(node), kind)
    return found


def _with_variables(kind: str, variables: dict[str, str]) -> str:
    """A type as it is shown when it is evaluated: with what its variables are, which alone have
    `typing.Union` made of what they are one of."""
    parts = kind.split(" | ")
    if len(parts) > 1 and set(parts) & {*variables, "AnyStr"}:
        told = [each for each in parts if each != "None"]
        is_optional = len(told) == 1 and len(parts) == 2
        kind = f"Optional[{told[0]}]" if is_optional else f"Union[{', '.join(parts)}]"
    return re.sub(r"\b[A-Za-z_]\w*\b", lambda match: variables.get(match[0], match[0]), kind)


def _type(node: ast.expr | None, evaluated: bool) -> str:
    """An annotation as it is shown: evaluated ones without the names of typing's module."""
    if node is None:
        return ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        said = node.value
    else:
        said = ast.unparse(node)
    if not evaluated:
        return said
    said = re.sub(r"\b(?:[A-Za-z_]\w*\.)+(?=[A-Za-z_])", "", said)
    said = re.sub(r"\bOptional\[((?:[^\[\]]|\[[^\[\]]*\])*)\]", r"\1 | None", said)
    return re.sub(
        r"\bUnion\[((?:[^\[\]]|\[[^\[\]]*\])*)\]",
        lambda match: " | ".join(re.split(r",\s*(?![^\[]*\])", match[1])), said,
    )  # fmt: skip


def _can_be_evaluated(function: Function, module: ast.Module) -> bool:
    """Are all names of its annotations there when it is imported? Those of type checkers are not,
    and then all of them stay as they are written."""
    for_checkers: set[str] = set()
    for node in module.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for each in ast.walk(node):
                if isinstance(each, ast.ImportFrom | ast.Import):
                    for alias in each.names:
                        for_checkers.add((alias.asname or alias.name).split(".")[0])
    used = [each.annotation for each in _all_arguments(function.args)] + [function.returns]
    for annotation in filter(None, used):
        written = annotation
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                written = ast.parse(annotation.value, mode="eval").body
            except SyntaxError:
                continue
        names = {each.id for each in ast.walk(written) if isinstance(each, ast.Name)}
        if names & for_checkers - set(vars(builtins)):
            return False
    return True
