-- record_values: one row per record of which the source holds values. Vault only.
-- Key: record_id. Of several rows the latest that holds a value is believed, field by field; rows of
-- one time are ordered by what they hold. Left out: records of which nothing is held.
with held as (
    select * from mapped_values
    where coalesce(
            first_name, last_name, full_name, company, job_title, gender, cast(birth_date as varchar),
            street, postal_code, city, country, language, email, phone, extra
        ) is not null
),
repeated as (
    select record_id from held group by record_id having count(*) > 1
),
told as (
    select held.*,
        -- Two spaces stand in no value but the last.
        md5(concat_ws('  ',
            coalesce(first_name, ''), coalesce(last_name, ''), coalesce(full_name, ''),
            coalesce(company, ''), coalesce(job_title, ''), coalesce(gender, ''),
            coalesce(cast(birth_date as varchar), ''), coalesce(street, ''), coalesce(postal_code, ''),
            coalesce(city, ''), coalesce(country, ''), coalesce(language, ''), coalesce(email, ''),
            coalesce(phone, ''), coalesce(extra, '')
        )) as content
    from held
    join repeated on repeated.record_id = held.record_id
),
believed as (
    select record_id,
        row_number() over latest as place,
        last_value(first_name ignore nulls) over latest as first_name,
        last_value(last_name ignore nulls) over latest as last_name,
        last_value(full_name ignore nulls) over latest as full_name,
        last_value(company ignore nulls) over latest as company,
        last_value(job_title ignore nulls) over latest as job_title,
        last_value(gender ignore nulls) over latest as gender,
        last_value(birth_date ignore nulls) over latest as birth_date,
        last_value(street ignore nulls) over latest as street,
        last_value(postal_code ignore nulls) over latest as postal_code,
        last_value(city ignore nulls) over latest as city,
        last_value(country ignore nulls) over latest as country,
        last_value(language ignore nulls) over latest as language,
        last_value(email ignore nulls) over latest as email,
        last_value(phone ignore nulls) over latest as phone,
        last_value(extra ignore nulls) over latest as extra
    from told
    window latest as (
        partition by record_id order by seen_at nulls first, content
        rows between unbounded preceding and unbounded following
    )
)
select held.record_id, first_name, last_name, full_name, company, job_title, gender,
    cast(birth_date as date) as birth_date, street, postal_code, city, country, language, email, phone,
    extra
from held
left join repeated on repeated.record_id = held.record_id
where repeated.record_id is null
union all
select record_id, first_name, last_name, full_name, company, job_title, gender,
    cast(birth_date as date) as birth_date, street, postal_code, city, country, language, email, phone,
    extra
from believed
where place = 1
