-- threshold_paths: one row per threshold of identity and distinct path.
-- Key: threshold, path. Left out: paths that nobody walks at the threshold.
-- What is counted is the chosen variant's paths, less the journeys of the persons who change at the
-- threshold, plus those of the persons whom they become. person_id begins with the threshold's number
-- and the side.
with numbered as (
    select threshold, row_number() over (order by threshold) as number
    from identity_thresholds
),
told as (
    select cast(split_part(person_id, '|', 1) as bigint) as number,
        case when split_part(person_id, '|', 2) = 'after' then 1 else -1 end as sign,
        person_id, path, outcome, outcome_amount
    from journeys
),
walked as (
    select number, path, sign,
        count_if(outcome = 'converted') as n_conversions,
        count_if(outcome = 'open') as n_nulls,
        money(coalesce(sum(outcome_amount), 0)) as value_amount,
        count(distinct person_id) as n_persons
    from told
    group by number, path, sign
),
counted as (
    select number, path, 1 as sign, n_conversions, n_nulls, value_amount, n_persons
    from paths cross join numbered
    where variant = 'chosen'
    union all
    select number, path, sign, n_conversions, n_nulls, value_amount, n_persons
    from walked
)
select threshold, path,
    cast(sum(sign * n_conversions) as bigint) as n_conversions,
    cast(sum(sign * n_nulls) as bigint) as n_nulls,
    money(sum(sign * value_amount)) as value_amount,
    cast(sum(sign * n_persons) as bigint) as n_persons
from counted join numbered on numbered.number = counted.number
group by threshold, path
having sum(sign * (n_conversions + n_nulls)) > 0
