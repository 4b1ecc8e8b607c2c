-- device_ways: one row per pair of device classes, with how often one followed the other or ran beside it.
-- Key: first_device_class, second_device_class. Left out: pairs that nobody used.
select first_device_class, second_device_class,
    count(*) as n_pairs,
    count(distinct person_id) as n_persons,
    cast(count_if(pattern = 'simultaneous') as bigint) as n_simultaneous
from device_pairs
group by first_device_class, second_device_class
order by n_pairs desc, first_device_class, second_device_class
