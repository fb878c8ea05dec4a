# The members of segments.rules on 2026-11-22, in its order: what segment --members writes.
NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "person_id\tsegment"; next }
function put(yes, name) { if (yes) print $1 "\t" name }
function there(x) { return x != "\\N" }
{
	subscribed = $at["email_subscription_status"] == "SUBSCRIBED"
	orders = $at["number_of_orders"] + 0
	last = $at["last_order_date"]
	life = $at["lifecycle"]
	age = $at["age"]
	ratio = $at["overdue_ratio"]
	next_day = substr($at["birthday"], 6)
	put(subscribed && orders < 1, "new_subscriber")
	put(subscribed && orders > 1, "returning")
	put(there($at["abandoned_checkout_date"]) && $at["abandoned_checkout_date"] >= "2026-10-23", "abandoned_checkout_30d")
	put(subscribed && orders == 1, "subscribed_first_order")
	put(there(last) && last >= "2026-10-23" && subscribed, "recent_subscribed_buyer")
	put((there(age) && age + 0 < 20) || $at["gender"] == "f", "young_or_female")
	put(orders == 1, "first_time_buyer")
	put(orders == 0, "never_purchased")
	put(orders >= 1 && there(last) && last < "2026-09-23", "win_back_60d")
	put(there(last) && last >= "2025-11-22" && last <= "2026-08-24" && orders > 1, "re_engage")
	put(there($at["birthday"]) && next_day >= "11-22" && next_day <= "12-22", "birthday_next_30d")
	put($at["rfm_group_cn"] == "重要价值", "important_value")
	put(life == "lost", "lost")
	put(life == "dormant", "dormant")
	put(life == "ordinary", "ordinary")
	put(life == "diehard", "diehard")
	put(there(ratio) && ratio + 0 >= 0.8 && ratio + 0 <= 1.5, "ready_to_repurchase")
	put($at["promo_sensitivity"] == "high" && $at["full_price_orders"] == 0, "discount_hunter")
	put(there($at["replenish_due_sku"]), "replenish_due")
	put($at["value_class"] == "A" && $at["domestic_foreign"] == "foreign", "foreign_vip")
	put(there($at["satisfaction"]) && $at["satisfaction"] + 0 <= 2 && there(last) && last >= "2026-08-24" && life != "lost", "unhappy_recent_buyer")
	put(orders >= 2 && $at["customer_account_status"] == "guest", "non_member_fan")
}
