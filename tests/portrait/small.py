"""small.py SEED - the portrait of a small random store, complete enough to try --min-cell on, on standard output."""
import json
import random
import sys
from collections import Counter

DAYS = ["2026-11-%02d" % d for d in range(1, 31)]  # the trend; the last one is the day of the portrait
STAGES = ["prospect", "new", "ordinary", "dormant"]
VALUES = {"lifecycle": STAGES, "country": ["US", "DE", "CN", "JP", "FR", "SG"], "gender": ["f", "m", "unknown"],
          "last_channel": ["Email", "Direct", "Paid Social"], "categories_bought": ["shoes", "baby", "home", "coat"]}
MULTIPLE = {"categories_bought"}


def make(rng):
    people = []
    for _ in range(rng.choice([4, 12, 40, 120, 400])):
        p = {"stage": rng.choices(STAGES, [6, 1, 3, 2])[0], "tags": {}, "orders": [], "visits": []}
        p["customer"] = p["stage"] != "prospect" or rng.random() < 0.3
        p["subscriber"] = p["customer"] and rng.random() < 0.5
        p["was"] = p["stage"] if rng.random() < 0.9 else rng.choice(STAGES + [None])
        for tag, values in VALUES.items():
            if rng.random() < rng.choice([0.02, 0.3]):
                continue
            skewed = sorted(values)[:1 + int(len(values) * rng.random() ** 2)]
            p["tags"][tag] = sorted(set(rng.choices(values, k=2))) if tag in MULTIPLE else rng.choice(skewed)
        p["tags"]["lifecycle"] = p["stage"]
        if p["stage"] != "prospect":
            for _ in range(rng.choice([1, 1, 2, 5])):
                p["orders"].append({"ago": rng.randrange(0, 30) if rng.random() < 0.5 else rng.randrange(30, 365), "hour": rng.randrange(168),
                                    "cents": rng.randrange(100, 20000)})
        for _ in range(rng.choice([0, 1, 3])):
            p["visits"].append({"ago": min(29, int(rng.expovariate(0.1))), "hour": rng.randrange(168), "pv": rng.randrange(1, 6),
                                "country": p["tags"].get("country", "XX") if rng.random() < 0.8 else "US", "platform": rng.choice(["pc", "mobile", "mobile"])})
        people.append(p)
    return people


def money(cents):
    return "%d.%02d" % divmod(cents, 100)


def rate(a, b):
    return round(a / b, 6) if b else None


def counts(people, tag, top):
    n = Counter(v for p in people if tag in p["tags"] for v in ([p["tags"][tag]] if isinstance(p["tags"][tag], str) else p["tags"][tag]))
    known = sum(tag in p["tags"] for p in people)
    rows = sorted(([v, c] for v, c in n.items()), key=lambda r: (-r[1], r[0]))
    return {"n": known, "missing": len(people) - known, "rows": rows[:top], "other": sum(r[1] for r in rows[top:])}


def portrait(people, tops):
    orders = [(p, o) for p in people for o in p["orders"]]
    buyers = [p for p in people if p["orders"]]
    cents = sum(o["cents"] for _, o in orders)
    visits = [(p, v) for p in people for v in p["visits"]]
    uv = sum(bool(p["visits"]) for p in people)
    new = sum(bool(p["visits"]) and not p["customer"] for p in people)
    recent = [p for p in people if any(o["ago"] < 30 for o in p["orders"])]
    old = [p for p in recent if p["stage"] != "new"]
    hours = lambda xs: [[sum(x["hour"] == d * 24 + h for _, x in xs) for h in range(24)] for d in range(7)]
    months = [sum(o["ago"] * 12 // 366 == m for _, o in orders) for m in range(12)]
    by = lambda f: [f([(p, o) for p, o in orders if o["ago"] == 29 - i]) for i in range(30)]
    amount = lambda ps: money(sum(o["cents"] for p in ps for o in p["orders"] if o["ago"] < 30))
    return {
        "base": {"people": len(people), "customers": sum(p["customer"] for p in people), "visitors": sum(not p["customer"] for p in people),
                 "subscribers": sum(p["subscriber"] for p in people), "buyers": len(buyers), "orders": len(orders), "amount": money(cents),
                 "amount_per_buyer": money(round(cents / len(buyers))) if buyers else None, "amount_per_order": money(round(cents / len(orders))) if orders else None,
                 "orders_per_buyer": rate(len(orders), len(buyers)), "repurchase_rate": rate(sum(len(p["orders"]) > 1 for p in buyers), len(buyers))},
        "traffic": {"pv": sum(v["pv"] for _, v in visits), "uv": uv, "new_uv": new, "returning_uv": uv - new, "visits": len(visits),
                    "depth": rate(sum(v["pv"] for _, v in visits), len(visits)), "bounce_rate": rate(sum(v["pv"] == 1 for _, v in visits), len(visits)), "stay_seconds": 7.5},
        "funnel": {"view": uv, "product": uv * 3 // 4 + len(recent) // 4, "cart": uv // 2 + len(recent) // 2, "checkout": max(uv // 3, len(recent)), "paid": len(recent)},
        "deals": {"new_customers": sum(p["stage"] == "new" for p in buyers), "old_customers": sum(p["stage"] != "new" for p in buyers), "new_buyers": len(recent) - len(old),
                  "old_buyers": len(old), "new_amount": amount([p for p in recent if p["stage"] == "new"]), "old_amount": amount(old)},
        "tags": {t: counts(people, t, tops[t]) for t in VALUES},
        "rfm": {"grid": [[sum(len(p["orders"]) == f and p["orders"][0]["ago"] * 5 // 366 == r for p in buyers) for f in range(1, 6)] for r in range(5)]},
        "time": {"visits": hours(visits), "orders": hours(orders), "months": months, "quarters": [sum(months[q * 3:q * 3 + 3]) for q in range(4)]},
        "trend": {"customers": [max(0, sum(p["customer"] for p in people) - (29 - i) // 7) for i in range(30)], "subscribers": [sum(p["subscriber"] for p in people)] * 30,
                  "repurchase_rate": [rate(sum(len(p["orders"]) > 1 for p in buyers), len(buyers))] * 30,
                  "buyers": by(lambda os: len({id(p) for p, _ in os})), "orders": by(len), "amount": by(lambda os: money(sum(o["cents"] for _, o in os)))},
    }


def metrics(people, first, last):
    """Of days ago first … last."""
    orders = [(p, o) for p in people for o in p["orders"] if last <= o["ago"] <= first]
    visits = [(p, v) for p in people for v in p["visits"] if last <= v["ago"] <= first]
    seen = {id(p): p for p, _ in visits}
    uv, buyers, cents = len(seen), len({id(p) for p, _ in orders}), sum(o["cents"] for _, o in orders)
    new, newb = sum(not p["customer"] for p in seen.values()), len({id(p) for p, _ in orders if p["stage"] == "new"})
    return {"pv": sum(v["pv"] for _, v in visits), "uv": uv, "new_uv": new, "returning_uv": uv - new, "visits": len(visits), "depth": rate(sum(v["pv"] for _, v in visits), len(visits)),
            "buyers": buyers, "orders": len(orders), "amount": money(cents), "unidentified_orders": 0, "unidentified_amount": "0.00", "new_buyers": newb, "old_buyers": buyers - newb,
            "amount_per_buyer": money(round(cents / buyers)) if buyers else None, "conversion": rate(buyers, uv)}


def cut(people, first, last, keys):
    """Rows by the country and platform of a visit; an order goes with the person's first visit."""
    cells = {}
    for p in people:
        for v in p["visits"]:
            if last <= v["ago"] <= first:
                cells.setdefault(keys(v), []).append((p, v))
    rows = []
    for key, visits in cells.items():
        seen = {id(p): p for p, _ in visits}
        mine = [p for p in people if p["visits"] and keys(p["visits"][0]) == key]
        orders = [(p, o) for p in mine for o in p["orders"] if last <= o["ago"] <= first]
        buyers, cents, new = len({id(p) for p, _ in orders}), sum(o["cents"] for _, o in orders), sum(not p["customer"] for p in seen.values())
        row = {"key": list(key) if isinstance(key, tuple) else key, "uv": len(seen), "visits": len(visits), "buyers": buyers, "orders": len(orders), "amount": money(cents),
               "conversion": rate(buyers, len(seen))}
        if isinstance(key, str):
            row.update({"pv": sum(v["pv"] for _, v in visits), "new_uv": new, "returning_uv": len(seen) - new, "amount_per_buyer": money(round(cents / buyers)) if buyers else None})
        rows.append(row)
    return sorted(rows, key=lambda r: (-r["uv"], -float(r["amount"]), json.dumps(r["key"])))


def period(people, n):
    day = lambda ago: DAYS[29 - ago] if ago < 30 else "2026-10-%02d" % (31 - (ago - 30))
    return {"from": day(n - 1), "to": day(0), "complete": True, "previous": {"from": day(min(2 * n - 1, 59)), "to": day(n)}, "last_year": {"from": "2025-11-01", "to": "2025-11-30"},
            "metrics": metrics(people, n - 1, 0), "before": metrics(people, min(2 * n - 1, 59), n), "year_ago": metrics(people, 364, 335), "bots": None, "changes": None,
            "cuts": {"country": cut(people, n - 1, 0, lambda v: v["country"]), "platform": cut(people, n - 1, 0, lambda v: v["platform"]),
                     "country,platform": cut(people, n - 1, 0, lambda v: (v["country"], v["platform"]))}}


def store(seed):
    rng = random.Random(seed)
    people = make(rng)
    tops = {t: rng.choice([2, 3, 6]) for t in VALUES}
    tops["lifecycle"] = 6
    segments = {"life_" + s: [p for p in people if p["stage"] == s] for s in STAGES}
    segments.update({"chan_" + c: [p for p in people if p["tags"].get("last_channel") == v] for c, v in (("e", "Email"), ("d", "Direct"), ("s", "Paid Social"))})
    segments["most"] = people[rng.randrange(0, 8):]
    segments["some"] = [p for p in people if rng.random() < 0.4]
    definitions = {n: {"kind": "segment", "file": "f", "rule": "segment %s en 'x' zh 'x' = purchase_days >= 2;" % n} for n in segments}
    for s in STAGES:
        definitions["life_" + s]["rule"] = "segment life_%s en 'x' zh 'x' = lifecycle = '%s';" % (s, s)
    for c, v in (("e", "Email"), ("d", "Direct"), ("s", "Paid Social")):
        definitions["chan_" + c]["rule"] = "segment chan_%s en 'x' zh 'x' = last_channel = '%s';" % (c, v)
    rows = []
    for name, part in segments.items():
        joined = rng.randrange(0, len(part) + 1) if rng.random() < 0.6 else 0
        left = rng.randrange(0, 9) if rng.random() < 0.5 else 0
        if name.startswith("life_"):
            joined, left = sum(p["was"] != p["stage"] for p in part), sum(p["was"] == name[5:] != p["stage"] for p in people)
        rows.append({"name": name, "en": name, "zh": name, "people": len(part), "customers": sum(p["customer"] for p in part), "visitors": sum(not p["customer"] for p in part),
                     "since": "2026-11-23", "before": len(part) - joined + left, "joined": joined, "left": left, "action": None})
    moved = Counter((p["was"], p["stage"]) for p in people)
    clusters = Counter(len(p["visits"]) for p in people if p["customer"])
    periods = {n: period(people, d) for n, d in (("day", 1), ("7d", 7), ("30d", 30), ("mtd", 30))}
    trend = [dict(day=DAYS[i], **{k: v for k, v in metrics(people, 29 - i, 29 - i).items() if k in ("uv", "pv", "visits", "buyers", "orders", "amount")}) for i in range(30)]
    portraits = {"store": portrait(people, tops)}
    portraits.update({n: portrait(p, tops) for n, p in segments.items() if p})
    return {"min_cell": None, "day": DAYS[-1], "definitions": definitions, "periods": periods, "trend": trend,
            "tags": {t: {"group": "features", "multiple": t in MULTIPLE} for t in VALUES}, "portraits": portraits, "segments": rows,
            "moves": {"since": "2026-11-23", "rows": [{"from": a, "to": b, "customers": n} for (a, b), n in sorted(moved.items(), key=lambda m: (-m[1], str(m[0])))]},
            "personas": [], "products": None, "pages": None, "regions_above": None, "survey_checks": None,
            "identity": {"visitors": sum(k * n for k, n in clusters.items()), "customers": sum(clusters.values()), "shared_visitors": 0,
                         "clusters": [{"visitors": k, "customers": n} for k, n in sorted(clusters.items())]},
            "surveys": {"answers": rng.randrange(0, 9), "unknown": [{"question": "q", "answers": rng.randrange(1, 9)}]}, "quality": []}


if __name__ == "__main__":
    json.dump(store(int(sys.argv[1])), sys.stdout)
