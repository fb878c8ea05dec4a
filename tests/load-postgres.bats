#!/usr/bin/env bats
# load-postgres: a warehouse in a real PostgreSQL, a server of the test's own that listens on a socket only.

load helpers

setup_file()
{
	local bin as=()
	if sanitized; then return; fi
	bin=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
	[[ -n $bin ]] || return 0
	export PGROOT PGBIN=${bin%/*}
	PGROOT=$(mktemp -d /tmp/limn-pg.XXXXXX) # a socket's path must be short
	if (($(id -u) == 0)); then
		chown postgres "$PGROOT"
		as=(runuser -u postgres --)
	fi
	cd "$PGROOT" || return
	"${as[@]}" "$PGBIN/initdb" -D "$PGROOT/data" -A trust -U postgres --no-sync >"$PGROOT/log" 2>&1
	# 3>&-: the server must not hold the file by which bats knows that a test has ended
	"${as[@]}" "$PGBIN/pg_ctl" -D "$PGROOT/data" -l "$PGROOT/data/log" -o "-k $PGROOT -c listen_addresses= -c fsync=off" -w start \
		>>"$PGROOT/log" 2>&1 3>&-
	export PGHOST=$PGROOT PGUSER=postgres
}

teardown_file()
{
	local as=()
	if [[ -z ${PGROOT-} ]]; then return; fi
	if (($(id -u) == 0)); then as=(runuser -u postgres --); fi
	(cd / && "${as[@]}" "$PGBIN/pg_ctl" -D "$PGROOT/data" -m immediate stop >/dev/null 2>&1) || :
	rm -rf "$PGROOT"
}

# A database a test; a small warehouse with two days.
setup()
{
	need_plain "no program of ours runs here but the shell's"
	[[ -n ${PGROOT-} ]] || skip "not installed: PostgreSQL"
	export PGDATABASE=t$BATS_TEST_NUMBER
	psql -q -d postgres -c "create database $PGDATABASE"
	W=$BATS_TEST_TMPDIR/w
	mkdir -p "$W"/{events,members,people,metrics} "$W"/arrivals/2026-11-2{0,1}
	order 2026-11-20 'o1 2026-11-20T01:00:00Z 12.50 pending' 'o2 2026-11-20T02:00:00Z 7 paid'
	order 2026-11-21 'o1 2026-11-21T01:00:00Z 12.50 paid'
	table events/2026-11-20 event_id ts visitor_id event page price <<-'TEXT'
		e1	2026-11-20T01:00:00.25Z	v1	page_view	/a\\b\tc\nd	\N
		e2	2026-11-20T02:00:00Z	v'2";	add_to_cart	/ü	0.000001
	TEXT
	table members/2026-11-21 person_id segment <<<$'c1\tloyal'
	table people/2026-11-21 person_id number_of_orders channels_used first_order_at house_rule segments <<<$'c1\t2\t["Direct","a\\\\"b"]\t2026-11-20T02:00:00Z\tyes\tloyal'
	printf 'period\tpart\tcut\tkey\tuv\tamount\n7d\tcurrent\ttotal\t\\N\t3\t19.50\n' >"$W/metrics/2026-11-21.tsv"
}

# table NAME COLUMN… <ROWS - that table of the warehouse.
table()
{
	local name=$1
	shift
	{
		printf '%s\n' "$*" | tr ' ' '\t'
		cat
	} | zstd -q -f -o "$W/$name.tsv.zst"
}

# order DAY 'ID UPDATED AMOUNT STATUS'… - the orders that arrived on that day.
order()
{
	local day=$1
	shift
	printf '%s\n' "$@" | awk -v OFS='\t' '{ print $1, $2, $2, $4, $3, "USD" }' |
		table "arrivals/$day/orders" order_id updated_at created_at status amount currency
}

loads()
{
	expect 0 load-postgres --warehouse "$W" "$@"
	[[ ! -s $OUT ]] || fail "stdout is not empty"
}

ask()
{
	psql -X -A -t -F ' ' -c "$1"
}

@test "load-postgres: every table is there, typed, and holds what its files hold" {
	loads
	quiet
	ask 'select order_id, updated_at at time zone $$UTC$$, amount, status, file_day from limn.orders order by 1, 2' | is \
		'o1 2026-11-20 01:00:00 12.50 pending 2026-11-20' 'o1 2026-11-21 01:00:00 12.50 paid 2026-11-21' 'o2 2026-11-20 02:00:00 7 paid 2026-11-20'
	ask 'select order_id, status from limn.orders_current order by 1' | is 'o1 paid' 'o2 paid'
	ask 'select sum(uv), sum(amount) from limn.metrics' | is '3 19.50'
	ask 'select number_of_orders + 1, channels_used->>1, extract(day from first_order_at), house_rule from limn.people' | is '3 a"b 20 yes'
	ask "select data_type from information_schema.columns where table_name = 'people' and column_name in ('number_of_orders', 'last_order_date', 'channels_used', 'country')
		order by column_name" | is jsonb text date numeric
	ask 'select event_id, page = $$/a\b$$ || chr(9) || $$c$$ || chr(10) || $$d$$, price is null, visitor_id from limn.events order by 1' | is 'e1 t t v1' "e2 f f v'2\";"
	ask 'select table_name, file_day, records from limn.loaded order by 1, 2' | is 'events 2026-11-20 2' 'members 2026-11-21 1' 'metrics 2026-11-21 1' \
		'orders 2026-11-20 2' 'orders 2026-11-21 1' 'people 2026-11-21 1'
}

@test "load-postgres: a second run loads nothing; a changed file replaces its day; one that is gone goes" {
	loads
	local before
	before=$(ask 'select string_agg(xmin::text, $$,$$ order by table_name, file_day) from limn.loaded')
	loads --progress
	err_has 'load-postgres: 0 files were loaded or taken away'
	ask 'select string_agg(xmin::text, $$,$$ order by table_name, file_day) from limn.loaded' | is "$before"
	order 2026-11-21 'o1 2026-11-21T01:00:00Z 12.50 paid' 'o3 2026-11-21T02:00:00Z 3 paid'
	rm "$W/members/2026-11-21.tsv.zst"
	loads --progress
	err_has 'members of 2026-11-21, which is gone' 'arrivals/2026-11-21/orders.tsv.zst' 'load-postgres: 2 files were loaded or taken away'
	ask 'select count(*), count(*) filter (where file_day = $$2026-11-21$$) from limn.orders' | is '4 2'
	ask 'select count(*) from limn.members' | is 0
}

@test "load-postgres: --tables, --from and --to bound what is loaded and what is taken away" {
	loads --schema shop --tables orders --from 2026-11-21
	ask 'select count(*) from shop.orders' | is 1
	ask 'select count(*) from shop.events' | is 0
	loads --schema shop --tables orders,events --to 2026-11-20
	ask 'select (select count(*) from shop.orders), (select count(*) from shop.events)' | is '3 2'
	rm "$W/events/2026-11-20.tsv.zst"
	loads --schema shop --tables orders
	ask 'select count(*) from shop.events' | is 2
}

@test "load-postgres: a broken file changes nothing of its day, is named, and the rest stays" {
	loads
	order 2026-11-20 'o1 2026-11-20T01:00:00Z 12.50 pending' 'o2 2026-11-20T02:00:00Z 8 paid'
	seq 100000 | awk -v OFS='\t' '{ print "o" $1, "2026-11-21T01:00:00Z", "2026-11-21T01:00:00Z", "paid", $1 % 7, "USD" }' |
		table arrivals/2026-11-21/orders order_id updated_at created_at status amount currency
	truncate -s -2000 "$W/arrivals/2026-11-21/orders.tsv.zst"
	expect 3 load-postgres --warehouse "$W"
	err_has 'arrivals/2026-11-21/orders.tsv.zst: could not be loaded; what was loaded before it stays'
	ask 'select file_day, count(*), sum(amount) from limn.orders group by 1 order by 1' | is '2026-11-20 2 20.50' '2026-11-21 1 12.50'
	order 2026-11-21 'o1 2026-11-21T01:00:00Z much paid'
	expect 3 load-postgres --warehouse "$W"
	err_has 'invalid input syntax for type numeric: "much"'
	ask 'select count(*) from limn.orders' | is 3
}

@test "load-postgres: a warehouse whose path has blanks, quotes and a backslash" {
	mv "$W" "$BATS_TEST_TMPDIR/a 'b\\n"
	W="$BATS_TEST_TMPDIR/a 'b\\n"
	loads
	ask 'select count(*) from limn.orders' | is 3
}

@test "load-postgres: bad usage exits 2 and says what to do; no server exits 3" {
	expect 2 load-postgres
	err_has '--warehouse is needed' 'see load-postgres --help'
	expect 2 load-postgres --warehouse "$BATS_TEST_TMPDIR"
	err_has 'no warehouse'
	expect 2 load-postgres --warehouse "$W" --tables orders,ordres
	err_has "there is no table 'ordres'"
	expect 2 load-postgres --warehouse "$W" --schema 'a"; drop table x; --'
	err_has '--schema: not a name'
	expect 3 load-postgres --warehouse "$W" --db "host=$BATS_TEST_TMPDIR"
	err_has 'the tables could not be made'
}
