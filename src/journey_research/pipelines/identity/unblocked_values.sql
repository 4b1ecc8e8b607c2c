-- unblocked_values: one row per record of which the source holds values, without the names, addresses and
-- numbers that say nothing; contract RecordValues. Key: record_id. Vault only.
-- Null in place of: blocked values, of names whole ones alone, for somebody may be called Null; addresses of
-- blocked names; numbers that end in seven equal digits.
select record_id, first_name, last_name,
    case when lower(trim(full_name)) in (select blocked_value from blocked) then null else full_name end
        as full_name,
    company, job_title, gender, birth_date, street, postal_code, city, country, language,
    case
        when lower(trim(email)) in (select blocked_value from blocked) then null
        when split_part(lower(trim(email)), '@', 1) in (select blocked_value from blocked) then null
        else email
    end as email,
    case
        when lower(trim(phone)) in (select blocked_value from blocked) then null
        when replace(
            substring(phone, greatest(length(phone) - 6, 1), 7), substring(phone, length(phone), 1), ''
        ) = '' then null
        else phone
    end as phone,
    extra
from record_values
