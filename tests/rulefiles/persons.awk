# persons - random people for properties that hold for anybody: awk -v out=DIR -v seed=N -v people=N -f persons.awk
# people.columns. Writes DIR/people.tsv, orders.tsv, items.tsv, events.tsv; about a tenth of all values are missing. -v
# backwards=1 names the same people in the opposite order.
function pick(list, part, n)
{
	n = split(list, part, " ")
	return part[int(rand() * n) + 1]
}
function day(back) { return strftime("%Y-%m-%d", 1795348800 - 86400 * int(back), 1) } # 2026-11-22 is day(0)
function whole(top) { return int(rand() * rand() * (top + 1)) }
function value(name)
{
	if (name ~ /_at$/) return day(400 * rand() * rand()) "T" sprintf("%02d", rand() * 24) ":00:00Z"
	if (name == "c_birth_date") return day(4000 + rand() * 25000)
	if (name ~ /_date$/) return day(400 * rand() * rand())
	if (name == "c_gender" || name == "s_gender") return pick("f m other u F")
	if (name == "c_country") return pick("CN US DE")
	if (name == "c_region") return pick("CN-SH US-CA DE-BE")
	if (name == "c_city") return pick("Shanghai Hangzhou Berlin Zunyi")
	if (name == "order_countries") return pick("[\"CN\"] [\"DE\",\"US\"]")
	if (name == "order_regions") return pick("[\"CN-SH\"] [\"DE-BE\",\"US-CA\"]")
	if (name == "c_email") return "x" int(rand() * 9) "@" pick("example.com mail.test")
	if (name == "c_phone") return pick("+8613800000000 +15551234567 +4915112345678 123")
	if (name ~ /_status$/) return pick("SUBSCRIBED NOT_SUBSCRIBED PENDING UNSUBSCRIBED guest registered")
	if (name == "rfm_group") return pick("CHAMPIONS LOYAL ACTIVE NEW PROMISING NEEDS_ATTENTION AT_RISK PREVIOUSLY_LOYAL ALMOST_LOST DORMANT LAPSED")
	if (name == "rfm_group_cn") return pick("重要价值 重要保持 重要发展 重要挽留 一般价值 一般保持 一般发展 一般挽留 LAPSED")
	if (name ~ /^[rfm]$/) return int(rand() * 5) + 1
	if (name ~ /category$/) return pick("baby home toys shoes coat")
	if (name ~ /^(categories_bought|coupon_codes|currency_used|replenish_due_sku|repurchased_sku|channels_used|s_purchase_driver|s_purchase_barrier|s_info_channel|s_improvement|c_tags)$/)
		return pick("[\"a\"] [\"a\",\"b\"] [\"b\",\"c\",\"d\"]")
	if (name ~ /channel$/) return pick("Direct Referral Email Display SMS")
	if (name ~ /platform$/) return pick("pc mobile app")
	if (name == "bot" || name == "returning_visitor_7d") return pick("true false")
	if (name == "order_hour" || name == "visit_hour") return int(rand() * 24)
	if (name == "order_weekday") return int(rand() * 7) + 1
	if (name == "s_satisfaction") return int(rand() * 5) + 1
	if (name == "s_nps") return int(rand() * 11)
	if (name ~ /amount|value|price|total|monetary/) return sprintf("%.2f", rand() * rand() * 2000)
	if (name == "recency_days") return whole(400)
	if (name ~ /^(c_|s_|main_os|main_browser|last_source|last_campaign|first_source|first_campaign|pref_brand|pref_sku|top_|preferred|customer_id|rfm)/) return pick("x y z")
	return whole(12)
}
{ for (i = 1; i <= NF; i++) name[++n] = $i }
END {
	srand(seed)
	OFS = "\t"
	line = name[1]
	for (i = 2; i <= n; i++) line = line OFS name[i]
	print line >(out "/people.tsv")
	print "person_id\torder_id\tdate\tamount\tdiscount\tcoupon\tpayment_method\tstatus" >(out "/orders.tsv")
	print "person_id\torder_id\tdate\tproduct_id\tcategory\tbrand\tquantity\tprice\tamount" >(out "/items.tsv")
	print "person_id\tdate\tevent\tpage\tproduct_id\tcategory\tn" >(out "/events.tsv")
	for (p = 1; p <= people; p++) {
		id = sprintf("p%05d", backwards ? people - p : p)
		line = id
		for (i = 2; i <= n; i++) line = line OFS (rand() < 0.1 ? "\\N" : value(name[i]))
		row[id] = line
		for (k = whole(4); k > 0; k--) orders[id] = orders[id] id OFS "o" OFS day(rand() * 120) OFS value("amount") "\t0\t\\N\tcard\tpaid\n"
		for (k = whole(3); k > 0; k--) items[id] = items[id] id OFS "o" OFS day(rand() * 120) "\tsku\tcoat\tb\t" whole(6) "\t1\t1\n"
		for (k = whole(6); k > 0; k--)
			events[id] = events[id] id OFS day(rand() * 40) OFS pick("page_view product_view search add_to_cart checkout category_view email_sent email_open email_click") "\t\\N\t\\N\t\\N\t" 1 + whole(4) "\n"
	}
	for (p = 0; p <= people; p++) {
		id = sprintf("p%05d", p)
		if (!(id in row)) continue
		print row[id] >(out "/people.tsv")
		printf "%s", orders[id] >(out "/orders.tsv")
		printf "%s", items[id] >(out "/items.tsv")
		printf "%s", events[id] >(out "/events.tsv")
	}
}
