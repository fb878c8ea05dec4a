# expand - makes the rows of people (and their orders, items and events) of which a file of cases speaks.
#
# awk -v out=DIR -f expand.awk people.columns FILE.cases: DIR/people.tsv, orders.tsv, items.tsv and events.tsv for
# segment, DIR/wants.tsv (person, line, rule, value), DIR/options (the line that begins with `options:`).
# A case is `rule | value | column=value; …; orders(date=…, amount=…); …`: one person who has that and nothing else.
# Tags are their values, \N for none; segments are in or out.
BEGIN {
	FS = "|"; OFS = "\t"
	columns["orders"] = "order_id date amount discount coupon payment_method status"
	columns["items"] = "order_id date product_id category brand quantity price amount"
	columns["events"] = "date event page product_id category n"
	for (s in columns) {
		line = columns[s]
		gsub(/ /, "\t", line)
		print "person_id", line >(out "/" s ".tsv")
	}
}
function fail(text)
{
	printf "%s:%d: %s\n", FILENAME, FNR, text >"/dev/stderr"
	failed = 1
	exit 1
}
function trim(s)
{
	sub(/^[ \t]+/, "", s); sub(/[ \t]+$/, "", s)
	return s
}
# fact STREAM "a=1, b=2": a row of a side stream.
function fact(s, text, n, part, i, k, name, v, line)
{
	split("", v)
	if (s == "events") v["n"] = 1
	n = split(text, part, /, */)
	for (i = 1; i <= n && part[i] != ""; i++) {
		k = index(part[i], "=")
		if (index(" " columns[s] " ", " " substr(part[i], 1, k - 1) " ") == 0) fail("no column of " s ": " part[i])
		v[substr(part[i], 1, k - 1)] = substr(part[i], k + 1)
	}
	line = id
	n = split(columns[s], name, " ")
	for (i = 1; i <= n; i++) line = line OFS (name[i] in v ? v[name[i]] : "\\N")
	print line >(out "/" s ".tsv")
}
FILENAME ~ /columns$/ {
	m = split($0, c, " ")
	for (i = 1; i <= m; i++) { name[++ncol] = c[i]; column[c[i]] = ncol }
	next
}
ncol && !headed {
	headed = 1
	line = name[1]
	for (i = 2; i <= ncol; i++) line = line OFS name[i]
	print line >(out "/people.tsv")
}
/^options:/ { sub(/^options: */, ""); print >(out "/options"); next }
/^ *(#|$)/ { next }
{
	if (NF != 3) fail("not rule | value | given")
	id = sprintf("p%05d", FNR)
	split("", v)
	n = split($3, given, ";")
	for (i = 1; i <= n; i++) {
		g = trim(given[i])
		if (g == "") continue
		if (match(g, /^(orders|items|events)\(.*\)$/)) {
			k = index(g, "(")
			fact(substr(g, 1, k - 1), substr(g, k + 1, length(g) - k - 1))
			continue
		}
		k = index(g, "=")
		if (!(substr(g, 1, k - 1) in column)) fail("no column of people: " g)
		v[substr(g, 1, k - 1)] = substr(g, k + 1)
	}
	line = id
	for (i = 2; i <= ncol; i++) line = line OFS (name[i] in v ? v[name[i]] : "\\N")
	print line >(out "/people.tsv")
	print id, FNR, trim($1), trim($2) >(out "/wants.tsv")
}
END { if (failed) exit 1 }
