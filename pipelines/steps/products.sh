# shellcheck shell=bash disable=SC2034,SC2154
# products.sh - what was seen and bought of each product, and the pages that were seen, in 30 days. Sourced by daily-portrait;
# tables are written to $work by the name in the comment.

best_products=10 # and as many of the last
top_pages=20

# views: visitor_id page product_id category n last_at, the page views of 30 days, and event; pages without what was asked
# of them (?…). What a robot did on a day is left out, unless robots count: behaviour does not tell, the visits of that day do.
page_views()
{
	nobody visitor_id day bot >"$work/robots"
	if ((has_events)) && [[ $bots == exclude ]]; then
		day_add "$day" -29
		limn summarize -e 'metric human = count() where bot is null or bot != '"'true'"';' --by visitor_id,day --where "day >= $DAY_TEXT" \
			"$work/seen" | cut -f 2- | awk -F '\t' '$3 == 0' >>"$work/robots"
	fi
	{
		nobody visitor_id event page product_id category n last_at
		pick "$work/behaviour" visitor_id event page product_id category n last_at date | ROBOTS=$work/robots awk -F '\t' -v OFS='\t' '
			BEGIN { while ((getline line <ENVIRON["ROBOTS"]) > 0) { split(line, part, FS); robot[part[1], part[2]] } }
			($2 == "page_view" || $2 == "product_view") && !(($1, $8) in robot) {
				at = index($3, "?")
				print $1, $2, (at > 1 ? substr($3, 1, at - 1) : $3), $4, $5, $6, $7
			}'
	} >"$work/views"
}

# top_views: page pv uv, those with most page views, then of the rest together, whose page is :other; pages_seen: how many there are.
count_pages()
{
	limn summarize -r "$LP_RULES/views.rules" -m pv,uv --by page --top "$top_pages" "$work/views" |
		awk -F '\t' -v OFS='\t' '{ if ($1 ~ /:other$/) $2 = ":other"; print $2, $3, $4 }' >"$work/top_views"
	pages_seen=$(limn dedupe-uv -k page --select page --where 'page is not null' "$work/views" | tail -n +2 | wc -l)
	pages_seen=$((pages_seen + $(awk -F '\t' 'NR > 1 && $2 == "\\N" { n = 1 } END { print n + 0 }' "$work/views")))
}

# sold_lines: order_id customer_id product_id category quantity amount back, the lines of all orders paid in 30 days. back: what
# was given back of the order by the day, in proportion to what the line is of its amount.
sold_lines()
{
	day_add "$day" -29
	limn dedupe-uv -k order_id --where "pay_day >= $DAY_TEXT" --select order_id,customer_id,rate,money "$work/paid" >"$work/sold.1"
	nobody order_id all_back >"$work/sold.2"
	((!has_refunds)) || limn summarize -e 'metric all_back = sum(money);' --by order_id "$work/refunded" | cut -f 2- >"$work/sold.2"
	joined -a 1 "$work/sold.1" "$work/sold.2" >"$work/sold.3"
	joined "$work/items.1" "$work/sold.3" |
		limn segment --rows -e 'tag amount = price * rate * quantity; tag back = case when money != 0 then amount * coalesce(all_back, 0) / money else 0 end;' \
			--select order_id,customer_id,product_id,category,quantity,amount,back
}

# products_of_days: product_id title category pv uv buyers items amount refunded: the best by amount, the last, and no product
# twice; with no orders by page views. products_there: how many there are.
count_products()
{
	nobody product_id pv uv seen_category >"$work/product.seen"
	((!has_events)) || limn summarize -r "$LP_RULES/views.rules" --by product_id --where "event = 'product_view' and product_id is not null" \
		"$work/views" | cut -f 2- >"$work/product.seen"
	nobody product_id buyers items amount refunded sold_category >"$work/product.sold"
	((!has_items)) || sold_lines | limn summarize -r "$LP_RULES/sold.rules" --set "digits=$digits" --by product_id | cut -f 2- >"$work/product.sold"
	nobody product_id title catalogue >"$work/product.known"
	arrived products "$day"
	((!${#FILES[@]})) || tables "${FILES[@]}" | limn dedupe-uv -k product_id --keep last --by product_id:text --select product_id,title,category |
		sed '1s/category/catalogue/' | sorted -k 1,1 >"$work/product.known"
	joined -a 1 -a 2 "$work/product.seen" "$work/product.sold" >"$work/product.1"
	joined -a 1 "$work/product.1" "$work/product.known" >"$work/product.2"
	products_there=$(($(wc -l <"$work/product.2") - 1))
	{
		nobody product_id title category pv uv buyers items amount refunded
		pick "$work/product.2" product_id title catalogue sold_category seen_category pv uv buyers items amount refunded |
			awk -F '\t' -v OFS='\t' '{ print $1, $2, ($3 != "\\N" ? $3 : $4 != "\\N" ? $4 : $5), $6, $7, $8, $9, $10, $11 }' |
			if ((has_items)); then sort -t "$TAB" -k 8,8gr -k 1,1; else sort -t "$TAB" -k 4,4nr -k 1,1; fi |
			awk -v n="$best_products" -v all="$products_there" 'NR <= n || NR > all - n'
	} >"$work/products_of_days"
}

count_goods()
{
	page_views
	pages_seen=0
	nobody page pv uv >"$work/top_views"
	((!has_events)) || count_pages
	count_products
}
