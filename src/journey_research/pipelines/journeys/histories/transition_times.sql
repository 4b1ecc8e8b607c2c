-- transition_times: one row per group and pair of events that follow each other: how long that takes.
-- Key: kind, from_event, to_event. Left out: starts and ends of histories, which take no time.
-- Medians and quartiles lie between order statistics. The interval of the median is the one of order
-- statistics, wider by how much persons differ: n over the design effect is what the times are worth.
-- Null below six persons.
with followed as (
    select kind, person, event as from_event,
        lead(event) over history as to_event,
        cast(lead(happened_us) over history - happened_us as double) as gap_us
    from steps
    window history as (partition by kind, person, part order by step)
),
ranked as (
    select kind, person, from_event, to_event, gap_us,
        row_number() over (partition by kind, from_event, to_event order by gap_us, person) as place,
        count(*) over (partition by kind, from_event, to_event) as n
    from followed
    where to_event is not null
),
middles as (
    select kind, from_event, to_event, max(n) as n,
        sum(case when place in (floor((n + 1) / 2), floor((n + 2) / 2)) then gap_us end)
            / (case when max(mod(n, 2)) = 0 then 2.0 else 1.0 end) as median_us,
        sum(
            case when place = floor((n - 1) * cast(0.25 as double)) + 1 then gap_us * (1 - ((n - 1) * cast(0.25 as double) - floor((n - 1) * cast(0.25 as double))))
                when place = floor((n - 1) * cast(0.25 as double)) + 2 then gap_us * ((n - 1) * cast(0.25 as double) - floor((n - 1) * cast(0.25 as double)))
            end
        ) as lower_us,
        sum(
            case when place = floor((n - 1) * cast(0.75 as double)) + 1 then gap_us * (1 - ((n - 1) * cast(0.75 as double) - floor((n - 1) * cast(0.75 as double))))
                when place = floor((n - 1) * cast(0.75 as double)) + 2 then gap_us * ((n - 1) * cast(0.75 as double) - floor((n - 1) * cast(0.75 as double)))
            end
        ) as upper_us
    from ranked
    group by kind, from_event, to_event
),
owned as (
    select kind, person, from_event, to_event,
        count(*) as n_own, count_if(gap_us <= median_us) as hits
    from ranked join middles using (kind, from_event, to_event)
    group by kind, person, from_event, to_event
),
summed as (
    select kind, from_event, to_event, count(*) as n_persons,
        cast(sum(n_own) as double) as n, cast(sum(hits) as double) as h,
        cast(sum(n_own * n_own) as double) as nn,
        cast(sum(hits * n_own) as double) as hn,
        cast(sum(hits * hits) as double) as hh
    from owned
    group by kind, from_event, to_event
),
worth as (
    select kind, from_event, to_event, n_persons, n,
        case when n_persons < 2 or h = n then cast(n_persons as double)
            else n / greatest(
                1.0,
                (hh - 2 * h / n * hn + h / n * h / n * nn) / (n * n) * n_persons / (n_persons - 1)
                    / (h / n * (1 - h / n) / (n - 1))
            )
        end as n_worth
    from summed
),
ends as (
    select kind, from_event, to_event, n_persons,
        greatest(floor(n / 2 - $z * n / (2 * sqrt(n_worth))), 1) as low_place,
        n + 1 - greatest(floor(n / 2 - $z * n / (2 * sqrt(n_worth))), 1) as high_place
    from worth
)
select middles.kind, middles.from_event, middles.to_event,
    max(median_us) / 1000000 as median_seconds,
    max(case when n_persons >= $fewest and place = low_place then gap_us end) / 1000000 as median_low_seconds,
    max(case when n_persons >= $fewest and place = high_place then gap_us end) / 1000000 as median_high_seconds,
    max(lower_us) / 1000000 as lower_quartile_seconds,
    max(upper_us) / 1000000 as upper_quartile_seconds
from middles join ranked using (kind, from_event, to_event) join ends using (kind, from_event, to_event)
group by middles.kind, middles.from_event, middles.to_event
