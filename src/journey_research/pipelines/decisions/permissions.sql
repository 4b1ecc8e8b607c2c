-- permissions: one row per known person and channel, with the statement that decides.
-- Key: person_id, channel. Left out: anonymous persons, other purposes, statements after as_of.
-- A record's latest statement speaks for the record; a refusal of any record speaks for the person.
with stated as (
    select people.person_id, people.record_id, consents.channel, consents.status, consents.stated_at,
        consents.consent_id,
        case consents.status
            when 'withdrawn' then 1 when 'denied' then 2 when 'expired' then 3
            when 'unknown' then 4 else 5
        end as caution
    from consents
    join people using (record_id)
    join as_of on consents.stated_at <= as_of.as_of
    where consents.purpose = $purpose
),
latest as (
    select *, row_number() over (
        partition by record_id, channel order by stated_at desc, caution, consent_id
    ) as place
    from stated
),
weighed as (
    select *, row_number() over (
        partition by person_id, channel
        order by
            case
                when status in ('denied', 'withdrawn') then 1
                when status = 'granted' then 2
                when status = 'expired' then 3
                else 4
            end,
            stated_at desc, caution, consent_id
    ) as place_of_person
    from latest
    where place = 1
)
select persons.person_id, channels.channel,
    coalesce(weighed.status = 'granted', false) as is_permitted,
    coalesce(weighed.status, 'never asked') as basis,
    weighed.stated_at
from persons
cross join channels
left join weighed
    on weighed.person_id = persons.person_id
    and weighed.channel = channels.channel
    and weighed.place_of_person = 1
where persons.kind = 'known'
order by persons.person_id, channels.channel
