-- rfm_cells: one row per combination of the three scores that occurs.
-- Key: recency_score, frequency_score, monetary_score. Left out: combinations without a person.
select recency_score, frequency_score, monetary_score, count(*) as n_persons,
    cast(sum(n_outcomes) as bigint) as n_outcomes, cast(sum(amount) as decimal(18, 2)) as amount
from rfm
group by recency_score, frequency_score, monetary_score
