-- label_counts: one row per scheme and label, with its interactions and what their interval by person takes.
-- Key: scheme, label. An interaction is what one person does under one label in one session, however many
-- touches it has. Left out: touches of a kind to which a scheme gives no label; labels without interactions.
with kinds as (
    select touch_id, channel, coalesce(tactic, '') as tactic, action from touches
),
met as (
    select distinct labels.scheme, labels.label, stitched.person_id, stitched.session_id
    from (select touch_id, person_id, session_id from journey_touches) as stitched
    join kinds on stitched.touch_id = kinds.touch_id
    join labels
        on kinds.channel = labels.channel and kinds.tactic = coalesce(labels.tactic, '')
        and kinds.action = labels.action
),
by_label as (
    select scheme, label, person_id, count(*) as n_hits
    from met
    group by scheme, label, person_id
),
by_person as (
    select scheme, person_id, sum(n_hits) as n
    from by_label
    group by scheme, person_id
),
totals as (
    select scheme, sum(n) as n, count(*) as n_persons, sum(n * n) as nn
    from by_person
    group by scheme
)
select by_label.scheme, by_label.label,
    cast(sum(by_label.n_hits) as bigint) as n_hits,
    count(*) as n_label_persons,
    cast(min(totals.n) as bigint) as n,
    min(totals.n_persons) as n_persons,
    cast(sum(by_label.n_hits * by_label.n_hits) as bigint) as hh,
    cast(sum(by_label.n_hits * by_person.n) as bigint) as hn,
    cast(min(totals.nn) as bigint) as nn
from by_label
join by_person on by_label.scheme = by_person.scheme and by_label.person_id = by_person.person_id
join totals on by_label.scheme = totals.scheme
group by by_label.scheme, by_label.label
order by by_label.scheme, by_label.label
