-- touches_by_day: one row per channel and day (UTC) with touches, from $before_at to $end_at.
-- Key: touched_date, channel.
select cast(touched_at as date) as touched_date, channel, count(*) as n_touches
from journey_touches
where touched_at >= $before_at and touched_at < $end_at
group by cast(touched_at as date), channel
order by touched_date, channel
