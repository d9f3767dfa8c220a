"""Mutants of a module: its source with one small change.

The changes are mutmut's, and some more. mutmut itself leaves out module constants and decorated functions, which hold
much of the code that is tried here. So the changes are made here, in the whole module.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libcst
from libcst.metadata import MetadataWrapper, WhitespaceInclusivePositionProvider
from mutmut.mutation.mutators import mutation_operators

if TYPE_CHECKING:
    from collections.abc import Iterator

    from libcst.metadata import CodeRange

_PASS: Final = libcst.Pass()
_TOTALS: Final = {"min": "max", "max": "min"}
_HARMLESS_CALLS: Final = frozenset({"isinstance", "len"})
"""Calls that are not changed: with any other argument they raise."""


@dataclass(frozen=True)
class Mutant:
    """A module with one small change."""

    where: str
    """The function that was changed, or the class, or `module`."""
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        """The name that docs/mutants.md uses."""
        return f"`{self.where}`: `{self.before}` → `{self.after}`"


def mutants_of(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module that differs from the others and from the module itself."""
    wrapper = MetadataWrapper(libcst.parse_module(source), unsafe_skip_copy=True)
    places = wrapper.resolve(WhitespaceInclusivePositionProvider)
    lines = source.splitlines(keepends=True)
    for statement in wrapper.module.body:
        # One statement of the module at a time: parsing the whole module for each mutant would take minutes.
        before, chunk, behind = _around(lines, places[statement])
        visitor = _Changes()
        statement.visit(visitor)
        known = {ast.dump(ast.parse(chunk))}
        for where, node, changed in visitor.found:
            if isinstance(node, libcst.BaseCompoundStatement):
                replaced: Any = statement.deep_replace(node, changed)
                text = libcst.Module([replaced]).code
            else:
                text = _spliced(chunk, places[node], len(before), wrapper.module.code_for_node(changed))
            try:
                tree = ast.parse(text)
                compile(tree, "mutant", "exec", dont_inherit=True)
            except SyntaxError:
                continue
            if (dump := ast.dump(tree)) not in known:
                known.add(dump)
                yield Mutant(where, *_difference(chunk, text), "".join(before) + text + "".join(behind))


def _around(lines: list[str], place: CodeRange) -> tuple[list[str], str, list[str]]:
    """Return the lines before a statement of the module, the statement, and the lines after it."""
    first, last = place.start.line - 1, place.end.line - (place.end.column == 0)
    return lines[:first], "".join(lines[first:last]), lines[last:]


def _spliced(chunk: str, place: CodeRange, before: int, text: str) -> str:
    lines = chunk.splitlines(keepends=True)
    first, last = place.start.line - 1 - before, place.end.line - 1 - before
    # A node that ends with its line has its end at the beginning of the next.
    behind = "".join(lines[last:])[place.end.column :]
    return "".join(lines[:first]) + lines[first][: place.start.column] + text + behind


def _difference(source: str, text: str) -> tuple[str, str]:
    """Return the lines that differ, each side joined into one line."""
    before, after = ([line.strip() for line in lines.splitlines()] for lines in (source, text))
    shorter = min(len(before), len(after))
    first = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    rest = shorter - first
    same = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    return " ".join(before[first : len(before) - same]), " ".join(after[first : len(after) - same])


class _Changes(libcst.CSTVisitor):
    """Finds the nodes that can be changed, and their replacements."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, libcst.CSTNode, libcst.CSTNode]] = []
        self._names: list[str] = []

    def on_visit(self, node: libcst.CSTNode) -> bool:
        match node:
            case libcst.Annotation() | libcst.Decorator() | libcst.Import() | libcst.ImportFrom():
                return False
            case libcst.If(test=libcst.Name(value="TYPE_CHECKING")) | libcst.Arg(keyword=libcst.Name(value="strict")):
                return False
            case libcst.ClassDef():
                self._names.append(node.name.value)
                node.body.visit(self)
                self._names.pop()
                return False
            case libcst.FunctionDef():
                self._names.append(node.name.value)
            case libcst.If():
                where = ".".join(self._names) or "module"
                self.found += [(where, node.test, libcst.Name(value)) for value in ("True", "False")]
        if not isinstance(node, libcst.Call) or getattr(node.func, "value", None) not in _HARMLESS_CALLS:
            where = ".".join(self._names) or "module"
            self.found += [(where, node, changed) for changed in _changes(node)]
        return True

    def on_leave(self, original_node: libcst.CSTNode) -> None:
        if isinstance(original_node, libcst.FunctionDef):
            self._names.pop()


def _is_strict(node: libcst.CSTNode) -> bool:
    """Return whether a node is a call with `strict=True`: the check never fails, so nothing changes without it."""
    return isinstance(node, libcst.Call) and any(
        isinstance(arg.value, libcst.Name) and arg.value.value == "True"
        for arg in node.args
        if arg.keyword and arg.keyword.value == "strict"
    )


def _changes(node: libcst.CSTNode) -> Iterator[libcst.CSTNode]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            yield from (changed for changed in operator(node) if _is_strict(node) == _is_strict(changed))
    match node:
        case libcst.Expr(value=libcst.Call()) | libcst.AugAssign():
            yield _PASS
        case libcst.Call(func=libcst.Name(value="min" | "max" as name)):
            yield node.with_changes(func=libcst.Name(_TOTALS[name]))
        case libcst.Slice() if node.lower or node.upper:
            yield node.with_changes(lower=None)
            yield node.with_changes(upper=None)
        case libcst.List() | libcst.Tuple() | libcst.Set() if len(node.elements) > 1:
            for index in range(len(node.elements)):
                yield node.with_changes(elements=[*node.elements[:index], *node.elements[index + 1 :]])
