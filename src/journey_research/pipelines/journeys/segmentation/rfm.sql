-- rfm: one row per person with an outcome: how lately, how often, for how much; each scored by fifths.
-- Key: person_id. Left out: persons without an outcome up to as_of.
-- Persons with equal values have equal scores: those of the lowest place among them. A score of 5 is the
-- latest, the most frequent, the most valuable fifth.
with bought as (
    select person_id, count(*) as n_outcomes, cast(sum(outcome_amount) as decimal(18, 2)) as amount,
        max(micros(occurred_at)) as last_us
    from outcomes cross join as_of
    where occurred_at <= as_of
    group by person_id
),
placed as (
    select person_id, n_outcomes, amount, last_us, count(*) over (partition by 1) as n,
        rank() over (order by last_us) - 1 as n_earlier,
        rank() over (order by n_outcomes) - 1 as n_rarer,
        rank() over (order by amount) - 1 as n_cheaper
    from bought
)
select person_id,
    cast(micros(as_of) - last_us as double) / 86400000000 as recency_days,
    n_outcomes, amount,
    cast(1 + floor(5 * n_earlier / n) as bigint) as recency_score,
    cast(1 + floor(5 * n_rarer / n) as bigint) as frequency_score,
    cast(1 + floor(5 * n_cheaper / n) as bigint) as monetary_score
from placed cross join as_of
