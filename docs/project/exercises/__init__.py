"""The four parts of the project; a person marks each by its rubric."""

from helpers.judging.exercise import Criterion, Free

PLAN = Free(
    name="project_plan",
    lecture="90_project",
    section="1. The plan",
    minutes=90,
    difficulty=2,
    rubric=(
        Criterion("question", 2, "a question that numbers can answer, and who would use the answer"),
        Criterion("data", 2, "where the data come from, how many rows, what is odd in them"),
        Criterion("split", 3, "how train, validation and test are cut, and why none of the six leaks is left"),
        Criterion("measure", 2, "the metric, why it fits the costs, and a simple model to beat"),
        Criterion("guess", 1, "a number that was written down before the first run"),
    ),
    comments=(
        "Which rows belong to one person, one place or one day? They must be on one side.",
        "Say what the simple model scores; without it no number is good or bad.",
    ),
)

EXPERIMENTS = Free(
    name="project_experiments",
    lecture="90_project",
    section="2. The experiments",
    minutes=240,
    difficulty=3,
    rubric=(
        Criterion("runs", 2, "the notebook runs from top to bottom, and prints what the table shows"),
        Criterion("one change", 3, "at least four steps, one change each, chosen on validation data"),
        Criterion("fair", 3, "both sides of each comparison are tuned with the same effort, over at least five seeds"),
        Criterion("figure", 2, "one figure that shows the steps: axes with units, spread, a caption in words"),
    ),
    comments=(
        "One run is one run: repeat it with other seeds.",
        "The learning rate was chosen for one side only.",
        "The test set was used to choose.",
    ),
)

RESULT = Free(
    name="project_result",
    lecture="90_project",
    section="3. The result",
    minutes=30,
    difficulty=2,
    rubric=(
        Criterion("once", 2, "the test set is used once, for the model chosen before"),
        Criterion("uncertainty", 2, "the number has an interval or a standard error, and the text says of what"),
        Criterion("against", 1, "the simple model on the same test rows, and the guess of the plan"),
    ),
    comments=("Say what the spread is over: seeds, test rows, or both?",),
)

REPORT = Free(
    name="project_report",
    lecture="90_project",
    section="4. The report",
    minutes=120,
    difficulty=2,
    rubric=(
        Criterion(
            "conclusion", 2, "the question is answered with the numbers of the notebook, no stronger than they are"
        ),
        Criterion("not worth it", 2, "what was tried and did not help, with its number"),
        Criterion("limits", 1, "where the answer stops holding, and what could go wrong in use"),
    ),
    comments=("“Better” needs a number and its spread.",),
)

EXERCISES = (PLAN, EXPERIMENTS, RESULT, REPORT)
