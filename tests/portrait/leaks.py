"""leaks.py FULL PUBLIC K - tries to find out from PUBLIC what --min-cell K took out of FULL, and prints what it finds.

FULL is used for the names of the unknowns, for which sums hold, and to tell whether what was found is small: what is
looked for are counts of 1 to K - 1, and rows of so few people. Every count is a variable, known if it is shown. Sums that
hold are equations. What follows from them by elimination, or by bounds (a cell that is left out of a table is not 0), is
found. Whoever knows more, for example other totals, may find more.
"""
import json
import sys
from collections import defaultdict
from itertools import combinations

P = (1 << 61) - 1
NUMBERS = {"schema", "min_cell", "index", "definitions", "labels", "depth", "pv_per_uv", "depth_mean_of_days", "stay_seconds", "bounce_rate", "orders_per_buyer",
           "items_per_buyer", "items_per_order", "engaged_rate", "conversion", "conversion_per_visit", "conversion_seen", "cart_conv", "refund_rate",
           "refund_amount_rate", "repurchase_rate", "share", "store_share", "amount_share", "ratio", "z", "items"}


class System:
    def __init__(self, k):
        self.k, self.true, self.known, self.least, self.secret, self.sums = k, {}, {}, {}, {}, []

    def var(self, name, true, shown, least=0, secret=None):
        """A count. shown: as PUBLIC has it, None if not; secret: whether it must not be known (default: small)."""
        if true is None:
            return name
        true = int(true)
        self.true[name] = true
        self.least[name] = least if true else 0
        self.secret[name] = 0 < true < self.k if secret is None else secret
        if shown is not None:
            assert int(shown) == true, (name, true, shown)
            self.known[name] = true
        return name

    def equal(self, name, parts, const=0):
        """name + const is the sum of the parts, if that is so. parts: names, or {name: factor}."""
        parts = dict.fromkeys(parts, 1) if not isinstance(parts, dict) else dict(parts)
        if name is not None:
            parts[name] = parts.get(name, 0) - 1
        if all(p in self.true for p in parts) and sum(c * self.true[p] for p, c in parts.items()) == const:
            self.sums.append((parts, const))

    def rest(self, name, whole, part):
        """What a part leaves of a whole: a count of its own."""
        if whole in self.true and part in self.true and self.true[whole] >= self.true[part]:
            self.var(name, self.true[whole] - self.true[part], None)
            self.equal(whole, [part, name])

    def solve(self):
        """Names of the secret variables that are known or follow."""
        rows = []
        for parts, const in self.sums:
            row = {}
            for p, c in parts.items():
                if p in self.known:
                    const -= c * self.known[p]
                elif c:
                    row[p] = c
            if row:
                rows.append((row, const))
        found = set(self.known) | self.eliminate(rows) | self.bounds(rows)
        return sorted(n for n in found if self.secret[n])

    def eliminate(self, rows):
        pivots = {}
        for row, const in rows:
            row, const = {v: c % P for v, c in row.items()}, const % P
            for v in sorted(v for v in row if v in pivots):
                c = row.get(v, 0)
                if c:
                    other, k = pivots[v]
                    for u, d in other.items():
                        row[u] = (row.get(u, 0) - c * d) % P
                    const = (const - c * k) % P
            row = {v: c for v, c in row.items() if c}
            if not row:
                continue
            pivot = min(row)
            inverse = pow(row[pivot], P - 2, P)
            row, const = {v: c * inverse % P for v, c in row.items()}, const * inverse % P
            for v, (other, k) in list(pivots.items()):
                c = other.get(pivot, 0)
                if c:
                    new = dict(other)
                    for u, d in row.items():
                        new[u] = (new.get(u, 0) - c * d) % P
                    pivots[v] = ({u: d for u, d in new.items() if d}, (k - c * const) % P)
            pivots[pivot] = (row, const)
        return {v for v, (row, _) in pivots.items() if len(row) == 1}

    def bounds(self, rows):
        low = defaultdict(int, {v: self.least[v] for row, _ in rows for v in row})
        high = defaultdict(lambda: float("inf"))
        changed = True
        while changed:
            changed = False
            for row, const in rows:
                lo = [(v, c * low[v] if c > 0 else c * high[v]) for v, c in row.items()]
                hi = [(v, c * high[v] if c > 0 else c * low[v]) for v, c in row.items()]
                for side in (lo, hi):
                    endless = [v for v, x in side if abs(x) == float("inf")]
                    if len(endless) > 1:
                        continue
                    for v in endless or row:
                        x = (const - sum(x for u, x in side if u != v)) / row[v]
                        # side lo bounds c*v from above, side hi from below.
                        if (side is lo) == (row[v] > 0):
                            if x < high[v]:
                                high[v] = x
                                changed = True
                        elif x > low[v]:
                            low[v] = x
                            changed = True
        return {v for v in low if low[v] == high[v]}


def get(obj, *path):
    for p in path:
        if obj is None:
            return None
        obj = obj.get(p) if isinstance(obj, dict) else obj[p] if isinstance(obj, list) and p < len(obj) else None
    return obj


def product(a, b):
    return None if a is None or b is None else round(float(a) * float(b))


def just(rule):
    """TAG and VALUE of a segment that is TAG = 'VALUE'."""
    condition = rule.split(" = ", 1)[1].rstrip("; ")
    parts = condition.split(" = ")
    if len(parts) == 2 and parts[1].startswith("'") and parts[1].count("'") == 2:
        return parts[0].strip(), parts[1].strip("'")
    return None


def of_portrait(s, name, full, pub, store):
    """The variables of a portrait are NAME/…; store: the store's portrait, None for itself."""
    n = name + "/"
    base = full["base"]
    shown = get(pub, "base") or {}
    for key in ("people", "customers", "visitors", "subscribers", "orders"):
        s.var(n + key, base[key], shown.get(key))
    buyers = shown.get("buyers")
    if buyers is None and base["buyers"]:  # from what there is of each buyer
        for whole, each in (("amount", "amount_per_buyer"), ("orders", "orders_per_buyer")):
            if shown.get(whole) is not None and shown.get(each) is not None and float(shown[each]):
                buyers = base["buyers"]
    s.var(n + "buyers", base["buyers"], buyers)
    repeat = product(base["repurchase_rate"], base["buyers"])
    s.var(n + "repeat", repeat, repeat if shown.get("repurchase_rate") is not None and buyers is not None else None)
    s.equal(n + "people", [n + "customers", n + "visitors"])
    for whole, part in (("customers", "buyers"), ("customers", "subscribers"), ("buyers", "repeat")):
        s.rest(n + "%s less %s" % (whole, part), n + whole, n + part)
    for part in ("traffic", "funnel", "deals"):
        for key, value in (full[part] or {}).items():
            if isinstance(value, int):
                s.var(n + key, value, get(pub, part, key), secret=0 < value < s.k or (key == "visits" and 0 < (full["traffic"]["uv"] or 0) < s.k))
    s.equal(n + "uv", [n + "new_uv", n + "returning_uv"])
    s.equal(n + "paid", [n + "new_buyers", n + "old_buyers"])
    for a, b in combinations(("view", "product", "cart", "checkout", "paid"), 2):
        s.rest(n + "%s less %s" % (a, b), n + a, n + b)
    for t, c in full["tags"].items():
        of_tag(s, n + t + "/", c, get(pub, "tags", t), n + "people")
    # Of a table that is not shown at all nobody knows the total, nor which cells are 0.
    grid = get(full, "rfm", "grid")
    if grid and get(pub, "rfm", "grid"):
        cells = {(r, f): s.var("%srfm/%d%d" % (n, r, f), grid[r][f], get(pub, "rfm", "grid", r, f), least=1) for r in range(5) for f in range(5)}
        s.equal(None, list(cells.values()), sum(map(sum, grid)))
    for what, total in (("visits", n + "visits"), ("orders", n + "orders")):
        week = full["time"][what]
        if week and get(pub, "time", what):
            s.equal(total, [s.var("%s%s/%d.%d" % (n, what, d, h), week[d][h], get(pub, "time", what, d, h), least=1) for d in range(7) for h in range(24)])
    if full["time"]["months"]:
        months = [s.var("%smonth/%d" % (n, m), x, get(pub, "time", "months", m), least=int(get(pub, "time", "months") is not None)) for m, x in enumerate(full["time"]["months"])]
        quarters = [s.var("%squarter/%d" % (n, q), x, get(pub, "time", "quarters", q), least=int(get(pub, "time", "quarters") is not None)) for q, x in enumerate(full["time"]["quarters"])]
        s.equal(n + "orders", months)
        s.equal(n + "orders", quarters)
        for q in range(4):
            s.equal(quarters[q], months[q * 3:q * 3 + 3])
    t = full["trend"]
    if t["orders"] and any(x is not None for x in get(pub, "trend", "orders") or []):
        days = [s.var("%sday/%d" % (n, i), x, get(pub, "trend", "orders", i), secret=0 < x < s.k or 0 < (t["buyers"][i] or 0) < s.k, least=1)
                for i, x in enumerate(t["orders"]) if x is not None]
        if get(pub, "deals", "new_amount") is not None or get(pub, "deals", "old_amount") is not None:
            s.equal(None, days, sum(x or 0 for x in t["orders"]))
    for what in ("customers", "subscribers"):
        values = [x for x in get(pub, "trend", what) or [] if x is not None]
        for i, (a, b) in enumerate(combinations(values, 2)):
            s.var("%s%s difference %d" % (n, what, i), abs(a - b), abs(a - b))
    if store:
        for key in [k for k in list(s.true) if k.startswith(n) and "store/" + k[len(n):] in s.true and " " not in k and "day/" not in k and not k.endswith("/other")]:
            s.rest("store less " + key, "store/" + key[len(n):], key)


def of_tag(s, n, c, pub, people):
    shown = {r[0]: r[1] for r in get(pub, "rows") or []}
    there = int(pub is not None)
    rows = [s.var(n + "=" + v, x, shown.get(v), least=there) for v, x in c["rows"]]
    s.var(n + "n", c["n"], get(pub, "n"))
    s.var(n + "missing", c["missing"], get(pub, "missing"), least=there)
    s.var(n + "other", c.get("other", 0), get(pub, "other"), least=there)
    s.equal(people, [n + "n", n + "missing"])
    s.equal(n + "n", rows + [n + "other"])
    for row in rows:
        s.rest(n + "n less " + row, n + "n", row)
    known = [r for r in get(pub, "rows") or []]
    if known != [r for r in known if r[1] is not None] + sorted([r for r in known if r[1] is None]):
        s.var(n + "order of rows", 1, 1)


def of_period(s, name, full, pub):
    n = "period/" + name + "/"
    uv, buyers = full["uv"], full["buyers"]
    s.var(n + "visits", full["visits"], pub["visits"], secret=0 < (uv or 0) < s.k or 0 < (full["visits"] or 0) < s.k)
    s.var(n + "orders", full["orders"], pub["orders"], secret=0 < (buyers or 0) < s.k or 0 < (full["orders"] or 0) < s.k)
    for key in ("uv", "new_uv", "returning_uv", "buyers", "new_buyers", "old_buyers", "unidentified_orders"):
        s.var(n + key, full.get(key), pub.get(key))
    s.equal(n + "uv", [n + "new_uv", n + "returning_uv"])
    s.equal(n + "buyers", [n + "new_buyers", n + "old_buyers"])
    if pub["buyers"] is None and buyers:
        for known in (pub.get("conversion") is not None and pub["uv"] is not None, pub.get("amount_per_buyer") is not None and pub["amount"] is not None):
            if known:
                s.known[n + "buyers"] = buyers
    return n


def of_cuts(s, n, full, pub):
    """n: the prefix of the period's variables."""
    for cut, rows in full.items():
        shown = {json.dumps(r["key"]): r for r in pub.get(cut) or []}
        hidden = [r for r in pub.get(cut) or [] if r.get("uv", r.get("buyers")) is None]
        if hidden and (pub[cut][-len(hidden):] != hidden):
            s.var(n + cut + " order of rows", 1, 1)
        for r in rows:
            key = json.dumps(r["key"])
            p = of_period(s, n[7:] + cut + "/" + key, dict({"visits": None, "orders": None, "uv": None, "buyers": None}, **r),
                          dict({"visits": None, "orders": None, "uv": None, "buyers": None}, **shown.get(key, {})))
            for v in ("visits", "orders"):
                if p + v in s.least:
                    s.least[p + v] = 1 if shown and s.true[p + v] else 0
        for v in ("visits", "orders"):
            names = ["%s%s/%s/%s" % (n, cut, json.dumps(r["key"]), v) for r in rows]
            s.equal(n + v, names)
            if "," in cut:
                for i, one in enumerate(cut.split(",")):
                    for value in {r["key"][i] for r in rows}:
                        s.equal("%s%s/%s/%s" % (n, one, json.dumps(value), v), [x for x, r in zip(names, rows) if r["key"][i] == value])


def of_days(s, full, pub):
    shown = {d["day"]: d for d in pub["trend"]}
    days = [d["day"] for d in full["trend"]]
    for d in full["trend"]:
        for v, people in (("visits", "uv"), ("orders", "buyers")):
            if d.get(v) is not None:
                s.var("%s/%s" % (d["day"], v), d[v], shown[d["day"]].get(v), least=1, secret=0 < d[v] < s.k or 0 < d[people] < s.k)
    spans = []
    for name, p in full["periods"].items():
        for part, first, last in (("metrics", p["from"], p["to"]), ("before", p["previous"]["from"], p["previous"]["to"])):
            n = of_period(s, name + " " + part, p[part], pub["periods"][name][part])
            spans.append((first, last, n))
            for v in ("visits", "orders"):
                if first >= days[0]:
                    s.equal(n + v, ["%s/%s" % (d, v) for d in days if first <= d <= last])
            if part == "metrics":
                of_cuts(s, n, p["cuts"], pub["periods"][name]["cuts"])
    for (f1, l1, a), (f2, l2, b) in combinations(spans, 2):
        if l1 == l2:
            for v in ("visits", "orders"):
                whole, part = (a, b) if f1 < f2 else (b, a)
                s.rest("%s%s less %s" % (whole, v, part), whole + v, part + v)


def of_segments(s, full, pub):
    shown = {r["name"]: r for r in pub["segments"]}
    for r in full["segments"]:
        name, n = r["name"], "segment/" + r["name"] + "/"
        for key in ("people", "customers", "visitors", "before", "joined", "left"):
            s.var(n + key, r[key], shown[name][key])
        s.equal(n + "people", [n + "customers", n + "visitors"])
        s.equal(n + "people", {n + "before": 1, n + "joined": 1, n + "left": -1})
        s.rest(n + "rest", "store/people", n + "people")
        for key in ("people", "customers", "visitors"):
            s.equal(n + key, [name + "/" + key])
        if None not in (shown[name]["before"], shown[name]["people"]):
            s.var(n + "difference", abs(r["people"] - r["before"]), abs(r["people"] - r["before"]))
    families = defaultdict(list)
    for name, d in full["definitions"].items():
        if just(d["rule"]) and name in shown:
            tag, value = just(d["rule"])
            families[tag].append(name)
            s.equal("segment/%s/people" % name, ["store/%s/=%s" % (tag, value)])
    for family in families.values():
        parts = [name + "/" for name in family if name in full["portraits"]]
        for key in [k[6:] for k in s.true if k.startswith("store/") and "=" not in k and " " not in k and not k.endswith(("/missing", "/other", "/n"))]:
            s.equal("store/" + key, [p + key for p in parts if p + key in s.true])
        for t in full["tags"]:
            for cell in ["=" + r[0] for r in full["portraits"]["store"]["tags"][t]["rows"]] + ["missing"]:
                parts = [name for name in family if name in full["portraits"]]
                if not any(full["portraits"][p]["tags"][t].get("other") for p in parts):
                    s.equal("store/%s/%s" % (t, cell), [x for x in ("%s/%s/%s" % (p, t, cell) for p in parts) if x in s.true])
    if full["moves"] and pub["moves"]:
        rows = full["moves"]["rows"]
        known = {(r["from"], r["to"]): r["customers"] for r in get(pub, "moves", "rows") or []}
        names = [s.var("move/%s/%s" % (r["from"], r["to"]), r["customers"], known.get((r["from"], r["to"])), least=1) for r in rows]
        s.equal(None, names, sum(r["customers"] for r in rows))
        for end in ("from", "to"):
            for stage in {r[end] for r in rows}:
                for same in (True, False):
                    group = [(x, r) for x, r in zip(names, rows) if r[end] == stage and (same or r["from"] != r["to"])]
                    s.equal(None, [x for x, _ in group], sum(r["customers"] for _, r in group))


def left_over(obj, k, path=()):
    """Small numbers that are still there, whatever they are."""
    if isinstance(obj, dict):
        for key, value in obj.items():
            if key not in NUMBERS and path[-2:-1] != ("clusters",):
                yield from left_over(value, k, path + (key,))
    elif isinstance(obj, list):
        for i, value in enumerate(obj):
            yield from left_over(value, k, path + (i,))
    elif isinstance(obj, int) and not isinstance(obj, bool) and 0 < obj < k:
        yield "/".join(map(str, path))


def leaks(full, pub, k):
    s = System(k)
    public = pub["portraits"]
    for name, portrait in full["portraits"].items():
        of_portrait(s, name, portrait, public.get(name), None if name == "store" else full["portraits"]["store"])
    of_segments(s, full, pub)
    of_days(s, full, pub)
    if full["identity"]:
        clusters = full["identity"]["clusters"]
        known = {c["visitors"]: c["customers"] for c in pub["identity"]["clusters"]}
        names = {s.var("cluster/%d" % c["visitors"], c["customers"], known.get(c["visitors"])): c["visitors"] for c in clusters}
        s.var("links", full["identity"]["visitors"], pub["identity"]["visitors"])
        s.var("linked", full["identity"]["customers"], pub["identity"]["customers"])
        s.equal("linked", list(names))
        s.equal("links", names)
    return s, sorted(set(s.solve()) | set(left_over(pub, k)))


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as f, open(sys.argv[2], encoding="utf-8") as g:
        system, found = leaks(json.load(f), json.load(g), int(sys.argv[3]))
    secret = [n for n in system.true if system.secret[n]]
    print("\n".join(found), file=sys.stderr)
    print("%d counts, %d shown, %d of the %d secret ones found" % (len(system.true), len(system.known), len(found), len(secret)))
    sys.exit(bool(found))
