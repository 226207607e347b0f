"""docs/rules.md shows every operator and scope, and its examples are read by the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.lexicon import OPERATORS, Operator, conditions, load_lexicon
from pipeline.lexicon.read_conditions import SCOPE_KEYS
from pipeline.phrases import PhraseBook, load_meaning
from pipeline.phrases.evaluators import EVALUATORS
from pipeline.phrases.examples import find_in, run_examples

DOC = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
ROW_WITH_CALL = re.compile(
    r"^\| `([a-z_, `]+)` \| [^|]* \| ([^|]*) \| `(\{.*\})` \|$", re.MULTILINE
)
ROW = re.compile(r"^\| `([a-z_, `]+)` \| .* \| `(\{.*\})` \|$", re.MULTILINE)

RULE = """version: 1
rules:
  - id: process.doc
    name: 例
    kind: process
    source: "our choice"
    severity: low
    role: agent
    conditions:
      shown: {condition}
      hold: {any: [稍等]}
      complaint: {any: [投诉]}
      apology: {any: [抱歉]}
    when: shown
    positive: ["一", "二"]
    negative: ["三", "四"]
  - {id: required.hold, name: 等, kind: required, phrase: 等, source: "D", severity: low, role: agent,
     phrases: [稍等], positive: ["稍等", "请稍等"], negative: ["好", "行"]}
"""


def test_every_operator_and_scope_has_an_example_that_is_read(tmp_path: Path):
    shown: set[str] = set()
    for names, condition in ROW.findall(DOC):
        shown |= set(re.findall(r"[a-z_]+", names))
        (tmp_path / "doc.yaml").write_text(RULE.replace("{condition}", condition), encoding="utf-8")
        load_lexicon(tmp_path)

    assert set(OPERATORS) | set(SCOPE_KEYS) <= shown


def test_the_whole_rules_shown_pass_their_own_examples(tmp_path: Path):
    for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", DOC, re.DOTALL)):
        name = "site" if "sheets:" in block else str(number)
        (tmp_path / f"{name}.yaml").write_text(block, encoding="utf-8")
    rules = load_lexicon(tmp_path).rules

    assert len(rules) == 4
    assert run_examples(rules, PhraseBook.of(rules)) == ()


def test_the_tables_and_the_document_have_the_same_operators():
    nouns = {
        noun
        for noun in vars(conditions).values()
        if isinstance(noun, type) and issubclass(noun, Operator) and noun is not Operator
    }
    table = DOC[DOC.index("| operator |") : DOC.index("| scope |")]

    assert {row.noun for row in OPERATORS.values()} == nouns
    assert set(EVALUATORS) == nouns
    assert ROW_WITH_CALL.findall(table) == [
        (row.name, row.holds_in, row.example) for row in OPERATORS.values()
    ]


@pytest.mark.parametrize(("names", "call", "condition"), ROW_WITH_CALL.findall(DOC))
def test_every_example_holds_in_its_call(tmp_path: Path, names: str, call: str, condition: str):
    (tmp_path / "doc.yaml").write_text(RULE.replace("{condition}", condition), encoding="utf-8")
    rules = load_lexicon(tmp_path).rules
    shown = rules[0].conditions[0].operator

    assert "process.doc" in {f.rule for f in find_in(call, PhraseBook.of(rules, load_meaning()))}
    if names in OPERATORS:
        assert type(shown) is OPERATORS[names].noun


def test_the_document_says_which_operators_need_sound():
    needing = [row.name for row in OPERATORS.values() if row.noun.needs_sound]

    assert (
        f"{'`, `'.join(needing[:-1])}` and `{needing[-1]}` ask what only a recording"
        in " ".join(DOC.split())
    )
