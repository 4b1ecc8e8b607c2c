-- exact_matches: one row per record whose folded name and e-mail, phone, street, or post code with
-- birth date equal those of a record with a smaller id; what a reader would try first.
-- Key: record_id, first_id. Left out: records without a name, and those that repeat nobody.
with told as (
    select record_id,
        coalesce(
            folded(full_name),
            nullif(concat_ws(' ', folded(first_name), folded(last_name)), ''),
            folded(company)
        ) as name,
        lower(present(email)) as email,
        present(phone) as phone,
        folded(street) as street,
        folded(postal_code) as postal_code,
        birth_date
    from record_values
),
firsts as (
    select record_id,
        case when email is not null then min(record_id) over (partition by name, email) end as by_email,
        case when phone is not null then min(record_id) over (partition by name, phone) end as by_phone,
        case when street is not null then min(record_id) over (partition by name, street) end as by_street,
        case when postal_code is not null and birth_date is not null
            then min(record_id) over (partition by name, postal_code, birth_date) end as by_birth
    from told
    where name is not null
),
pairs as (
    select record_id, by_email as first_id from firsts
    union
    select record_id, by_phone as first_id from firsts
    union
    select record_id, by_street as first_id from firsts
    union
    select record_id, by_birth as first_id from firsts
)
select record_id, first_id
from pairs
where first_id is not null and record_id <> first_id
order by record_id, first_id
