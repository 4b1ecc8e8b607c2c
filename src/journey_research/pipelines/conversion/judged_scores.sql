-- judged_scores: one row per scored example whose outcome is known, beside two plain guesses.
-- Key: example_id. Left out: current examples, which have no outcome yet.
select scores.example_id, scores.person_id, scores.split, scores.conversion_probability,
    cast(scores.is_converted as integer) as converted,
    cast(examples.n_touches_7_days > 0 as integer) as is_touched,
    cast(examples.n_outcomes_before > 0 as integer) as has_converted
from scores
join examples on examples.example_id = scores.example_id
where scores.split <> 'current'
order by scores.example_id
