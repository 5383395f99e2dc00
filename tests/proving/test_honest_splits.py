"""The course's own notebooks obey lecture 02."""

import re

import jupytext
import pytest

from helpers.building.source import source_path
from helpers.lectures import lecture_names
from helpers.proving.honest_splits import violations

# A cell that breaks a rule to show what happens; the line that does it.
SHOWN_AS_A_TRAP = {
    "02_data_leakage": "chosen = SelectKBest(k=10).fit_transform(x, y)",
    "03_preprocessing": "StandardScaler().fit_transform(one_flat)",
}

BAD = {
    "a scaler fitted before the split": """
X_scaled = StandardScaler().fit_transform(X)
X_train, X_test, y_train, y_test = train_test_split(X_scaled, y)
""",
    "a scaler with a name, fitted before the split": """
scaler = preprocessing.MinMaxScaler()
scaler.fit(features)
a, b = train_test_split(features)
""",
    "a scaler fitted on the test set": "x_test = StandardScaler().fit_transform(x_test)",
    "a model trained on the rows held out": "is_test = draw()\nmodel.fit(x[is_test], y[is_test])",
    "a scaler fitted on validation": "scaler.fit(data.x_validation)",
    "a scaler fitted on both": "scaler.fit(np.concatenate([x_train, x_test]))",
    "a scaler fitted on both, in two steps": "both = np.vstack([x_train, x_test])\nscaler.fit(both)",
    "a chain that ends in fit": "StandardScaler(with_mean=False).set_output(transform='pandas').fit(x_test)",
    "a split into other names": "a, b, c, d = train_test_split(X, y)\nOneHotEncoder().fit(b)",
    "an encoder fitted on everything": "codes = OneHotEncoder().fit_transform(X)\na, b = train_test_split(codes)",
    "an imputer fitted on what is cross-validated": """
filled = SimpleImputer().fit_transform(X)
cross_val_score(model, filled, y)
""",
    "a selection on everything": """
best = SelectKBest(k=10).fit_transform(X, y)
x_train, x_test, y_train, y_test = train_test_split(best, y)
""",
    "SMOTE before the split": "X, y = SMOTE().fit_resample(X, y)\na, b, c, d = train_test_split(X, y)",
    "Keras' normalisation adapted to test": "layer = keras.layers.Normalization()\nlayer.adapt(x_test)",
    "a model trained on test": "model.fit(x_test, y_test)",
    "test scaled by its own mean": "x = (x_test - x_test.mean(axis=0)) / x_train.std(axis=0)",
    "test scaled by its own deviation": "x = (x_test - mean) / np.std(x_test, axis=0)",
    "test pictures less the mean of each channel": "x = x_test - x_test.mean(axis=(0, 1, 2))",
    "test scaled along an axis with a name": "x = x_test - x_test.mean(axis=rows)",
    "the whole scaled by its own mean": "Z = X - X.mean(axis=0)\na, b = train_test_split(Z)",
    "the test set as validation data": "model.fit(x_train, y_train, validation_data=(x_test, y_test))",
    "the best of several on test": """
scores = [model.fit(x_train, y_train).score(x_test, y_test) for model in models]
best = models[int(np.argmax(scores))]
""",
    "the best of several on test, collected in a loop": """
scores = []
for model in models:
    scores.append(accuracy_score(y_test, model.predict(x_test)))
print(max(scores))
""",
    "the best of several on test, by an if": """
for rate in rates:
    score = train(rate).evaluate(x_test, y_test)
    if score > best:
        best = score
""",
    "test scaled by its own mean, in two steps": "mean = np.mean(x_test, axis=0)\nx = x_test - mean",
    "test scaled by its own mean, in place": "x_test = data.x_test.copy()\nx_test -= x_test.mean(axis=0)",
    "train scaled by the mean of test": "x = data.x_train - data.x_test.mean(axis=0)",
    "train scaled by the mean of both": """
both = np.concatenate([data.x_train, data.x_test])
mean = both.mean(axis=0)
x = data.x_train - mean
""",
    "the whole scaled, then cut": "Z = StandardScaler().fit_transform(X)\nx_train, x_test = Z[:800], Z[800:]",
    "the whole scaled by hand, then cut": "Z = X - X.mean(axis=0)\nx_train = Z[~is_test]\nx_test = Z[is_test]",
    "the whole scaled, then folded": "Z = StandardScaler().fit_transform(X)\nfor a, b in KFold(5).split(Z):\n    pass",
    "the whole through a pipeline": "Z = make_pipeline(StandardScaler()).fit_transform(X)\na, b = train_test_split(Z)",
    "columns selected on test": "kept = np.argsort(f_classif(x_test, y_test)[0])[-9:]",
    "the test set under another name": "train(x_train, y_train, x_validation=data.x_test, y_validation=data.y_test)",
    "a search on test": "results = random_search(train, data.x_test, data.y_test)",
    "a study of the test score": """
def objective(trial):
    return train(trial).score(data.x_test, data.y_test)
study.optimize(objective, n_trials=9)
""",
    "the best by a field": "best = max(runs, key=lambda run: run.test_accuracy)",
    "the best by a column": "best = table.sort_values('test_accuracy').iloc[-1]",
    "the best row": "best = table['test_score'].idxmax()",
    "a row that is replaced": "rows = data.x_test\nrows[0] = 0.0\nscaler = StandardScaler().fit(rows)",
    "a table of scores by name": """
scores = {}
for name in models:
    scores[name] = models[name].score(data.x_test, data.y_test)
best = max(scores)
""",
    "the better of two": "best = a if a.score(x_test, y_test) > b.score(x_test, y_test) else b",
    "stopped by test": "while model.evaluate(x_test, y_test) > 0.5:\n    step()",
    "the best by key": "winner = max(models, key=lambda model: model.score(data.x_test, data.y_test))",
}

GOOD = {
    "fit on train, transform both": """
x_train, x_test, y_train, y_test = train_test_split(X, y)
scaler = StandardScaler().fit(x_train)
x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)
""",
    "fit_transform on train": "x = StandardScaler().fit_transform(data.x_train)\ny = scaler.transform(data.x_test)",
    "a pipeline that is cross-validated": "cross_val_score(make_pipeline(StandardScaler(), model), X, y)",
    "validation as validation data": "model.fit(x_train, y_train, validation_data=(x_val, y_val))",
    "validation chooses": """
scores = [model.fit(x_train, y_train).score(x_validation, y_validation) for model in models]
best = models[int(np.argmax(scores))]
print(best.score(x_test, y_test))
""",
    "classes of test predictions": "labels = model.predict(x_test).argmax(axis=1)\nprint((labels == y_test).mean())",
    "R squared of test": "r2 = 1 - np.sum((y_test - p) ** 2) / np.sum((y_test - y_test.mean()) ** 2)",
    "statistics of train on test": "x = (x_test - x_train.mean(axis=0)) / x_train.std(axis=0)",
    "a softmax of the scores of held-out rows": "p = np.exp(x_test - x_test.max(axis=1, keepdims=True))",
    "the rows that are not held out": "is_test = draw()\nmodel.fit(x[~is_test], y[~is_test])",
    "a batch, normalised": "z = (batch - batch.mean(axis=0)) / batch.std(axis=0)",
    "an argument that is called as a table is elsewhere": """
def centre(X):
    return X - X.mean(axis=0)
a, b = train_test_split(X)
""",
    "a name that is used again for something else": """
X = rng.normal(size=9)
Z = X - X.mean()
X = load()
a, b = train_test_split(X)
""",
    "both means side by side": "shift = x_train.mean(axis=0) - x_test.mean(axis=0)",
    "several at once": """
def standardised(train, test):
    train, test = np.asarray(train), np.asarray(test)
    mean, std = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / std, (test - mean) / std
""",
    "a study of the validation score": """
def objective(trial):
    return train(trial).score(data.x_validation, data.y_validation)
study.optimize(objective, n_trials=9)
""",
    "a score of test in a table under a name": """
table[name] = model.score(data.x_test, data.y_test)
best = max(name, other)
""",
    "other words with test in them": "latest = scaler.fit(contest)\nbest = max(attested)",
}


@pytest.mark.parametrize("snippet", BAD.values(), ids=BAD)
def test_a_leak_is_seen(snippet):
    assert violations(snippet.strip().split("\n\n"))


@pytest.mark.parametrize("snippet", GOOD.values(), ids=GOOD)
def test_honest_code_is_left_alone(snippet):
    assert violations([snippet]) == []


def test_what_was_bound_in_one_cell_is_known_in_the_next():
    assert violations(["a, b = train_test_split(X)", "StandardScaler().fit(b)"]) == [
        "cell 2, line 1: fit() sees rows that are held out"
    ]


def cells_of(lecture):
    notebook = jupytext.reads(source_path(lecture).read_text(encoding="utf-8"), fmt="md:myst")
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("lecture", lecture_names())
def test_no_cell_of_a_lecture_leaks(lecture):
    """But for the one that shows a trap, and is seen."""
    trap = SHOWN_AS_A_TRAP.get(lecture)
    cells = [cell.source for cell in cells_of(lecture)]
    found = violations(cells)
    allowed = [text for text in found if trap and trap in _line(cells, text)]
    assert found == allowed
    assert len(allowed) == (trap is not None)


PLANTED = (
    "a scaler fitted on both",
    "test scaled by its own mean",
    "the whole scaled, then cut",
    "the test set as validation data",
    "the best of several on test",
    "a study of the test score",
)


@pytest.mark.parametrize("lecture", lecture_names())
def test_a_leak_planted_into_a_lecture_is_seen_there(lecture):
    cells = [cell.source for cell in cells_of(lecture)]
    for name in PLANTED:
        found = violations([*cells, BAD[name]])
        assert any(text.startswith(f"cell {len(cells) + 1}, ") for text in found), name


def _line(cells, violation):
    cell, line = map(int, re.findall(r"\d+", violation)[:2])
    return cells[cell - 1].splitlines()[line - 1]
