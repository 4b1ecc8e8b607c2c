"""Goods of two made-up shops, which name the same things differently; variants are much alike."""

import numpy as np
import pandas as pd

SYLLABLES = "ka ro mi ten bel sor du fin gal hu jo lam ne pra qui sta tur vo wex zim".split()
WORDS = tuple(one + two for one in SYLLABLES for two in SYLLABLES)  # four hundred
COLOURS = ("black", "white", "silver", "red")
N_MAKERS, N_KINDS = 30, 40


def draw_goods(n_things, seed, shared=1.0, variants=3):
    """Records of both shops: id, shop, thing, title, price; ``shared`` is the share that both sell.

    A thing comes in several variants, which differ in colour and in the last letter of their model. Shop b
    names the words in another order, leaves some out, and the model too in one of four.
    """
    draw = np.random.default_rng(seed)
    others = np.array(WORDS[N_MAKERS + N_KINDS :])
    chance = 1 / np.arange(1, len(others) + 1)
    chance /= chance.sum()
    rows = []
    for thing in range(n_things):
        maker, kind = WORDS[draw.integers(N_MAKERS)], WORDS[N_MAKERS + draw.integers(N_KINDS)]
        words = draw.choice(others, 4, replace=False, p=chance).tolist()
        model, price = f"{maker[0]}{kind[0]}{draw.integers(100, 9999)}", float(draw.integers(20, 900))
        for at in range(int(draw.integers(1, variants + 1))):
            own, colour = f"{model}{'xyz'[at]}", COLOURS[(thing + at) % len(COLOURS)]
            told = {"thing": f"{thing}{at}", "price": f"{price + at:.2f}"}
            is_shared = draw.random() < shared
            if is_shared or draw.random() < 0.5:
                title = " ".join([maker, *words, kind, "in", colour, own])
                rows.append({**told, "shop": "a", "title": title})
                if not is_shared:
                    continue
            kept = [word for word in words if draw.random() < 0.6]
            model_told = [own] if draw.random() < 0.75 else []
            title = " ".join([kind, *kept[::-1], maker, colour, *model_told])
            price_told = f"{(price + at) * draw.uniform(0.9, 1.1):.2f}" if draw.random() < 0.5 else None
            rows.append({**told, "shop": "b", "title": title, "price": price_told})
    frame = pd.DataFrame(rows).iloc[draw.permutation(len(rows))].reset_index(drop=True)
    return frame.assign(id=[f"r{number:05}" for number in range(len(frame))])
