-- data_classes: one row per class of data that is there or was expected.
-- Key: data_class. Rows that were set aside or left out are no data.
with held as (
    select data_class,
        count(distinct source) as n_sources,
        sum(n_accepted - n_left_out) as n_rows
    from source_files
    group by data_class
),
classes as (
    select data_class from held
    union
    select data_class from expected
)
select classes.data_class,
    cast(coalesce(n_sources, 0) as bigint) as n_sources,
    cast(coalesce(n_rows, 0) as bigint) as n_rows,
    expected.data_class is not null as is_expected,
    coalesce(n_rows, 0) = 0 as is_absent
from classes
left join held on held.data_class = classes.data_class
left join expected on expected.data_class = classes.data_class
