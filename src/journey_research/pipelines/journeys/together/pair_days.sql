-- pair_days: one row: how many whole days there are touches of known persons from, back from as_of.
-- Key: none. Left out: touches after as_of.
select cast(ceil((max(micros(as_of.as_of)) - min(micros(journey_touches.touched_at))) / $day_us) as bigint)
    as n_days
from journey_touches cross join as_of
where journey_touches.touched_at <= as_of.as_of
