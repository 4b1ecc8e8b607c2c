-- bridge_links: one row per accepted link and thing that brings it: a type of identifier that both records
-- have, a word of their source, a judgement, or likeness of their values.
-- Key: record_id_a, record_id_b, bridge. Left out: refused links. A pair that is judged, shares an address
-- and is alike is one link with three bridges, whichever of them the link is named after.
with accepted as (
    select record_id_a, record_id_b, rule from links where is_accepted
)
select record_id_a, record_id_b, 'judgement' as bridge
from accepted
where rule = 'judgement'
union all
select accepted.record_id_a, accepted.record_id_b, bridges.bridge
from accepted
join evidence_links as told
    on told.record_id_a = accepted.record_id_a and told.record_id_b = accepted.record_id_b
    and (told.is_accepted or told.refusal = $contested)
join bridges on told.comparisons like concat_ws('', '%"', bridges.bridge, '":%')
union all
select accepted.record_id_a, accepted.record_id_b, 'likeness'
from accepted
join scored_links as scored
    on scored.record_id_a = accepted.record_id_a and scored.record_id_b = accepted.record_id_b
    and (scored.is_accepted or accepted.rule = 'dedupe')
order by record_id_a, record_id_b, bridge
