"""What people visit the shop with: one to three devices, some of them used by the whole household."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .block import DEVICES
from .calendar import chance_for

DEVICES_A_BLOCK = 4  # numbers set aside for each person of a block
SHARED, OWNERS = 0.07, {1: 0.55, 2: 0.36, 3: 0.09}
ROBOTS = 1 / 250  # robots a person


def make_devices(number: int, block_persons: int, people: pd.DataFrame, world_seed: int) -> pd.DataFrame:
    """Draw the devices of one block: the frame ``devices``, robots last."""
    chance = chance_for(world_seed, "devices", number)
    online = np.flatnonzero(people["uses_web"].to_numpy())
    owned = chance.choice(list(OWNERS), size=len(online), p=list(OWNERS.values()))
    person = np.repeat(online, owned)
    place = np.arange(len(person)) - np.repeat(np.cumsum(owned) - owned, owned)
    n_robots = max(1, int(len(people) * ROBOTS))
    first = chance.choice(["mobile", "desktop"], size=len(person), p=[0.6, 0.4])
    other = np.where(first == "mobile", "desktop", "mobile")
    kind = np.select([place == 0, place == 1], [first, other], "tablet").astype(object)
    # Whoever has the app has it on the mobile, and the mobile is then first.
    app = people["uses_app"].to_numpy()[person]
    kind = np.where(app & (place == 0), "mobile", np.where(app & (place == 1), "desktop", kind))
    phones = chance.choice(["android", "ios"], size=len(person), p=[0.6, 0.4])
    devices = pd.DataFrame({"person": np.concatenate([person, -1 - np.arange(n_robots)])})
    robot = np.full(n_robots, False)
    devices["kind"] = np.concatenate([kind, np.full(n_robots, "desktop", dtype=object)])
    system = np.where(app & (place == 0), phones, "web")
    devices["system"] = np.concatenate([system, np.full(n_robots, "web")]).astype(object)
    alone = people.groupby("household")["person"].transform("size").to_numpy()[person] == 1
    shared = ~alone & (kind != "mobile") & (chance.random(len(person)) < SHARED / 0.3)
    devices["is_shared"] = np.concatenate([shared, robot])
    devices["allows_ads_id"] = np.concatenate([chance.random(len(person)) < 0.6, robot])
    devices.insert(0, "number", number * block_persons * DEVICES_A_BLOCK + np.arange(len(devices)))
    return devices[list(DEVICES)]
