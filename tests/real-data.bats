# real-data - figures of data that nobody here made: see the README beside them.
load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# unpack FILE - into the working directory, without .zst.
unpack()
{
	zstdcat "$LIMN_DATA/$1.zst" >"$(basename "$1")"
}

# total TEXT [OPTION]… - the metrics of TEXT over all of the input, one line, comma-separated.
total()
{
	expect 0 summarize -e "$@" --by '' --to csv --no-header && quiet || return
	cut -d , -f 2- "$OUT"
}

@test "real data: ga360 has 2,293 users, 10,939 page views and 45 rows with 8,902 USD" {
	need_data ga360-day
	unpack ga360-day/hits.csv
	total "metric hits = count(); metric users = distinct(fullVisitorId); metric pv = count() where hit_type = 'PAGE';
		metric paid = count() where transactionRevenue_micros is not null;
		metric orders = distinct(transactionId) where transactionRevenue_micros is not null;
		metric revenue = sum(transactionRevenue_micros) / 1000000;" hits.csv | is 13233,2293,10939,45,43,8902
	# the same by dedupe-uv alone: UV and PV, then the money
	expect 0 dedupe-uv -k fullVisitorId --where "hit_type = 'PAGE'" --count pv --select fullVisitorId,pv hits.csv
	sed 1d "$OUT" | awk -F , '{ pv += $2 } END { print pv }' | is 10939
	expect 0 dedupe-uv -k hit_type --where 'transactionRevenue_micros is not null' --sum transactionRevenue_micros \
		--select transactionRevenue_micros --no-header hits.csv
	awk '{ sum += $1 } END { printf "%.0f\n", sum }' "$OUT" | is 8902000000
	expect 0 dedupe-uv -k fullVisitorId --select fullVisitorId --no-header hits.csv
	grep -c . "$OUT" | is 2293
}

@test "real data: ga360 has 2,513 sessions by the 30-minute rule, and Google's 2,556 lie whole inside of them" {
	need_data ga360-day
	unpack ga360-day/hits.csv
	unpack ga360-day/sessions.csv
	local as=visitor_id=fullVisitorId,ts=event_ms
	expect 0 sessionize --as $as --select visitor_id,visitId,session_id,session_hit --no-header -o s.csv hits.csv
	grep -c . s.csv | is 13233
	awk -F , '$4 == 1' s.csv | grep -c . | is 2513
	cut -d , -f 3 s.csv | sort -u | grep -c . | is 2513
	# each of Google's has all its hits in one of ours
	cut -d , -f 1-3 s.csv | sort -u >pairs
	cut -d , -f 1,2 pairs | sort | uniq -d | is
	grep -c . pairs | is 2556
	expect 0 dedupe-uv -k fullVisitorId,visitId --select fullVisitorId,visitId --no-header sessions.csv
	sort "$OUT" >google
	cut -d , -f 1,2 pairs | sort | same google -
	# with Google's other rules, as far as they show: midnight in California, a new source
	expect 0 sessionize --as $as --new-on source,medium --split-day --tz America/Los_Angeles \
		--select visitor_id,visitId,session_id,session_hit --no-header hits.csv
	awk -F , '$4 == 1' "$OUT" | grep -c . | is 2529
	cut -d , -f 1-3 "$OUT" | sort -u | cut -d , -f 1,2 | sort | uniq -d | is
}

@test "real data: ga360 sharded, in other encodings and another order gives the same sessions" {
	need_data ga360-day
	unpack ga360-day/hits.csv
	local as=visitor_id=fullVisitorId,ts=event_ms
	expect 0 sessionize --as $as --to tsv -o want.tsv hits.csv
	{ sed -n 1p hits.csv && sed 1d hits.csv | shuf --random-source=<(yes); } >mixed.csv
	expect 0 sessionize --as $as --to tsv --block-size 999 mixed.csv
	same "$OUT" want.tsv
	expect 0 dedupe-uv -k fullVisitorId,visitId,hitNumber -o hits.ndjson mixed.csv
	grep -c . hits.ndjson | is 13233
	expect 0 sessionize --as $as --to tsv hits.ndjson
	same "$OUT" want.tsv
	expect 0 shard -k visitor_id --as $as -n 3 -o '{}.tsv' mixed.csv
	for i in 0 1 2; do expect 0 sessionize -o "out$i.tsv" $i.tsv; done
	{ sed -n 1p want.tsv && sort -m -t $'\t' -k 1,1 -s <(sed 1d out0.tsv) <(sed 1d out1.tsv) <(sed 1d out2.tsv); } >merged.tsv
	sort merged.tsv >a
	sort want.tsv | same a -
}

@test "real data: Google's own session rows" {
	need_data ga360-day
	unpack ga360-day/sessions.csv
	total "metric n = count(); metric bounces = sum(bounces); metric new = sum(newVisits); metric paid = count() where transactions > 0;
		metric transactions = sum(transactions); metric usd = sum(totalTransactionRevenue) / 1000000; metric countries = distinct(country);" \
		sessions.csv | is 2556,1238,1872,43,45,8890,94
}

@test "real data: kibana's orders come to 350,859.04 in every encoding" {
	need_data kibana-sample
	unpack kibana-sample/ecommerce.ndjson
	local sum='metric n = count(); metric customers = distinct(customer_id); metric sum = sum(taxful_total_price);
		metric first = min(order_date); metric countries = distinct(geo);'
	local want=4675,46,350859.04
	total 'metric n = count(); metric customers = distinct(customer_id); metric sum = sum(taxful_total_price);' ecommerce.ndjson | is $want
	total "$sum" --as geo=geoip.country_iso_code ecommerce.ndjson | cut -d , -f 1-3 | is $want
	local columns="order_id,order_date,customer_id,taxful_total_price,products,geoip.country_iso_code,customer_gender,category,customer_full_name"
	expect 0 dedupe-uv -k order_id --select "$columns" -o a.ndjson ecommerce.ndjson
	expect 0 dedupe-uv -k order_id -o b.csv a.ndjson
	expect 0 dedupe-uv -k order_id -o c.tsv b.csv
	expect 0 dedupe-uv -k order_id -o d.csv c.tsv
	same d.csv b.csv
	local file
	for file in a.ndjson b.csv c.tsv; do
		total 'metric n = count(); metric customers = distinct(customer_id); metric sum = sum(taxful_total_price);' $file | is $want
	done
	# and back: what was a list is its text now, a number its digits
	expect 0 dedupe-uv -k order_id --to ndjson c.tsv
	jq -c '[.order_id, .customer_id, .taxful_total_price, .products, .category, .customer_full_name, ."geoip.country_iso_code"]' "$OUT" >got
	jq -c '[(.order_id, .customer_id, .taxful_total_price | tostring), (.products, .category | tojson), .customer_full_name, .geoip.country_iso_code]' \
		ecommerce.ndjson >wanted
	# jq writes its own blanks and digits into lists
	jq -c '.[3] |= fromjson | .[4] |= fromjson' got >a
	jq -c '.[3] |= fromjson | .[4] |= fromjson' wanted | same a -
}

@test "real data: kibana's web log passes byte for byte, and has its sessions" {
	need_data kibana-sample
	unpack kibana-sample/logs.ndjson
	expect 0 dedupe-uv --columns none -k none logs.ndjson
	same "$OUT" logs.ndjson
	expect 0 sessionize --as visitor_id=clientip,ts=timestamp --ledger l --to csv --select visitor_id,session_hit logs.ndjson
	sed 1d "$OUT" | grep -c . | is 14074
	jq -r .clientip logs.ndjson | sort -u | grep -c . >wanted
	sed 1d "$OUT" | cut -d , -f 1 | sort -u | grep -c . | same wanted -
}

@test "real data: every figure of online-retail" {
	need_data online-retail
	unpack online-retail/Online_Retail.csv
	total "metric rows = count(); metric quantity = sum(Quantity); metric amount = sum(Quantity * UnitPrice);
		metric known = sum(Quantity * UnitPrice) where CustomerID is not null; metric invoices = distinct(InvoiceNo);
		metric customers = distinct(CustomerID); metric countries = distinct(Country); metric unknown = count() where CustomerID is null;
		metric returned = count() where Quantity < 0; metric cancelled = count() where InvoiceNo starts with 'C';
		metric free = count() where UnitPrice = 0; metric debt = count() where UnitPrice < 0;
		metric undescribed = count() where Description is null;" Online_Retail.csv |
		is 541909,5176450,9747747.934,8300065.814,25900,4372,38,135080,10624,9288,2515,2,1454
	# exact duplicate rows: no value may be missing in a key
	expect 0 shard -k Country -n 1 -o '{}.tsv' Online_Retail.csv
	sed 's/\\N/-/g' 0.tsv >filled.tsv
	expect 0 dedupe-uv -k InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country \
		--ledger l -o /dev/null filled.tsv
	jq -r .duplicate l | is 5268
	sed 1d filled.tsv | sort -u | grep -c . | is $((541909 - 5268))
}

@test "real data: online-retail's parts, by country and month, add up, sharded or not" {
	need_data online-retail
	unpack online-retail/Online_Retail.csv
	local rules="metric amount = sum(Quantity * UnitPrice); metric invoices = distinct(InvoiceNo); metric n = count();"
	expect 0 summarize -e "$rules" --by Country,month --by '' --as ts=InvoiceDate --tz Europe/London -o all.tsv Online_Retail.csv
	awk -F '\t' 'NR > 1 && $1 != "total" { n += $6; a += $4 } END { printf "%d,%.3f\n", n, a }' all.tsv | is 541909,9747747.934
	grep ^total all.tsv | cut -f 4- | is $'9747747.934\t25900\t541909'
	expect 0 shard -k InvoiceNo -n 3 -o '{}.tsv' Online_Retail.csv
	for i in 0 1 2; do
		expect 0 summarize -e "$rules" --by Country,month --by '' --as ts=InvoiceDate --tz Europe/London --partial -o "$i.part.tsv" $i.tsv
	done
	expect 0 summarize -e "$rules" --by Country,month --by '' --tz Europe/London --merge 0.part.tsv 1.part.tsv 2.part.tsv
	same "$OUT" all.tsv
	# a row an invoice by dedupe-uv, its quantity summed
	expect 0 dedupe-uv -k InvoiceNo --sum Quantity --count lines --select InvoiceNo,Quantity,lines --no-header Online_Retail.csv
	awk -F , '{ q += $2; n += $3 } END { print NR, q, n }' "$OUT" | is '25900 5176450 541909'
}

@test "real data: CDNOW's 2,357 customers have the frequency, recency, age and value that were published" {
	need_data cdnow
	# a row a customer and day, up to the end of the calibration
	sed 's/^ *//' "$LIMN_DATA/cdnow/CDNOW_sample.txt" | tr -s ' ' , | tr -d '\r' >sample.csv
	grep -c . sample.csv | is 6919
	expect 0 dedupe-uv --columns master,id,ts,cds,dollars --time-format %Y%m%d -k id,day --sum dollars --select id,day,dollars \
		--where 'ts < 1997-10-01' -o days.csv sample.csv
	expect 0 summarize -e 'metric days = count(); metric first = min(day); metric last = max(day);
		metric dollars = sum(dollars); metric opening = first(dollars) by day;' --by id --to tsv --no-header days.csv
	# x = days - 1; t_x, T in weeks; zbar = mean of the days behind the first one, in whole cents, halves up
	awk -F '\t' '{
			x = $3 - 1
			split("0 31 59 90 120 151 181 212 243 273 304 334", before, " ")
			first = before[substr($4, 6, 2) + 0] + substr($4, 9, 2)
			last = before[substr($5, 6, 2) + 0] + substr($5, 9, 2)
			cents = sprintf("%.0f", ($6 - $7) * 100)
			printf "%d,%d,%.2f,%.2f,%.2f\n", $2, x, (last - first) / 7, (273 - first) / 7,
				x ? int((2 * cents + x) / (2 * x)) / 100 : 0
		}' "$OUT" | sort -n >got
	grep -c . got | is 2357
	sed 1d "$LIMN_DATA/cdnow/cdnow_customers_summary_with_transactions.csv" | tr -d '\r' |
		awk -F , '{ printf "%d,%d,%.2f,%.2f,%.2f\n", $1, $2, $3, $4, $5 }' | sort -n | same got -
}

@test "real data: CDNOW's master file, space-aligned, with its zero-dollar and its repeated rows" {
	need_data cdnow
	sed 's/^ *//' "$LIMN_DATA/cdnow/CDNOW_master.txt" | tr -s ' ' , | tr -d '\r' >master.csv
	total 'metric n = count(); metric customers = distinct(customer_id); metric free = count() where dollar_value = 0;' master.csv |
		is 69659,23570,80
	expect 0 dedupe-uv -k customer_id,date,number_of_cds,dollar_value --ledger l -o /dev/null master.csv
	jq -r .duplicate l | is 255
	# 19970101 is no epoch: the format has to be told
	expect 1 dedupe-uv --as ts=date -k customer_id,day master.csv
	err_has "master.csv:2: column 'ts': not a time: '19970101'"
	expect 0 dedupe-uv --as ts=date --time-format %Y%m%d -k month --select month --no-header master.csv
	sort "$OUT" | sed -n '1p;$p' | is 1997-01 1998-06
}

@test "real data: completejourney, all quoted, missing values empty" {
	need_data completejourney
	local name
	for name in demographics products campaigns transactions_sample; do
		unpack completejourney/$name.csv
		local first
		first=$(sed -n '1s/,.*//p' $name.csv | tr -d '"\r')
		expect 0 dedupe-uv -k "$first" --keep last --count n -o a.tsv $name.csv
		expect 0 dedupe-uv -k "$first" --keep last --count n --to tsv --block-size 4096 $name.csv
		same "$OUT" a.tsv
		awk -F '\t' 'NR > 1 { n += $NF } END { print n }' a.tsv >got
		python3 -c 'import csv, sys; print(sum(1 for _ in csv.reader(sys.stdin)) - 1)' <$name.csv | same got -
	done
	grep -c . transactions_sample.csv | is 75001
	total 'metric households = distinct(household_id);' demographics.csv | is 801
}
