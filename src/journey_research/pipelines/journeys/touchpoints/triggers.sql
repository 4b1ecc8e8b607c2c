-- triggers: one row per rule and occurrence of its signal that called for an answer, when that was known.
-- Key: rule, touch_id. Left out: what would fire after as_of; what was settled before it would have fired.
-- A signal of the same instant as what settles it is settled. One product is its own occurrence where the rule
-- says so.
with happened as (
    select touches.touch_id, stitched.person_id, touches.touched_at, touches.action,
        coalesce(touches.tactic, '') as tactic, touches.product_id
    from touches
    join (select touch_id, person_id from journey_touches) as stitched
        on touches.touch_id = stitched.touch_id
),
signals as (
    select rules.rule, happened.person_id,
        case when rules.is_by_product then coalesce(happened.product_id, '') else '' end as product,
        micros(happened.touched_at) as at_us, 0 as is_settling, happened.touch_id
    from happened
    join signal_actions on happened.action = signal_actions.action
    join rules on signal_actions.rule = rules.rule
    where rules.tactic is null or happened.tactic = rules.tactic
),
settled as (
    select rules.rule, happened.person_id, micros(happened.touched_at) as at_us
    from happened
    join settling_actions on happened.action = settling_actions.action
    join rules on settling_actions.rule = rules.rule
    union all
    select rules.rule, outcomes.person_id, micros(outcomes.occurred_at)
    from outcomes
    join settling_actions on settling_actions.action = outcomes.kind
    join rules on settling_actions.rule = rules.rule
),
-- What settles, settles for every product.
settling as (
    select distinct settled.rule, settled.person_id, signals.product, settled.at_us
    from settled
    join (select distinct rule, person_id, product from signals) as signals
        on settled.rule = signals.rule and settled.person_id = signals.person_id
),
ordered as (
    select rule, person_id, product, at_us, is_settling, touch_id from signals
    union all
    select rule, person_id, product, at_us, 1, null from settling
),
episodes as (
    select *,
        coalesce(sum(is_settling) over (
            partition by rule, person_id, product order by at_us, is_settling, touch_id
            rows between unbounded preceding and 1 preceding
        ), 0) as n_settled,
        min(case when is_settling = 1 then at_us end) over (
            partition by rule, person_id, product order by at_us, is_settling, touch_id
            rows between 1 following and unbounded following
        ) as settled_us
    from ordered
),
numbered as (
    select *,
        row_number() over (episode) as place,
        lead(at_us) over (episode) as next_us
    from episodes
    where is_settling = 0
    window episode as (partition by rule, person_id, product, n_settled order by at_us, touch_id)
),
enough as (
    select numbered.*, rules.wait_us, rules.is_restarted, rules.quiet_us, rules.owner,
        numbered.place >= rules.times
            and (rules.times = 1 or numbered.at_us - earlier.at_us <= rules.within_us) as is_enough
    from numbered
    join rules on numbered.rule = rules.rule
    left join numbered as earlier
        on numbered.rule = earlier.rule and numbered.person_id = earlier.person_id
        and numbered.product = earlier.product and numbered.n_settled = earlier.n_settled
        and earlier.place = numbered.place - rules.times + 1
),
-- Rules that wait for silence fire at the last signal before it; others at the first of an occurrence.
compared as (
    select *,
        lag(is_enough) over (episode) as was_enough,
        at_us - lag(at_us) over (episode) as since_us
    from enough
    window episode as (partition by rule, person_id, product, n_settled order by at_us, touch_id)
)
select compared.rule, compared.touch_id, compared.person_id,
    happened.product_id,
    happened.touched_at as signal_at,
    happened.touched_at + cast(floor(compared.wait_us / 60000000.0) as int) * interval '1' minute as fired_at,
    compared.owner
from compared
join happened on compared.touch_id = happened.touch_id
where is_enough
    and case
        when is_restarted then next_us is null or next_us > at_us + wait_us
        else not coalesce(was_enough, false) or since_us > coalesce(quiet_us, since_us)
    end
    and (settled_us is null or settled_us > at_us + wait_us)
    and at_us + wait_us <= (select max(micros(as_of)) from as_of)
