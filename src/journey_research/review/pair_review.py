"""Pairs shown one by one to a reviewer, whose answers go into a file.

Context: an answer must cost a second, must not be led by the model, and is worth keeping for ever.
Choice: one key an answer; the pair's probability and the reason for it are not even sent to the
browser before it is answered; every answer is on the disk before the next pair is shown. In mode
``learn`` the next pair is the one that teaches most, in mode ``measure`` it is the next of a sample by
score, and only answers to that sample count into precision. Given up: asking again about a pair that
was shown for another reason before.

An answer taken back and given anew was given with the probability seen; the file's history tells.

What is measured by a sample must not be taught by it: answers of ``measure`` given to ``resolve`` as
labels make the new result right on just those pairs, so measure that one with another seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from journey_research.errors import UserError

from .differing import compare_values
from .doubts import find_doubt
from .judgement_file import Judgements
from .judgement_lines import ANSWERS
from .next_pairs import ChoiceRule, PairChooser
from .own_answers import check_place, last_answered, told_so_far, write_answer, write_undo
from .progress import SAMPLE_STRATUM, draw_pairs, measure_progress, with_answers
from .reviewed_pairs import ReviewedPairs, pairs_of_run

if TYPE_CHECKING:
    from anywidget import AnyWidget
    from kedro.io import CatalogProtocol

MODES = ("learn", "measure")
Message = dict[str, Any]


def review(
    reviewed: ReviewedPairs,
    file: str | Path,
    reviewer: str,
    mode: str = "learn",
    n_labels: int = 200,
    seed: int = 1,
) -> AnyWidget:
    """Review pairs in a notebook, one after the other.

    Args:
        reviewed: The pairs.
        file: Where the answers go, ``.jsonl``; what it holds already is taken into account.
        reviewer: Who answers.
        mode: ``learn`` shows the pairs that teach most; ``measure`` shows a sample, for precision.
        n_labels: Size of that sample.
        seed: Of what is drawn.

    Returns:
        The widget. Keys: s same, d distinct, u unsure, z takes the last answer back.

    Raises:
        UserError: The mode is not known, the reviewer is blank, the file is none of judgements, or there
            are too few labels for a sample.
    """
    from .widgets import show

    return show(PairReview(reviewed, file, reviewer, mode, n_labels, seed), "pair_review")


def review_run(
    catalog: CatalogProtocol,
    file: str | Path,
    reviewer: str,
    mode: str = "learn",
    n_labels: int = 200,
    seed: int = 1,
) -> AnyWidget:
    """Review pairs of the run that a notebook reads; the vault is opened for the pair shown alone.

    Args:
        catalog: The notebook's catalog.
        file: As in ``review``; ids are the run's own, pseudonyms.
        reviewer: As in ``review``.
        mode: As in ``review``.
        n_labels: As in ``review``.
        seed: As in ``review``.

    Returns:
        The widget.

    Raises:
        UserError: As ``review``, and where no run has made the tables or no pair was scored.
    """
    return review(pairs_of_run(catalog), file, reviewer, mode, n_labels, seed)


class PairReview:
    """One reviewer's review: takes what the page says, and tells what it is to show.

    Args:
        reviewed: The pairs.
        file: Where the answers go.
        reviewer: Who answers.
        mode: ``learn`` or ``measure``.
        n_labels: Size of the sample of ``measure``.
        seed: Of what is drawn.

    Raises:
        UserError: See ``review``.
    """

    def __init__(
        self,
        reviewed: ReviewedPairs,
        file: str | Path,
        reviewer: str,
        mode: str = "learn",
        n_labels: int = 200,
        seed: int = 1,
    ) -> None:
        if mode not in MODES:
            raise UserError("the mode is not known", rule=f"mode is one of {', '.join(MODES)}")
        self.file, self.reviewer = check_place(file, reviewer)
        self.reviewed, self.mode, self.seed = reviewed, mode, seed
        self.sample = draw_pairs(reviewed, n_labels, seed) if mode == "measure" else None
        self._current: tuple[str, str] | None = None
        self._last: Message | None = None
        self._doubt: Message | None = None

    @cached_property
    def _chooser(self) -> PairChooser:
        return self.reviewed.make_chooser(ChoiceRule(choice_seed=self.seed))

    def handle(self, message: Mapping[str, Any], now: datetime) -> Message:
        """What the page is to show after what it said.

        Args:
            message: ``kind`` is ``ready`` (a page has opened), ``answer`` (with ``pair``, the two ids
                it was shown, ``answer``, and ``anyway`` where it is meant although others contradict it)
                or ``undo``.
            now: When, UTC.

        Returns:
            ``kind`` ``pair`` with the two records, or ``done``; and progress, what was answered last, and
            ``doubt``: why the answer was not written, null where it was.

        Raises:
            UserError: The file cannot be written or read; nothing is lost, the pair stays.
        """
        kind, self._doubt = message.get("kind"), None
        if kind == "answer":
            self._answer(message, now)
        elif kind == "undo":
            self._undo(now)
        return self._show(told_so_far(self.file))

    def _answer(self, message: Mapping[str, Any], now: datetime) -> None:
        pair, answer = self._current, message.get("answer")
        # A second click of a double click speaks of a pair that is gone.
        if pair is None or message.get("pair") != list(pair) or answer not in ANSWERS:
            return
        if message.get("anyway") is not True:
            self._doubt = find_doubt(told_so_far(self.file), pair, str(answer))
            if self._doubt:
                return
        stratum = "active"
        if self.sample is not None:
            own = self.sample[(self.sample["id_a"] == pair[0]) & (self.sample["id_b"] == pair[1])]
            stratum = f"{SAMPLE_STRATUM}{int(own['stratum'].iloc[0])}"
        write_answer(self.file, pair, str(answer), self.reviewer, now, stratum)
        self._last = {
            "answer": answer,
            "probability": self.reviewed.probability(*pair),
            "sentence": self.reviewed.explain(*pair),
        }
        self._current = None

    def _undo(self, now: datetime) -> None:
        pair = last_answered(told_so_far(self.file), self.reviewer)
        if pair is None:
            return
        write_undo(self.file, pair, self.reviewer, now)
        self._last = None
        self._current = pair if self._can_show(pair) else None

    def _can_show(self, pair: tuple[str, str]) -> bool:
        if self.sample is not None:
            return pair in set(zip(self.sample["id_a"], self.sample["id_b"], strict=True))
        return all(one in self.reviewed.person_of.index for one in pair)

    def _show(self, judgements: Judgements) -> Message:
        if self._current is None:
            self._current = self._next(judgements)
        told: Message = {
            "mode": self.mode,
            "reviewer": self.reviewer,
            "progress": measure_progress(judgements, self.reviewer, self.sample),
            "last": self._last,
            "doubt": self._doubt,
            "warning": judgements.warning,
            "can_undo": last_answered(judgements, self.reviewer) is not None,
        }
        if self._current is None:
            return {"kind": "done", **told}
        one, other = self.reviewed.values_of(self._current)
        return {"kind": "pair", "pair": list(self._current), "fields": compare_values(one, other), **told}

    def _next(self, judgements: Judgements) -> tuple[str, str] | None:
        if self.sample is None:
            return self._chooser.choose(judgements.answers)
        answered = with_answers(self.sample, judgements, self.reviewer)
        open_ = answered[answered["answer"].isna()]
        return None if open_.empty else (str(open_["id_a"].iloc[0]), str(open_["id_b"].iloc[0]))
