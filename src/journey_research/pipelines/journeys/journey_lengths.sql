-- journey_lengths: one row per journey: how many touches, and how long until it converted.
-- Key: none; counts and durations alone. Left out: nothing. days is null where a journey is open.
select n_touches,
    case when outcome = 'converted' then cast(micros(ended_at) - micros(started_at) as double) / 86400000000 end
        as days
from journeys
