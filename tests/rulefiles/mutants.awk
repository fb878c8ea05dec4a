# mutants - rules with one thing changed that should matter, a statement each, under the names NAME__1, NAME__2 …
#
# awk -f mutants.awk RULES… prints them; with -v list=1 instead lines NAME, N, what was changed. A change is another
# comparison, a number or a date moved by one step, `and` for `or` and the other way, a `not` taken away, a text replaced
# by one that nothing has. That of a fact shows in a copy of each segment that uses it.
function trim_comment(s)
{
	sub(/^--.*/, "", s)
	sub(/;[ \t]*--.*/, ";", s)
	return s
}
function change(p, len, to)
{
	made++
	body[made] = substr(text, 1, p - 1) to substr(text, p + len)
	note[made] = substr(text, p > 30 ? p - 30 : 1, (p > 30 ? 30 : p - 1)) "[" substr(text, p, len) "->" to "]" substr(text, p + len, 20)
}
# Makes body[1 …] and note[] from text, what stands behind the = of a statement.
function mutate(p, rest, t, len, between)
{
	made = 0
	for (p = 1; p <= length(text); p += len) {
		rest = substr(text, p)
		len = 1
		if (match(rest, /^'([^'\\]|\\.)*'/)) {
			len = RLENGTH
			if (len > 2) change(p, len, "'~'")
		} else if (match(rest, /^(>=|<=)/)) {
			len = 2
			change(p, len, substr(rest, 1, 1))
		} else if (match(rest, /^!=/)) {
			len = 2
			change(p, len, "=")
		} else if (match(rest, /^[<>]/)) {
			change(p, len, substr(rest, 1, 1) "=")
		} else if (match(rest, /^[-+][0-9]+d/)) {
			len = RLENGTH
			t = substr(rest, 2, len - 2)
			change(p, len, substr(rest, 1, 1) (t + 1) "d")
			change(p, len, substr(rest, 1, 1) (t - 1) "d")
		} else if (match(rest, /^[0-9]+(\.[0-9]+)?/)) {
			len = RLENGTH
			t = substr(rest, 1, len)
			change(p, len, t + (t ~ /\./ ? 0.01 : 1))
			if (t > 0) change(p, len, t - (t ~ /\./ ? 0.01 : 1))
		} else if (match(rest, /^[A-Za-z_][A-Za-z0-9_.]*/)) {
			len = RLENGTH
			t = substr(rest, 1, len)
			if (t == "between") between = 1
			else if (t == "and" && between) between = 0
			else if (t == "and") change(p, len, "or")
			else if (t == "or") change(p, len, "and")
			else if (t == "not") change(p, len, "")
		}
	}
}
function put(kind, name, value, what)
{
	N[name]++
	if (list) printf "%s\t%d\t%s\n", name, N[name], what
	else printf "%s %s__%d = %s\n", kind, name, N[name], value
}
# with TEXT FACT NAME: TEXT with the fact called NAME.
function with(s, old, name, out, p)
{
	while (match(s, /[A-Za-z_'][A-Za-z0-9_.']*/)) {
		out = out substr(s, 1, RSTART - 1) (substr(s, RSTART, RLENGTH) == old ? name : substr(s, RSTART, RLENGTH))
		s = substr(s, RSTART + RLENGTH)
	}
	return out s
}
{
	statement = statement (statement == "" ? "" : " ") trim_comment($0)
	gsub(/[ \t]+/, " ", statement)
	if (statement !~ /; *$/) next
	if (match(statement, /^ *(tag|segment|fact|metric) [^ ]+( (en|zh) '([^'\\]|\\.)*')* = /)) {
		rest = substr(statement, RSTART + RLENGTH)
		split(statement, word, " ")
		count++
		kinds[count] = word[1]; names[count] = word[2]; texts[count] = rest
	}
	statement = ""
}
END {
	for (i = 1; i <= count; i++) {
		text = texts[i]
		mutate()
		for (k = 1; k <= made; k++) {
			if (kinds[i] != "fact") put(kinds[i], names[i], body[k], note[k])
			else {
				copy = names[i] "__" k
				if (!list) print "fact " copy " = " body[k]
				for (j = 1; j <= count; j++)
					if (kinds[j] == "segment" && with(texts[j], names[i], copy) != texts[j])
						put("segment", names[j], with(texts[j], names[i], copy), names[i] ": " note[k])
			}
		}
	}
}
