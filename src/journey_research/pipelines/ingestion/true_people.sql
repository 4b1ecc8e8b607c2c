-- true_people: one row per record of which the true person is known.
-- Key: record_id. Left out: records of which two persons are told.
select record_id, min(true_person_id) as true_person_id
from mapped_people
group by record_id
having min(true_person_id) = max(true_person_id)
