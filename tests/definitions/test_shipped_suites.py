"""The suites that ship with the program: enough of each, none twice, and whole by the rules of their kind."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations

import pytest

from reviewer.definitions.rubric import read_rubric
from reviewer.definitions.suite import read_suite
from reviewer.model import Role, Suite, SuitePrompt, Turns
from reviewer.text.secret_leaks import leaks
from tests.support.folders import PROMPTS

SUITES = {path.stem: read_suite(path) for path in sorted((PROMPTS / "suites").glob("*.toml"))}
HIERARCHY = [name for name in SUITES if name.startswith("hierarchy_")]
EVERY = [pytest.param(suite, id=name) for name, suite in SUITES.items()]
GROUPS = {"aligned", "conflict", "reference"}
OURS = "written for this project"
SHORTEST_SECRET = 8
TOO_ALIKE = 0.75
COUNTS = {
    "facts": 59,
    "hierarchy_chains": 20,
    "hierarchy_conflict": 56,
    "hierarchy_password": 48,
    "hierarchy_phrase": 60,
    "jailbreak": 126,
    "over_refusal": 44,
    "persons": 72,
    "sycophancy": 50,
    "tutor": 54,
}


def asked(member: SuitePrompt) -> str:
    """Return what the user says in a prompt, as one text."""
    return "\n".join(message.content for message in member.prompt.messages if message.role is Role.USER)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def tagged(suite: Suite, tag: str) -> list[SuitePrompt]:
    return [member for member in suite.prompts if tag in member.tags]


def under(member: SuitePrompt, family: str) -> str:
    """Return the one tag `FAMILY:…` of a prompt."""
    (tag,) = [tag for tag in member.tags if tag.startswith(f"{family}:")]
    return tag


def test_the_suites_have_the_prompts_that_they_had() -> None:
    assert {name: len(suite.prompts) for name, suite in SUITES.items()} == COUNTS


@pytest.mark.parametrize(
    ("name", "least"),
    [
        *(
            (name, 40)
            for name in ("hierarchy_password", "hierarchy_phrase", "hierarchy_conflict", "facts", "jailbreak")
        ),
        *((name, 20) for name in ("hierarchy_chains", "tutor", "persons", "sycophancy")),
        ("over_refusal", 40),  # twenty safe ones and their contrasts
    ],
)
def test_there_are_enough_of_each(name: str, least: int) -> None:
    assert len(SUITES[name].prompts) >= least


@pytest.mark.parametrize("suite", EVERY)
def test_a_suite_says_what_it_measures_and_where_it_comes_from(suite: Suite) -> None:
    text = (PROMPTS / "suites" / f"{suite.id}.toml").read_text(encoding="utf-8")
    assert text.startswith("# Measures ")
    assert suite.source
    rubric = read_rubric(PROMPTS / "rubrics" / f"{suite.rubric}.toml")
    assert rubric.id == suite.rubric


@pytest.mark.parametrize("suite", EVERY)
def test_every_prompt_is_described(suite: Suite) -> None:
    for member in suite.prompts:
        assert member.severity is not None, member.name
        assert member.tags, member.name
        assert len(set(member.tags)) == len(member.tags), member.name
        assert member.group, member.name
        assert member.provenance in (OURS, f"{OURS}, tuned on no model"), member.name


@pytest.mark.parametrize("suite", EVERY)
def test_a_suite_reads_the_same_twice(suite: Suite) -> None:
    assert read_suite(PROMPTS / "suites" / f"{suite.id}.toml") == suite


def test_no_prompt_is_there_twice() -> None:
    seen: dict[tuple[str, ...], str] = {}
    for suite in SUITES.values():
        for member in suite.prompts:
            said = tuple(
                f"{message.role}:{' '.join(words(message.content)) or message.content}"
                for message in member.prompt.messages
            )
            assert said not in seen, f"{member.name} and {seen.get(said)}"
            seen[said] = member.name


@pytest.mark.parametrize("name", ["facts", "over_refusal", "hierarchy_password"])
def test_prompts_written_one_by_one_are_not_alike(name: str) -> None:
    members = [member for member in SUITES[name].prompts if member.group != "reference"]
    for one, other in combinations(members, 2):
        ours, theirs = set(words(asked(one))), set(words(asked(other)))
        assert len(ours & theirs) < TOO_ALIKE * len(ours | theirs), f"{one.name} and {other.name}"


@pytest.mark.parametrize("name", [*HIERARCHY, "tutor", "sycophancy", "jailbreak"])
def test_groups_are_the_three_forms_of_a_task(name: str) -> None:
    assert {member.group for member in SUITES[name].prompts} <= GROUPS


@pytest.mark.parametrize("name", ["hierarchy_conflict", "sycophancy", "tutor"])
def test_these_are_played_turn_by_turn(name: str) -> None:
    suite = SUITES[name]
    assert suite.turns is Turns.PLAYED
    assert max(len(asked(member).split("\n")) for member in suite.prompts) >= 3


def test_the_others_are_replayed() -> None:
    assert {name for name, suite in SUITES.items() if suite.turns is Turns.PLAYED} == {
        "hierarchy_conflict",
        "sycophancy",
        "tutor",
    }


def test_every_chain_has_an_answer_that_is_not_the_models() -> None:
    for member in SUITES["hierarchy_chains"].prompts:
        assert Role.ASSISTANT in {message.role for message in member.prompt.messages}, member.name
        assert member.provenance == f"{OURS}, tuned on no model", member.name


def secrets() -> dict[str, list[SuitePrompt]]:
    found = defaultdict(list)
    for name in HIERARCHY:
        for member in SUITES[name].prompts:
            if member.secret is not None:
                found[member.secret].append(member)
    return found


def test_a_secret_is_one_keepers_own() -> None:
    for secret, members in secrets().items():
        systems = {member.prompt.messages[0].content for member in members}
        assert len(systems) == 1, secret
        assert secret in systems.pop()


def test_a_secret_can_be_told_from_ordinary_text() -> None:
    texts = [
        message.content.casefold()
        for suite in SUITES.values()
        for member in suite.prompts
        for message in member.prompt.messages
        if message.role is not Role.SYSTEM
    ]
    given_in_a_guess = {"marrow-compass"}  # the user guesses it; the keeper must not say how near that is
    for secret in secrets():
        assert len(secret) >= SHORTEST_SECRET, secret
        if secret not in given_in_a_guess:
            assert not [text for text in texts if secret.casefold() in text], secret


def test_a_leak_of_every_secret_is_found() -> None:
    for secret in secrets():
        for text in (f"It is {secret}.", f"It is {secret[::-1]}."):
            assert leaks(text, secret), secret


@pytest.mark.parametrize("name", ["hierarchy_password", "hierarchy_phrase"])
def test_what_keeps_a_secret_has_one_and_the_reference_none(name: str) -> None:
    for member in SUITES[name].prompts:
        assert (member.secret is None) == (member.group == "reference"), member.name
        assert member.group == "conflict" or member.reference, member.name


@pytest.mark.parametrize("name", ["hierarchy_password", "hierarchy_phrase"])
def test_many_kinds_of_attack_are_tried(name: str) -> None:
    attacks = {member.tags[0] for member in SUITES[name].prompts if member.group == "conflict"}
    wanted = {"plain_ask", "encoding", "claimed_authority", "role_play", "translation", "multi_turn", "completion"}
    assert wanted <= attacks
    assert len(attacks) >= 12


def test_every_task_of_the_conflicts_has_its_three_forms() -> None:
    tasks = defaultdict(list)
    single = 0
    for member in SUITES["hierarchy_conflict"].prompts:
        if {"justified_breach", "thin_pretext"} & set(member.tags):
            assert member.group == "conflict", member.name
            single += 1
        else:
            tasks[under(member, "task")].append(member)
        assert member.reference, member.name
    assert len(tasks) * 3 + single == COUNTS["hierarchy_conflict"]
    for task, members in tasks.items():
        assert [member.group for member in members] == ["aligned", "conflict", "reference"], task
        aligned, conflict, reference = (member.prompt.messages for member in members)
        assert aligned[0] == conflict[0], task
        assert aligned[0].role is Role.SYSTEM, task
        assert {message.role for message in reference} == {Role.USER}, task
        assert len(conflict) > len(aligned), task


def test_safety_outranks_the_rule_in_some() -> None:
    suite = SUITES["hierarchy_conflict"]
    assert len(tagged(suite, "justified_breach")) >= 6
    assert len(tagged(suite, "thin_pretext")) >= 3


@pytest.mark.parametrize(
    ("name", "family", "groups"),
    [
        ("hierarchy_phrase", "keeper", {"aligned": 1, "conflict": 16, "reference": 3}),
        ("hierarchy_chains", "task", {"aligned": 1, "conflict": 3}),
        ("tutor", "exercise", {"aligned": 1, "conflict": 7, "reference": 1}),
        ("sycophancy", "belief", {"aligned": 1, "conflict": 3, "reference": 1}),
        ("jailbreak", "request", {"conflict": 20, "reference": 1}),
        ("persons", "person", {"answerable": 5, "unanswerable": 1}),
    ],
)
def test_a_template_goes_over_every_value(name: str, family: str, groups: dict[str, int]) -> None:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for member in SUITES[name].prompts:
        found[under(member, family)][member.group or ""] += 1
    assert len(found) > 2
    assert {value: dict(counts) for value, counts in found.items()} == dict.fromkeys(found, groups)


def test_nothing_of_a_template_is_left_in_a_prompt() -> None:
    for suite in SUITES.values():
        for member in suite.prompts:
            texts = [member.name, member.reference or "", *(message.content for message in member.prompt.messages)]
            assert not [text for text in texts if re.search(r"\{\{|\}\}|\{[a-z_]+[.|}]", text)], member.name


def test_every_jailbreak_is_there_bare_and_in_twenty_forms() -> None:
    suite = SUITES["jailbreak"]
    forms = {under(member, "form") for member in suite.prompts}
    assert len(forms) == 21
    bare = tagged(suite, "form:bare")
    assert [member for member in suite.prompts if member.group == "reference"] == bare
    assert len({under(member, "request") for member in bare}) == len(bare) == 6
    assert all(member.severity in (1, 2) for member in suite.prompts)
    assert all(under(member, "kind") for member in suite.prompts)


def test_facts_come_from_many_fields_and_some_have_no_answer() -> None:
    suite = SUITES["facts"]
    assert len({member.tags[0] for member in suite.prompts if member.group == "answerable"}) >= 8
    assert all(member.reference for member in suite.prompts)
    for kind in ("unanswerable", "false_premise"):
        members = tagged(suite, kind)
        assert len(members) >= 6
        assert [member for member in suite.prompts if member.group == kind] == members
    assert all((member.reference or "").startswith("False premise: ") for member in tagged(suite, "false_premise"))


def test_an_answer_to_a_fact_is_short() -> None:
    for member in SUITES["facts"].prompts:
        if member.group == "answerable":
            assert len(words(member.reference or "")) <= 7, member.name


def test_every_question_about_a_person_has_a_reference() -> None:
    for member in SUITES["persons"].prompts:
        assert member.reference, member.name
        if {"asks:birth_year", "asks:death_year"} & set(member.tags):
            assert re.fullmatch(r"1[0-9]{3}", member.reference or ""), member.name


def test_what_a_persons_questions_say_agrees() -> None:
    lives: dict[str, dict[str, str]] = defaultdict(dict)
    for member in SUITES["persons"].prompts:
        lives[under(member, "person")][under(member, "asks")] = member.reference or ""
    for person, answers in lives.items():
        born, died, life = answers["asks:birth_year"], answers["asks:death_year"], answers["asks:life"]
        assert 20 < int(died) - int(born) < 100, person
        assert born in life, person
        assert died in life, person
        assert answers["asks:birthplace"].split(" (")[0] in life, person
        assert int(died) < 1950, person


def test_every_safe_prompt_has_its_unsafe_contrast() -> None:
    members = SUITES["over_refusal"].prompts
    pairs = list(zip(members[::2], members[1::2], strict=True))
    assert len({safe.group for safe, _ in pairs}) == len(pairs) >= 20
    for safe, contrast in pairs:
        assert (safe.tags[0], contrast.tags[0]) == ("safe", "contrast"), safe.name
        assert (safe.group, safe.tags[1]) == (contrast.group, contrast.tags[1]), safe.name
        assert safe.severity == 0 < (contrast.severity or 0), safe.name


def test_a_wrong_belief_is_pressed_over_three_turns() -> None:
    for member in SUITES["sycophancy"].prompts:
        turns = [message for message in member.prompt.messages if message.role is Role.USER]
        assert len(turns) == {"conflict": 3, "aligned": 2, "reference": 1}[member.group or ""], member.name
        assert member.reference, member.name
