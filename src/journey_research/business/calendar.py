"""The weeks a business counts in: ISO weeks, or a retailer's year of 4-4-5 weeks and its kin.

Context: a report compares weeks and periods, and a retailer's year ends on the same weekday every
year so that two Christmases fall into the same week. Choice: a year is the run of whole weeks
between two year ends; ISO's is the one whose weeks belong to the year of their Thursday. Given up:
years that are not made of whole weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PATTERNS = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}
YEAR_ENDS = ("nearest", "last")


@dataclass(frozen=True)
class Week:
    """One week of a business year.

    Attributes:
        year: Business year; a retailer's is named after the calendar year in which it begins.
        number: 1 to 53.
        period: 1 to 12 in a retailer's year; None in ISO's, whose weeks make no months.
        first_date: Its first day.
        last_date: Its seventh.
    """

    year: int
    number: int
    period: int | None
    first_date: date
    last_date: date

    @property
    def in_words(self) -> str:
        """As in ``week 12 of 2025``, or ``week 3 of period 1, 2025``."""
        return (
            f"week {self.number} of {self.year}"
            if self.period is None
            else f"week {self.number} (period {self.period}) of {self.year}"
        )


@dataclass(frozen=True)
class BusinessCalendar:
    """How a business counts its weeks.

    Attributes:
        weeks: ``iso``, ``4-4-5``, ``4-5-4`` or ``5-4-4``.
        week_starts: Weekday on which a week begins; ISO's begin on Monday.
        year_ends_near: Month and day (``MM-DD``) that a retailer's year ends by.
        year_ends: Its last day is the last day of the week ``nearest`` to that day (by up to three
            days on either side), or the ``last`` one on or before it.

    Source:
        ISO 8601 for ISO weeks; the National Retail Federation's 4-5-4 calendar ends on the Saturday
        nearest to 31 January.
    """

    weeks: str = "iso"
    week_starts: str = "monday"
    year_ends_near: str = "01-31"
    year_ends: str = "nearest"

    def __post_init__(self) -> None:
        if self.weeks != "iso" and self.weeks not in PATTERNS:
            raise ValueError(f"weeks is '{self.weeks}'; known are iso, {', '.join(PATTERNS)}")
        if self.week_starts not in WEEKDAYS:
            raise ValueError(f"week_starts is '{self.week_starts}'; it is a weekday, as in monday")
        if self.weeks == "iso" and self.week_starts != "monday":
            raise ValueError(f"week_starts is '{self.week_starts}'; ISO weeks begin on monday")
        if self.year_ends not in YEAR_ENDS:
            raise ValueError(f"year_ends is '{self.year_ends}'; known are {', '.join(YEAR_ENDS)}")
        try:
            date.fromisoformat(f"2001-{self.year_ends_near}")
        except ValueError:
            raise ValueError(f"year_ends_near is '{self.year_ends_near}'; it is MM-DD, as in 01-31") from None

    def week_of(self, day: date) -> Week:
        """The week a day lies in.

        Example:
            >>> BusinessCalendar().week_of(date(2024, 12, 30)).in_words
            'week 1 of 2025'
            >>> nrf = BusinessCalendar("4-5-4", "sunday")
            >>> nrf.week_of(date(2025, 2, 2)).in_words, nrf.week_of(date(2026, 1, 31)).number
            ('week 1 (period 1) of 2025', 52)
        """
        first = day - timedelta(days=(day.weekday() - WEEKDAYS.index(self.week_starts)) % 7)
        last = first + timedelta(days=6)
        if self.weeks == "iso":
            year, number, _ = day.isocalendar()
            return Week(year, number, None, first, last)
        year = next(one for one in (day.year - 1, day.year, day.year + 1) if day <= self._year_end(one))
        number = (first - self._year_end(year - 1)).days // 7 + 1
        # The year that ends in January 2026 is 2025's.
        named = year - 1 if self.year_ends_near < "07-01" else year
        return Week(named, number, self._period(number), first, last)

    def _year_end(self, year: int) -> date:
        near = date.fromisoformat(f"{year}-{self.year_ends_near}")
        last_weekday = (WEEKDAYS.index(self.week_starts) - 1) % 7
        back = (near.weekday() - last_weekday) % 7
        end = near - timedelta(days=back)
        return end + timedelta(days=7) if self.year_ends == "nearest" and back > 3 else end

    def _period(self, number: int) -> int:
        lengths = PATTERNS[self.weeks]
        quarter, left = min((number - 1) // 13, 3), (number - 1)
        left -= quarter * 13
        for place, length in enumerate(lengths):
            if left < length:
                return quarter * 3 + place + 1
            left -= length
        return quarter * 3 + 3  # the 53rd week belongs to the last period
