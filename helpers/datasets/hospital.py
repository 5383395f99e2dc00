"""Hospital stays that the course generates: a source with a past and a future, from which fresh data can be drawn.

Every stay belongs to a patient and to a day. The outcome is whether it ended in intensive care, about one stay in four.
The numbers are made up, but not the ways in which they mislead: the card in `data/hospital/README.md` lists them.
"""

import numpy as np

START = np.datetime64("2022-01-01")
OUTCOME = "intensive_care"
REFERRALS = ("doctor", "ambulance", "self")
MEASURED = (
    *("age", "height", "weight", "pulse", "pressure", "temperature", "oxygen"),
    *("haemoglobin", "creatinine", "crp", "lactate"),
)
AT_ADMISSION = ("sex", "referral", *MEASURED)
PERIODS = (113, 173, 271)  # of the waves of illness, in days
AFTERWARDS = ("days_in_hospital", "bill")  # nobody knows them on the day of admission


def hospital_stays(patients=200, seed=0, *, first_day=0, days=730, individuality=0.6, waves=0.3, copies=0.04, town=0):
    """A table of stays, as a hospital's register would hand it out, ordered by day of admission.

    patients: how many people; each has between one and a dozen stays within the period. seed: which people and stays;
    another seed is fresh data from the same source. first_day, days: the period, counted from 1 January 2022; the waves
    of illness depend on the calendar and the town alone. individuality: how much a patient's own frailty, which no
    column holds, weighs (0: all alike); waves: how much the season does; copies: share of the stays that were
    typed in twice, the second time from memory.
    Returns a pandas DataFrame with the columns patient, admitted, AT_ADMISSION, AFTERWARDS and intensive_care (0 or
    1). `lactate` is missing where nobody saw a reason to measure it.
    """
    import pandas

    columns = draw_stays(
        patients,
        seed,
        first_day=first_day,
        days=days,
        individuality=individuality,
        waves=waves,
        copies=copies,
        town=town,
    )
    table = pandas.DataFrame(columns)
    table.insert(1, "admitted", (START + columns["day"].astype("timedelta64[D]")).astype("datetime64[s]"))
    table["sex"] = np.where(columns["sex"] == 1, "f", "m")
    table["referral"] = np.take(REFERRALS, columns["referral"])
    return table.drop(columns=["stay", "day"])


def draw_stays(patients=200, seed=0, *, first_day=0, days=730, individuality=0.6, waves=0.3, copies=0.0, town=0):
    """The same stays as `hospital_stays`, as {column: array (stays,)} with codes for text and a day number for dates.

    `stay` tells which rows are the same stay, typed in twice. Drawing takes a millisecond and no pandas.
    """
    rng = np.random.default_rng(seed)
    person = _people(rng, patients)
    stays = 1 + rng.poisson(6, patients)
    patient = np.repeat(np.arange(patients), stays)
    count = len(patient)
    own = {name: values[patient] for name, values in person.items()}
    day = first_day + rng.integers(0, days, count)
    illness = rng.normal(size=count)
    frail = individuality * own.pop("frailty")
    risk = -2.6 + 1.5 * illness + 4 * frail + 5 * waves * wave(day, town) + 0.02 * (own["age"] - 60)
    outcome = (rng.random(count) < 1 / (1 + np.exp(-risk))).astype(int)

    def around(middle, effect, spread):
        return middle + effect * illness + rng.normal(0, spread, count)

    columns = {
        "stay": np.arange(count),
        "patient": 1000 + patient,
        "day": day,
        "sex": own["sex"],
        "referral": rng.choice(3, count, p=(0.5, 0.3, 0.2)),
        "age": np.round(own["age"] + (day - first_day) / 365, 1),
        "height": np.round(own["height"] + rng.normal(0, 0.4, count), 1),
        "weight": np.round(own["weight"] + rng.normal(0, 0.8, count), 1),
        "pulse": np.round(around(own["pulse"], 8, 6), 1),
        "pressure": np.round(around(own["pressure"], -5, 9), 1),
        "temperature": np.round(around(37.2, 0.4, 0.5), 1),
        "oxygen": np.round(np.minimum(around(95.5, -1.4, 1.5), 100.0), 1),
        "haemoglobin": np.round(own["haemoglobin"] + rng.normal(0, 0.2, count), 2),
        "creatinine": np.round(own["creatinine"] * np.exp(rng.normal(0, 0.05, count)), 3),
        "crp": np.round(np.exp(around(2.5, 0.9, 0.9)), 1),
        "lactate": np.round(np.exp(around(0.4, 0.2, 0.3)), 2),
    }
    # A doctor who sees a well patient orders no lactate: that it is missing tells something.
    columns["lactate"][illness + rng.normal(0, 0.7, count) < 0.2] = np.nan
    stay = np.exp(rng.normal(1.2 + 1.4 * outcome, 0.4, count))
    columns["days_in_hospital"] = np.ceil(stay).astype(int)
    columns["bill"] = np.round(800 * stay * np.exp(rng.normal(0, 0.5, count)) + 1500 * outcome)
    columns[OUTCOME] = outcome
    columns = typed_twice(columns, copies, rng)
    order = np.argsort(columns["day"], kind="stable")
    return {name: values[order] for name, values in columns.items()}


def typed_twice(columns, share, rng):
    """The same stays with this share of them appended once more, each number a little off."""
    count = len(columns["day"])
    again = rng.permutation(count)[: round(share * count)]
    copied = {name: values[again] for name, values in columns.items()}
    for name in ("weight", "pulse", "pressure", "temperature"):
        copied[name] = np.round(copied[name] + rng.choice((-0.1, 0.0, 0.1), len(again)), 1)
    return {name: np.concatenate([columns[name], copied[name]]) for name in columns}


def wave(day, town=0):
    """How ill a town is on a day (numbers counted from 1 January 2022), about -1.5 to 1.5: it never repeats itself."""
    day = np.asarray(day, dtype=float)
    phases = np.random.default_rng(town).uniform(0, 2 * np.pi, len(PERIODS))
    return sum(np.sin(2 * np.pi * day / period + phase) for period, phase in zip(PERIODS, phases, strict=True)) / 2


def numbers(columns, extra=()):
    """The columns known at admission as a float array (stays, features), and `extra` ones by name behind them.

    Nothing is fitted: sex and referral become 0/1 columns, a missing lactate the healthy value 1 with a flag.
    """
    lactate = columns["lactate"]
    parts = [columns["sex"], *(columns["referral"] == code for code in range(len(REFERRALS)))]
    parts += [columns[name] for name in MEASURED if name != "lactate"]
    parts += [np.nan_to_num(lactate, nan=1.0), np.isfinite(lactate), *(columns[name] for name in extra)]
    return np.column_stack(parts).astype(float)


def _people(rng, count):
    sex = rng.integers(0, 2, count)
    return {
        "sex": sex,
        "age": rng.uniform(25, 90, count),
        "height": rng.normal(176 - 12 * sex, 7, count),
        "weight": rng.normal(82 - 12 * sex, 13, count),
        "pulse": rng.normal(74, 7, count),
        "pressure": rng.normal(130, 12, count),
        "haemoglobin": rng.normal(14.6 - 1.2 * sex, 1.2, count),
        "creatinine": np.exp(rng.normal(-0.1, 0.25, count)),
        "frailty": rng.normal(size=count),
    }
