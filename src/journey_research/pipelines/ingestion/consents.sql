-- consents: one row per statement of a record about a channel and a purpose.
-- Key: consent_id. Left out: the same statement told again; the latest telling is kept, and of one
-- instant the more careful one.
with repeated as (
    select consent_id from mapped_consents group by consent_id having count(*) > 1
),
ordered as (
    select mapped_consents.*,
        row_number() over (
            partition by mapped_consents.consent_id
            order by stated_at desc,
                case status when 'withdrawn' then 1 when 'denied' then 2 when 'expired' then 3
                    when 'unknown' then 4 else 5 end,
                record_id, channel, purpose, expires_at nulls last, legal_basis nulls first,
                jurisdiction nulls first
        ) as telling
    from mapped_consents
    join repeated on repeated.consent_id = mapped_consents.consent_id
),
told as (
    select mapped_consents.*, 1 as telling
    from mapped_consents
    left join repeated on repeated.consent_id = mapped_consents.consent_id
    where repeated.consent_id is null
    union all
    select * from ordered
)
select consent_id, record_id, source, channel, purpose, status, stated_at, expires_at, legal_basis,
    jurisdiction
from told
where telling = 1
