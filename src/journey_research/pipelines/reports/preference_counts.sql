-- preference_counts: one row per dimension and value that leads: for how many persons, and for how many surely.
-- Key: dimension, leading_value. Left out: persons who never came of their own accord. most_elsewhere: the most days
-- that one of them came by the next value.
select dimension, leading_value,
    count(*) as n_persons,
    count(preferred_value) as n_clear,
    median(cast(n_days as double)) as days,
    max(n_runner_up) as most_elsewhere
from person_preferences
group by dimension, leading_value
order by dimension, n_persons desc, leading_value
