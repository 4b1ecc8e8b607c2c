-- permissions: one row per known person and channel, with the statement that decides.
-- Key: person_id, channel. Left out: anonymous persons, other purposes, statements after as_of.
-- A record's latest statement speaks for the record, a wish not to be contacted apart from consent; a
-- refusal of any record speaks for the person, and the wish goes before everything.
with latest as (
    select *, row_number() over (
        partition by record_id, channel, scope order by stated_at desc, caution, statement_id
    ) as place
    from statements
),
-- What is granted for all channels, or by taking back a wish, only ends a refusal of its own kind.
spoken as (
    select *,
        case when status in ('denied', 'withdrawn') then case scope when 'never' then 'never' else status end
            else status end as basis
    from latest
    where place = 1 and (scope = 'channel' or status in ('denied', 'withdrawn'))
),
weighed as (
    select *, row_number() over (
        partition by person_id, channel
        order by
            case
                when basis = 'never' then 0
                when basis in ('denied', 'withdrawn') then 1
                when basis = 'granted' then 2
                when basis = 'expired' then 3
                else 4
            end,
            stated_at desc, caution, statement_id
    ) as place_of_person
    from spoken
)
select persons.person_id, channels.channel,
    coalesce(weighed.basis = 'granted', false) as is_permitted,
    coalesce(weighed.basis, 'never asked') as basis,
    weighed.stated_at
from persons
cross join channels
left join weighed
    on weighed.person_id = persons.person_id
    and weighed.channel = channels.channel
    and weighed.place_of_person = 1
where persons.kind = 'known'
order by persons.person_id, channels.channel
