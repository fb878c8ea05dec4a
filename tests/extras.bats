#!/usr/bin/env bats
# What the portrait says beside the periods: products, pages, regions that stand out, surveys against accounts, missing values.

load helpers

setup()
{
	mkdir "$BATS_TEST_TMPDIR/w" && cd "$BATS_TEST_TMPDIR/w" || return
}

draw()
{
	daily-portrait --day 2026-11-22 --in inbox --warehouse warehouse --out reports "$@"
}

says()
{
	local got
	got=$(jq -c "$1" reports/2026-11-22/portrait.json)
	[[ $got == "$2" ]] || fail "$1" "  is   $got" "  want $2"
}

# Visitors by region, one page each, and some of them buy: of 250 in California 12, of 2000 in Berlin 8, of 200 around Paris 4, of 150 in
# Tokyo 6, and nobody of 50 whose region is not known. 30 robots buy nothing. One buyer was never seen.
regions()
{
	awk 'BEGIN {
		print "event_id,ts,visitor_id,event,page,product_id,category,user_agent,country,region"
		n["US-CA"] = 250; n["DE-BE"] = 2000; n["FR-IDF"] = 200; n["JP-13"] = 150; n[""] = 50
		for (r in n) for (i = 1; i <= n[r]; i++)
			printf "e%s%d,2026-11-10T10:00:%02dZ,v%s%d,page_view,/,,,Mozilla/5.0 (X11; Linux x86_64),%s,%s\n", r, i, i % 60, r, i, substr(r, 1, 2), r
		for (i = 1; i <= 30; i++) printf "r%d,2026-11-10T10:00:00Z,r%d,page_view,/,,,curl/8.0,US,US-CA\n", i, i
	}' >inbox/events.csv
	awk 'BEGIN {
		print "order_id,updated_at,created_at,paid_at,customer_id,visitor_id,status,amount,currency"
		b["US-CA"] = 12; b["DE-BE"] = 8; b["FR-IDF"] = 4; b["JP-13"] = 6; b["unseen"] = 1
		for (r in b) for (i = 1; i <= b[r]; i++)
			printf "o%s%d,2026-11-11T10:00:00Z,2026-11-11T10:00:00Z,2026-11-11T10:00:00Z,c%s%d,v%s%d,paid,10.00,EUR\n", r, i, r, i, r, i
	}' >inbox/orders.csv
}

@test "extras: a region stands out with 1.5 times the store's conversion, 200 visitors, and z above 2" {
	mkdir inbox
	regions
	expect 0 draw --top 1
	# Tokyo converts 4 % but has 150 visitors only; Paris has 1.8 times the store's, which is chance.
	python3 -c '
from math import sqrt
u, x, n, b = 250, 12, 2650, 30
p, q, c = x / u, (b - x) / (n - u), b / n
z = (p - q) / sqrt(c * (1 - c) * (1 / u + 1 / (n - u)))
print("[{\"region\":\"US-CA\",\"uv\":250,\"buyers\":12,\"conversion\":%.3f,\"ratio\":%.2f,\"z\":%.4f}]" % (p, p / c, z))' >want
	jq -c .regions_above reports/2026-11-22/portrait.json >got
	same got want
	# The cut itself shows one region; the other ones are one row.
	says '[.periods["30d"].cuts.region[] | .key]' '["DE-BE","(other)",null,"unattributed"]'
	says '.survey_checks' null
	# With the robots as visitors California has 280.
	expect 0 draw --bots include
	says '.regions_above[0] | [.uv, .buyers]' '[280,12]'
}

@test "extras: products by what was seen and paid, refunds by their part, pages without their query" {
	mkdir inbox
	regions
	cat >>inbox/events.csv <<-'CSV'
	x1,2026-11-20T10:00:00Z,vUS-CA1,product_view,/p/1?ref=a,p1,cat,Mozilla/5.0 (X11; Linux x86_64),US,US-CA
	x2,2026-11-20T10:01:00Z,vUS-CA1,product_view,/p/1,p1,cat,Mozilla/5.0 (X11; Linux x86_64),US,US-CA
	x3,2026-11-21T10:00:00Z,vUS-CA2,product_view,/p/1?ref=b,p1,cat,Mozilla/5.0 (X11; Linux x86_64),US,US-CA
	x4,2026-11-21T10:00:00Z,vUS-CA2,product_view,?p=2,p2,seen,Mozilla/5.0 (X11; Linux x86_64),US,US-CA
	x5,2026-11-21T10:00:00Z,r1,product_view,/p/1,p1,cat,curl/8.0,US,US-CA
	x6,2026-11-21T10:00:00Z,vUS-CA2,add_to_cart,/cart,p9,seen,Mozilla/5.0 (X11; Linux x86_64),US,US-CA
	x7,2026-10-01T10:00:00Z,vUS-CA2,product_view,/old,p8,seen,Mozilla/5.0 (X11; Linux x86_64),US,US-CA
	CSV
	cat >>inbox/orders.csv <<-'CSV'
	o1,2026-11-20T11:00:00Z,2026-11-20T11:00:00Z,2026-11-20T11:00:00Z,c1,,paid,30.00,EUR
	o2,2026-11-21T11:00:00Z,2026-11-21T11:00:00Z,2026-11-21T11:00:00Z,,,paid,7.00,EUR
	o3,2026-11-21T11:00:00Z,2026-11-21T11:00:00Z,2026-11-21T11:00:00Z,c1,,test,7.00,EUR
	o4,2026-10-01T11:00:00Z,2026-10-01T11:00:00Z,2026-10-01T11:00:00Z,c1,,paid,7.00,EUR
	CSV
	printf '%s\n' order_id,product_id,category,quantity,price o1,p1,other,2,10 o1,p3,sold,1,5 o2,p1,other,1,7 o3,p1,,9,9 o4,p1,,9,9 >inbox/order_items.csv
	# Half of o1 was given back, in two parts, and all of o4.
	printf '%s\n' refund_id,order_id,refunded_at,amount,currency r1,o1,2026-11-21T12:00:00Z,10,EUR r2,o1,2026-11-22T12:00:00Z,5,EUR r3,o4,2026-11-22T12:00:00Z,7,EUR >inbox/refunds.csv
	printf '%s\n' product_id,title,category p1,One,catalogue p7,Never,catalogue >inbox/products.csv
	expect 0 draw
	quiet
	says '.products | [.from, .to, .n]' '["2026-10-24","2026-11-22",3]'
	says '.products.rows[0]' '{"key":"p1","title":"One","category":"catalogue","pv":3,"uv":2,"buyers":1,"items":3,"amount":"27.00","refunded":"10.00","conversion":0.5}'
	says '.products.rows[1]' '{"key":"p3","title":null,"category":"sold","pv":0,"uv":0,"buyers":1,"items":1,"amount":"5.00","refunded":"2.50","conversion":null}'
	says '.products.rows[2]' '{"key":"p2","title":null,"category":"seen","pv":1,"uv":1,"buyers":0,"items":0,"amount":"0.00","refunded":"0.00","conversion":0}'
	says '.pages | [.n, [.rows[] | [.key, .pv, .uv]]]' '[3,[["/",2650,2650],["/p/1",3,2],["?p=2",1,1]]]'
	expect 0 draw --bots include
	says '[.products.rows[0].pv, .pages.rows[0].pv]' '[4,2680]'
}

@test "extras: the best ten products and the last ten, none twice; orders alone" {
	mkdir inbox
	printf '%s\n' order_id,updated_at,created_at,paid_at,customer_id,status,amount,currency o1,2026-11-20T11:00:00Z,2026-11-20T11:00:00Z,2026-11-20T11:00:00Z,c1,paid,30.00,EUR >inbox/orders.csv
	expect 0 draw
	says '[.products, .pages, .regions_above]' '[null,null,null]'
	local n
	for n in 15 21 30; do
		# Amounts 1 … n, but for two of the same.
		seq "$n" | awk 'BEGIN { print "order_id,product_id,quantity,price" } { printf "o1,q%02d,1,%d\n", $1, $1 == 2 ? 1 : $1 }' >inbox/order_items.csv
		expect 0 draw
		jq -r '.products | .n, .rows[].key' reports/2026-11-22/portrait.json >got
		{
			echo "$n"
			seq "$n" | tac | awk -v n="$n" 'NR <= 10 || NR > n - 10 { printf "q%02d\n", $1 }' | sed '$d' | sed '$d'
			printf 'q01\nq02\n'
		} >want
		same got want
	done
	says '.products.rows[0]' '{"key":"q30","title":null,"category":null,"pv":null,"uv":null,"buyers":1,"items":1,"amount":"30.00","refunded":null,"conversion":null}'
}

@test "extras: what a survey says is checked against accounts" {
	mkdir inbox
	# Of 200 accounts 60 say f, of 100 respondents 60 do; ten accounts do not tell. Nobody asks accounts for an occupation.
	awk 'BEGIN { print "customer_id,updated_at,gender,income"
		for (i = 1; i <= 210; i++) printf "c%d,2026-01-01T00:00:00Z,%s,%s\n", i, i <= 40 ? "F" : i <= 60 ? "female" : i <= 200 ? "m" : "undisclosed", i <= 50 ? "low" : "" }' >inbox/customers.csv
	awk 'BEGIN { print "respondent_id,customer_id,answered_at,question,answer"
		for (i = 1; i <= 100; i++) {
			printf "r%d,c%d,2026-11-01T10:00:00Z,gender,%s\n", i, i, i <= 30 ? "Female" : i <= 60 ? "女" : "m"
			printf "r%d,c%d,2026-11-01T10:00:00Z,occupation,student\n", i, i
			printf "r%d,c%d,2026-11-01T10:00:00Z,income,%s\n", i, i, i <= 50 ? "low" : "high"
		} }' >inbox/surveys.csv
	expect 0 draw
	# (0.6 - 0.3) / sqrt(0.3 * 0.7 / 100)
	says '.survey_checks[0]' '{"question":"gender","tag":"gender","answers":100,"measured":200,"rows":[{"key":"f","said":60,"said_share":0.6,"measured_share":0.3,"z":6.5465,"flag":true},{"key":"m","said":40,"said_share":0.4,"measured_share":0.7,"z":-6.5465,"flag":true}]}'
	# All accounts that tell say low: no share to vary around.
	says '.survey_checks[1:]' '[{"question":"income","tag":"income_band","answers":100,"measured":50,"rows":[{"key":"low","said":50,"said_share":0.5,"measured_share":1,"z":null,"flag":false},{"key":"high","said":50,"said_share":0.5,"measured_share":0,"z":null,"flag":false}]}]'
	# 38 of 100 where it is 30 %: less than two deviations.
	awk -F , -v OFS=, '$4 == "gender" { $5 = ++n <= 38 ? "f" : "m" } { print }' inbox/surveys.csv >s && mv s inbox/surveys.csv
	expect 0 draw
	says '[.survey_checks[0].rows[] | [.z, .flag]]' '[[1.7457,false],[-1.7457,false]]'
}

@test "extras: columns that lack values, those that had some before and have none now, and not those that the store never had" {
	mkdir -p inbox/2026-09-01 inbox/2026-11-{21,22}
	printf '%s\n' order_id,updated_at,created_at,paid_at,customer_id,status,amount,currency,coupon,payment_method \
		o1,2026-09-01T10:00:00Z,2026-09-01T10:00:00Z,,c1,pending,1,EUR,X,card >inbox/2026-09-01/orders.csv
	printf '%s\n' order_id,updated_at,created_at,paid_at,customer_id,status,amount,currency,payment_method \
		o2,2026-11-21T10:00:00Z,2026-11-21T10:00:00Z,2026-11-21T10:00:00Z,c1,paid,1,EUR,card \
		o3,2026-11-21T10:00:00Z,2026-11-21T10:00:00Z,2026-11-21T10:00:00Z,,paid,1,EUR,card >inbox/2026-11-21/orders.csv
	printf '%s\n' order_id,updated_at,created_at,paid_at,customer_id,status,amount,currency,payment_method \
		o4,2026-11-22T10:00:00Z,2026-11-22T10:00:00Z,,c1,pending,1,EUR,card >inbox/2026-11-22/orders.csv
	printf '%s\n' refund_id,order_id,refunded_at,amount,currency r1,o1,2026-09-01T10:00:00Z,1,EUR >inbox/2026-09-01/refunds.csv
	expect 0 draw
	says '[.quality[] | [.stream, .missing]]' '[["orders",[{"column":"paid_at","records":3,"missing":1},{"column":"customer_id","records":3,"missing":1},{"column":"coupon","records":3,"missing":3}]]]'
	# A record that is rejected is none that lacks something.
	printf '%s\n' o5,2026-11-22T10:00:00Z,2026-11-22T10:00:00Z,,,pending,1,EUR,card ,2026-11-22T10:00:00Z,2026-11-22T10:00:00Z,,,pending,1,EUR,card >>inbox/2026-11-22/orders.csv
	expect 0 draw --max-rejects 50%
	says '[.quality[0].missing[] | [.column, .records, .missing]]' '[["paid_at",4,2],["customer_id",4,2],["coupon",4,4]]'
}
