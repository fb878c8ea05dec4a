# metrics.awk - rule files to a page that says what every metric, tag and segment is: `make docs`.
#
# A statement's comment is what stands directly above it, behind it, or in it. `-- ---- x ----` begins a section, a
# comment with nothing but an empty line below it is a paragraph, the first one of a file is the file's own.

# Text as a cell of a table, or in a paragraph.
function plain(s)
{
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	gsub(/[*|]/, "\\\\&", s)
	return s
}

function code(s)
{
	if (s == "")
		return ""
	gsub(/\|/, "\\|", s)
	return index(s, "`") ? "`` " s " ``" : "`" s "`"
}

function add(what, text)
{
	n++
	row_what[n] = what
	row_text[n] = text
}

function joined(a, b)
{
	return a == "" || b == "" ? a b : a " " b
}

# Comment lines that belong to no statement.
function flush_comment(text)
{
	text = comment
	comment = ""
	if (text == "")
		return
	if (!started) {
		sub("^" base "\\.rules - ", "", text)
		about[file] = text
	} else {
		add("note", text)
	}
	started = 1
}

# Takes the quoted text at the start of `rest` and returns what it says.
function take_text(i, c, s)
{
	for (i = 2; (c = substr(rest, i, 1)) != ""; i++) {
		if (c == "\\")
			c = substr(rest, ++i, 1)
		else if (c == "'") {
			if (substr(rest, i + 1, 1) != "'")
				break
			i++
		}
		s = s c
	}
	rest = substr(rest, i + 1)
	sub(/^ +/, "", rest)
	return s
}

function statement(text, kind, name, lang, label)
{
	rest = text
	sub(/^ +/, "", rest)
	match(rest, /^[^ ]+ */)
	kind = tolower(substr(rest, 1, RLENGTH))
	sub(/ +$/, "", kind)
	rest = substr(rest, RLENGTH + 1)
	match(rest, /^[^ =]+ */)
	name = substr(rest, 1, RLENGTH)
	sub(/ +$/, "", name)
	rest = substr(rest, RLENGTH + 1)
	while (match(rest, /^[^ =']+ *'/)) {
		lang = substr(rest, 1, RLENGTH - 1)
		sub(/ +$/, "", lang)
		rest = substr(rest, RLENGTH)
		label[lang] = take_text()
	}
	sub(/^= */, "", rest)
	sub(/ +$/, "", rest)
	add("row", code(name) " | " kind " | " plain(label["en"]) " | " plain(label["zh"]))
	row_formula[n] = code(rest)
	row_comment[n] = comment
	count[kind]++
	comment = ""
}

# One line of a file: what of it goes on, ends or follows a statement.
function take_line(line, i, c, quote)
{
	for (i = 1; (c = substr(line, i, 1)) != ""; i++) {
		if (quote != "") {
			body = body c
			if (c == "\\")
				body = body substr(line, ++i, 1)
			else if (c == quote)
				quote = ""
		} else if (c == "-" && substr(line, i + 1, 1) == "-") {
			c = substr(line, i + 2)
			gsub(/^[ \t]+|[ \t\r]+$/, "", c)
			if (body ~ /[^ ]/)
				comment = joined(comment, c)
			else if (ended)
				row_comment[n] = joined(row_comment[n], c)
			break
		} else if (c == ";") {
			statement(body)
			body = ""
			ended = 1
		} else if (c == " " || c == "\t" || c == "\r") {
			if (body != "" && substr(body, length(body)) != " ")
				body = body " "
		} else {
			quote = c == "'" || c == "\"" ? c : ""
			body = body c
		}
	}
	if (body != "" && substr(body, length(body)) != " ")
		body = body " "
	ended = 0
}

FNR == 1 {
	flush_comment()
	file = FILENAME
	sub(/^(.*\/)?schemas\/rules\//, "", file)
	base = file
	sub(/^.*\//, "", base)
	sub(/\.rules$/, "", base)
	files[++nfile] = file
	started = 0
	body = ""
	add("file", file)
	sub(/^\357\273\277/, "")
}
body == "" && /^[ \t]*--[ \t]*----/ {
	flush_comment()
	gsub(/^[ \t]*--[ \t]*-*[ \t]*|[ \t]*-*[ \t\r]*$/, "")
	add("section", $0)
	next
}
body == "" && /^[ \t]*--/ {
	sub(/^[ \t]*--[ \t]?/, "")
	sub(/[ \t\r]+$/, "")
	comment = joined(comment, $0)
	next
}
body == "" && /^[ \t\r]*$/ {
	flush_comment()
	next
}
{
	if (body == "" && !started)
		first_comment()
	started = 1
	take_line($0)
}

# A comment on top that names the file is the file's, even when a statement follows at once.
function first_comment()
{
	if (index(comment, base ".rules - ") == 1)
		flush_comment()
}

function heads()
{
	if (!table)
		print "\n| name | what | English | 中文 | meaning and source | formula |\n|---|---|---|---|---|---|"
	table = 1
}

END {
	flush_comment()
	print "# Metrics, tags and segments\n"
	print "What the rule files say, made from them by `make docs`: change the rules, never this page. The language is"
	print "described in [rules.md](rules.md). Of " count["metric"] + 0 " metrics, " count["tag"] + 0 " tags and " \
		count["segment"] + 0 " segments, those with a label are shown to people, the others are steps on the way.\n"
	for (i = 1; i <= nfile; i++) {
		link = tolower(files[i])
		gsub(/[^a-z0-9_-]/, "", link)
		print "* [" files[i] "](#" link ")" (about[files[i]] == "" ? "" : ": " plain(about[files[i]]))
	}
	for (i = 1; i <= n; i++) {
		if (row_what[i] == "row") {
			heads()
			print "| " row_text[i] " | " plain(row_comment[i]) " | " row_formula[i] " |"
			continue
		}
		table = 0
		print "\n" (row_what[i] == "file" ? "## " row_text[i] : row_what[i] == "section" ? "### " plain(row_text[i]) : plain(row_text[i]))
		if (row_what[i] == "file" && about[row_text[i]] != "")
			print "\n" plain(about[row_text[i]])
	}
}
