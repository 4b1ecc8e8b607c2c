-- promises: one row per promise of plausibility of a source.
-- Key: source, promise, action, earlier_action. Of two shares the larger one is promised.
select source, promise, action, earlier_action,
    max(cast(promised_share as double)) as promised_share,
    max(case when stops_run then 1 else 0 end) = 1 as stops_run
from mapped_promises
group by source, promise, action, earlier_action
