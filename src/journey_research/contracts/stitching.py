"""Contracts of how touches came to a person: what consent held back, and on which devices."""

import pandera.pandas as pa
from pandera.typing import Series

from .people import PERSON_KEY
from .table_contract import NONE, PSEUDONYMOUS, SOURCE_KEY, Bool, Float, Instant, Int, TableContract, Text

HELD_REASONS = ["before consent", "consent refused", "consent expired", "no consent stated"]
LEFT_OUT = ["bot", "the goal itself", "no contact", "no person"]
PLACES = ["known record", "joined", "anonymous visitor", "undecidable device"]


class HeldTouches(pa.DataFrameModel):
    """One row per touch of an anonymous history that consent does not let join a person."""

    touch_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    reason: Series[Text] = pa.Field(isin=HELD_REASONS, metadata=NONE, description="as of the touch")


class NamingRecords(pa.DataFrameModel):
    """One row per record that names somebody: not anonymous, or with a login."""

    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)


class StitchingCounts(pa.DataFrameModel):
    """One row per reason why touches stand where they stand; every touch has exactly one."""

    reason: Series[Text] = pa.Field(isin=[*HELD_REASONS, *LEFT_OUT, *PLACES], metadata=NONE)
    is_in_journey: Series[Bool] = pa.Field(
        metadata=NONE, description="held ones too, under an id of their own"
    )
    n_touches: Series[Int] = pa.Field(ge=1, metadata=NONE)
    n_records: Series[Int] = pa.Field(ge=1, metadata=NONE, description="a record may be in several rows")


class DeviceSessions(pa.DataFrameModel):
    """One row per session of a person on one device, which is a record and a class of device in it."""

    device_session_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS, description="its first touch")
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    record_id: Series[Text] = pa.Field(str_matches=SOURCE_KEY, metadata=PSEUDONYMOUS)
    device_class: Series[Text] = pa.Field(metadata=NONE)
    session_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS, description="the session it begins in")
    started_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    ended_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC, of its last touch")
    n_touches: Series[Int] = pa.Field(ge=1, metadata=NONE)


class DevicePairs(pa.DataFrameModel):
    """One row per two sessions of a person on two devices, beside or soon after one another."""

    first_session_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS, description="began first")
    second_session_id: Series[Text] = pa.Field(metadata=PSEUDONYMOUS)
    person_id: Series[Text] = pa.Field(str_matches=PERSON_KEY, metadata=PSEUDONYMOUS)
    first_device_class: Series[Text] = pa.Field(metadata=NONE)
    second_device_class: Series[Text] = pa.Field(metadata=NONE)
    first_started_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    second_started_at: Series[Instant] = pa.Field(metadata=NONE, description="UTC")
    pattern: Series[Text] = pa.Field(
        isin=["sequential", "simultaneous"], metadata=NONE, description="simultaneous: the intervals overlap"
    )
    gap_minutes: Series[Float] = pa.Field(ge=0, metadata=NONE, description="0: they overlap")
    overlap_minutes: Series[Float] = pa.Field(ge=0, metadata=NONE)


HELD_TOUCHES = TableContract(HeldTouches, ("touch_id",))
NAMING_RECORDS = TableContract(NamingRecords, ("record_id",))
STITCHING_COUNTS = TableContract(StitchingCounts, ("reason",))
DEVICE_SESSIONS = TableContract(DeviceSessions, ("device_session_id",))
DEVICE_PAIRS = TableContract(DevicePairs, ("first_session_id", "second_session_id"))
