"""Records to persons, from the outside: what is promised of ``journey resolve``."""

import argparse
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.errors import UserError
from journey_research.review.judgement_file import append_judgement
from journey_research.verbs.resolve import add_arguments, resolve, run

NAMES = (
    "Anna Koch,Bernd Wolf,Clara Weber,Dieter Bauer,Emma Richter,Franz Klein,Greta Neumann,Hans Becker".split(
        ","
    )
)


@pytest.fixture(scope="module")
def records():
    """16 people in two records each, the second with a slip in the name; ids begin with zeros."""
    rows = []
    for number in range(16):
        name = f"{NAMES[number % 8]}{'' if number < 8 else 'er'}"
        mail = f"{name.replace(' ', '.').lower()}{number}@mail.example"
        rows.append((f"{number:03}", name, mail, f"{10000 + 997 * number}"))
        rows.append((f"{100 + number:03}", name[:3] + name[4:], mail, f"{10000 + 997 * number}"))
    return pd.DataFrame(rows, columns=["key", "name", "mail", "zip"])


@pytest.fixture(scope="module")
def labels():
    same = [(f"{n:03}", f"{100 + n:03}", "same") for n in range(8)]
    distinct = [(f"{n:03}", f"{n + 8:03}", "distinct") for n in range(8)]
    return pd.DataFrame([*same, *distinct, ("014", "114", "unsure")], columns=["id_a", "id_b", "answer"])


@pytest.fixture(scope="module")
def resolved(records, labels):
    return resolve(records, id="key", labels=labels)


def call(folder, *arguments):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args([str(argument) for argument in arguments]))


def test_persons_come_in_input_order_with_ids_as_they_came(records, resolved):
    persons = resolved.persons
    assert list(persons.columns) == ["id", "person_id", "probability"]
    assert persons["id"].tolist() == records["key"].tolist()
    assert persons["person_id"].nunique() == 16
    assert persons["probability"].between(0, 1).all()


def test_person_ids_do_not_hang_on_row_order(records, labels, resolved):
    mixed = resolve(records.sample(frac=1, random_state=1), id="key", labels=labels).persons
    assert dict(zip(mixed["id"], mixed["person_id"], strict=True)) == dict(
        zip(resolved.persons["id"], resolved.persons["person_id"], strict=True)
    )


def test_a_record_alone_has_probability_one(records, resolved):
    stranger = pd.DataFrame([("999", "Zita Quast", "zq@else.example", "99999")], columns=records.columns)
    persons = resolve(pd.concat([records, stranger]), id="key", model=resolved.model).persons
    assert persons.iloc[-1]["probability"] == 1
    assert (persons["person_id"] == persons.iloc[-1]["person_id"]).sum() == 1


def test_labels_are_kept_to(records, labels, resolved):
    told = pd.DataFrame([("000", "100", "distinct"), ("001", "102", "same")], columns=labels.columns)
    persons = resolve(records, id="key", labels=told, model=resolved.model).persons.set_index("id")[
        "person_id"
    ]
    assert persons["000"] != persons["100"]
    assert persons["001"] == persons["102"]


def test_the_summary_tells_counts_the_range_and_what_taught(resolved):
    told = repr(resolved)
    assert "32 records, 16 persons" in told
    assert "at 0.3" in told
    assert "at 0.7" in told
    assert "8 judgement same" in told


def test_without_labels_identifiers_teach_and_precision_is_unknown(records):
    told = resolve(records, id="key", fields="name,mail,zip")
    assert told.persons["person_id"].nunique() == 16
    assert "evidence same" in repr(told)
    assert "precision unknown" in repr(told)


def test_without_labels_and_identifiers_nothing_is_answered(records):
    with pytest.raises(UserError, match="give --labels") as told:
        resolve(records, id="key", fields=["name", "zip"])
    assert told.value.exit_code == 2
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"key": ["1", " "]}, "blank.*row 2, column 'key'"),
        ({"key": ["1", "1"]}, "more than once.*row 2"),
        ({"other": ["1", "2"]}, "column is missing.*'key'"),
    ],
)
def test_ids_are_checked(change, told):
    with pytest.raises(UserError, match=told):
        resolve(pd.DataFrame({**change, "name": ["a", "b"]}), id="key")


def test_an_unknown_label_is_named(records):
    told = pd.DataFrame({"id_a": ["000", "nobody"], "id_b": ["100", "001"], "answer": ["same", "same"]})
    with pytest.raises(UserError, match=r"'nobody'.*row 2"):
        resolve(records, id="key", labels=told)
    with pytest.raises(UserError, match="same, distinct, unsure"):
        resolve(records, id="key", labels=told.head(1).assign(answer="perhaps"))


@pytest.mark.parametrize("threshold", [0, 1, 1.5])
def test_a_threshold_lies_between_nought_and_one(records, threshold):
    with pytest.raises(UserError, match="threshold"):
        resolve(records, id="key", threshold=threshold)


@pytest.mark.parametrize("n_records", [1, 2])
def test_one_record_or_two_are_no_trouble(records, resolved, n_records):
    persons = resolve(records.head(n_records), id="key", model=resolved.model).persons
    assert len(persons) == n_records


def test_one_record_alone_needs_no_teacher(records):
    assert resolve(records.head(1), id="key").persons["probability"].tolist() == [1.0]


def test_hundreds_of_equal_names_and_a_column_without_values(labels):
    crowd = pd.DataFrame({"key": [f"{n:03}" for n in range(300)], "name": "Hans Wolf", "none": None})
    told = resolve(crowd, id="key", labels=labels)
    assert told.persons["person_id"].nunique() == 300 - 8  # only the labels join


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_every_format_gives_the_same_answer(records, resolved, tmp_path, suffix, capsys):
    source, out, model = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}", tmp_path / "model.json"
    records.to_parquet(source) if suffix == ".parquet" else records.to_csv(source, index=False)
    model.write_text(json.dumps(resolved.model))

    assert call(tmp_path, source, "--id", "key", "--model", model, "--out", out) == 0

    read = pd.read_parquet(out) if suffix == ".parquet" else pd.read_csv(out, dtype={"id": str})
    assert read["id"].tolist() == records["key"].tolist()
    assert read["person_id"].tolist() == resolved.persons["person_id"].tolist()
    printed = capsys.readouterr()
    assert "32 records, 16 persons" in printed.out
    assert "saved model" in printed.out


def test_a_model_is_saved_and_scores_again(records, labels, resolved, tmp_path):
    records.to_csv(tmp_path / "in.csv", index=False)
    labels.to_csv(tmp_path / "labels.csv", index=False)
    folder = tmp_path / "made"
    call(
        tmp_path, tmp_path / "in.csv", "--id", "key", "--labels", tmp_path / "labels.csv",
        "--save-model", folder / "model.json", "--out", folder / "out.csv",
    )  # fmt: skip
    assert json.loads((folder / "model.json").read_text()) == resolved.model
    again = resolve(records, id="key", labels=labels, model=folder / "model.json")
    pd.testing.assert_frame_equal(again.persons, resolved.persons)


def test_nothing_is_written_where_anything_fails(records, labels, tmp_path):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    records.to_csv(source, index=False)
    labels.assign(id_a="nobody").to_csv(tmp_path / "labels.csv", index=False)
    out.write_text("from before")
    for wrong in (
        ["--labels", tmp_path / "labels.csv"],
        ["--model", tmp_path / "absent.json"],
        ["--fields", "name,absent"],
        ["--save-model", tmp_path / "model.txt"],
        ["--threshold", "2"],
    ):
        with pytest.raises(UserError):
            call(tmp_path, source, "--id", "key", *wrong, "--out", out)
    with pytest.raises(UserError):
        call(tmp_path, source, "--id", "key", "--out", tmp_path / "out.xlsx")
    assert out.read_text() == "from before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "labels.csv", "out.csv"]


@pytest.mark.slow
def test_every_process_writes_the_same_bytes_with_any_number_of_threads(records, labels, tmp_path):
    records.to_csv(tmp_path / "in.csv", index=False)
    labels.to_csv(tmp_path / "labels.csv", index=False)
    program = (
        "import argparse, sys; from journey_research.verbs.resolve import add_arguments, run\n"
        "parser = argparse.ArgumentParser(); add_arguments(parser); sys.exit(run(parser.parse_args()))"
    )
    running = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                program,
                "in.csv",
                "--id",
                "key",
                "--labels",
                "labels.csv",
                "--out",
                f"{seed}.csv",
                "--save-model",
                f"{seed}.json",
            ],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                **dict.fromkeys(
                    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_DEFAULT_THREADS"), n_threads
                ),
            },
        )
        for seed, n_threads in (("3", "1"), ("44", "2"), ("0", "4"))
    ]
    assert [process.wait() for process in running] == [0, 0, 0]
    for suffix in ("csv", "json"):
        assert len({(tmp_path / f"{seed}.{suffix}").read_bytes() for seed in ("3", "44", "0")}) == 1


def test_a_pair_is_explained_in_one_sentence_without_its_values(records, resolved):
    told = repr(resolved.explain("000", "100"))

    assert told.startswith("These two met")
    assert told.endswith("%.")
    for value in records.iloc[[0, 1]][["name", "mail", "zip"]].to_numpy().ravel():
        assert value.lower() not in told.lower()
    assert resolved.explain("000", "100").waterfall.probability > resolved.threshold
    assert resolved.explain("000", "101").waterfall.probability < 0.5
    assert resolved.explain("000", "100").figure().patches
    with pytest.raises(UserError, match="no record has the id 'x'"):
        resolved.explain("000", "x")


def test_answers_to_the_pairs_asked_about_tell_the_quality(resolved):
    asked = resolved.pairs_to_review(60, seed=1)
    person = {f"{n:03}": n for n in range(16)} | {f"{100 + n:03}": n for n in range(16)}
    same = asked["id_a"].map(person) == asked["id_b"].map(person)

    told = resolved.quality(asked.assign(answer=same.map({True: "same", False: "distinct"})))

    precision = told.set_index("metric").loc["precision"]
    truth = resolved.pairs[resolved.pairs["is_found"]]
    true = (truth["id_a"].map(person) == truth["id_b"].map(person)).mean()
    assert precision["low"] <= true <= precision["high"]
    assert set(asked["id_a"]) <= set(person)


def test_with_neither_labels_nor_identifiers_the_values_alone_have_to_do():
    from benchmarks.identity_sets import pairwise

    draw = np.random.default_rng(3)
    heads, tails = "mar jul paul kar tim kow bren lind hart sor".split(), "a el ine us o en ik".split()
    names = [f"{head}{tail}" for head in heads for tail in tails]
    people = pd.DataFrame(
        {
            "first": draw.choice(names, 300),
            "last": draw.choice(names, 300),
            "town": draw.choice(["aalen", "bonn", "celle", "dorsten", "emden", "fulda"], 300),
            "street": [f"{names[n % 70]}weg {n}" for n in draw.permutation(300)],
            "born": [f"{1940 + n % 60}-{1 + n % 12:02}-{1 + n * 7 % 28:02}" for n in range(300)],
        }
    )
    again = people.head(150).copy()
    again["last"] = again["last"].str[:-1] + "x"
    frame = pd.concat([people, again], ignore_index=True)
    frame.insert(0, "key", [f"{n:04}" for n in range(len(frame))])

    resolved = resolve(frame, id="key")

    assert "precision unknown" in repr(resolved)
    assert "values alone" in repr(resolved)
    truth = [str(n % 300) for n in range(len(frame))]
    assert pairwise(resolved.persons["person_id"], truth).f1 > 0.95


def test_a_few_labels_are_kept_to_and_leave_teaching_to_the_values(shared):
    from benchmarks.identity_sets import load, pairwise

    told = load("restaurants", shared)
    options = {"id": "id", "fields": list(told.fields), "progress": False}
    alone = resolve(told.frame, **options)
    kept = alone.persons.groupby("person_id")["id"].agg(list)
    (one, other), *_ = kept[kept.str.len() == 2]
    answers = pd.DataFrame({"id_a": [one], "id_b": [other], "answer": ["distinct"]})
    few = resolve(told.frame, labels=answers, **options)
    assert few.model["weights"] == alone.model["weights"]
    persons = few.persons.set_index("id")["person_id"]
    assert persons[one] != persons[other]
    assert pairwise(few.persons["person_id"], told.truth).f1 > 0.85
    assert "precision unknown: too few pairs are judged" in repr(few)
    four = resolve(told.frame, labels=_same(told, 4), **options)
    five = resolve(told.frame, labels=_same(told, 5), **options)
    assert four.model["weights"] == alone.model["weights"] != five.model["weights"]


def _same(told, n):
    """Labels of n true pairs."""
    pairs = pd.DataFrame({"id": told.frame["id"], "truth": told.truth}).groupby("truth")["id"].agg(list)
    pairs = pairs[pairs.str.len() == 2].head(n)
    return pd.DataFrame({"id_a": pairs.str[0], "id_b": pairs.str[1], "answer": "same"})


def test_where_nobody_stands_twice_no_answer_is_given():
    frame = pd.DataFrame(
        {"key": [f"{n:03}" for n in range(120)], "name": [f"{n * 7919 % 1000:03} x{n}" for n in range(120)],
         "town": [f"t{n % 11}" for n in range(120)]}
    )  # fmt: skip
    with pytest.raises(UserError, match=r"nothing shows what a repeat looks like.*--source and --once"):
        resolve(frame, id="key")
    frame["source"] = np.where(np.arange(120) % 2, "a", "b")
    with pytest.raises(UserError) as told:  # whoever has named lists is not told to
        resolve(frame, id="key", source="source", once="all")
    assert "--once" not in str(told.value)


def persons_of(resolved) -> set[frozenset[str]]:
    return set(resolved.persons.groupby("person_id")["id"].agg(frozenset))


def test_a_cut_parts_two_and_a_join_brings_them_back(resolved):
    assert frozenset(["003", "103"]) in persons_of(resolved)
    apart = resolved.cut("103", "003")
    assert persons_of(apart) == persons_of(resolved) - {frozenset(["003", "103"])} | {
        frozenset(["003"]),
        frozenset(["103"]),
    }
    again = apart.join("003", "103")
    assert persons_of(again) == persons_of(resolved)
    # Whoever did not change is who he was; the one who was made up for a while is nobody any more.
    kept = resolved.persons.set_index("id")["person_id"]
    assert (again.persons.set_index("id")["person_id"] == kept).all()
    assert apart.changes["event"].tolist() == ["split", "moved"]
    assert again.changes["event"].tolist() == ["moved", "merged"]
    assert len(again.ended) == 1
    assert not again.ended & set(again.cut("003", "103").persons["person_id"])
    # The last answer on a pair counts, and is what a later run is told.
    told = again.judgements.set_index(["id_a", "id_b"])["answer"]
    assert told.loc["003", "103"] == "same"
    assert len(told) == len(resolved.judgements)
    with pytest.raises(UserError, match="no record has the id 'x'"):
        resolved.cut("003", "x")
    with pytest.raises(UserError, match="paired with itself"):
        resolved.join("003", "003")


def test_new_records_come_to_their_persons(records, resolved):
    is_new = records["key"].isin(["109", "015", "115"])
    known = resolve(records[~is_new], id="key", model=resolved.model)
    grown = known.add(records[is_new][["zip", "mail", "name", "key"]], id="key")
    assert persons_of(grown) == persons_of(resolved)
    assert grown.persons["id"].tolist() == [*records["key"][~is_new], *records["key"][is_new]]
    kept = known.persons.set_index("id")["person_id"]
    assert (grown.persons.set_index("id")["person_id"].loc[kept.index] == kept).all()
    assert grown.changes["event"].tolist() == ["created", "moved", "moved", "moved"]
    assert grown.explain("009", "109").waterfall.probability > grown.threshold
    assert grown.persons_at == resolved.persons_at


def test_what_is_added_is_checked(records, resolved):
    with pytest.raises(UserError, match="id is known"):
        resolved.add(records.tail(1), id="key")
    with pytest.raises(UserError, match="column"):
        resolved.add(records.tail(1).drop(columns="mail"), id="key")


def test_persons_are_listed_with_their_weakest_record(resolved):
    told = resolved.clusters()
    assert told["n_records"].tolist() == [2] * 16
    assert (told["least_probability"] <= told["mean_probability"]).all()
    assert set(told["person_id"]) == set(resolved.persons["person_id"])


# --- sources that hold a person once ---------------------------------------------------------


def test_a_source_that_holds_a_person_once_parts_all_but_who_is_judged_the_same(records, labels, resolved):
    lists = records.assign(system=["crm", "shop"] * 16)  # who stands twice stands once in each
    told = resolve(lists, id="key", labels=labels, source="system", once="all")
    assert persons_of(told) == persons_of(resolved)
    assert "system" not in told.values
    assert "at most once in 2 sources" in repr(told)

    one = resolve(lists.assign(system="crm"), id="key", labels=labels, source="system", once=["crm"])
    assert one.persons["person_id"].nunique() == 32 - 8  # of the 16 pairs 8 are judged the same
    nobody = resolve(lists.assign(system="crm"), id="key", labels=labels, source="system")
    assert persons_of(nobody) == persons_of(resolved)


@settings(max_examples=25, deadline=None)
@given(
    sources=st.lists(st.sampled_from("abc"), min_size=32, max_size=32), once=st.sets(st.sampled_from("abc"))
)
def test_no_person_has_two_records_of_a_source_that_holds_it_once(records, resolved, sources, once):
    lists = records.assign(system=sources)
    once = sorted(once & set(sources))
    told = resolve(lists, id="key", model=resolved.model, source="system", once=once)
    system_of = dict(zip(lists["key"], lists["system"], strict=True))
    for person in persons_of(told):
        found = [system_of[key] for key in person if system_of[key] in once]
        assert len(found) == len(set(found))
    if not once:
        assert persons_of(told) == persons_of(resolve(records, id="key", model=resolved.model))


@pytest.mark.parametrize(
    ("once", "system", "is_one"),
    [
        ("all", "crm", False), ("all", "till", True), ("crm", "crm", False), ("crm", "till", True),
        ("shop", "crm", True), (None, "crm", True),
    ],
)  # fmt: skip
def test_new_records_know_which_sources_hold_a_person_once(records, resolved, once, system, is_one):
    lists = records.assign(system=["crm", "shop"] * 16)  # '009' stands in crm
    known, new = lists[lists["key"] != "109"], lists[lists["key"] == "109"].assign(system=system)
    told = resolve(known, id="key", model=resolved.model, source="system", once=once)
    grown = told.add(new, id="key")
    assert (frozenset(["009", "109"]) in persons_of(grown)) == is_one
    again = grown.cut("000", "100").join("000", "100")
    assert persons_of(again) == persons_of(grown)
    if once:
        with pytest.raises(UserError, match=r"column is missing.*'system'"):
            told.add(new.drop(columns="system"), id="key")


def test_every_further_source_holds_a_person_once_as_well(records, resolved):
    lists = records.assign(system=["crm", "shop"] * 16)
    grown = resolve(lists, id="key", model=resolved.model, source="system", once="all")
    again = lists[lists["key"] == "009"]
    for key, system in (("209", "till"), ("309", "web")):
        grown = grown.add(again.assign(key=key, system=system), id="key")
    assert frozenset(["009", "109", "209", "309"]) in persons_of(grown)
    crowded = grown.add(again.assign(key="409", system="till"), id="key")
    assert not any({"209", "409"} <= person for person in persons_of(crowded))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"once": "all"}, "once is given without source"),
        ({"source": "systm"}, "column is missing.*'systm'"),
        ({"source": "system", "once": "crm,web"}, "no record is of the source 'web'.*'system'"),
        ({"source": "key", "once": "all"}, "70 sources hold a person once.*at most 64"),
    ],
)
def test_what_is_said_of_sources_is_checked(change, told):
    many = pd.DataFrame({"key": [f"{n:02}" for n in range(70)], "name": "x", "system": ["crm", "shop"] * 35})
    with pytest.raises(UserError, match=told) as error:
        resolve(many, id="key", **change)
    assert "\n" not in str(error.value)


# --- values that say nothing -----------------------------------------------------------------


def test_a_value_that_says_nothing_is_as_good_as_none(records, resolved):
    silent = records.assign(mail=None, name="Hans Klein")
    full = silent.assign(mail="test@test.com")
    known = {"id": "key", "model": resolved.model}
    assert persons_of(resolve(full, **known)) == persons_of(resolve(silent, **known))
    # A value that somebody made up for the till is on no list.
    till = silent.assign(mail="kasse@laden.example")
    compared, bare = (resolve(frame, **known).pairs["probability"] for frame in (till, silent))
    assert compared.tolist() != bare.tolist()
    told = resolve(till, **known, blocked=["Kasse@laden.example"])
    assert told.pairs["probability"].tolist() == bare.tolist()
    assert told.values["mail"].unique().tolist() == ["kasse@laden.example"]  # what is shown stays whole

    is_new = till["key"].isin(["014", "015", "114", "115"])
    part = resolve(till[~is_new], **known, blocked=["kasse"])
    grown, as_silent = (part.add(frame[is_new], id="key") for frame in (till, silent))
    pd.testing.assert_frame_equal(grown.pairs, as_silent.pairs)
    assert repr(grown.explain("014", "015")) == repr(as_silent.explain("014", "015"))


def test_further_values_that_say_nothing_come_from_a_file(records, resolved, tmp_path):
    till = records.assign(mail="kasse@laden.example", name="Hans Klein")
    till.to_csv(tmp_path / "in.csv", index=False)
    (tmp_path / "model.json").write_text(json.dumps(resolved.model))
    (tmp_path / "blocked.txt").write_text("\n  KASSE \nother\n")
    options = ["--id", "key", "--model", tmp_path / "model.json", "--out", tmp_path / "out.csv"]
    call(tmp_path, tmp_path / "in.csv", *options, "--blocked", tmp_path / "blocked.txt")
    found = pd.read_csv(tmp_path / "out.csv", dtype=str)["person_id"].tolist()
    silent = resolve(till.assign(mail=None), id="key", model=resolved.model)
    assert found == silent.persons["person_id"].tolist()
    with pytest.raises(UserError, match=r"cannot be read \(file absent.txt"):
        call(tmp_path, tmp_path / "in.csv", *options, "--blocked", tmp_path / "absent.txt")


# --- answers that contradict one another -----------------------------------------------------


def test_labels_of_which_not_all_can_be_right_are_refused(records, resolved, tmp_path):
    rows = [("000", "001", "same"), ("002", "001", "same"), ("000", "002", "distinct")]
    labels = pd.DataFrame(rows, columns=["id_a", "id_b", "answer"])
    named = r"'000' same '001' \(row 1\), '001' same '002' \(row 2\), '000' distinct '002' \(row 3\)"
    with pytest.raises(UserError, match=named) as error:
        resolve(records, id="key", labels=labels)
    assert "\n" not in str(error.value)
    assert resolve(records, id="key", labels=labels.tail(2), model=resolved.model)

    review = tmp_path / "told.jsonl"
    for minute, (a, b, answer) in enumerate([("000", "001", "distinct"), *rows]):
        append_judgement(review, a, b, answer, "ann", f"2026-03-01T10:{minute:02}:00Z", "active")
    with pytest.raises(UserError, match=r"same '001' \(row 2\).*\(row 3\).*\(row 4\).*told.jsonl"):
        resolve(records, id="key", labels=review)


def test_a_cut_that_contradicts_two_joins_is_refused(resolved):
    both = resolved.join("003", "004").join("004", "005")
    with pytest.raises(UserError, match="'003' same '004', '004' same '005', '003' distinct '005'"):
        both.cut("005", "003")
    # The last answer on a pair counts, so one of the three is changed first.
    apart = both.cut("003", "004").cut("003", "005").persons.set_index("id")["person_id"]
    assert apart["004"] == apart["005"] != apart["003"]


# --- how far it has come ---------------------------------------------------------------------


def test_progress_is_told_to_whoever_asks_and_changes_nothing(records, resolved):
    told = []
    found = resolve(records, id="key", model=resolved.model, progress=lambda *one: told.append(one))
    assert persons_of(found) == persons_of(resolved)
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages == ["reading values", "finding pairs to compare", "comparing pairs", "clustering"]
    done, total = [(done, total) for stage, done, total in told if stage == "comparing pairs"][-1]
    assert done == total > 0


def test_a_bar_is_drawn_on_standard_error_alone_and_only_where_asked(records, resolved, tmp_path, capsys):
    records.to_csv(tmp_path / "in.csv", index=False)
    (tmp_path / "model.json").write_text(json.dumps(resolved.model))
    options = ["--id", "key", "--model", tmp_path / "model.json", "--out", tmp_path / "out.csv"]
    call(tmp_path, tmp_path / "in.csv", *options)
    plain = capsys.readouterr()
    assert plain.err == "32 records read, results written\n"
    call(tmp_path, tmp_path / "in.csv", *options, "--progress")
    shown = capsys.readouterr()
    assert shown.out == plain.out
    assert "comparing pairs" in shown.err
    assert shown.err.endswith(plain.err)


# --- who shares an identifier ----------------------------------------------------------------


def test_families_who_share_a_telephone_are_not_one_person_each():
    """300 people, nobody twice; four of five live in twos or threes with one number, street and surname."""
    draw = np.random.default_rng(4)
    heads, tails = "mar jul paul kar tim kow bren lind hart sor".split(), "a el ine us o en ik".split()
    names = [f"{head}{tail}" for head in heads for tail in tails]
    home = np.where(np.arange(300) < 240, np.arange(300) // 3, np.arange(300))
    frame = pd.DataFrame(
        {
            "key": [f"{n:03}" for n in range(300)],
            "first": [names[n] for n in draw.integers(0, 70, 300)],
            "last": [names[n * 31 % 70] for n in home],
            "street": [f"{names[n % 70]}weg {n}" for n in home],
            "phone": [f"+49170{n * 7919 % 1000003:07}" for n in home],
        }
    )
    with pytest.raises(UserError, match="give --labels"):
        resolve(frame, id="key")
