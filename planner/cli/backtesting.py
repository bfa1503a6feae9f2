"""``planner backtest``: the methods judged on the past."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from planner.cli.arguments import (
    data_option,
    find_data,
    json_option,
    read_settings,
    scenario_argument,
    seed_option,
    set_option,
)
from planner.cli.failures import ends_cleanly, to_json
from planner.cli.printing import print_table
from planner.cli.progress import show_progress
from planner.interruptions import finish_undisturbed


@click.command(epilog="\b\nExample:\n  planner backtest scenario.toml --data exports")
@scenario_argument
@data_option
@set_option
@seed_option
@json_option
@ends_cleanly
def command(
    scenario: Path, data: Path | None, settings: tuple[str, ...], seed: int | None, as_json: bool
) -> None:
    """Judge potential and quota methods on past periods that they did not see."""
    settled = read_settings(scenario, settings, seed)
    folder = find_data(scenario, data)
    from planner.pipeline.backtesting import backtest_scenario

    with show_progress() as progress:
        report = backtest_scenario(settled, folder, progress).as_dict()
    finish_undisturbed()
    if as_json:
        click.echo(to_json(report))
        return
    _print_potential(report)
    _print_quotas(report["quota"], report["quota_chosen_elsewhere"])
    _print_calibration(report["outcomes"])
    for finding in report["findings"]:
        if finding["code"] in SAID:
            click.echo(f"{finding['message']} {finding['advice']}")


def _print_potential(report: Mapping[str, Any]) -> None:
    rows = [
        (name, _share(score["error"]), _share(score["top_decile"]), _share(score["coverage"]))
        for name, score in report["potential"].items()
    ]
    header = ("method", "error in money", "top tenth found", "within interval")
    print_table(f"Potential, forecast from {', '.join(report['cuts'])}", header, rows)
    click.echo(f"Best: {report['chosen']}.")


def _print_quotas(quota: Mapping[str, Mapping[str, Any]], elsewhere: float | None) -> None:
    if not quota:
        click.echo("Quota methods are not judged: there are no past quotas with history.")
        return
    rows = [
        (
            name,
            "–" if score["dispersion"] is None else f"{score['dispersion']:.2f}",
            "–" if score["chance"] is None else f"{score['chance']['dispersion']:.2f}",
            _share(score["share_at_quota"]),
            *(_correlation(score["rank_correlation"].get(key)) for key in KEYS),
        )
        for name, score in _shown(quota)
    ]
    print_table(
        "Quotas on past periods", ("method", "dispersion", "by chance", "at quota", *KEYS), rows
    )
    left = len(quota) - len(rows)
    if left:
        click.echo(f"{left} further bases are no better than these; --json gives them all.")
    if elsewhere is not None:
        click.echo(f"Chosen on the other periods alone, a basis leaves {elsewhere:.2f}.")


def _shown(quota: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return what there was, each measure alone, and the best blends of them, best first."""
    known = {name: score for name, score in quota.items() if score["dispersion"] is not None}
    alone = [name for name in quota if name in PLAIN]
    blends = [name for name in quota if name not in PLAIN]
    best = sorted(blends, key=lambda name: known[name]["dispersion"] if name in known else 1e9)
    return [(name, quota[name]) for name in (*alone, *best[:BLENDS_SHOWN])]


def _print_calibration(found: Mapping[str, Any] | None) -> None:
    if not found:
        click.echo("The simulated year is not judged: no past window can be held out.")
        return
    held = found["company_inside"]
    click.echo(
        f"Simulated 80% intervals held {_share(found['accounts_inside'])} of the accounts, "
        f"{_share(found['books_inside'])} of {found['books']} books and {sum(held)} of {len(held)} "
        f"company totals; outcomes.calibrate would take the common variation times {found['scale']:g}."
    )


PLAIN = ("as_set", "plan", "equal", "history=1", "potential=1", "run_rate=1")
BLENDS_SHOWN = 8
SAID = (
    "backtest.chance",
    "backtest.past_chance",
    "backtest.submitted",
    "quotas.hindsight",
    "backtest.ramp_too_low",
)
KEYS = ("potential", "history", "size", "tenure")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _correlation(value: float | None) -> str:
    return "–" if value is None else f"{value:+.2f}"
