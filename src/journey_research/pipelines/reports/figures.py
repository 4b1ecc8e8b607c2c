"""One function a figure: tables in, Axes out. Titles say the finding, axes their units.

Nothing is computed here that is not the picture. An empty table gives Axes with a sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from journey_research.engine import Table

from .words import number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito (2008): told apart by colour-blind readers; black last, yellow left out on white.
PALETTE = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000"]
MARKS = ["o", "s", "D", "^", "v", "P", "X"]
SOFT = "#5b6876"
MOST_CHANNELS = 6


def touches_by_day(touches_by_day: Table) -> Axes:
    """Touches a day, one line a channel; the smallest channels are drawn as one.

    Args:
        touches_by_day: ``touched_date``, ``channel``, ``n_touches``.
    """
    counts = touches_by_day.to_pandas()
    if counts.empty:
        return said("No touches in these two weeks of this environment")
    total = counts.groupby("channel")["n_touches"].sum().reset_index()
    order = total.sort_values(["n_touches", "channel"], ascending=[False, True])["channel"].tolist()
    kept = order if len(order) <= MOST_CHANNELS else order[: MOST_CHANNELS - 1]
    counts["shown"] = counts["channel"].where(counts["channel"].isin(kept), "others")
    days = counts.pivot_table(
        index="touched_date", columns="shown", values="n_touches", aggfunc="sum", fill_value=0
    )
    names = [*kept, "others"] if "others" in days.columns and "others" not in kept else kept
    axes = canvas(
        f"{plain(order[0]).capitalize()} brings most touches: {number(total['n_touches'].max())} in all"
    )
    for place, name in enumerate(names):
        axes.plot(
            days.index, days[name], color=PALETTE[place], marker=MARKS[place], markersize=4, label=plain(name)
        )
    axes.set_ylim(bottom=0)
    axes.set_xticks(list(days.index[::2]), [f"{day:%d %b}" for day in days.index[::2]])
    axes.set_xlabel(f"day (UTC) of {' and '.join(sorted({str(day.year) for day in days.index}))}")
    axes.set_ylabel("touches a day")
    return legend_beside(axes)


def persons_by_threshold(identity_thresholds: Table) -> Axes:
    """Persons by threshold, the chosen one marked; precision and recall beside it where truth is known."""
    told = identity_thresholds.query("select * from this order by threshold").to_pandas()
    if told.empty:
        return said("No threshold was needed: there are no scored pairs")
    chosen = told[told["is_chosen"]]
    if told["n_persons"].nunique() == 1:
        return said(f"Whatever the threshold, there are {number(told['n_persons'].iloc[0])} persons")
    knows_truth = told["precision_share"].notna().any()
    title = "How many persons there are depends on the threshold"
    if not chosen.empty:
        title = f"At the chosen threshold {number(chosen['n_persons'].iloc[0])} persons"
    axes = canvas(title, panels=2 if knows_truth else 1)
    axes.plot(told["threshold"], told["n_persons"], color=PALETTE[0], marker="o", markersize=4)
    axes.set_xlabel("link probability needed")
    axes.set_ylabel("persons")
    panels = axes.figure.axes
    if knows_truth:
        for name, colour, mark in (("precision", PALETTE[1], "s"), ("recall", PALETTE[2], "D")):
            panels[1].plot(
                told["threshold"], told[f"{name}_share"], color=colour, marker=mark, markersize=4, label=name
            )
        panels[1].set_xlabel("link probability needed")
        panels[1].set_ylabel("share")
        panels[1].set_ylim(0, 1.03)
        panels[1].legend(frameon=False, loc="lower center", ncols=2)
    for panel in panels:
        for threshold in chosen["threshold"]:
            panel.axvline(threshold, color=SOFT, linestyle="--", linewidth=1)
    return axes


def records_per_person(cluster_sizes: Table) -> Axes:
    """How many persons have how many records.

    Args:
        cluster_sizes: ``n_records``, ``n_persons``.
    """
    told = cluster_sizes.query("select * from this order by n_records").to_pandas()
    if told.empty:
        return said("No persons in this environment")
    if told["n_records"].max() == 1:
        return said(f"Each of {number(told['n_persons'].sum())} persons has one record")
    several = int(told.loc[told["n_records"] > 1, "n_persons"].sum())
    share = several / int(told["n_persons"].sum())
    axes = canvas(
        f"{number(share, 'share')} of persons have several records; the largest has {told['n_records'].max()}"
    )
    most = 12
    sizes = told["n_records"].clip(upper=most)
    bars = told.groupby(sizes)["n_persons"].sum().reindex(range(1, int(sizes.max()) + 1), fill_value=0)
    drawn = axes.bar(bars.index, bars.to_numpy(), color=PALETTE[0], width=0.75)
    axes.bar_label(drawn, labels=[number(n) if n else "" for n in bars], padding=2, color=SOFT, fontsize=9)
    axes.set_xticks(list(bars.index))
    if sizes.max() == most and told["n_records"].max() > most:
        axes.set_xticklabels([*map(str, bars.index[:-1]), f"{most} or more"])
    axes.set_xlabel("records of a person")
    axes.set_ylabel("persons")
    return axes


def credit_by_channel(credits: Table) -> Axes:
    """Share of conversions by channel and model: a dot, its sampling range, its identity range (thin)."""
    from matplotlib.ticker import PercentFormatter

    told = credits.query("select * from this where share is not null order by channel, model").to_pandas()
    if told.empty:
        return said("No conversions to credit in this environment")
    models = sorted(told["model"].unique())
    best = told.groupby("channel")["share"].max().reset_index()
    channels = best.sort_values(["share", "channel"], ascending=[True, False])["channel"].tolist()
    spread = told.groupby("channel")["share"].agg(lambda shares: shares.max() - shares.min()).max()
    title = f"Models disagree on a channel's credit by up to {100 * spread:.0f} points"
    if spread < 0.005:
        title = "All models share the credit out alike"
    axes = canvas(
        f"{plain(channels[0]).capitalize()} has all credit" if len(channels) == 1 else title,
        height=1.4 + 0.16 * len(models) * len(channels),
    )
    step = 0.8 / len(models)
    for place, model in enumerate(models):
        mine = told[told["model"] == model].set_index("channel")
        colour = PALETTE[place % len(PALETTE)]
        heights = [channels.index(channel) + 0.4 - step * (place + 0.5) for channel in mine.index]
        axes.hlines(heights, mine["identity_low"], mine["identity_high"], color=colour, linewidth=1)
        axes.hlines(heights, mine["low"], mine["high"], color=colour, linewidth=3.5, alpha=0.45)
        axes.plot(
            mine["share"], heights, MARKS[place % len(MARKS)], color=colour, markersize=5, label=plain(model)
        )
    axes.set_yticks(range(len(channels)), [plain(channel) for channel in channels])
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(PercentFormatter(xmax=1.0, decimals=0))
    axes.set_xlabel("share of conversions (thick: sampling, 95 in 100; thin: identity)")
    axes.grid(axis="y", visible=False)
    return legend_beside(axes)


def calibration(calibration_bins: Table) -> Axes:
    """What was said against what happened, by tenth of the scored persons."""
    told = calibration_bins.query("select * from this order by bin_number").to_pandas()
    if told.empty:
        return said("No scored examples with a known outcome in this environment")
    if told["mean_probability"].max() - told["mean_probability"].min() < 1e-9:
        return said("The model gives everybody the same probability, so there are no groups to compare")
    off = ((told["mean_probability"] < told["low"]) | (told["mean_probability"] > told["high"])).sum()
    axes = canvas(f"{len(told) - off} of {len(told)} groups converted as often as was said, within chance")
    top = float(max(told["high"].max(), told["mean_probability"].max())) * 1.05
    axes.plot([0, top], [0, top], color=SOFT, linestyle="--", linewidth=1, label="said = happened")
    axes.vlines(told["mean_probability"], told["low"], told["high"], color=PALETTE[0], linewidth=2, alpha=0.5)
    axes.plot(
        told["mean_probability"], told["converted_share"], "o", color=PALETTE[0], label="a tenth, 95 in 100"
    )
    axes.set_xlabel("conversion probability said (mean of the group)")
    axes.set_ylabel("share that converted")
    axes.legend(frameon=False, loc="upper left")
    return axes


def expected_and_come(value_deciles: Table) -> Axes | None:
    """Purchases expected of a time held out against those that came, by tenth of the customers.

    None where no tenth has enough customers: the sentence above it says so.

    Args:
        value_deciles: Contract ``ValueDeciles``.
    """
    told = value_deciles.query(
        "select * from this where measure = 'purchases' and observed is not null order by tenth"
    ).to_pandas()
    if told.empty:
        return None
    right = int(((told["low"] <= told["expected"]) & (told["expected"] <= told["high"])).sum())
    axes = canvas(f"{right} of {len(told)} groups bought as often as was expected, within chance")
    top = float(max(told["high"].max(), told["expected"].max())) * 1.05
    axes.plot([0, top], [0, top], color=SOFT, linestyle="--", linewidth=1, label="expected = came")
    axes.vlines(told["expected"], told["low"], told["high"], color=PALETTE[0], linewidth=2, alpha=0.5)
    axes.plot(told["expected"], told["observed"], "o", color=PALETTE[0], label="a tenth, 95 in 100")
    axes.set_xlabel("purchases expected of a customer (mean of the group)")
    axes.set_ylabel("purchases that came")
    axes.legend(frameon=False, loc="upper left")
    return axes


def journey_lengths(journeys: Table) -> Axes:
    """How many touches journeys have, converted and open."""
    told = journeys.query(
        "select least(n_touches, 15) as n_touches, outcome, count(*) as n from this group by all order by all"
    ).to_pandas()
    if told.empty:
        return said("No journeys in this environment")
    single = told.loc[told["n_touches"] == 1, "n"].sum() / told["n"].sum()
    axes = canvas(f"{number(single, 'share')} of journeys are a single touch")
    for place, outcome in enumerate(["converted", "open"]):
        mine = told[told["outcome"] == outcome]
        axes.bar(
            mine["n_touches"] + (place - 0.5) * 0.4, mine["n"], width=0.4, color=PALETTE[place], label=outcome
        )
    axes.set_xlabel("touches in the journey (15: 15 or more)")
    axes.set_ylabel("journeys")
    axes.legend(frameon=False)
    return axes


def canvas(title: str, panels: int = 1, height: float = 3.6) -> Axes:
    """Empty Axes in the project's style; ``axes.figure.axes`` holds the other panels."""
    import matplotlib.pyplot as plt

    style: Any = {"font.size": 10.5, "axes.edgecolor": SOFT, "axes.labelcolor": SOFT, "grid.color": "#e6eaee"}
    # Seaborn's look, without the two seconds that importing seaborn takes.
    with plt.style.context("seaborn-v0_8-whitegrid"), plt.rc_context(style):
        figure, first = plt.subplots(
            1, panels, figsize=(8.6, height), dpi=150, squeeze=False, layout="constrained"
        )
    figure.suptitle(title, x=0.01, ha="left", fontsize=12.5, fontweight="bold", color="#1d2733")
    for axes in first[0]:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=9.5, colors=SOFT)
    found: Any = first[0][0]
    return found


def said(sentence: str) -> Axes:
    """Axes that hold a sentence, where there is nothing to draw."""
    axes = canvas("", height=0.5)
    axes.set_axis_off()
    axes.text(0.0, 0.5, sentence, fontsize=12, color=SOFT, va="center", transform=axes.transAxes)
    return axes


def legend_beside(axes: Axes) -> Axes:
    """Names to the right of the picture, so that they hide nothing."""
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=9.5)
    return axes
