"""The commands that look after the lexicons; ``cli.py`` hangs them under ``callqa lexicon``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

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
        click.echo(f"共 {len(rules)} 条规则、{phrases} 个短语，没有错误，{len(remarks)} 条建议。")
        topics, _ = load_knowledge(lexicons)
        if topics:
            facts = sum(len(topic.facts) for topic in topics)
            click.echo(f"业务知识：{len(topics)} 个主题、{facts} 个事实。")
        if added.rules or added.sheets:
            click.echo(
                f"本单位补充（{overlay}）：{len(added.rules)} 条规则、{len(added.sheets)} 项分值。"
            )
    sys.exit(SOME_FAILED if errors else OK)


def _lines(remarks: Sequence[Remark], *, grouped: bool) -> Iterator[str]:
    """Errors and single remarks as they are, then a line a group with its first examples."""
    groups: dict[str, list[str]] = {}
    for remark in remarks:
        if grouped and remark.group:
            groups.setdefault(remark.group, []).append(remark.example)
        else:
            yield f"{'错误' if remark.is_error else '建议'}  {remark.text}"
    for group, examples in groups.items():
        shown = "、".join(examples[:EXAMPLES])
        rest = "等" if len(examples) > EXAMPLES else ""
        yield f"建议  {group}，共 {len(examples)} 个：{shown}{rest}"
    if groups:
        yield "每一处的文件和行号：加上 --verbose"


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
        wanted = "应当命中，但没有命中" if one.should_hit else "不应命中，却命中了"
        quotes = "、".join(dict.fromkeys(f.quote for f in one.found if f.rule == one.rule.id))
        click.echo(
            f"{one.rule.at}：{one.rule.id} {wanted}：“{one.example}”{'（' + quotes + '）' if quotes else ''}"
        )
    examples = sum(len(rule.positive) + len(rule.negative) for rule in rules)
    click.echo(f"{len(rules)} 条规则、{examples} 个例句，{len(failed)} 个不符。")
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
        mark = "不算" if trace.refused else "命中"
        reason = f"  {trace.refused}" if trace.refused else f"  把握 {trace.confidence:.2f}"
        click.echo(
            f"{mark}  {LAYERS[trace.match]}  {trace.rule}  “{trace.phrase}” ← “{trace.quote}”{reason}"
        )
        if not trace.refused:
            click.echo(f"      依据：{sources[trace.rule]}")
    if not traces:
        click.echo("没有碰到任何规则。")


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
    for heading in ("规则", "名称", "次数（含缺少）", "机器确认", "待复核", "人工确认", "人工驳回"):
        table.add_column(
            heading, justify="left" if heading in ("规则", "名称") else "right", overflow="fold"
        )
    for rule_id in sorted({*names, *counts}):
        count = counts.get(rule_id)
        numbers = (
            (count.hits, count.charged, count.doubtful, count.confirmed, count.refused)
            if count
            else (0,) * 5
        )
        table.add_row(rule_id, names.get(rule_id, "（测量）"), *map(str, numbers))
    (Console() if sys.stdout.isatty() else Console(width=120)).print(table)
