# n rows of people with the columns of segments.rules, sorted by person_id; on 2026-11-22.
function pick(list, n, part) { n = split(list, part, " "); return part[1 + int(rand() * n)] }
function date(m, year) { m = int(rand() * 12); return sprintf("%d-%02d-%02d", year + int(rand() * 2), 1 + m, 1 + int(rand() * 28)) }
BEGIN {
	srand(11)
	OFS = "\t"
	print "person_id", "email_subscription_status", "number_of_orders", "abandoned_checkout_date", \
		"last_order_date", "age", "gender", "birthday", "rfm_group_cn", "lifecycle", "overdue_ratio", \
		"promo_sensitivity", "full_price_orders", "replenish_due_sku", "value_class", "domestic_foreign", \
		"satisfaction", "customer_account_status"
	for (i = 0; i < n; i++) {
		orders = int(6 * rand() * rand())
		print sprintf("p%08d", i), pick("SUBSCRIBED NOT_SUBSCRIBED UNSUBSCRIBED PENDING"), orders, \
			rand() < .1 ? date(0, 2025) : "\\N", orders ? date(0, 2025) : "\\N", \
			rand() < .7 ? 15 + int(rand() * 60) : "\\N", pick("f m \\N"), \
			rand() < .7 ? date(0, 1950 + int(rand() * 55)) : "\\N", \
			orders ? pick("重要价值 重要发展 重要保持 重要挽留 一般价值 一般发展 一般保持 一般挽留") : "\\N", \
			orders ? pick("new diehard ordinary dormant lost") : "prospect", \
			orders ? int(rand() * 4000) / 1000 : "\\N", pick("high mid low \\N"), int(orders * rand()), \
			rand() < .05 ? "sku-" int(rand() * 500) : "\\N", orders ? pick("A B C") : "\\N", \
			pick("domestic foreign"), rand() < .2 ? 1 + int(rand() * 5) : "\\N", pick("guest enabled invited")
	}
}
