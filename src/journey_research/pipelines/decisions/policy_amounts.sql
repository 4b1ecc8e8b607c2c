-- policy_amounts: one row per decided person, with what was done and what each action is assumed to bring.
-- Key: person_id. Left out: nobody.
select d.person_id, d.action, d.expected_amount, v.message_amount, v.offer_amount,
    v.channel is not null and v.conversion_probability is not null as is_eligible
from decisions d
join action_values v on v.person_id = d.person_id
order by d.person_id
