#!/usr/bin/env bats
# make install and make uninstall: what goes where, and that it works there.

load helpers

setup_file()
{
	# A copy of what is built: remaking parts of it for another PREFIX must not disturb other tests.
	export COPY=$BATS_FILE_TMPDIR/build
	if ! sanitized; then cp -a "${LIMN_BIN%/bin}" "$COPY"; fi
}

setup()
{
	need_plain "the plain build is installed"
}

make_()
{
	expect 0 make -C "$ROOT" --no-print-directory BUILD="$COPY" "$@"
}

# The names of the programs that are to be installed.
programs()
{
	find "$ROOT/filters" -maxdepth 1 -name '*.c' -printf '%f\n' | sed 's/\.c$//'
	find "$ROOT/pipelines" -maxdepth 1 -type f -perm -u+x -printf '%f\n'
}

@test "install: every program, man page, schema, rule and report file has its place, and nothing else" {
	local stage=$BATS_TEST_TMPDIR/stage
	make_ install PREFIX=/usr DESTDIR="$stage"
	{
		programs | sed 's|^|usr/bin/|'
		cd "$ROOT"
		find docs/man -name '*.[1-8]' -printf '%f\n' | sed -E 's|(.*)\.(.)$|usr/share/man/man\2/&|'
		# The page's script is installed as it was built; what it was built from is not.
		find schemas -type f ! -name '.*' -printf 'usr/share/limn/%p\n'
		find pipelines -mindepth 2 -type f ! -name '.*' ! -name '*.mjs' ! -path 'pipelines/report/src/*' -printf 'usr/share/limn/%p\n'
		echo usr/share/limn/pipelines/report/page.js
		find pipelines -maxdepth 1 -type f ! -perm -u+x ! -name '.*' -printf 'usr/share/limn/%p\n'
	} | sort >"$BATS_TEST_TMPDIR/expected"
	(cd "$stage" && find . -type f -printf '%P\n' | sort) >"$OUT"
	same "$OUT" "$BATS_TEST_TMPDIR/expected"
	# Modes do not depend on the builder's umask or on the tree's.
	find "$stage" -type f ! -perm 644 ! -perm 755 | same - /dev/null
	find "$stage/usr/bin" -type f ! -perm 755 | same - /dev/null
	find "$stage/usr/share/man" "$stage/usr/share/limn/schemas" -type f ! -perm 644 | same - /dev/null
}

@test "install: programs know the place for which they were made, also after another PREFIX" {
	local place
	for place in "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"; do
		make_ install PREFIX="$place"
		grep -qaF "$place/share/limn" "$place/bin/dedupe-uv" || fail "dedupe-uv does not know $place"
	done
	make_ build PREFIX="$place"
	if grep -E '  (cc|c\+\+|link) ' "$OUT"; then fail "remade without a reason"; fi
}

@test "install: an installed program works from any directory, with its own schemas" {
	local place=$BATS_TEST_TMPDIR/place name
	make_ install PREFIX="$place"
	cd /
	while IFS= read -r name; do
		expect 0 env -i PATH=/usr/bin:/bin "$place/bin/$name" --version
		quiet
	done < <(programs)
	printf '{"order_id":"1","amount":"2.50"}\n' >"$BATS_TEST_TMPDIR/in.ndjson"
	expect 0 env -i PATH=/usr/bin:/bin "$place/bin/dedupe-uv" -k order_id --stream orders \
		--select order_id,amount --to tsv "$BATS_TEST_TMPDIR/in.ndjson"
	out_is $'order_id\tamount' $'1\t2.50'
	# It is the installed schema that was read, not that of the source tree.
	echo 'no schema' >"$place/share/limn/schemas/records/orders.json"
	run -2 env -i PATH=/usr/bin:/bin "$place/bin/dedupe-uv" -k order_id --stream orders \
		"$BATS_TEST_TMPDIR/in.ndjson"
	# rules by name, and the maps that they look into
	mkdir -p "$place/share/limn/schemas/maps"
	printf 'k\tv\nx\t7\n' >"$place/share/limn/schemas/maps/mine.tsv"
	echo "tag t = lookup(mine, 'x');" >"$place/share/limn/schemas/rules/mine.rules"
	printf 'person_id\n1\n' >"$BATS_TEST_TMPDIR/in.csv"
	expect 0 "$place/bin/segment" -r mine "$BATS_TEST_TMPDIR/in.csv"
	out_is person_id,t,segments 1,7,
}

@test "install: uninstall leaves nothing of ours and all that is not" {
	local stage=$BATS_TEST_TMPDIR/stage
	make_ install PREFIX=/opt/limn DESTDIR="$stage"
	make_ uninstall PREFIX=/opt/limn DESTDIR="$stage"
	find "$stage" -type f | same - /dev/null
	[[ ! -e $stage/opt/limn/share/limn ]]
	make_ install PREFIX=/opt/limn DESTDIR="$stage"
	echo 'tag mine = 1;' >"$stage/opt/limn/share/limn/schemas/rules/mine.rules"
	echo '#!/bin/sh' >"$stage/opt/limn/bin/theirs"
	make_ uninstall PREFIX=/opt/limn DESTDIR="$stage"
	(cd "$stage/opt/limn" && find . -type f | sort) | same - <(
		printf '%s\n' ./bin/theirs ./share/limn/schemas/rules/mine.rules
	)
}
