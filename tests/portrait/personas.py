"""personas.py - random people with kinds and tags, as the portrait would count them, and the personas that follow.

personas.py make SEED DIR writes DIR/parts.json (the portrait's parts), DIR/shared, DIR/kinds.tsv and DIR/want.json: what
finish.jq must make of them, by counting people one by one.
"""
import json
import math
import random
import sys
from collections import Counter
from fractions import Fraction

TAGS = {
    "preferred_order_hour_band": ["night", "morning", "afternoon", "evening"],
    "preferred_dow": ["Mon", "Tue", "Sat"],
    "peak_season": ["Q1", "Q4", "none"],
    "last_channel": ["Direct", "Email", "Paid Social"],
    "main_platform": ["mobile", "pc"],
    "country": ["US", "DE", "CN", "JP", "FR"],
    "lifecycle": ["diehard", "ordinary", "lost"],
    "promo_sensitivity": ["high", "low"],
    "gender": ["f", "m"],
    "rfm_name": ["LOYAL", "NEW"],
}
WHEN = ["preferred_order_hour_band", "preferred_dow", "peak_season"]
WHERE = ["last_channel", "main_platform", "country"]
KINDS = ["bargain", "loyal", "season", "premium", "parent", "social", "tiny"]
BUYERS_ONLY = ["lifecycle", "rfm_name"]
TOP = 4  # rows of a tag that a portrait shows


def some_people(rng):
    """Each person: amount, kinds, tags. A kind likes one value of some tags."""
    likes = {k: {t: rng.choice(v) for t, v in TAGS.items() if rng.random() < 0.6} for k in KINDS}
    weight = {k: rng.choice([0.01, 0.05, 0.15, 0.3]) for k in KINDS}
    weight["tiny"] = 0.004
    people = []
    for _ in range(rng.choice([300, 900, 2500])):
        kinds = {k for k in KINDS if rng.random() < weight[k]}
        if "loyal" in kinds and rng.random() < 0.8:
            kinds.add("premium")  # so that some are mostly the same people
        tags = {}
        for t, values in TAGS.items():
            if rng.random() < 0.1:
                continue
            liked = [likes[k][t] for k in sorted(kinds) if t in likes[k]]
            tags[t] = rng.choice(liked) if liked and rng.random() < 0.5 else rng.choice(values)
        people.append((rng.randrange(1, 50000), kinds, tags))
    return people


def counts(people, tag):
    n = Counter(p[2][tag] for p in people if tag in p[2])
    rows = sorted(([v, c] for v, c in n.items()), key=lambda r: (-r[1], r[0]))
    known = sum(n.values())
    c = {"n": known, "missing": len(people) - known, "rows": rows[:TOP]}
    if len(rows) > TOP:
        c["other"] = sum(r[1] for r in rows[TOP:])
    return c


def portrait(people):
    cents = sum(p[0] for p in people)
    return {"base": {"people": len(people), "customers": len(people), "amount": "%d.%02d" % divmod(cents, 100)},
            "tags": {t: counts(people, t) for t in TAGS}}


def nearest(x):  # as jq's round: halves away from zero
    return int(math.floor(abs(x) + Fraction(1, 2))) * (1 if x >= 0 else -1)


def six(a, b):
    return nearest(Fraction(a * 10**6, b)) / 10**6


def trait(tag, value, part, store):
    known = [p for p in store if tag in p[2]]
    here = [p for p in part if tag in p[2]]
    n = sum(p[2][tag] == value for p in here)
    of = sum(p[2][tag] == value for p in known)
    p = of / len(known)
    variance = len(here) * p * (1 - p) * (len(known) - len(here)) / (len(known) - 1)
    z = (n - len(here) * p) / math.sqrt(variance) if variance > 0 else 0
    return {"tag": tag, "key": value, "people": n, "share": six(n, len(here)), "store_share": six(of, len(known)),
            "index": nearest(Fraction(n * len(known) * 100, len(here) * of)), "z": round(z, 2), "expected": p * len(here)}


def told(part, store):
    """All traits that both portraits show."""
    for tag in TAGS:
        store_rows, rows = counts(store, tag), counts(part, tag)
        shown = {r[0] for r in rows["rows"]}
        for value, _ in store_rows["rows"]:
            if rows["n"] and (value in shown or not rows.get("other")):
                yield trait(tag, value, part, store)


def best(traits, sign, top):
    known = (t for t in traits if t["key"] != "none")  # what somebody lacks is no trait
    order = sorted(known, key=lambda t: (-t["z"] * sign, t["tag"], t["key"]))
    out, used = [], Counter()
    for t in order:
        if t["z"] * sign > 2 and (t["people"] if sign > 0 else t["expected"]) >= 5 and used[t["tag"]] < 2:
            used[t["tag"]] += 1
            out.append(t)
    return [shown(t) for t in out[:top]]


def shown(t):
    return {k: v for k, v in t.items() if k not in ("z", "expected")}


def commonest(traits, tags):
    out = []
    for tag in tags:
        rows = [t for t in traits if t["tag"] == tag and t["key"] != "none" and t["people"]]
        if rows:
            out.append(shown(min(rows, key=lambda t: (-t["people"], t["key"]))))
    return out


def personas(people, rules):
    members = {k: [i for i, p in enumerate(people) if k in p[1]] for k in KINDS}
    amount = {k: sum(people[i][0] for i in members[k]) for k in KINDS}
    drawn = []
    for k in sorted(KINDS, key=lambda k: (-amount[k], k)):
        mine = set(members[k])
        if len(drawn) < 4 and len(mine) >= 30 and 100 * len(mine) >= len(people) and all(
                2 * len(mine & set(members[d])) <= len(mine) for d in drawn):
            drawn.append(k)
    out = []
    for k in drawn:
        part = [people[i] for i in members[k]]
        traits = list(told(part, people))
        new = [t for t in traits if t["tag"] not in rules[k] and t["tag"] not in BUYERS_ONLY]
        out.append({"segment": "persona_" + k, "name": {"en": k, "zh": "名" + k}, "motto": {"en": "I am " + k, "zh": "我" + k},
                    "people": len(part), "amount_share": six(amount[k], sum(p[0] for p in people)),
                    "over": best(new, 1, 8), "under": best(new, -1, 4), "when": commonest(traits, WHEN),
                    "where": commonest(traits, WHERE), "rule": rules[k]})
    return out


def make(seed, where):
    rng = random.Random(int(seed))
    people = some_people(rng)
    rules = {k: "segment persona_%s = orders_365d >= 1 and %s = 'x'" % (k, rng.choice(list(TAGS))) for k in KINDS}
    parts = {"tags": {t: {"group": "value" if t == "rfm_name" else "features", "multiple": False} for t in TAGS},
             "portraits": {"store": portrait(people)}, "segments": [{"name": "vip"}, {"name": "unheard_of"}],
             "definitions": {"persona_" + k: {"kind": "segment", "file": "f", "rule": r} for k, r in rules.items()}}
    for k in KINDS:
        part = [p for p in people if k in p[1]]
        if part:
            parts["portraits"]["persona_" + k] = portrait(part)
    both = Counter()
    for p in people:
        for a in p[1]:
            for b in p[1] - {a}:
                both[a, b] += 1
    json.dump(parts, open(where + "/parts.json", "w"))
    with open(where + "/shared", "w") as f:
        for (a, b), n in sorted(both.items()):
            f.write("persona_%s\tpersona_%s\t%d\n" % (a, b, n))
    with open(where + "/kinds.tsv", "w", encoding="utf-8") as f:
        f.write("segment\tname_en\tname_zh\tmotto_en\tmotto_zh\n")
        for k in KINDS:
            f.write("persona_%s\t%s\t名%s\tI am %s\t我%s\n" % (k, k, k, k, k))
    json.dump(personas(people, rules), open(where + "/want.json", "w", encoding="utf-8"), ensure_ascii=False)


if __name__ == "__main__":
    make(*sys.argv[2:])
