-- ladder: one row per person and rung that the person has reached, with when first and by what.
-- Key: person_id, rung. Left out: rungs without evidence; a rung may be skipped.
-- is_out_of_order: a lower rung was first reached later than this one. Among the rest, no higher rung is
-- reached before a lower one.
with numbered as (
    select ladder_evidence.*, rungs.rung_number,
        row_number() over (
            partition by ladder_evidence.person_id, ladder_evidence.rung order by reached_at, evidence
        ) as place
    from ladder_evidence join rungs on rungs.rung = ladder_evidence.rung
),
firsts as (
    select person_id, rung, rung_number, reached_at, evidence
    from numbered
    where place = 1
),
compared as (
    select *,
        max(micros(reached_at)) over (
            partition by person_id order by rung_number rows between unbounded preceding and 1 preceding
        ) as lower_us
    from firsts
)
select person_id, rung, rung_number, reached_at as first_reached_at, evidence,
    coalesce(lower_us > micros(reached_at), false) as is_out_of_order
from compared
