"""Do the course's own cells obey lecture 02? What a program can see of it, read from their syntax trees.

Two rules. Preprocessing (scalers, encoders, imputation, selection, projections, resampling, Keras' normalisation) and
models are fitted on train and nothing else. And a score on the test set chooses nothing. Names tell the sides apart:
whatever is named after test, validation or fresh data is held out, what `train_test_split` returns is train and held
out in turn, and what goes into a split, is cut into train and test, or is cross-validated, is the whole table. What is
assigned inherits it.
"""

from __future__ import annotations

import ast
import re

import numpy as np

HELD_OUT, TEST, WHOLE, TEST_SCORE, STATISTIC = "held-out", "test", "whole-table", "test-score", "its-statistic"

_TEST_NAME = re.compile(r"(^|_)(x_?)?(test|testing|holdout|fresh)(_|\d|$)", re.IGNORECASE)
_VALIDATION_NAME = re.compile(r"(^|_)(x_?)?(valid|validation|val|dev)(_|\d|$)", re.IGNORECASE)
_TRAIN_NAME = re.compile(r"(^|_)(x_?)?train(ing)?(_|\d|$)", re.IGNORECASE)
_TEST_SCORE_NAME = re.compile(
    r"^\w*(^|_)(test|testing|holdout|fresh)_(score|accuracy|error|loss|auc|r2|f1)\w*$", re.IGNORECASE
)
_LABEL_NAME = re.compile(r"^(y|labels?|targets?|truth)(_|$)", re.IGNORECASE)
_PREPROCESSING = re.compile(
    r"(Scaler|Encoder|Imputer|Normalizer|Normalization|Discretizer|Binarizer|Vectorizer|Transformer|SMOTE|Sampler|PCA|SVD"
    r"|SelectKBest|SelectPercentile|SelectFromModel|VarianceThreshold|RFE|RFECV|KBinsDiscretizer|TextVectorization)$"
)
_FITS = {"fit", "fit_transform", "partial_fit", "fit_resample", "adapt"}
_SPLITS = {"train_test_split"}
_CROSS = {"cross_val_score", "cross_validate", "cross_val_predict"}
_ALWAYS_PREPROCESSING = {"fit_transform", "fit_resample", "adapt"}  # whatever they are called on
_SELECTS = {"f_classif", "f_regression", "chi2", "mutual_info_classif", "mutual_info_regression"}
_SEARCHES = re.compile(r"(^|_)(search|tune)(_|$)")
_SCORES = re.compile(r"(^|_)(score|accuracy|evaluate|error|loss|auc|r2|f1|right)(_|$)|_score$")
_CHOICES = {
    *("max", "min", "argmax", "argmin", "nanargmax", "nanargmin", "idxmax", "idxmin", "nlargest", "nsmallest"),
    *("sort", "sorted", "argsort", "sort_values", "optimize", "minimize"),
}
_STATISTICS = {"mean", "std", "var", "min", "max", "median", "quantile", "percentile"}


def violations(cells: list[str]) -> list[str]:
    """What in these cells, in this order, breaks a rule: sentences with the number of the cell and the line."""
    trees = [ast.parse(_python(source)) for source in cells]
    reader = _Reader(_WholeTables(trees))
    for number, tree in enumerate(trees, 1):
        reader.cell = number
        reader.visit(tree)
    return reader.found


def _python(source: str) -> str:
    """A cell without the lines that only IPython understands."""
    return "\n".join("pass" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())


class _WholeTables:
    """Which tables are split or cross-validated later on, and which ones those were made from.

    `assignments` holds the identities of the assignments that make one, `names` the tables that no cell assigns.
    """

    def __init__(self, trees):
        self.names: set[str] = set()
        self.assignments: set[int] = set()
        nodes = [node for tree in trees for node in ast.walk(tree)]
        cell = {id(node): number for number, tree in enumerate(trees) for node in ast.walk(tree)}
        nodes.sort(key=lambda node: (cell[id(node)], getattr(node, "lineno", 0)))
        before: list[ast.Assign] = []
        assigned = [node for node in nodes if isinstance(node, ast.Assign)]
        cut_up = set().union(*(_cut_tables(node, _is_train) for node in assigned))  # into train
        cut_up &= set().union(*(_cut_tables(node, _is_held_out) for node in assigned))  # and into the rest
        for node in nodes:
            if isinstance(node, ast.Assign):
                before.append(node)
                self._trace(cut_up & _cut_tables(node), before[:-1], node)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
                self._trace(set().union(*map(_names, node.args[:1])), before, node)  # of KFold and its kin
            elif isinstance(node, ast.Call) and _name(node.func) in _SPLITS:
                self._trace({name for argument in node.args for name in _names(argument)}, before, node)
            elif isinstance(node, ast.Call) and _name(node.func) in _CROSS:
                self._trace({name for argument in node.args[1:3] for name in _names(argument)}, before, node)

    def _trace(self, names, before, call):
        """Go back from a call through the last assignment of each name, and of those it was made from."""
        left = [(name, len(before)) for name in names]
        done = set()
        while left:
            name, place = left.pop()
            if (name, place) in done or "train" in name.lower():
                continue
            done.add((name, place))
            made = next((i for i in range(place - 1, -1, -1) if self._binds(before[i], name, call)), None)
            if made is None:
                self.names.add(name)
                continue
            self.assignments.add(id(before[made]))
            left += [(other, made) for other in _names(before[made].value)]

    @staticmethod
    def _binds(assignment, name, call):
        if any(item is call for item in ast.walk(assignment)):
            return False  # the result of the split itself
        return any(isinstance(n, ast.Name) and n.id == name for target in assignment.targets for n in ast.walk(target))


def _cut_tables(assignment, wanted=lambda name: _is_train(name) or _is_held_out(name)):
    """The names of tables of which a part gets a wanted name, as in `x_train, x_test = table[:800], table[800:]`."""
    return {
        value.value.id
        for target, value in _pairs(assignment)
        if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name) and wanted(_name(target))
    }


def _pairs(assignment):
    """What is assigned to what; `a, b = c, d` are two pairs."""
    for target in assignment.targets:
        sides = [getattr(side, "elts", None) for side in (target, assignment.value)]
        if all(sides) and len(sides[0]) == len(sides[1]):
            yield from zip(*sides, strict=True)
        else:
            yield target, assignment.value


def _is_train(name):
    return bool(_TRAIN_NAME.search(name))


def _is_held_out(name):
    return bool(_TEST_NAME.search(name) or _VALIDATION_NAME.search(name))


class _Reader(ast.NodeVisitor):
    def __init__(self, whole):
        self.whole = whole
        self.kinds: dict[str, set[str]] = {name: {WHOLE} for name in whole.names}
        self.preprocessing: set[str] = set()
        self.found: list[str] = []
        self.cell = 0

    def visit_Assign(self, node):
        self.visit(node.value)
        if isinstance(node.value, ast.Call) and _name(node.value.func) in _SPLITS:
            for target in node.targets:
                for place, item in enumerate(getattr(target, "elts", [])):
                    if isinstance(item, ast.Name):
                        by_name = TEST if not _VALIDATION_NAME.search(item.id) else None
                        self.kinds[item.id] = {HELD_OUT, by_name} - {None} if place % 2 else set()
            return
        news = [(target, value, self._kinds_of_result(value)) for target, value in _pairs(node)]
        for target, value, kinds in news:
            for name, before in self._given(target):
                self.kinds[name] = before | kinds | ({WHOLE} if id(node) in self.whole.assignments else set())
                if _makes_preprocessing(value):
                    self.preprocessing.add(name)

    def _given(self, target):
        """The names that an assignment gives something to, with what they keep: a table of which a part is replaced."""
        for item in ast.walk(target):
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
                yield item.id, set()
            elif isinstance(item, ast.Subscript | ast.Attribute) and isinstance(item.ctx, ast.Store):
                base = item.value
                while isinstance(base, ast.Subscript | ast.Attribute):
                    base = base.value
                yield from [(base.id, self.kinds.get(base.id, set()))] if isinstance(base, ast.Name) else []

    def _kinds_of_result(self, value):
        kinds = self._kinds(value)
        if TEST in kinds and _is_score(value):
            return {TEST_SCORE}
        return {STATISTIC} if self._own_statistic(value) else kinds

    def visit_FunctionDef(self, node):
        """Inside, an argument is what it is called with, whatever the notebook calls by that name."""
        outside = self.kinds
        arguments = {argument.arg for argument in [*node.args.args, *node.args.posonlyargs, *node.args.kwonlyargs]}
        self.kinds = {name: kinds for name, kinds in outside.items() if name not in arguments}
        self.generic_visit(node)
        returned = [item.value for item in ast.walk(node) if isinstance(item, ast.Return) and item.value]
        by_test = any(self._is_test_score(value) for value in returned)
        self.kinds = outside | ({node.name: {TEST_SCORE}} if by_test else {})

    def visit_Call(self, node):
        name = _name(node.func)
        if name in _FITS and isinstance(node.func, ast.Attribute):
            self._check_fit(node)
        if name in _CHOICES and self._chooses_by_test(node):
            self._report(node, f"{name}() chooses by a score on the test set")
        if name in ("append", "extend") and isinstance(node.func, ast.Attribute) and node.args:
            base = node.func.value
            if isinstance(base, ast.Name) and _is_score(node.args[0]) and TEST in self._kinds(node.args[0]):
                self.kinds.setdefault(base.id, set()).add(TEST_SCORE)
        arguments = {kind for argument in node.args for kind in self._kinds(argument)}
        if name in _SELECTS and arguments & {HELD_OUT, WHOLE}:
            self._report(node, f"{name}() selects by rows that are held out")
        if _SEARCHES.search(name) and TEST in arguments:
            self._report(node, f"{name}() searches on the test set")
        for keyword in node.keywords:
            if _VALIDATION_NAME.search(keyword.arg or "") and TEST in self._kinds(keyword.value):
                self._report(node, f"{keyword.arg} is the test set, so the test set chooses")
        self.generic_visit(node)

    def visit_If(self, node):
        if self._is_test_score(node.test):
            self._report(node.test, "a condition chooses by a score on the test set")
        self.generic_visit(node)

    visit_IfExp = visit_While = visit_If

    def visit_BinOp(self, node):
        self._check_scaling(node, node.left, node.right)
        self.generic_visit(node)

    def visit_AugAssign(self, node):
        self._check_scaling(node, node.target, node.value)
        self.generic_visit(node)

    def _check_scaling(self, node, table, by):
        is_comparison = isinstance(table, ast.Call) and _name(table.func) in _STATISTICS  # of one mean with another
        if is_comparison or not isinstance(node.op, ast.Sub | ast.Div):
            return
        statistic, sides = self._own_statistic(by), self._kinds(table)
        if not statistic:
            statistic = next((name for name in _names(by) if STATISTIC in self.kinds.get(name, ())), "")
        a_column_each = any(keyword.arg == "axis" for item in ast.walk(by) for keyword in getattr(item, "keywords", ()))
        of_train = any(map(_is_train, _names(table))) and (a_column_each or isinstance(by, ast.Name))
        if statistic and (of_train or sides & {HELD_OUT, WHOLE}):
            self._report(node, f"{statistic}: a table is scaled by statistics that are not those of train")

    def _is_test_score(self, node):
        kinds = self._kinds(node)
        return TEST_SCORE in kinds or (TEST in kinds and _is_score(node))

    def _check_fit(self, node):
        owner = node.func.value
        is_preprocessing = (
            _name(node.func) in _ALWAYS_PREPROCESSING
            or _makes_preprocessing(owner)
            or (isinstance(owner, ast.Name) and owner.id in self.preprocessing)
        )
        kinds = {kind for argument in node.args[:2] for kind in self._kinds(argument)}
        for keyword in node.keywords:
            if keyword.arg in ("X", "x", "y"):
                kinds |= self._kinds(keyword.value)
        if HELD_OUT in kinds:
            self._report(node, f"{_name(node.func)}() sees rows that are held out")
        elif WHOLE in kinds and is_preprocessing:
            self._report(node, f"{_name(node.func)}() sees the whole table, before or besides the split")

    def _own_statistic(self, node):
        """The name of a held-out table whose own mean, deviation or extreme this is, or ""."""
        for call in (item for item in ast.walk(node) if isinstance(item, ast.Call)):
            if _name(call.func) not in _STATISTICS or not isinstance(call.func, ast.Attribute) or _is_within_rows(call):
                continue
            is_numpy = isinstance(call.func.value, ast.Name) and call.func.value.id in ("np", "numpy")
            table = (call.args[0] if call.args else None) if is_numpy else call.func.value
            name = _name(table) if isinstance(table, ast.Name | ast.Attribute) else ""
            if name and not _LABEL_NAME.search(name) and self._kinds(table) & {HELD_OUT, WHOLE}:
                return name
        return ""

    def _chooses_by_test(self, call):
        values = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "key")]
        if isinstance(call.func, ast.Attribute):
            values.append(call.func.value)
        return any(map(self._is_test_score, values))

    def _kinds(self, node) -> set[str]:
        kinds = set()
        for name in _names(node):
            if name in self.kinds:
                kinds |= self.kinds[name]
            if _TEST_NAME.search(name):
                kinds |= {HELD_OUT, TEST}
            elif _VALIDATION_NAME.search(name):
                kinds.add(HELD_OUT)
        texts = {
            item.value for item in ast.walk(node) if isinstance(item, ast.Constant) and isinstance(item.value, str)
        }
        if any(_TEST_SCORE_NAME.search(name) for name in _names(node) | texts):
            kinds.add(TEST_SCORE)
        return kinds

    def _report(self, node, sentence):
        self.found.append(f"cell {self.cell}, line {node.lineno}: {sentence}")


def _is_score(node) -> bool:
    """Whether an expression computes a score: a call named like one, or a share of agreement."""
    for item in ast.walk(node):
        if isinstance(item, ast.Call) and _SCORES.search(_name(item.func)):
            return True
        averages = isinstance(item, ast.Call) and _name(item.func) in ("mean", "sum")
        if averages and any(isinstance(inner, ast.Compare) for inner in ast.walk(item)):
            return True
    return False


def _makes_preprocessing(node) -> bool:
    return isinstance(node, ast.Call) and (
        bool(_PREPROCESSING.search(_name(node.func))) or _makes_preprocessing(getattr(node.func, "value", None))
    )


def _is_within_rows(call) -> bool:
    """Whether a statistic stays within each row, as in softmax: its axes are written out, and 0 is not among them."""
    axes = [keyword.value for keyword in call.keywords if keyword.arg == "axis"]
    try:
        along = {along for axis in axes for along in np.atleast_1d(ast.literal_eval(axis)).tolist()}
    except ValueError:  # a name: nobody knows what it holds
        return False
    return bool(along) and not along & {0, None}


def _name(node) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _names(node) -> set[str]:
    """The variables and attributes that an expression reads, without the functions that it calls."""
    left_out = {id(item.func) for item in ast.walk(node) if isinstance(item, ast.Call)}
    # `rows[~is_test]` are those that are not held out.
    inverted = (item for item in ast.walk(node) if isinstance(item, ast.UnaryOp) and isinstance(item.op, ast.Invert))
    left_out |= {id(name) for item in inverted for name in ast.walk(item.operand)}
    names = {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and id(item) not in left_out}
    attributes = (item for item in ast.walk(node) if isinstance(item, ast.Attribute))
    return names | {item.attr for item in attributes if id(item) not in left_out}
