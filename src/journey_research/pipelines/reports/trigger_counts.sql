-- trigger_counts: one row per rule of triggers: how often it fired, for how many persons, how often of late.
-- Key: rule, owner. Left out: rules that never fired. Of late: fired in the last $lately_us before as_of.
select rule, owner,
    count(*) as n_fired,
    count(distinct person_id) as n_persons,
    count(case when micros(fired_at) > (select max(micros(as_of)) from as_of) - $lately_us then 1 end) as n_lately,
    median(cast(micros(fired_at) - micros(signal_at) as double)) / 1000000 as waited_seconds
from triggers
group by rule, owner
order by n_fired desc, rule, owner
