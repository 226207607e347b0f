"""The commands that look after the lexicons; ``cli.py`` hangs them under ``callqa lexicon``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from pipeline.commands.language import listed, say, told, tr
from pipeline.commands.options import OK, SOME_FAILED, of_site
from pipeline.jobs import LAYERS
from pipeline.knowledge import check_examples
from pipeline.lexicon import (
    check_lexicon,
    load_knowledge,
    load_lexicon,
    load_regulations,
    names_of_rules,
    read_overlay,
)
from pipeline.phrases import PhraseBook, explain, load_meaning, run_examples
from pipeline.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.lexicon import Remark

EXAMPLES = 3
"""How many phrases a line of advice shows."""


@click.group()
def lexicon() -> None:
    """Look after the lexicons: check, test, try a sentence, see how rules do.

    Example: callqa lexicon try "这个不归我管"
    """


@lexicon.command("check")
@of_site("lexicons", "overlay")
@click.option("--verbose", is_flag=True, help="List every piece of advice with file and line.")
def lexicon_check(lexicons: Path, overlay: Path, verbose: bool) -> None:
    """Find mistakes in the lexicons: syntax, duplicates, phrases that hide others, circles, endless
    patterns, examples of knowledge files that are judged otherwise. Advice of one kind on one rule
    is one line, unless --verbose.

    Exit code: 0 nothing wrong (advice may be given), 1 something must be mended.

    Example: callqa lexicon check --lexicons my-lexicons/
    """
    remarks = check_lexicon(lexicons, overlay)
    if not any(remark.is_error for remark in remarks):
        remarks += check_examples(load_knowledge(lexicons, examples=True)[0])
    for line in _lines(remarks, grouped=not verbose):
        click.echo(line)
    errors = sum(remark.is_error for remark in remarks)
    if not errors:
        added = read_overlay(overlay)
        rules = load_lexicon(lexicons, added).rules
        phrases = sum(len(rule.phrases) for rule in rules)
        say(f"{len(rules)} rules, {phrases} phrases, no mistakes, {len(remarks)} pieces of advice.")
        topics, _ = load_knowledge(lexicons)
        if topics:
            facts = sum(len(topic.facts) for topic in topics)
            say(f"knowledge: {len(topics)} topics, {facts} facts.")
        if added.rules or added.sheets:
            say(
                f"added here ({overlay}): {len(added.rules)} rules, points of {len(added.sheets)} items."
            )
    sys.exit(SOME_FAILED if errors else OK)


def _lines(remarks: Sequence[Remark], *, grouped: bool) -> Iterator[str]:
    """Errors and single remarks as they are, then a line a group with its first examples."""
    groups: dict[str, list[str]] = {}
    for remark in remarks:
        if grouped and remark.group:
            groups.setdefault(remark.group, []).append(remark.example)
        else:
            yield f"{tr('mistake') if remark.is_error else tr('advice')}  {told(tr(remark.text))}"
    for group, examples in groups.items():
        shown = listed(map(told, examples[:EXAMPLES]))
        rest = tr(" and others") if len(examples) > EXAMPLES else ""
        yield f"{tr('advice')}  {told(group)}{tr(f', {len(examples)} of them: ')}{shown}{rest}"
    if groups:
        yield tr("--verbose has file and line of each")


@lexicon.command("test")
@of_site("lexicons", "overlay")
def lexicon_test(lexicons: Path, overlay: Path) -> None:
    """Run the examples of every rule: the positive ones must hit, the negative ones must not.

    Exit code: 0 all as they should be, 1 some not.

    Example: callqa lexicon test
    """
    rules = load_lexicon(lexicons, read_overlay(overlay)).rules
    failed = run_examples(rules, PhraseBook.of(rules, load_meaning()))
    for one in failed:
        wanted = tr("should hit, but does not") if one.should_hit else tr("hits, but should not")
        quotes = listed(dict.fromkeys(f.quote for f in one.found if f.rule == one.rule.id))
        click.echo(
            f"{one.rule.at}{tr(': ')}{one.rule.id} {wanted}{tr(': ')}“{one.example}”"
            f"{f' ← “{quotes}”' if quotes else ''}"
        )
    examples = sum(len(rule.positive) + len(rule.negative) for rule in rules)
    say(f"{len(rules)} rules, {examples} examples, {len(failed)} otherwise than they should be.")
    sys.exit(SOME_FAILED if failed else OK)


@lexicon.command("try")
@click.argument("sentence")
@of_site("lexicons", "overlay")
@click.option("--customer", is_flag=True, help="The customer says it, not the agent.")
def lexicon_try(sentence: str, lexicons: Path, overlay: Path, customer: bool) -> None:
    """Show what a sentence, or a short conversation, meets: which rule, why, and what is refused.

    Example: callqa lexicon try "我们绝不会让您找领导去，不规范管理也不行"
    """
    rules = load_lexicon(lexicons, read_overlay(overlay)).rules
    regulations = load_regulations(lexicons)
    sources = {f"{rule.id} {rule.name}": regulations.show(rule.source) for rule in rules}
    traces = explain(
        sentence, PhraseBook.of(rules, load_meaning()), role="customer" if customer else "agent"
    )
    for trace in traces:
        mark = tr("refused") if trace.refused else tr("hit")
        reason = (
            f"  {told(trace.refused)}"
            if trace.refused
            else f"  {tr('confidence')} {trace.confidence:.2f}"
        )
        click.echo(
            f"{mark}  {told(LAYERS[trace.match])}  {trace.rule}  “{trace.phrase}” ← “{trace.quote}”{reason}"
        )
        if not trace.refused:
            click.echo(f"      {tr('source')}{tr(': ')}{sources[trace.rule]}")
    if not traces:
        say("It meets no rule.")


@lexicon.command("stats")
@of_site("db", "lexicons", "overlay")
def lexicon_stats(lexicons: Path, overlay: Path, db: Path) -> None:
    """Show for each rule how often it was found, and what reviewers confirmed or refused.

    Example: callqa lexicon stats --db callqa.db
    """
    names = names_of_rules(load_lexicon(lexicons, read_overlay(overlay)).rules)
    with Store.open(db, create=False) as store:
        counts = {count.rule: count for count in store.rules.counts()}
    table = Table(title=None)
    for heading, right in (
        (tr("rule"), False),
        (tr("name"), False),
        (tr("times (also missing)"), True),
        (tr("by the machine"), True),
        (tr("to review"), True),
        (tr("confirmed"), True),
        (tr("refuted"), True),
    ):
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for rule_id in sorted({*names, *counts}):
        count = counts.get(rule_id)
        numbers = (
            (count.hits, count.charged, count.doubtful, count.confirmed, count.refused)
            if count
            else (0,) * 5
        )
        table.add_row(rule_id, names.get(rule_id, tr("(measured)")), *map(str, numbers))
    (Console() if sys.stdout.isatty() else Console(width=120)).print(table)
