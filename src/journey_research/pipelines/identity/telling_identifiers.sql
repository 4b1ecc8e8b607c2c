-- telling_identifiers: one row per record of a person, identifier type and value that says something of it.
-- Key: record_id, identifier_type, identifier_value. Vault only.
-- Left out: blocked values, which say nothing, phone numbers of one repeated digit, identifiers that never
-- link, and firms.
select record_id, identifier_type, identifier_value,
    max(case when is_verified then 1 else 0 end) as verified,
    max(case when strength = 'weak' then 1 else 0 end) as is_weak
from identifiers
where record_id not in (select record_id from records where kind = 'account')
    and present(identifier_value) is not null
    and coalesce(strength, 'strong') <> 'never'
    and lower(trim(identifier_value)) not in (select blocked_value from blocked)
    and not (
        identifier_type = 'email'
        and split_part(lower(trim(identifier_value)), '@', 1) in (select blocked_value from blocked)
    )
    and not (
        identifier_type = 'phone'
        and replace(
            substring(identifier_value, greatest(length(identifier_value) - 6, 1), 7),
            substring(identifier_value, length(identifier_value), 1),
            ''
        ) = ''
    )
group by record_id, identifier_type, identifier_value
