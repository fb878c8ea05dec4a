#!/usr/bin/env bats
# Where visits come from and on what: the channel rules on both sides of each, hosts, user agents, robots, and what the
# portrait makes of them.

load helpers

setup()
{
	mkdir "$BATS_TEST_TMPDIR/w" && cd "$BATS_TEST_TMPDIR/w" || return
}

# channels - reads lines CHANNEL|SOURCE|MEDIUM|CAMPAIGN, `-` for missing, and fails unless each has its CHANNEL.
channels()
{
	sed 's/^[[:space:]]*//; s/  *#.*//; /^$/d' >cases
	awk -F '|' -v OFS='\t' '
		BEGIN { print "id", "source", "medium", "campaign" }
		{ for (i = 2; i <= 4; i++) if ($i == "-") $i = "\\N"; print sprintf("%04d", NR), $2, $3, $4 }' cases >in.tsv
	segment -k id -r channels.rules --select channel,source,medium,campaign in.tsv | sed 1d |
		awk -F '\t' -v OFS='|' '{ for (i = 2; i <= 4; i++) if ($i == "\\N") $i = "-"; $1 = $1; print }' >got || return
	same got cases
}

@test "channels: 1 Direct: nothing is known, or that there is nothing" {
	channels <<-'EOF'
	Direct|-|-|-
	Direct|-|-|spring_shop                # a campaign alone names no origin
	Direct|(direct)|(none)|-
	Direct|(direct)|(not set)|-
	Direct|(Direct)|(None)|-
	Unassigned|(direct)|-|-
	Unassigned|(direct)|web|-
	Unassigned|-|(none)|-
	Unassigned|somebody|-|-
	Organic Search|google|-|-
	EOF
}

@test "channels: 2 Cross-network, before whatever is paid" {
	channels <<-'EOF'
	Cross-network|google|cpc|pmax_cross-network
	Cross-network|google|organic|Cross-Network 2026
	Paid Search|google|cpc|pmax_cross_network
	Unassigned|x1|cross-network|-
	EOF
}

@test "channels: 3 Paid Shopping: a shopping site, or a campaign with shop at the start of a word or behind an e" {
	channels <<-'EOF'
	Paid Shopping|amazon|cpc|-
	Paid Shopping|ebay.de|paid|-
	Paid Shopping|google|cpc|shop_de
	Paid Shopping|google|cpc|de-Shop
	Paid Shopping|google|cpc|2026shop
	Paid Shopping|google|cpc|eshop
	Paid Shopping|google|cpc|workshopping    # shopping counts everywhere
	Paid Shopping|google|cpc|workshop the shop
	Paid Shopping|google|cpc|店shop
	Paid Search|google|cpc|workshop
	Paid Search|google|cpc|BISHOP
	Paid Search|google|cpc|workshopshop      # the second is behind a p
	Paid Search|google|cpc|shhop sho p
	Organic Shopping|amazon|-|-
	EOF
	local letter want
	for letter in {a..z} 0 _ ' ' .; do
		want='Paid Search'
		[[ $letter != [e0_\ .] ]] || want='Paid Shopping'
		printf '%s|google|cpc|x%sshop\n' "$want" "$letter"
	done | channels
}

@test "channels: what is paid: a medium with cp in it, ppc, retargeting, paid at the start" {
	channels <<-'EOF'
	Paid Other|partner|cpc|-
	Paid Other|partner|CPC|-
	Paid Other|partner|scpx|-
	Paid Other|partner|ppc|-
	Paid Other|partner|retargeting|-
	Paid Other|partner|paid|-
	Paid Other|partner|paid_partner|-
	Unassigned|partner|ppc2|-
	Unassigned|partner|xppc|-
	Unassigned|partner|retargeting2|-
	Unassigned|partner|unpaid|-
	Unassigned|partner|c-p|-
	EOF
}

@test "channels: 4 to 6 Paid Search, Paid Social, Paid Video: by the kind of the source" {
	channels <<-'EOF'
	Paid Search|google|cpc|-
	Paid Search|google|cpm|-                 # of a search engine it is no display yet
	Paid Search|www.baidu.com|ppc|-
	Paid Social|facebook|paid_social|-
	Paid Social|l.instagram.com|cpc|-
	Paid Social|xiaohongshu|retargeting|-
	Paid Video|youtube|cpv_cpc|-
	Paid Video|m.bilibili.com|paid|-
	Organic Search|google|organic|-
	Organic Social|facebook|social|-
	Organic Video|youtube|video|-
	Paid Other|google2|cpc|-
	Unassigned|partner|paix|-
	EOF
}

@test "channels: 7 and 8 Display before Paid Other: cpm would be both" {
	channels <<-'EOF'
	Display|criteo|cpm|-
	Display|criteo|CPM|-
	Display|criteo|display|-
	Display|criteo|banner|-
	Display|criteo|expandable|-
	Display|criteo|interstitial|-
	Display|amazonia|cpm|-
	Paid Other|criteo|cpm2|-
	Paid Other|criteo|cpa|-
	Unassigned|criteo|banners|-
	Unassigned|criteo|intersitial|-
	EOF
}

@test "channels: 9 to 12 Organic Shopping, Social, Video, Search" {
	channels <<-'EOF'
	Organic Shopping|etsy|referral|-
	Organic Shopping|partner|email|shopping spree
	Organic Shopping|newsletter|email|shop-news
	Email|newsletter|email|workshop-news
	Organic Social|reddit.com|referral|-
	Organic Social|somebody|social|-
	Organic Social|somebody|social-network|-
	Organic Social|somebody|social-media|-
	Organic Social|somebody|sm|-
	Organic Social|somebody|social network|-
	Organic Social|somebody|social media|-
	Unassigned|somebody|social_media|-
	Unassigned|somebody|sms2|-
	Organic Video|vimeo|referral|-
	Organic Video|somebody|video|-
	Organic Video|somebody|in-video-link|-
	Unassigned|somebody|vide|-
	Organic Search|duckduckgo|referral|-
	Organic Search|somebody|organic|-
	Organic Search|somebody|Organic|-
	Unassigned|somebody|organics|-
	EOF
}

@test "channels: AI Assistant is one of its own, behind search and before referral" {
	channels <<-'EOF'
	AI Assistant|chatgpt.com|-|-
	AI Assistant|chatgpt.com|referral|-
	AI Assistant|www.perplexity.ai|referral|-
	AI Assistant|gemini|referral|-
	AI Assistant|copilot.microsoft.com|link|-
	AI Assistant|somebody|chatbot|-
	AI Assistant|somebody|ai-assistant|-
	Organic Search|perplexity|organic|-
	Paid Other|chatgpt|cpc|-
	Referral|microsoft.com|referral|-
	Unassigned|somebody|chatbots|-
	EOF
}

@test "channels: 13 to 19 Referral, Email, Affiliates, Audio, SMS, Mobile Push, Unassigned" {
	channels <<-'EOF'
	Referral|blog.example|referral|-
	Referral|blog.example|app|-
	Referral|blog.example|link|-
	Referral|email.example|referral|-        # before Email
	Unassigned|blog.example|referrals|-
	Email|newsletter|email|-
	Email|newsletter|e-mail|-
	Email|newsletter|e_mail|-
	Email|newsletter|weekly e mail|-
	Email|my-email-tool|push2|-
	Email|E-Mail|-|-
	Unassigned|newsletter|mail|-
	Affiliates|partner|affiliate|-
	Unassigned|partner|affiliates|-
	Audio|spotify|audio|-
	Unassigned|spotify|audios|-
	SMS|sms|-|-
	SMS|sms|text|-
	SMS|twilio|sms|-
	Unassigned|sms2|text|-
	Mobile Push|app|push|-
	Mobile Push|app|webpush|-
	Mobile Push|app|in-mobile|-
	Mobile Push|app|notification|-
	Mobile Push|firebase|-|-
	Unassigned|app|pushed|-
	Unassigned|firebase2|x|-
	Unassigned|kiosk|qr|fair
	EOF
}

@test "channels: a source is told by name or host, in any land where the map says so; mail and documents of a search engine are none" {
	channels <<-'EOF'
	Organic Search|google.de|referral|-
	Organic Search|www.google.co.uk|referral|-
	Organic Search|m.baidu.com|referral|-
	Organic Search|r.search.yahoo.com|referral|-
	Organic Social|uk.pinterest.com|referral|-
	Organic Social|pinterest.com.au|referral|-
	Organic Social|lm.facebook.com|referral|-
	Organic Shopping|amazon.co.jp|referral|-
	Organic Shopping|item.taobao.com|referral|-
	Organic Shopping|shopping.google.com|referral|-
	Referral|docs.google.com|referral|-
	Referral|google.evil.example|referral|-
	Referral|notfacebook.com|referral|-
	Referral|facebook.com.evil.example|referral|-
	EOF
}

@test "sources.tsv: a key a line, once, every source that is named is itself a key" {
	local map=$ROOT/schemas/maps/sources.tsv
	awk -F '\t' '
		NR == 1 { if ($0 != "key\tsource\tcategory\tsubdomains") print "header"; next }
		NF != 4 || $1 != tolower($1) || seen[$1]++ { print "line " NR ": " $0 }
		$3 !~ /^(search|social|video|shopping|ai|email|payment)$/ || ($4 != "yes" && $4 != "\\N") { print "line " NR ": " $0 }
		{ kind[$1] = $3; name[$2] = $3 }
		END { for (n in name) if (kind[n] != name[n]) print "no key for " n }' "$map" >wrong
	same wrong /dev/null
}

# ---- what a user agent is -----------------------------------------------------------------------------------

# devices - reads lines DEVICE|OS|BROWSER|BOT|USER_AGENT and fails unless each is that.
devices()
{
	sed 's/^[[:space:]]*//; /^$/d' | LC_ALL=C sort -t '|' -k 5 >cases
	{ echo user_agent && cut -d '|' -f 5- cases; } |
		perl "$ROOT/pipelines/steps/crawlers.pl" "$ROOT/schemas/maps/crawlers.txt" |
		segment --from tsv -k user_agent -r devices.rules --select device,os,browser,bot,user_agent | sed 1d |
		tr '\t' '|' | sed 's/\\N/-/g' >got || return
	same got cases
}

@test "devices: kind, system and browser by user agent; robots first" {
	devices <<-'EOF'
	pc|Windows|Chrome|false|Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36
	pc|Windows|Edge|false|Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0
	pc|Windows|Internet Explorer|false|Mozilla/5.0 (Windows NT 6.1; Trident/7.0; Tablet PC 2.0; rv:11.0) like Gecko
	pc|macOS|Safari|false|Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15
	pc|Linux|Firefox|false|Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0
	pc|ChromeOS|Chrome|false|Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36
	mobile|iOS|Safari|false|Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1
	mobile|iOS|WeChat|false|Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.60 NetType/WIFI Language/zh_CN
	mobile|Android|Samsung Internet|false|Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36
	mobile|HarmonyOS|Huawei Browser|false|Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.196 HuaweiBrowser/16.0.6 Mobile Safari/537.36
	mobile|Android|-|false|Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ3A)
	tablet|iOS|Safari|false|Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1
	tablet|Android|Chrome|false|Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36
	other|Linux|-|false|Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko)
	other|-|-|false|SomethingElse
	bot|Android|Chrome|true|Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)
	bot|-|-|true|Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)
	bot|Linux|Chrome|true|Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36
	bot|-|-|true|curl/8.4.0
	EOF
}

@test "crawlers: the list is whole, and 5,000 user agents take seconds" {
	local began=$SECONDS
	[[ $(wc -l <"$ROOT/schemas/maps/crawlers.txt") -gt 1000 ]]
	grep -q 'Permission is hereby granted' "$ROOT/schemas/maps/crawlers.LICENSE"
	[[ $(sed -n 1p "$ROOT/schemas/maps/crawlers.txt") == *"$(jq -r '.devDependencies["crawler-user-agents"]' "$ROOT/package.json")"* ]]
	{
		echo user_agent
		seq 1 5000 | sed 's|.*|Mozilla/5.0 (Linux; Android 15; SM-S&) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.& Mobile Safari/537.36|'
		seq 1 10 | sed 's|.*|Mozilla/5.0 (compatible; bingbot/2.&; +http://www.bing.com/bingbot.htm)|'
	} | perl "$ROOT/pipelines/steps/crawlers.pl" "$ROOT/schemas/maps/crawlers.txt" | cut -f 2 | sort | uniq -c | tr -s ' ' >got
	is <got ' 1 bot' ' 5000 false' ' 10 true'
	if ! sanitized; then ((SECONDS - began < 10)); fi
}

@test "crawlers: user agents with escapes are read, and a bad list is an error" {
	printf 'user_agent\nMy\\tbot\\\\1\nMytbot\n' >agents
	printf '# no pattern: M\nMy\\tbot\\\\\\d\n' >list
	expect 0 perl "$ROOT/pipelines/steps/crawlers.pl" list <agents
	printf 'user_agent\tbot\nMy\\tbot\\\\1\ttrue\nMytbot\tfalse\n' | same "$OUT" -
	echo '(' >list
	perl "$ROOT/pipelines/steps/crawlers.pl" list <agents >"$OUT" 2>"$ERR" && fail 'a bad pattern was taken'
	err_has 'crawlers.pl: list: Unmatched ('
	echo '# nothing' >list
	perl "$ROOT/pipelines/steps/crawlers.pl" list <agents >"$OUT" 2>"$ERR" && fail 'an empty list was taken'
	err_has 'list: no patterns in it'
}

# ---- where a visit came from -------------------------------------------------------------------------------

# entries - reads lines SOURCE|MEDIUM|CHANNEL|REFERRER, a visit without an origin of its own each.
entries()
{
	sed 's/^[[:space:]]*//; s/  *#.*//; /^$/d' >cases
	awk -F '|' -v OFS='\t' '
		BEGIN { print "session_id", "origin", "referrer", "given_platform", "given_os", "given_browser", "user_agent" }
		{ print sprintf("%04d", NR), "\\N", $4, "\\N", "\\N", "\\N", "\\N" }' cases >in.tsv
	segment -k session_id -r entries.rules -r channels.rules --set "own=shop.example,www.shop.cn" \
		--select source,medium,channel,referrer in.tsv | sed 1d | tr '\t' '|' | sed 's/\\N/-/g' >got || return
	same got cases
}

@test "entries: the page that linked here gives source and medium" {
	entries <<-'EOF'
	google|organic|Organic Search|https://www.google.com/
	google|organic|Organic Search|https://www.google.co.jp/search?q=a:b@c
	google|organic|Organic Search|http://GOOGLE.de:80?x=/
	google|organic|Organic Search|android-app://com.google.android.googlequicksearchbox/https/www.google.com
	baidu|organic|Organic Search|https://m.baidu.com/from=844b/s?word=x
	yahoo|organic|Organic Search|https://r.search.yahoo.com/_ylt=x
	facebook|referral|Organic Social|https://l.facebook.com/l.php?u=https://shop.example/
	twitter|referral|Organic Social|https://t.co/abc
	youtube|referral|Organic Video|https://m.youtube.com/watch
	taobao|referral|Organic Shopping|https://item.taobao.com/item.htm
	chatgpt|referral|AI Assistant|https://chatgpt.com/
	gemini|referral|AI Assistant|https://gemini.google.com/app
	gmail|email|Email|https://mail.google.com/mail/u/0/
	docs.google.com|referral|Referral|https://docs.google.com/document/d/1
	blog.example|referral|Referral|https://user:secret@www.blog.example:8443/a?b=c#d
	blog.example|referral|Referral|blog.example/a
	-|-|Direct|https://shop.example/p/1
	-|-|Direct|https://www.shop.example/
	-|-|Direct|https://de.shop.example/
	-|-|Direct|https://www.shop.cn/
	shop.cn|referral|Referral|https://shop.cn/
	otherwebshop.example|referral|Referral|https://otherwebshop.example/
	-|-|Direct|https://www.paypal.com/checkoutnow
	-|-|Direct|https://
	EOF
}

# ---- in the portrait ---------------------------------------------------------------------------------------

CHROME='Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML like Gecko) Chrome/141.0.0.0 Safari/537.36'
IPHONE='Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML like Gecko) Version/18.6 Mobile/15E148 Safari/604.1'
GOOGLEBOT='Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'

# Four people (h1 to h4) and two robots (r1, r2) on one day; h4 uses the store's app, which names a library.
robots_store()
{
	mkdir -p inbox/2026-11-{22,23}
	cat >inbox/2026-11-22/events.csv <<-CSV
	event_id,ts,visitor_id,event,page,source,medium,campaign,referrer,platform,user_agent,country,language,city
	e01,2026-11-22T01:00:00Z,h1,page_view,/a,,,,https://www.google.com/,,$CHROME,US,en-US,Seattle
	e02,2026-11-22T01:01:00Z,h1,page_view,/b,,,,https://shop.example/a,,$CHROME,US,en-US,Seattle
	e03,2026-11-22T02:00:00Z,h2,page_view,/c,newsletter,email,autumn,,,$IPHONE,DE,de-DE,Berlin
	e04,2026-11-22T02:01:00Z,h2,page_view,/d,facebook,cpc,winter,https://l.facebook.com/,,$IPHONE,DE,de-DE,Berlin
	e05,2026-11-22T03:00:00Z,h3,page_view,/a,,,,https://shop.example/z,mobile,,US,en-US,
	e06,2026-11-22T04:00:00Z,h4,page_view,/a,,push,,,app,LimnStore/5.2.0 (Linux; Android 15; okhttp/4.12.0),,,
	e07,2026-11-22T05:00:00Z,r1,page_view,/a,,,,,,$GOOGLEBOT,US,,
	e08,2026-11-22T05:00:01Z,r1,page_view,/b,,,,,,$GOOGLEBOT,US,,
	e09,2026-11-22T05:00:02Z,r1,product_view,/c,,,,,,$GOOGLEBOT,US,,
	e10,2026-11-22T06:00:00Z,r2,page_view,/a,,,,,pc,Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot),US,,
	CSV
	echo event_id,ts,visitor_id,event >inbox/2026-11-23/events.csv
	cat >inbox/2026-11-22/orders.csv <<-'CSV'
	order_id,updated_at,created_at,paid_at,customer_id,visitor_id,status,amount,currency
	o1,2026-11-22T02:30:00Z,2026-11-22T02:10:00Z,2026-11-22T02:30:00Z,c1,h2,paid,100.00,USD
	o2,2026-11-22T05:30:00Z,2026-11-22T05:10:00Z,2026-11-22T05:30:00Z,c2,r1,paid,7.00,USD
	CSV
}

# draw OPTION… - the portrait of inbox/ into reports/.
draw()
{
	daily-portrait --day 2026-11-22 --in inbox --warehouse warehouse --out reports --site www.shop.example "$@"
}

# says FILTER WANT - fails unless jq's FILTER on the portrait gives WANT, as compact JSON.
says()
{
	local got
	got=$(jq -c "$1" reports/2026-11-22/portrait.json)
	[[ $got == "$2" ]] || fail "$1" "  is   $got" "  want $2"
}

# sessions COL… - these columns of the day's sessions.
sessions()
{
	zstdcat warehouse/sessions/2026-11-22.tsv.zst >sessions.tsv
	local IFS=,
	dedupe-uv -k session_id --select "$*" sessions.tsv | tail -n +2
}

@test "portrait: every visit has channel, source, medium, campaign, device and bot" {
	robots_store
	expect 0 draw
	quiet
	# The first origin that h2's visit names is one, whole; h1's second page was led to by the store.
	sessions visitor_id channel source medium campaign >got
	printf '%s\t%s\t%s\t%s\t%s\n' h1 'Organic Search' google organic '\N' h2 Email newsletter email autumn \
		h3 Direct '\N' '\N' '\N' h4 'Mobile Push' '\N' push '\N' r1 Direct '\N' '\N' '\N' r2 Direct '\N' '\N' '\N' | same got -
	# Of r2 the event says pc, and that stands. Without a user agent nobody knows whether h3 is a robot.
	sessions visitor_id platform os browser bot >got
	printf '%s\t%s\t%s\t%s\t%s\n' h1 pc Windows Chrome false h2 mobile iOS Safari false h3 mobile '\N' '\N' '\N' \
		h4 app Android '\N' false r1 bot '\N' '\N' true r2 pc '\N' '\N' true | same got -
	sessions visitor_id country language city landing_page >got
	printf '%s\t%s\t%s\t%s\t%s\n' h1 US en-US Seattle /a h2 DE de-DE Berlin /c h3 US en-US '\N' /a h4 '\N' '\N' '\N' /a \
		r1 US '\N' '\N' /a r2 US '\N' '\N' /a | same got -
	# Nothing is deleted: the events of the day are all there.
	[[ $(zstdcat warehouse/events/2026-11-22.tsv.zst | wc -l) == 11 ]]
	zstdcat warehouse/visitors/2026-11-22.tsv.zst >visitors.tsv
	dedupe-uv -k visitor_id --select visitor_id,channel,bot,pv visitors.tsv | tail -n +2 >got
	printf '%s\t%s\t%s\t%s\n' h1 'Organic Search' false 2 h2 Email false 2 h3 Direct '\N' 1 h4 'Mobile Push' false 1 r1 Direct true 3 r2 Direct true 1 |
		same got -
}

@test "portrait: robots are shown and do not count, unless they shall" {
	robots_store
	expect 0 draw
	says '.bots' '"exclude"'
	says '.periods.day.metrics | [.pv, .uv, .visits, .depth, .buyers, .orders, .conversion]' '[6,4,4,1.5,2,2,0.5]'
	says '.periods.day.bots' '{"pv":4,"uv":2,"visits":2,"all":{"pv":10,"uv":6,"visits":6}}'
	says '.trend[-1] | [.pv, .uv, .visits]' '[6,4,4]'
	# o2 was placed by a robot: it is an order, but no visit that counts led to it.
	says '[.periods.day.cuts.channel[] | [.key, .uv, .visits, .orders, .conversion]]' \
		'[["Email",1,1,1,1],["Direct",1,1,0,0],["Mobile Push",1,1,0,0],["Organic Search",1,1,0,0],["unattributed",null,null,1,null]]'
	says '[.periods.day.cuts.campaign[] | [.key, .uv, .amount]]' '[[null,3,"0.00"],["autumn",1,"100.00"],["unattributed",null,"7.00"]]'
	says '[.periods.day.cuts["channel,country"][] | [.key, .uv, .orders]]' \
		'[[["Email","DE"],1,1],[["Direct","US"],1,0],[["Mobile Push",null],1,0],[["Organic Search","US"],1,0],[["unattributed","unattributed"],null,1]]'
	says '[.periods.day.cuts["source,platform"][] | [.key, .uv, .orders]]' \
		'[[["newsletter","mobile"],1,1],[[null,"app"],1,0],[[null,"mobile"],1,0],[["google","pc"],1,0],[["unattributed","unattributed"],null,1]]'
	says '[.periods.day.cuts.language[] | [.key, .uv]]' '[["en-US",2],["de-DE",1],[null,1],["unattributed",null]]'
	expect 0 draw --bots include
	says '.bots' '"include"'
	says '.periods.day.metrics | [.pv, .uv, .visits, .buyers, .conversion]' '[10,6,6,2,0.333333]'
	says '.periods.day.bots' '{"pv":4,"uv":2,"visits":2,"all":{"pv":10,"uv":6,"visits":6}}'
	says '[.periods.day.cuts.channel[] | select(.key == "Direct") | [.uv, .visits, .orders]]' '[[3,3,1]]'
}

@test "portrait: without the list of crawlers robots are unknown, not none" {
	robots_store
	mkdir share
	cp -r "$ROOT/pipelines" "$ROOT/schemas" share
	cp "$ROOT/build/report/page.js" share/pipelines/report
	rm share/schemas/maps/crawlers.txt
	expect 0 env LIMN_SHARE="$PWD/share" share/pipelines/daily-portrait --day 2026-11-22 --in inbox --warehouse warehouse --out reports
	err_has 'schemas/maps/crawlers.txt is not there: which visits are of robots stays unknown'
	says '.periods.day.bots' '{"pv":null,"uv":null,"visits":null,"all":{"pv":10,"uv":6,"visits":6}}'
	says '.periods.day.metrics | [.pv, .uv, .visits]' '[10,6,6]'
	# With the list in its place the days are made again.
	expect 0 draw
	quiet
	says '.periods.day.bots.pv' 4
}

@test "portrait: a store that sends no user agents: robots are unknown" {
	robots_store
	cut -d , -f 1-10,12- inbox/2026-11-22/events.csv >cut.csv
	mv cut.csv inbox/2026-11-22/events.csv
	expect 0 draw
	says '.periods.day.bots' '{"pv":null,"uv":null,"visits":null,"all":{"pv":10,"uv":6,"visits":6}}'
	says '.periods.day.metrics.pv' 10
}

@test "portrait: the values of a dimension beyond --top are counted together, once a visitor" {
	mkdir -p inbox/2026-11-22
	{
		echo event_id,ts,visitor_id,event,source,medium,campaign,country
		for i in {1..9}; do echo "a$i,2026-11-22T01:00:0${i}Z,v$i,page_view,big,link,many,US"; done
		for i in {1..4}; do echo "b$i,2026-11-22T02:00:0${i}Z,v1,page_view,small$i,link,one$i,D$i"; done
		echo 'c1,2026-11-22T06:00:00Z,v1,page_view,small9,link,one9,D9'
		echo 'c2,2026-11-22T06:00:00Z,v2,page_view,small8,link,one8,D8'
	} >inbox/2026-11-22/events.csv
	expect 0 draw --top 1
	# v1's visit at 2:00 is one of small1; with that of 6:00 and that of v2 the others are two visitors and three visits.
	says '[.periods.day.cuts.campaign[] | [.key, .uv, .visits, .pv]]' '[["many",9,9,9],["(other)",2,3,6]]'
	says '[.periods.day.cuts["source,platform"][] | [.key, .uv, .visits]]' '[[["big",null],9,9],[["(other)",null],2,3]]'
	expect 0 draw --top 2
	says '.periods.day.cuts.campaign | map(.key) | .[1:] | contains(["(other)"]) and length == 2' true
	expect 0 draw
	says '[.periods.day.cuts.campaign[] | [.key, .uv]]' '[["many",9],["one1",1],["one8",1],["one9",1]]'
	expect 2 draw --top 0
	err_has '--top'
	expect 2 draw --bots maybe
	err_has '--bots'
	expect 2 draw --site 'http://x/'
	err_has '--site'
}

@test "portrait: the sample store has visits of every channel and of every kind of device" {
	need_plain 'programs as in the tests before'
	"$LIMN_TOOLS/store" --out inbox --days 8 --events 24000 --from 2026-11-15
	expect 0 draw --tz Asia/Shanghai
	quiet
	says '.periods["7d"].cuts.channel | map(.key) - ["unattributed"] | sort' "$(printf '%s\n' Direct Cross-network 'Paid Shopping' 'Paid Search' \
		'Paid Social' 'Paid Video' Display 'Paid Other' 'Organic Shopping' 'Organic Social' 'Organic Video' 'Organic Search' 'AI Assistant' \
		Referral Email Affiliates Audio SMS 'Mobile Push' Unassigned | jq -R -s -c 'split("\n") | map(select(. != "")) | sort')"
	says '.periods["7d"].cuts.platform | map(.key) - ["unattributed"] | sort' '["app","mobile","pc","tablet"]'
	# By name, from the raw files: as many views of robots as the portrait says.
	cat inbox/*/events.csv >all.csv
	says '.periods["7d"].bots.pv' "$(sqlite3 :memory: '.mode csv' '.import all.csv e' "select count(distinct event_id) from e
		where event in ('page_view', 'product_view') and date(ts, '+8 hours') between '2026-11-16' and '2026-11-22'
		and (user_agent like '%bot%' or user_agent like '%spider%' or user_agent like 'curl/%')")"
	says '.periods["7d"] | [.metrics.pv + .bots.pv == .bots.all.pv, .metrics.uv + .bots.uv == .bots.all.uv, .metrics.visits + .bots.visits == .bots.all.visits]' \
		'[true,true,true]'
}
