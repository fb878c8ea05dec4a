#!/usr/bin/env bats
# facts: rows of side streams, merged with the persons by key; FACT [not] matches (…).

load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	printf '%s\n' person_id,country a,US b,DE c,US d,FR >p.csv
	cat >o.csv <<-'END'
		person_id,order_id,date,amount,status
		a,1,2026-11-20,10.5,paid
		a,2,2026-10-01,99,paid
		b,3,2026-11-01,5,test
		bb,4,2026-11-01,5,paid
		d,5,2026-01-01,2000,paid
		d,6,2026-02-01,,paid
	END
}

# members CONDITION PERSONS… - `segment s = CONDITION` over o.csv holds just these persons.
members()
{
	local rule=$1
	shift
	printf 'fact paid = orders where status = '"'paid'"'; fact every = orders; segment s = %s;\n' "$rule" >r.rules
	expect 0 segment -r r.rules --as-of 2026-11-22 --facts orders=o.csv --members --no-header --select person_id p.csv || return
	out_is "$@" || fail "of: $rule"
}

@test "facts: filters apply to rows, aggregates to what they let through" {
	members 'paid matches (date >= -30d)' a
	members 'every matches (date >= -30d)' a b
	members 'every matches ()' a b d
	members 'every matches (count >= 2)' a d
	members 'every matches (count >= 2, date >= -30d)'
	members 'paid matches (sum_amount > 100)' a d
	members 'paid matches (sum_amount > 100, date >= -90d)' a
	members 'paid matches (date >= -90d, sum_amount > 100)' a
	members 'paid matches (sum_amount = 109.5)' a
	members 'every matches (max_amount between 5 and 99, min_amount in (5, 10.5))' a b
	members 'every matches (min_date < 2026-02-01)' d
	members "every matches (max_status = 'test')" b
	members "every matches (amount > 50 or status = 'test')" a b d
	members "every matches ((amount > 50 or status = 'test') and date > 2026-10-15)" b
	members "every matches (order_id in ('1', '5'), not amount < 100)" d
	members 'every matches (upper(status) = upper('"'Test'"'), year(date) = 2026)' b
	members 'every matches (amount is null)' d
}

@test "facts: count, sum and no rows; a missing least or greatest value compares false" {
	members 'paid matches (count = 0)' b c
	members 'paid matches (sum_amount = 0)' b c
	members 'every matches (amount is null, max_amount > 0)'
	members 'every matches (max_amount <= 5)' b
	members 'every matches (max_amount is null)' c
	members 'every matches (sum_amount / count > 50)' a d
	members 'every matches (count >= 3 or sum_amount > 1000)' d
}

@test "facts: not matches is the exact opposite" {
	for items in '' 'date >= -30d' 'count = 0' 'max_amount <= 5' 'amount > 50, count >= 1' 'max_amount != 5'; do
		printf 'fact every = orders; segment %s = every %s (%s); segment %s = every %s (%s);\n' in matches "$items" out 'not matches' "$items" >r.rules
		expect 0 segment -r r.rules --as-of 2026-11-22 --facts orders=o.csv --members p.csv
		tail -n +2 "$OUT" | cut -d, -f1 | is a b c d
	done
}

@test "facts: anniversary is the next such day, also over new year and on leap days" {
	printf '%s\n' person_id,birth_date a,1990-02-28 b,1992-02-29 c,1990-03-01 d,1990-12-31 e, >birth.csv
	next()
	{
		expect 0 segment -e 'tag next = anniversary(birth_date)' --as-of "$1" --select next --no-header birth.csv
		shift
		is "$@" '' <"$OUT"
	}
	next 2027-02-28 2027-02-28 2027-02-28 2027-03-01 2027-12-31
	next 2027-03-01 2028-02-28 2028-02-29 2027-03-01 2027-12-31
	next 2028-02-28 2028-02-28 2028-02-29 2028-03-01 2028-12-31
	next 2028-03-01 2029-02-28 2029-02-28 2028-03-01 2028-12-31
	next 2028-12-31 2029-02-28 2029-02-28 2029-03-01 2028-12-31
	expect 2 segment -e 'tag next = anniversary(birth_date)' birth.csv
	err_has "-e:1:12: a date relative to today, but the day is not given"
}
